"""What the shop wrote to the customer."""

from __future__ import annotations

from django.utils.safestring import mark_safe

from ..cms import notes
from ..events import Tier
from ..tracking.models import Order
from . import dates
from .model import NoteView


def notes_for(order: Order, tier: Tier) -> tuple[NoteView, ...]:
    """Return the notes that this tier may see, newest first."""
    return tuple(
        NoteView(
            anchor=f"note-{row.pk}",
            html=mark_safe(row.text),  # noqa: S308 - cleaned when it was written
            when=dates.shop_moment(row.written_at),
            changed=dates.shop_moment(row.changed_at) if row.changed_at else None,
            is_private=not row.is_public,
        )
        for row in notes.shown(order, tier)
    )
