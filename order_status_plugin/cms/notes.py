"""The notes to the customer that a page may show. Which columns are read, and for whom, is decided here."""

from __future__ import annotations

from typing import Any

from ..events import Tier
from ..tracking.models import Order
from .models import OrderNote

COLUMNS = ("pk", "text", "is_public", "written_at", "changed_at")


def shown(order: Order, tier: Tier) -> list[Any]:
    """Return the order's notes that this tier may see, newest first: one query. Private ones are not read for others."""
    notes = OrderNote.objects.filter(order=order, withdrawn_at=None)
    if tier is Tier.PUBLIC:
        notes = notes.filter(is_public=True)
    return list(notes.values_list(*COLUMNS, named=True))


def is_public(note_id: int) -> bool | None:
    """Say whether anyone with the link sees this note; None where it was withdrawn."""
    return OrderNote.objects.filter(pk=note_id, withdrawn_at=None).values_list("is_public", flat=True).first()
