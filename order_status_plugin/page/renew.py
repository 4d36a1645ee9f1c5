"""Make a new link: the old one, wherever it went, answers as if it had never been."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from ..access.audit import CUSTOMER, Action, audit
from ..tracking import record
from ..tracking.models import Order
from .own import OwnView


class RenewView(OwnView):
    """The button on the share page."""

    def act(self, request: HttpRequest, order: Order) -> HttpResponse:
        """End the link and lead to the new one. Devices and shared links are not touched."""
        order = record.revoke_link(order)
        audit(Action.LINK_RENEWED, order, CUSTOMER)
        return self.back(order)
