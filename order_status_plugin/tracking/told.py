"""What was said of some parcels: read at once, added to and folded in memory, written at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from . import rows
from .estimate import Statement, moves
from .fold import FoldEvent, ParcelState, fold
from .models import DeliveryEstimate, Parcel, TrackingEvent

#: What the fold reads of an event: the rest stays in the database.
_OF_EVENT = (
    "parcel_id",
    "sort_key",
    "digest",
    "source",
    "source_id",
    "status",
    "overlay",
    "local_time",
    "utc_offset",
    "occurred_at",
    "precision",
    "fingerprint",
    "reason",
)
_OF_ESTIMATE = ("parcel_id", "stated_at", "source", "earliest", "latest", "reason")


@dataclass(slots=True)
class Told:
    """Everything that was said of one parcel, and what it comes to."""

    parcel: Parcel
    events: list[FoldEvent] = field(default_factory=list)
    estimates: list[Statement] = field(default_factory=list)
    #: Not in the database yet.
    new_events: list[TrackingEvent] = field(default_factory=list)
    new_estimates: list[DeliveryEstimate] = field(default_factory=list)
    state: ParcelState = field(default_factory=ParcelState)
    statements: list[Statement] = field(default_factory=list)
    _fingerprints: set[str] = field(default_factory=set)

    def is_known(self, fingerprint: str) -> bool:
        """Say whether an event with this fingerprint is among them."""
        return fingerprint in self._fingerprints

    def add_events(self, new: Iterable[TrackingEvent]) -> None:
        """Add events that are not known, and fold anew."""
        for event in new:
            self.new_events.append(event)
            self.events.append(rows.fold_event(event))
        self._fold()

    def add_estimate(self, new: DeliveryEstimate) -> bool:
        """Add a statement on the day of delivery; return whether that says anything new."""
        said = rows.statement(new)
        if any(_identity(known) == _identity(said) for known in self.estimates):
            return False
        before = self.statements
        self.new_estimates.append(new)
        self.estimates.append(said)
        self.statements = moves(self.estimates)
        return self.statements != before

    def present_estimate(self) -> Statement | None:
        """Return the last word on the day of delivery, which may be that there is none."""
        return self.statements[-1] if self.statements else None

    def _fold(self) -> None:
        self._fingerprints = {event.fingerprint for event in self.events}
        self.state = fold(self.events)


def _identity(said: Statement) -> tuple[object, ...]:
    """Return what makes a statement one: said again with another reason, it is the same."""
    return said.source, said.stated_at, said.earliest, said.latest


def read(parcels: Iterable[Parcel]) -> dict[int, Told]:
    """Return what was said of these parcels, by key. Read under the lock of their orders: nobody adds meanwhile."""
    told = {parcel.pk: Told(parcel) for parcel in parcels}
    events = TrackingEvent.objects.filter(parcel__in=told).order_by()
    for event in events.values_list(*_OF_EVENT, named=True):
        told[event.parcel_id].events.append(rows.fold_event(event))
    estimates = DeliveryEstimate.objects.filter(parcel__in=told).order_by()
    for estimate in estimates.values_list(*_OF_ESTIMATE, named=True):
        told[estimate.parcel_id].estimates.append(rows.statement(estimate))
    for one in told.values():
        one.statements = moves(one.estimates)
        one._fold()
    return told


def write(told: Collection[Told]) -> None:
    """Insert what is new."""
    events = [event for one in told for event in one.new_events]
    estimates = [estimate for one in told for estimate in one.new_estimates]
    if events:
        TrackingEvent.objects.bulk_create(events, ignore_conflicts=True)
    if estimates:
        DeliveryEstimate.objects.bulk_create(estimates, ignore_conflicts=True)
