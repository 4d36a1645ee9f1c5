"""The personal values of an order: which columns they are, and the picture of an order with marks in their place."""

from __future__ import annotations

import datetime as dt
from collections import namedtuple
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..tracking.queries import PRIVATE_ESTIMATE, PRIVATE_EVENT, PRIVATE_PARCEL, ParcelRows, Picture
from .marks import Marked, Values
from .model import NoteView

#: Of an order itself: what it is called, and what it cost.
ORDER = frozenset({"number", "total", "items_total", "shipping_total", "tax_total", "refunded_total"})
CONTACT = frozenset(
    {"name", "email", "phone", "shipping_address", "billing_address", "payment_summary", "line_texts"}
    | {"customer_reference", "email_digest", "phone_digest", "checkout_email_digest", "checkout_phone_digest"}
)
LINE = frozenset({"total"})
PARCEL, EVENT, ESTIMATE = frozenset(PRIVATE_PARCEL), frozenset(PRIVATE_EVENT), frozenset(PRIVATE_ESTIMATE)
#: When we heard of an event: nobody's but ours.
EVENT -= {"received_at"}

NoteRow = namedtuple("NoteRow", ("pk", "text"))


@dataclass(slots=True)
class MarkedPicture(Picture):
    """The rows of one order with marks for all that is personal. ``values`` are what they stand for."""

    values: Values | None = None


def values_of(found: Picture, notes: Iterable[NoteView], now: dt.datetime) -> Values:
    """Return the values of a picture of the private tier, and of the notes beside it."""
    rows: dict[str, Any] = {"o": found.order, "c": found.contact}
    rows |= {f"l{line.pk}": line for line in found.lines}
    for parcel in found.parcels:
        rows[f"p{parcel.row.pk}"] = parcel.row
        rows |= {f"e{event.pk}": event for event in parcel.events}
        rows |= {f"s{said.pk}": said for said in parcel.estimates}
    rows |= {key: NoteRow(key, str(note.html)) for note in notes if (key := _key_of(note))}
    return Values(found.order, found.contact, rows, now)


def marked(found: Picture, values: Values) -> MarkedPicture:
    """Return a picture of the private tier with marks in the place of these values."""
    return MarkedPicture(
        order=Marked(found.order, "o", ORDER, values),  # type: ignore[arg-type]
        tier=found.tier,
        lines=[Marked(line, f"l{line.pk}", LINE, values) for line in found.lines],
        fulfillments=found.fulfillments,
        quantities=found.quantities,
        parcels=[
            ParcelRows(
                row=Marked(parcel.row, f"p{parcel.row.pk}", PARCEL, values),
                events=[Marked(event, f"e{event.pk}", EVENT, values) for event in parcel.events],
                estimates=[Marked(said, f"s{said.pk}", ESTIMATE, values) for said in parcel.estimates],
            )
            for parcel in found.parcels
        ],
        contact=Marked(found.contact, "c", CONTACT, values) if found.contact else None,  # type: ignore[arg-type]
        has_points=found.has_points,
        values=values,
    )


def marked_notes(notes: Sequence[NoteView], values: Values) -> tuple[NoteView, ...]:
    """Return the notes with marks for their words."""
    return tuple(replace(note, html=values.mark(f"{_key_of(note)}-text~as_html")) for note in notes)


def _key_of(note: NoteView) -> str:
    return note.anchor.replace("note-", "n")
