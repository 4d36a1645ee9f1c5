"""Notes that the host's own staff wrote for the customer: they stand on the page beside ours, and follow the host."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.utils import timezone
from django.utils.html import linebreaks

from ..events import NoteSnapshot, OrderSnapshot
from ..tracking.models import Order
from .models import OrderNote, OrderNoteEdit
from .rich_text import clean

Action = OrderNoteEdit.Action


def take(said: Sequence[tuple[Order, OrderSnapshot]]) -> None:
    """Let the orders' notes say what the snapshots say, in their transaction. Identified customers read them alone.

    Nobody is told: whoever writes at the host tells the customer from there.
    """
    for row, snap in said:
        if snap.notes is not None:
            _take(row, snap.notes)


def _take(row: Order, notes: Iterable[NoteSnapshot]) -> None:
    known = {note.host_reference: note for note in OrderNote.objects.filter(order=row).exclude(host_reference="")}
    for said in notes:
        text, note = clean(linebreaks(said.text, autoescape=True)), known.pop(said.reference[:190], None)
        if note is None:
            note = OrderNote(
                order=row, host_reference=said.reference[:190], author=row.host, written_at=said.written_at
            )
            _keep(note, text, Action.WRITTEN)
        elif text != note.text or note.withdrawn_at is not None:
            note.changed_at, note.withdrawn_at = timezone.now(), None
            _keep(note, text, Action.CHANGED)
    for note in known.values():
        if note.withdrawn_at is None:
            note.withdrawn_at = timezone.now()
            _keep(note, note.text, Action.WITHDRAWN)


def _keep(note: OrderNote, text: str, action: OrderNoteEdit.Action) -> None:
    note.text = text
    note.save()
    OrderNoteEdit.objects.create(
        note=note, action=action, at=timezone.now(), author=note.author, text=note.text, is_public=note.is_public
    )
