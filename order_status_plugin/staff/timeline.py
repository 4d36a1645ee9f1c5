"""Everything that happened around one order, in one list: what carriers said, messages, notes, who looked, what was done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..access.models import AuditEntry, StaffView
from ..cms.models import OrderNoteEdit
from ..events import Overlay, ParcelStatus, Tier
from ..messages.told import messages_of
from ..tracking.models import Fulfillment, Order, TrackingEvent
from ..view.words import OVERLAY, PLAIN_EVENT, STATUS
from . import log, notes

#: As many entries of each kind as are read, and as many as are shown.
MOST = 200

KINDS: dict[str, str | Promise] = {
    "order": gettext_lazy("Order"),
    "event": gettext_lazy("Carrier"),
    "message": gettext_lazy("Message"),
    "note": gettext_lazy("Note"),
    "look": gettext_lazy("Staff"),
    "deed": gettext_lazy("Access"),
}
#: Who reads more than the order and its carriers: for each kind, who holds one of these.
READERS = {
    "message": (notes.SEE_MESSAGES,),
    "note": (notes.VIEW, notes.ADD, notes.CHANGE),
    "look": ("order_status_plugin.view_staffview",),
    "deed": ("order_status_plugin.view_auditentry",),
}
LOOKS: dict[str, str | Promise] = {
    Tier.PUBLIC: gettext_lazy("Looked at the page as anyone with the link"),
    Tier.PRIVATE: gettext_lazy("Looked at the page as the customer"),
    Tier.STAFF: gettext_lazy("Looked at the page as staff"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that happened. ``at`` is when we know it from."""

    at: dt.datetime
    kind: str
    what: str
    detail: str = ""
    who: str = ""

    @property
    def kind_word(self) -> str:
        """Return the kind, in the reader's language."""
        return str(KINDS[self.kind])


def timeline(user: Any, order: Order) -> list[Entry]:
    """Return the newest entries that a user may see, newest first, in a number of queries that no entry adds to."""
    found: list[Entry] = [*_order(order), *_events(order)]
    for kind, read in (("message", _messages), ("note", _notes), ("look", _looks), ("deed", _deeds)):
        if any(map(user.has_perm, READERS[kind])):
            found += read(order)
    return sorted(found, key=lambda entry: entry.at, reverse=True)[:MOST]


def _order(order: Order) -> Iterator[Entry]:
    if order.placed_at:
        yield Entry(at=order.placed_at, kind="order", what=_("Placed"), who=order.host)
    for sent in _newest(Fulfillment.objects.filter(order=order), "-sent_at"):
        what = _("Sent, and taken back") if sent.is_cancelled else _("Sent")
        by_hand = sent.is_by_hand
        detail, who = ("", _("By hand")) if by_hand else (sent.reference, order.host)
        yield Entry(at=sent.sent_at, kind="order", what=what, detail=detail, who=who)


def _events(order: Order) -> Iterator[Entry]:
    rows = TrackingEvent.objects.filter(parcel__order=order).select_related("parcel")
    for event in _newest(rows, "-received_at", "-pk"):
        word = STATUS[ParcelStatus(event.status)] if event.status else PLAIN_EVENT
        parts = [str(word), str(OVERLAY[Overlay(event.overlay)]) if event.overlay else ""]
        told = (event.local_time.replace("T", " "), event.place_text, event.message, event.raw_code, event.rule)
        yield Entry(
            at=event.received_at,
            kind="event",
            what=", ".join(filter(None, parts)),
            detail=" · ".join(filter(None, told)),
            who=event.source,
        )


def _messages(order: Order) -> Iterator[Entry]:
    for told in messages_of(order):
        why = told.why or told.row.reason
        yield Entry(
            at=told.at,
            kind="message",
            what=f"{told.what}: {told.state}",
            detail=" · ".join(filter(None, (told.recipient, why))),
            who=told.channel,
        )


def _notes(order: Order) -> Iterator[Entry]:
    for edit in _newest(OrderNoteEdit.objects.filter(note__order=order), "-at", "-pk"):
        words = strip_tags(edit.text)[:300]
        yield Entry(at=edit.at, kind="note", what=edit.get_action_display(), detail=words, who=edit.author)


def _looks(order: Order) -> Iterator[Entry]:
    for look in _newest(StaffView.objects.filter(order=order), "-at"):
        yield Entry(at=look.at, kind="look", what=str(LOOKS.get(look.viewed_as, look.viewed_as)), who=look.user)


def _deeds(order: Order) -> Iterator[Entry]:
    for entry in _newest(AuditEntry.objects.filter(order=order), "-at"):
        yield Entry(at=entry.at, kind="deed", what=log.word(entry), detail=entry.detail, who=entry.actor)


def _newest(rows: QuerySet[Any], *order: str) -> Iterable[Any]:
    return rows.order_by(*order)[:MOST]
