"""Write to the customer: each call is one transaction of note, history, the order's version and what is told."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from ..events import Milestone
from ..exceptions import OrderStatusError
from ..tracking import record
from ..tracking.milestones import Reached
from ..tracking.models import Order
from .models import OrderNote, OrderNoteEdit
from .rich_text import clean


class CannotWrite(OrderStatusError):
    """The order was erased, the note was withdrawn or erased meanwhile, or it is the host's to change."""


def write(
    order: Order,
    text: str,
    *,
    author: str,
    is_public: bool = False,
    is_told: bool = False,
    message_id: int | None = None,
) -> OrderNote:
    """Put a note on an order's page, and return it. Raises CannotWrite for an erased order.

    ``text`` is HTML and is cleaned; ``author`` is a user's name, for staff; ``is_public`` shows it to anyone with the
    link, else to identified customers only; ``is_told`` tells the customer that there is one, without its words.
    ``message_id`` is the inbox message that asks for it: asked for again, the note that was written is returned.
    """
    with transaction.atomic():
        row, now = _locked(order.pk), timezone.now()
        if message_id is not None and (known := OrderNote.objects.filter(message_id=message_id).first()):
            return known
        note = OrderNote.objects.create(
            order=row,
            text=clean(text),
            is_public=is_public,
            author=author[:150],
            written_at=now,
            message_id=message_id,
        )
        _keep(row, note, OrderNoteEdit.Action.WRITTEN, author, now, is_told=is_told)
    return note


def change(note: OrderNote, text: str, *, author: str, is_public: bool, is_told: bool = False) -> OrderNote:
    """Let a note read otherwise; takes what :func:`write` takes. The same words for the same readers change nothing."""
    with transaction.atomic():
        row, note, now = *_standing(note), timezone.now()
        text = clean(text)
        if (text, is_public) == (note.text, note.is_public) and not is_told:
            return note
        if text != note.text:
            note.changed_at = now
        note.text, note.is_public = text, is_public
        note.save()
        _keep(row, note, OrderNoteEdit.Action.CHANGED, author, now, is_told=is_told)
    return note


def withdraw(note: OrderNote, *, author: str) -> OrderNote:
    """Take a note off the page. It stays for staff, with its history."""
    with transaction.atomic():
        row, note, now = *_standing(note), timezone.now()
        note.withdrawn_at = now
        note.save()
        _keep(row, note, OrderNoteEdit.Action.WITHDRAWN, author, now, is_told=False)
    return note


def _locked(order_id: int) -> Order:
    row = Order.objects.select_for_update().get(pk=order_id)
    if row.erased_at is not None:
        raise CannotWrite(gettext("The customer's data was erased: there is nobody to write to."))
    return row


def _standing(note: OrderNote) -> tuple[Order, OrderNote]:
    """Return order and note as they are now, the order locked."""
    row = _locked(note.order_id)
    found = OrderNote.objects.filter(pk=note.pk, withdrawn_at=None).first()
    if found is None:
        raise CannotWrite(gettext("The note was withdrawn."))
    if found.host_reference:
        raise CannotWrite(gettext("The note was written in the shop. Change it there."))
    return row, found


def _keep(
    row: Order, note: OrderNote, action: OrderNoteEdit.Action, author: str, now: dt.datetime, *, is_told: bool
) -> None:
    edit = OrderNoteEdit.objects.create(
        note=note, action=action, at=now, author=author, text=note.text, is_public=note.is_public, is_told=is_told
    )
    told = Reached(
        order=row,
        milestone=Milestone.NOTE,
        subject=f"note:{note.pk}",
        occurrence=str(edit.pk),
        happened_at=now,
        is_news=True,
    )
    record.changed(row, now, [told] if is_told else [])
