"""What was sent, and what the shop says of it since: from shipping events and statuses to fulfillments. Pure."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ...carriers.catalogue import normalise_number
from ...events import FulfillmentKind, FulfillmentSnapshot, ParcelSnapshot, ParcelStatus
from . import words

#: The reference of what was sent by a status alone, without a shipping event.
STATUS = "status"

#: The shop's word on what it sent before.
_STATUSES = {
    words.DELIVERED: ParcelStatus.DELIVERED,
    words.COLLECTED: ParcelStatus.COLLECTED,
    words.RETURNED: ParcelStatus.RETURNED,
}

ParseReference = Callable[[str], Iterable[ParcelSnapshot]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """One line as it was ordered."""

    key: int
    quantity: int
    is_physical: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One shipping event, or a status read as one."""

    reference: str
    word: str | None  # None: the shop's own word, which we do not know
    name: str  # in the shop's spelling
    at: dt.datetime | None  # None: the shop does not say when
    quantities: Mapping[int, int]
    notes: str = ""
    is_told: bool = True  # the customer hears of it


@dataclass(slots=True)
class _Sending:
    reference: str
    at: dt.datetime | None
    quantities: Counter[int] = field(default_factory=Counter)
    parcels: dict[str, ParcelSnapshot] = field(default_factory=dict)
    #: How many pieces each later word covers: a word counts once it covers all.
    told: dict[str, Counter[int]] = field(default_factory=dict)
    status: ParcelStatus | None = None
    status_text: str = ""
    status_at: dt.datetime | None = None
    #: Whether the latest act over it is one that the customer hears of.
    is_told: bool = True

    def add_parcels(self, parcels: Iterable[ParcelSnapshot]) -> None:
        for parcel in parcels:
            self.parcels.setdefault(normalise_number(parcel.tracking_number) or parcel.carrier_text.casefold(), parcel)

    def tell(self, act: Act, left: Counter[int]) -> Counter[int]:
        """Apply a later word to as much of ``left`` as was sent here; return what it took."""
        told = self.told.setdefault(act.word or act.name, Counter())
        taken = Counter({key: min(left[key], n - told[key]) for key, n in self.quantities.items()})
        taken = +taken
        told.update(taken)
        self.is_told = act.is_told if taken else self.is_told
        if taken and all(told[key] >= n for key, n in self.quantities.items()):
            self.status = _STATUSES.get(act.word or "")
            self.status_text, self.status_at = act.name, act.at
        return taken


class Sendings:
    """The acts of one order, applied one after the other."""

    def __init__(self, lines: Sequence[Ordered], parse: ParseReference) -> None:
        """Begin with nothing sent."""
        self._lines = {line.key: line for line in lines}
        self._parse = parse
        self._all: dict[str, _Sending] = {}
        self._sent: Counter[int] = Counter()
        #: Pieces that will never be sent.
        self.cancelled: Counter[int] = Counter()

    def __bool__(self) -> bool:
        """Say whether anything was sent."""
        return bool(self._all)

    def apply(self, act: Act) -> None:
        """Take in the next act, in the order of time."""
        if act.word == words.IGNORE:
            return
        if act.word == words.SENT:
            parcels = tuple(self._parse(act.notes))
            if not self._send(act, parcels):
                self._join(act, parcels)
        elif act.word == words.CANCELLED:
            self.cancelled.update(self._free(act.quantities))
        else:
            left = self._tell(act)
            if act.word in (words.DELIVERED, words.COLLECTED) and self._send(
                Act(
                    reference=act.reference,
                    word=act.word,
                    name=act.name,
                    at=act.at,
                    quantities=left,
                    is_told=act.is_told,
                ),
                tuple(self._parse(act.notes)),
            ):
                self._all[act.reference].tell(act, left)

    def _free(self, quantities: Mapping[int, int]) -> Counter[int]:
        """Return how much of these is still to be sent."""
        return +Counter(
            {
                key: min(n, self._lines[key].quantity - self._sent[key] - self.cancelled[key])
                for key, n in quantities.items()
                if key in self._lines
            }
        )

    def _send(self, act: Act, parcels: Iterable[ParcelSnapshot]) -> bool:
        """Begin a fulfillment with what was not sent yet; say whether there was anything."""
        fresh = self._free(act.quantities)
        if not fresh:
            return False
        sending = self._all.setdefault(act.reference, _Sending(act.reference, act.at))
        sending.quantities.update(fresh)
        sending.add_parcels(parcels)
        sending.is_told = act.is_told
        self._sent.update(fresh)
        return True

    def _join(self, act: Act, parcels: tuple[ParcelSnapshot, ...]) -> None:
        """Add the parcels of a second event over what was sent already, e.g. a number that came later."""
        for sending in self._candidates(parcels):
            if parcels and any(sending.quantities[key] for key in act.quantities):
                sending.add_parcels(parcels)
                sending.is_told = act.is_told
                return

    def _tell(self, act: Act) -> Counter[int]:
        """Spread a later word over what was sent; return what it covers beside that."""
        left = Counter(act.quantities)
        for sending in self._candidates(tuple(self._parse(act.notes)) if act.notes else ()):
            taken = sending.tell(act, left)
            left -= taken
            if act.word == words.RETURNED:
                # What came back can be sent again.
                self._sent.subtract(taken)
        return left

    def _candidates(self, parcels: Sequence[ParcelSnapshot]) -> list[_Sending]:
        """Return what was sent: first what has one of these numbers, then what has not ended, then by time."""
        numbers = {normalise_number(parcel.tracking_number) for parcel in parcels} - {""}
        return sorted(self._all.values(), key=lambda one: (not numbers & one.parcels.keys(), one.status is not None))

    def snapshots(self) -> tuple[FulfillmentSnapshot, ...]:
        """Return the fulfillments as they stand."""
        return tuple(self._snapshot(sending) for sending in self._all.values())

    def _snapshot(self, sending: _Sending) -> FulfillmentSnapshot:
        kind = FulfillmentKind.SHIPPING
        if not any(self._lines[key].is_physical for key in sending.quantities):
            kind = FulfillmentKind.DIGITAL
        elif sending.status is ParcelStatus.COLLECTED and not sending.parcels:
            kind = FulfillmentKind.PICKUP
        return FulfillmentSnapshot(
            reference=sending.reference,
            lines=tuple((str(key), n) for key, n in sorted(sending.quantities.items())),
            sent_at=sending.at,
            kind=kind,
            parcels=tuple(sending.parcels.values()),
            notify_customer=sending.is_told,
            host_status=sending.status,
            host_status_text=sending.status_text,
            host_status_at=sending.status_at,
        )
