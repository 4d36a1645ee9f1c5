"""Some orders, locked and read at once; what is said of their parcels is applied in memory, and written at once.

``record`` alone makes one, inside its transaction. A single update is a batch of one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils import timezone

from ..events import ParcelStatus, TrackingScan, TrackingUpdate
from . import append, columns, refresh, tell, told
from .milestones import Reached
from .models import Order, Parcel
from .told import Told

#: What a source's events change, and what it may say beside them.
OF_EVENTS = ("last_checked_at", "status", "overlay", "state")
OF_DETAILS = (
    "source",
    "next_step",
    "signed_by",
    "left_at",
    "proof_url",
    "pickup_place",
    "pickup_hours",
    "handed_to",
    "handed_number",
    "pickup_until",
    "details_at",
)
OF_ORDER = ("version", "changed_at", "last_activity_at", "headline", "headline_at", "delivered_at", "closed_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One update, as a source said it."""

    source: str  # the alias it came by
    update: TrackingUpdate
    message_id: int | None = None
    received_at: dt.datetime = field(default_factory=timezone.now)


@dataclass(slots=True)
class Recorded:
    """What a tracking update did."""

    parcels: list[Parcel] = field(default_factory=list)
    applied: int = 0  # events that were new
    too_old: int = 0  # events of some earlier parcel with the same number
    is_news: bool = False  # a page could show something of it
    is_erased: bool = False  # about a parcel whose order was erased: nothing of it may be kept


class Batch:
    """Locked orders with their parcels. Use it inside of a transaction: ``read``, ``take`` for each update, ``write``."""

    def __init__(self, orders: Collection[int]) -> None:
        """Lock these orders, in the order of their keys, and read their parcels: another worker may just have written."""
        # Whoever adds a row that only points at one of these orders, e.g. a visitor, does not wait for us.
        rows = Order.objects.select_for_update(no_key=True).filter(pk__in=orders).order_by("pk") if orders else ()
        self.orders = {row.pk: row for row in rows}
        parcels = Parcel.objects.filter(order__in=self.orders).select_related("fulfillment") if self.orders else ()
        self.parcels = {parcel.pk: parcel for parcel in parcels}
        self._told: Mapping[int, Told] = {}
        self._wholes: Mapping[int, refresh.Whole] | None = None
        self._changed: dict[int, Order] = {}
        self._detailed: set[int] = set()  # parcels
        self._reached: list[Reached] = []
        self._turns: list[tell.Turn] = []

    def by_number(self) -> dict[str, list[Parcel]]:
        """Return the parcels by their normalised numbers."""
        found: dict[str, list[Parcel]] = {}
        for parcel in self.parcels.values():
            found.setdefault(parcel.number_key, []).append(parcel)
        return found

    def read(self, parcels: Iterable[Parcel]) -> None:
        """Read what was said so far of these parcels, of which something is to be taken."""
        alive = {row.pk: row for row in parcels if self.orders[row.order_id].erased_at is None}
        self._told = told.read(alive.values()) if alive else {}

    def take(self, said: Said, shares: Mapping[Parcel, Sequence[TrackingScan]], done: Recorded) -> None:
        """Give each parcel its share of an update, and fold it and its order anew."""
        for parcel, scans in shares.items():
            row = self.orders[parcel.order_id]
            if row.erased_at is not None:
                done.is_erased = True
                continue  # a tombstone: what carriers say may name people and places
            reached, is_changed, applied = self._append(row, self._told[parcel.pk], said, scans)
            done.parcels.append(parcel)
            done.applied += applied
            if is_changed:
                done.is_news = True
                self._change(row, said.received_at, reached)

    def write(self) -> None:
        """Write everything, each row once, and tell of it."""
        told.write(self._told.values())
        parcels = [self._told[pk].parcel for pk in sorted(self._told)]  # all who lock several do so in this order
        columns.update(Parcel, [row for row in parcels if row.pk not in self._detailed], OF_EVENTS)
        columns.update(Parcel, [row for row in parcels if row.pk in self._detailed], OF_EVENTS + OF_DETAILS)
        changed = list(self._changed.values())
        columns.update(Order, changed, OF_ORDER)
        tell.tell(changed, self._reached, self._turns)

    def _append(
        self, row: Order, so_far: Told, said: Said, scans: Sequence[TrackingScan]
    ) -> tuple[list[Reached], bool, int]:
        """Add events and estimate to one parcel; return milestones, whether it changed, and how many events."""
        parcel, received_at = so_far.parcel, said.received_at
        before, old_window, old_status = so_far.state, so_far.present_estimate(), ParcelStatus(parcel.status)
        applied = append.events(so_far, said.source, scans, message_id=said.message_id, received_at=received_at)
        is_changed = bool(applied)
        is_changed |= append.estimate(so_far, said.source, said.update, received_at)
        is_detailed = append.details(parcel, said.update, received_at)
        if not parcel.source and (scans or said.update.window):
            parcel.source = said.source
            is_detailed = True
        if is_detailed:
            is_changed = True
            self._detailed.add(parcel.pk)
        parcel.last_checked_at = max(filter(None, (parcel.last_checked_at, received_at)))
        refresh.put(parcel, so_far.state)
        reached = refresh.new_milestones(row, parcel, before, so_far.state, received_at)
        reached += refresh.moved_estimate(row, parcel, old_window, so_far.present_estimate())
        if parcel.status != old_status:
            self._turns.append(tell.Turn(row, parcel, old_status, ParcelStatus(parcel.status)))
        return reached, is_changed, applied

    def _change(self, row: Order, moment: dt.datetime, reached: list[Reached]) -> None:
        if self._wholes is None:
            self._wholes = refresh.wholes(self.orders, self.parcels.values())
        whole, old_headline = self._wholes[row.pk], row.headline
        refresh.order(row, whole)
        self._reached += reached + refresh.headline_milestones(row, whole, old_headline, moment)
        if row.pk not in self._changed:
            self._changed[row.pk] = row
            row.version += 1
        row.changed_at = timezone.now()
        row.last_activity_at = max(row.last_activity_at, moment)
