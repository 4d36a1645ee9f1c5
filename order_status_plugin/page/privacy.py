"""What the page holds of an order: copies of its rendering, without anything personal."""

from __future__ import annotations

from typing import Any

from ..tracking.models import Order
from .models import KeptPage


def export(order: Order) -> dict[str, Any]:
    """Return nothing: a kept page says what the order says."""
    return {}


def erase(order: Order, *, is_thorough: bool) -> None:
    """Drop the copies; the next visitor gets the stub."""
    KeptPage.objects.filter(order=order).delete()
