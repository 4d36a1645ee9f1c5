"""The notes to the customer that a page may show. Which columns are read, and for whom, is decided here."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from ..events import Tier
from ..tracking.models import Order
from .models import OrderNote, OrderNoteEdit

COLUMNS = ("pk", "text", "is_public", "written_at", "changed_at")


def shown(order: Order, tier: Tier) -> list[Any]:
    """Return the order's notes that this tier may see, newest first: one query. Private ones are not read for others."""
    notes = OrderNote.objects.filter(order=order, withdrawn_at=None)
    if tier is Tier.PUBLIC:
        notes = notes.filter(is_public=True)
    return list(notes.values_list(*COLUMNS, named=True))


@dataclass(frozen=True, slots=True)
class NoteThen:
    """A note as it stood at a moment: the columns of ``COLUMNS``."""

    pk: int
    text: str
    is_public: bool
    written_at: dt.datetime
    changed_at: dt.datetime | None


def shown_at(order: Order, tier: Tier, moment: dt.datetime) -> list[NoteThen]:
    """Return the order's notes as this tier could see them at a moment, newest first, by their history: one query."""
    steps: dict[int, list[OrderNoteEdit]] = {}
    for step in OrderNoteEdit.objects.filter(note__order=order, at__lte=moment).order_by("at", "pk"):
        steps.setdefault(step.note_id, []).append(step)
    then = [
        NoteThen(pk, own[-1].text, own[-1].is_public, own[0].at, _reworded_at(own))
        for pk, own in steps.items()
        if own[-1].action != OrderNoteEdit.Action.WITHDRAWN
    ]
    return sorted(
        (note for note in then if note.is_public or tier is not Tier.PUBLIC),
        key=lambda note: (note.written_at, note.pk),
        reverse=True,
    )


def _reworded_at(steps: list[OrderNoteEdit]) -> dt.datetime | None:
    """Return when the words last changed, as ``OrderNote.changed_at`` has it."""
    changes = [after.at for before, after in pairwise(steps) if before.text != after.text]
    return changes[-1] if changes else None


def is_public(note_id: int) -> bool | None:
    """Say whether anyone with the link sees this note; None where it was withdrawn."""
    return OrderNote.objects.filter(pk=note_id, withdrawn_at=None).values_list("is_public", flat=True).first()
