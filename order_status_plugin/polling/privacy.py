"""What polling holds of an order: when which source was asked about which parcel, and what it answered where it refused."""

from __future__ import annotations

from typing import Any

from ..tracking.dump import dump
from ..tracking.models import Order
from . import follow
from .models import Poll


def export(order: Order) -> dict[str, Any]:
    """Return the rows of the order's parcels."""
    polls = Poll.objects.filter(parcel__order=order).order_by("pk")
    return {"polls": [dump(poll, without=("id", "parcel", "pace")) for poll in polls]}


def erase(order: Order, *, is_thorough: bool) -> None:
    """Drop the rows: nobody is asked about an erased order."""
    follow.forget(order)
