"""What was ordered, and what the shop tells of it: from entries of ``extra`` and a status to fulfillments. Pure."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ...carriers.catalogue import normalise_number
from ...events import FulfillmentKind, FulfillmentSnapshot, ParcelSnapshot
from . import extra, words

#: The reference of what is sent without a word on which items: by a status, by a number, or first by one, then by both.
REST = "rest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """One item as it was ordered."""

    key: str
    code: str
    quantity: int
    is_physical: bool


@dataclass(slots=True)
class _Sending:
    reference: str
    quantities: Counter[str] = field(default_factory=Counter)
    sent_at: dt.datetime | None = None
    parcels: dict[str, ParcelSnapshot] = field(default_factory=dict)
    notifies: bool = True

    def add(self, entry: object, found: Iterable[ParcelSnapshot]) -> None:
        for parcel in found:
            self.parcels.setdefault(normalise_number(parcel.tracking_number) or parcel.carrier_text.casefold(), parcel)
        moments = [moment for moment in (self.sent_at, extra.sent_at(entry)) if moment is not None]
        self.sent_at = min(moments, default=None)
        self.notifies = self.notifies and extra.notifies(entry)


def fulfillments(
    ordered: Sequence[Ordered], entries: Iterable[object], parse: extra.ParseTracking, *, meaning: str | None, text: str
) -> tuple[FulfillmentSnapshot, ...]:
    """Return the acts of sending. ``meaning`` is that of the order's status, ``text`` the status in the shop's words."""
    left = Counter({item.key: item.quantity for item in ordered if item.is_physical})
    all_: dict[str, _Sending] = {}
    rest = _Sending(REST)
    for entry in entries:
        found, told = extra.parcels(entry, parse), extra.items(entry)
        named = _named(ordered, told, left)
        if named:
            reference = _reference(named, all_)
            sending = all_[reference] = _Sending(reference, named)
            sending.add(entry, found)
            left -= named
        elif found:
            # Of one item in two boxes, the second box says the same again.
            meant = {item.key for item in ordered if told.keys() & {item.key, item.code}}
            next((one for one in all_.values() if meant & one.quantities.keys()), rest).add(entry, found)
    left = +left
    for key in {key for sending in all_.values() for key in sending.parcels}:
        rest.parcels.pop(key, None)  # a note repeats what an entry says better
    # More parcels than items: the last ones belong to what was sent already.
    if rest.parcels and not left and all_:
        last = next(reversed(all_.values()))
        for key, parcel in rest.parcels.items():
            last.parcels.setdefault(key, parcel)
    elif left and (rest.parcels or meaning in words.SENDS):
        rest.quantities = left
        all_[REST] = rest
    return tuple(_snapshot(sending, meaning, text) for sending in all_.values())


def _named(ordered: Sequence[Ordered], told: dict[str, int], left: Counter[str]) -> Counter[str]:
    """Return how many of which items an entry sends: no more than are left."""
    taken: Counter[str] = Counter()
    for name, quantity in told.items():
        wanted = quantity or None
        for item in (item for item in ordered if name in (item.key, item.code)):
            free = left[item.key] - taken[item.key]
            n = free if wanted is None else min(free, wanted)
            if n > 0:
                taken[item.key] += n
                wanted = None if wanted is None else wanted - n
            if wanted == 0:
                break
    return +taken


def _reference(named: Counter[str], known: Iterable[str]) -> str:
    """Return a reference that stays while the entry names the same items: the shop keeps none."""
    reference = base = "+".join(f"{key}x{n}" for key, n in sorted(named.items()))[:170]
    number = 1
    while reference in known:
        number += 1
        reference = f"{base}#{number}"
    return reference


def _snapshot(sending: _Sending, meaning: str | None, text: str) -> FulfillmentSnapshot:
    kind = FulfillmentKind.SHIPPING
    if meaning == words.COLLECTED and not sending.parcels:
        kind = FulfillmentKind.PICKUP
    status = words.PARCELS.get(meaning or "")
    return FulfillmentSnapshot(
        reference=sending.reference,
        lines=tuple(sorted(sending.quantities.items())),
        sent_at=sending.sent_at,
        kind=kind,
        parcels=tuple(sending.parcels.values()),
        notify_customer=sending.notifies,
        host_status=status,
        host_status_text=text if status else "",
    )
