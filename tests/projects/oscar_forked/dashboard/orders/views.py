"""The dashboard of a shop that notes who packed."""

from __future__ import annotations

from typing import Any

from oscar.apps.dashboard.orders import views


class OrderDetailView(views.OrderDetailView):
    def create_shipping_event(self, request: Any, order: Any, lines: Any, quantities: Any) -> Any:
        answer = super().create_shipping_event(request, order, lines, quantities)
        order.shipping_events.filter(packed_by="").update(packed_by=request.user.username)
        return answer
