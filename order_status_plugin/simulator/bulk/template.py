"""The forms of one prototype's rows: what of each is filled in, and what stays as it was recorded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model

from ...intake.models import InboxMessage
from ...messages.models import MessageAttempt, OutboxMessage
from ...tracking.models import Parcel, TrackingEvent
from .forms import DAYS, Form, Hole, dated, plain
from .names import EventNames
from .people import as_json
from .prototype import Prototype

#: From a webhook to its being handled, and from what happens to the message that tells it.
HANDLED_AFTER, SENT_AFTER = dt.timedelta(seconds=1), dt.timedelta(seconds=20)

Holes = dict[str, tuple[str, tuple[Hole, ...]]]


class Body:
    """What a source posted, with its number and its days left open."""

    def __init__(self, raw: bytes, number: str, ordinals: Iterable[int]) -> None:
        text = raw.decode().replace(number, "\0n\0")
        for ordinal in set(ordinals):
            text = text.replace(DAYS[ordinal], f"\0{ordinal}\0")
        parts = text.split("\0")
        self._pattern = "".join("%s" if n % 2 else plain(part) for n, part in enumerate(parts))
        self._holes = [-1 if part == "n" else int(part) for part in parts[1::2]]

    def fill(self, number: str, shift: int) -> bytes:
        """Return it for another parcel, so many days later."""
        return (self._pattern % tuple([number if hole < 0 else DAYS[hole + shift] for hole in self._holes])).encode()


@dataclass(frozen=True, slots=True)
class EventForm:
    """An event, and the message that brought it: erased, or with its body."""

    event: Form
    names: EventNames
    parcel: int  # its place among the order's
    day: int  # of its local time
    heard: int  # the day of its receipt
    erased: Form
    whole: Form
    body: Body


@dataclass(frozen=True, slots=True)
class MessageForm:
    """A message that was sent, and the one try that it took."""

    message: Form
    tried: Form
    milestone: str
    subject: str  # with %s for a key
    about: str  # the name of that key, "" for none
    occurrence: str


@dataclass(slots=True)
class Template:
    """All that an order of this kind is made of."""

    day: int  # on which the prototype was placed
    country: str  # of the destination
    needs: dict[str, int]  # keys of each table
    carriers: list[str]  # of the parcels, by slug
    rows: list[Form]
    events: list[EventForm]
    messages: list[MessageForm]
    #: Events that were taken back, by the name under which a parcel's state has them: the event's place.
    taken_back: dict[str, int] = field(default_factory=dict)


def template(found: Prototype, connection: BaseDatabaseWrapper) -> Template:
    """Return the forms of a prototype."""
    return _Making(found, connection).template()


class _Making:
    def __init__(self, found: Prototype, connection: BaseDatabaseWrapper) -> None:
        self.found, self.connection = found, connection
        self.names: dict[type[Model], dict[int, str]] = {}
        for label, rows in (("line", found.lines), ("fulfillment", found.fulfillments), ("parcel", found.parcels)):
            for place, row in enumerate(rows):
                self.names.setdefault(type(row), {})[row.pk] = f"{label}{place}"
        self.parcels = {parcel.pk: place for place, parcel in enumerate(found.parcels)}
        self.taken_back: dict[str, int] = {}

    def template(self) -> Template:
        found = self.found
        rows = [self._order(), self._contact()]
        rows += [self._form(line, id=self._key(line), order_id=_hole("order0")) for line in found.lines]
        rows += [self._form(row, id=self._key(row), order_id=_hole("order0")) for row in found.fulfillments]
        rows += [
            self._form(
                row,
                fulfillment_id=_hole(f"fulfillment{self._place(found.fulfillments, row.fulfillment_id)}"),
                line_id=_hole(f"line{self._place(found.lines, row.line_id)}"),
            )
            for row in found.fulfilled
        ]
        rows += [self._parcel(parcel) for parcel in found.parcels]
        rows += [
            self._form(
                row,
                parcel_id=_hole(f"parcel{self.parcels[row.parcel_id]}"),
                earliest=dated(row.earliest),
                latest=dated(row.latest),
            )
            for row in found.estimates
        ]
        rows += [
            self._form(
                row, order_id=_hole("order0"), recipient_digest=_hole("recipient"), recipient_masked=_hole("masked")
            )
            for row in found.consents
        ]
        messages = [self._message(*news) for news in found.news]
        placed = found.order.placed_at or found.order.changed_at
        return Template(
            day=placed.astimezone(dt.UTC).toordinal(),
            country=found.kind.country,
            needs={
                "order": 1,
                "line": len(found.lines),
                "fulfillment": len(found.fulfillments),
                "parcel": len(found.parcels),
                "inbox": len(found.events),
                "message": len(messages),
            },
            carriers=[parcel.carrier for parcel in found.parcels],
            rows=rows,
            events=[self._event(event) for event in found.events],
            messages=messages,
            taken_back=self.taken_back,
        )

    def _form(self, row: Model, **holes: tuple[str, tuple[Hole, ...]]) -> Form:
        return Form(row, holes, self.connection)

    def _key(self, row: Any) -> tuple[str, tuple[Hole, ...]]:
        return _hole(self.names[type(row)][row.pk])

    @staticmethod
    def _place(rows: list[Any], pk: int) -> int:
        return next(place for place, row in enumerate(rows) if row.pk == pk)

    def _order(self) -> Form:
        names = ("reference", "number", "number_key", "locator", "snapshot_digest")
        return self._form(self.found.order, id=_hole("order0"), **{name: _hole(name) for name in names})

    def _contact(self) -> Form:
        names: Mapping[str, str] = {
            "order_id": "order0",
            "name": "name",
            "email": "email",
            "phone": "phone",
            "shipping_address": "address",
            "billing_address": "address",
            "checkout_email_digest": "email_digest",
            "email_digest": "email_digest",
            "checkout_phone_digest": "phone_digest",
            "phone_digest": "phone_digest",
        }
        return self._form(self.found.contact, **{column: _hole(name) for column, name in names.items()})

    def _parcel(self, parcel: Parcel) -> Form:
        place = self.parcels[parcel.pk]
        holes: Holes = {
            "id": self._key(parcel),
            "order_id": _hole("order0"),
            "fulfillment_id": _hole(f"fulfillment{self._place(self.found.fulfillments, parcel.fulfillment_id)}"),
            "state": self._state(parcel, place),
        }
        if parcel.number_key:
            holes |= {"tracking_number": _hole(f"number{place}"), "number_key": _hole(f"number{place}")}
        return self._form(parcel, **holes)

    def _state(self, parcel: Parcel, place: int) -> tuple[str, tuple[Hole, ...]]:
        """Return the fold's columns: the events that it names and the moment of its status are this order's own."""
        state = dict(parcel.state)
        since, taken = state.pop("since", ""), state.pop("taken_back", [])
        holes: list[Hole] = []
        for digest in taken:
            name = f"taken{place}.{len(holes)}"
            self.taken_back[name] = next(n for n, e in enumerate(self.found.events) if e.digest == digest)
            holes.append(name)
        moment, day = dated(since)
        pattern = plain(as_json({**state, "taken_back": ["\0"] * len(taken), "since": "\1"}))
        pattern = pattern.replace('"\\u0000"', '"%s"').replace("\\u0001", moment)
        return pattern, (*holes, *day)

    def _event(self, event: TrackingEvent) -> EventForm:
        place = self.parcels[event.parcel_id]
        number = self.found.parcels[place].number_key
        when, day = dated(event.sort_key[:-12])
        form = self._form(
            event,
            parcel_id=_hole(f"parcel{place}"),
            digest=_hole("digest"),
            fingerprint=_hole("fingerprint"),
            local_time=dated(event.local_time),
            sort_key=(f"{when}%s", (*day, "short")),
            message_id=_hole("message_id"),
        )
        told = InboxMessage(
            alias=event.source,
            state=InboxMessage.State.REDACTED,
            body=b"",
            headers={},
            attempts=1,
            received_at=event.received_at,
            due_at=event.received_at,
            handled_at=event.received_at + HANDLED_AFTER,
        )
        holes: Holes = {"id": _hole("message_id"), "key": _hole("message_key"), "digest": _hole("message_digest")}
        erased = self._form(told, **holes)
        told.state = InboxMessage.State.HANDLED
        heard = event.received_at.astimezone(dt.UTC).toordinal()
        days = {dt.date.fromisoformat(e.local_time[:10]).toordinal() for e in self.found.events} | {heard}
        return EventForm(
            event=form,
            names=EventNames(event, number),
            parcel=place,
            day=dt.date.fromisoformat(event.local_time[:10]).toordinal(),
            heard=heard,
            erased=erased,
            whole=self._form(told, body=_hole("body"), **holes),
            body=Body(self.found.bodies[event.pk], number, days),
        )

    def _message(self, milestone: str, about: tuple[str, int], occurrence: str, at: dt.datetime) -> MessageForm:
        kind, pk = about
        names = {name: key for rows in self.names.values() for key, name in rows.items() if name.startswith(kind)}
        name = next((name for name, key in names.items() if key == pk), "")
        subject = f"{kind}:%s" if name else kind
        sent = at + SENT_AFTER
        row = OutboxMessage(
            milestone=milestone,
            occurrence=occurrence,
            channel=self.found.channel,
            state=OutboxMessage.State.SENT,
            attempts=1,
            happened_at=at,
            created_at=at,
            due_at=at,
            sent_at=sent,
        )
        tried = MessageAttempt(started_at=sent, ended_at=sent + HANDLED_AFTER, outcome="sent")
        return MessageForm(
            message=self._form(
                row,
                id=_hole("message"),
                key=_hole("message_key"),
                order_id=_hole("order0"),
                subject=_hole("subject"),
                recipient_digest=_hole("recipient"),
                recipient_masked=_hole("masked"),
            ),
            tried=self._form(tried, message_id=_hole("message")),
            milestone=milestone,
            subject=subject,
            about=name,
            occurrence=occurrence,
        )


def _hole(name: str) -> tuple[str, tuple[Hole, ...]]:
    return "%s", (name,)
