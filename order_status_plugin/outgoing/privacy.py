"""What was told of an order to the shop's other systems: its numbers, in the bodies that are kept to be sent again."""

from __future__ import annotations

from typing import Any

from ..tracking.dump import dump
from ..tracking.models import Order
from . import telling
from .models import WebhookDelivery


def export(order: Order) -> dict[str, Any]:
    """Return every delivery about the order, without where it went."""
    rows = WebhookDelivery.objects.filter(order=order).order_by("pk")
    return {"webhooks": [dump(row, without=("id", "order", "endpoint", "key", "leased_until")) for row in rows]}


def erase(order: Order, *, is_thorough: bool) -> None:
    """Delete them, and tell who listens that the order was erased."""
    WebhookDelivery.objects.filter(order=order).delete()
    telling.erased(order)
