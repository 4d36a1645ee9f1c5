"""On Wagtail's home page: what of the orders needs somebody, in numbers that lead there."""

from __future__ import annotations

from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from wagtail.admin.ui.components import Component

from ..tracking.models import Order
from . import narrow
from .hands import hands
from .notes import may
from .order_list import CHANGE, NAMESPACE, REPLAY, SEE_INBOX, VIEW


class OrdersPanel(Component):
    """Shown to who may open what it leads to."""

    name = "order_status"
    template_name = "order_status_plugin/staff/orders/panel.html"
    order = 150

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        """Count, each number by its index and no further than ``narrow.COUNTED``."""
        user = parent_context["request"].user
        counts: list[tuple[int, str, str]] = []
        try:
            if may(user, VIEW, CHANGE):
                counts += _orders()
            if may(user, SEE_INBOX, REPLAY):
                counts.append(_inbox())
        except NoReverseMatch:
            counts = []  # a project that serves Wagtail's home page with other addresses than its admin's
        return {"counts": counts, "is_calm": not any(count for count, _name, _url in counts)}


def _orders() -> list[tuple[int, str, str]]:
    found = []
    for word in ("stalled", "late", "exception", "untold"):
        name, keep = narrow.NEEDS[word]
        count = keep(Order.objects.order_by())[: narrow.COUNTED].count()
        found.append((count, str(name), f"{reverse(f'{NAMESPACE}:index')}?needs={word}"))
    return found


def _inbox() -> tuple[int, str, str]:
    count = hands().inbox().filter(state="failed").order_by()[: narrow.COUNTED].count()
    return count, _("Carriers' messages that could not be handled"), f"{reverse(f'{NAMESPACE}:inbox')}?state=failed"
