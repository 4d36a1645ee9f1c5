"""What is kept of an order beside its own rows: that its link was written into Saleor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .models import SaleorLink

if TYPE_CHECKING:
    from ...tracking.models import Order


def export(order: Order) -> dict[str, Any]:
    """Return nothing: a digest of the link says nothing of anybody."""
    return {}


def erase(order: Order, *, is_thorough: bool) -> None:
    """Forget it."""
    SaleorLink.objects.filter(alias=order.host, reference=order.reference).delete()
