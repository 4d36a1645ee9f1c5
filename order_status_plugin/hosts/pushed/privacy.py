"""What the shelf holds of an order: all that its shop told, so all that is personal."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from .models import PushedOrder

if TYPE_CHECKING:
    from ...tracking.models import Order


def export(order: Order) -> dict[str, Any]:
    """Return what the shop told last, as it is kept."""
    rows = PushedOrder.objects.filter(alias=order.host, reference=order.reference).exclude(state="")
    return {"pushed": [json.loads(row.state) for row in rows]}


def erase(order: Order, *, is_thorough: bool) -> None:
    """Delete it: the order's own rows have all that its stub shows, and what comes later is not kept here."""
    PushedOrder.objects.filter(alias=order.host, reference=order.reference).delete()
