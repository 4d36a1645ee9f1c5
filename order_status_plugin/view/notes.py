"""What the shop wrote to the customer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from ..cms import notes
from ..events import Tier
from ..tracking.models import Order
from . import dates
from .marks import form
from .model import NoteView


def notes_for(order: Order, tier: Tier) -> tuple[NoteView, ...]:
    """Return the notes that this tier may see, newest first."""
    return views_of(notes.shown(order, tier))


def views_of(rows: Iterable[Any]) -> tuple[NoteView, ...]:
    """Return notes as a page shows them: rows of ``cms.notes``."""
    return tuple(
        NoteView(
            anchor=f"note-{row.pk}",
            html=as_html(row.text),
            when=dates.shop_moment(row.written_at),
            changed=dates.shop_moment(row.changed_at) if row.changed_at else None,
            is_private=not row.is_public,
        )
        for row in rows
    )


@form()
def as_html(words: str) -> SafeString:
    """Return the words of a note as HTML: they were cleaned when they were written."""
    return mark_safe(words)  # noqa: S308


def example(tier: Tier, now: dt.datetime) -> tuple[NoteView, ...]:
    """Return what might be written on an order that nobody placed: a note as most are, for identified customers."""
    if tier is Tier.PUBLIC:
        return ()
    text = format_html("<p>{}</p>", _("An example: here stands what you write to this customer."))
    return (NoteView(anchor="note-example", html=text, when=dates.shop_moment(now - dt.timedelta(hours=3))),)
