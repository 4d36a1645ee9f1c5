"""What editors and staff wrote to the customer of one order."""

from __future__ import annotations

from typing import Any

from ..tracking.dump import dump
from ..tracking.models import Order
from .models import OrderNote


def export(order: Order) -> dict[str, Any]:
    """Return every note with its history, without who of the staff wrote it."""
    notes = OrderNote.objects.filter(order=order).order_by("pk").prefetch_related("edits")
    return {
        "notes": [
            {
                **dump(note, without=("id", "order", "author")),
                "edits": [dump(edit, without=("id", "note", "author")) for edit in note.edits.all()],
            }
            for note in notes
        ]
    }


def erase(order: Order, *, is_thorough: bool) -> None:
    """Delete the notes with their history: all that they hold is words to one person."""
    OrderNote.objects.filter(order=order).delete()
