"""Notes that the host's own staff wrote for the customer: they stand on the page beside ours, and follow the host."""

from __future__ import annotations

from django.utils import timezone
from django.utils.html import linebreaks

from ..events import OrderSnapshot
from ..tracking.models import Order
from .models import OrderNote, OrderNoteEdit
from .rich_text import clean

Action = OrderNoteEdit.Action


def take(row: Order, snap: OrderSnapshot) -> None:
    """Let the order's notes say what the snapshot says, in its transaction. Identified customers read them alone.

    Nobody is told: whoever writes at the host tells the customer from there.
    """
    if snap.notes is None:
        return
    known = {note.host_reference: note for note in OrderNote.objects.filter(order=row).exclude(host_reference="")}
    for said in snap.notes:
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
