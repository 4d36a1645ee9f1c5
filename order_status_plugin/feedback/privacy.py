"""What customers said of an order. A comment may hold anything; a rating alone is nobody's."""

from __future__ import annotations

from typing import Any

from ..tracking.dump import dump
from ..tracking.models import Order
from .models import Feedback


def export(order: Order) -> dict[str, Any]:
    """Return every word on the order."""
    rows = Feedback.objects.filter(order=order).order_by("pk")
    return {"feedback": [dump(row, without=("id", "order", "device_digest")) for row in rows]}


def erase(order: Order, *, is_thorough: bool) -> None:
    """Leave the rating for the report, without words and without a device."""
    Feedback.objects.filter(order=order).update(comment="", device_digest=None)
