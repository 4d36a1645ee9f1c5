"""The rows of a picture, folded and counted once, before any word is chosen."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from ..carriers import catalogue
from ..conf import conf
from ..events import FulfillmentKind, Overlay, ParcelStatus, Tier
from ..tracking import rows
from ..tracking.estimate import Statement, moves
from ..tracking.fold import ARRIVED, ENDED, FoldEvent, ParcelState, distinct, fold
from ..tracking.queries import ParcelRows, Picture
from . import dates


@dataclass(slots=True)
class ParcelFacts:
    """One parcel, folded."""

    row: Any
    state: ParcelState
    status: ParcelStatus
    overlay: Overlay
    events: list[Any]  # rows, newest first, one telling of each
    statements: list[Statement]
    sent_at: dt.datetime
    is_live: bool
    name: str  # of the carrier, for people; "" where nobody said

    @property
    def carrier(self) -> str:
        """Return how a sentence calls the carrier."""
        return self.name or _("the carrier")

    @property
    def handed_to(self) -> str:
        """Return the carrier that brings it the last part of the way, "" where nobody said."""
        carrier = catalogue.find(self.row.handed_to) if self.row.handed_to else None
        return carrier.name if carrier else str(self.row.handed_to)

    @property
    def bringer(self) -> str:
        """Return how a sentence calls the carrier that comes to the door."""
        return self.handed_to or self.carrier

    @property
    def has_ended(self) -> bool:
        """Say whether nothing is to come."""
        return self.status in ENDED

    @property
    def has_arrived(self) -> bool:
        """Say whether the customer has it."""
        return self.status in ARRIVED

    @property
    def is_unscanned(self) -> bool:
        """Say whether the carrier has not moved it yet, as far as anyone knows."""
        return self.status in (ParcelStatus.CONFIRMED, ParcelStatus.LABEL_CREATED)

    @property
    def window(self) -> Statement | None:
        """Return the estimate that stands while the parcel is on its way."""
        said = self.statements[-1] if self.statements else None
        return said if said and said.earliest and self.is_live and not self.has_ended else None

    @property
    def last_day(self) -> dt.date | None:
        """Return the last day that the estimate allows."""
        moment = dates.local(self.window.latest or self.window.earliest) if self.window else None
        return moment.date() if moment else None

    @property
    def first_day(self) -> dt.date | None:
        """Return the first day that the estimate allows."""
        moment = dates.local(self.window.earliest) if self.window else None
        return moment.date() if moment else None

    def heard(self) -> dt.datetime | None:
        """Return when the carrier last moved it, or was to take it over; None where nothing is to be heard."""
        if not self.is_live or self.has_ended:
            return None
        if self.is_unscanned:
            return self.sent_at
        newest = self.events[0] if self.events else None
        moment = dates.local(newest.local_time) if newest else None
        return newest.occurred_at or (moment.replace(tzinfo=dt.UTC) if moment else None) if newest else None

    def is_silent(self, now: dt.datetime) -> bool:
        """Say whether nothing has been heard of it for too long."""
        heard = self.heard()
        return heard is not None and heard + conf.SILENT_AFTER <= now

    def silence_grows(self, now: dt.datetime) -> dt.datetime | None:
        """Return when silence will begin, or be a day longer than it is now."""
        heard = self.heard()
        if heard is None:
            return None
        begins = heard + conf.SILENT_AFTER
        return begins if begins > now else heard + dt.timedelta(days=(now - heard).days + 1)

    def when(self, event: FoldEvent | None) -> Any:
        """Return the row of a fold's event, None for none."""
        return next((row for row in self.events if event and row.fingerprint == event.fingerprint), None)

    def first(self, *statuses: ParcelStatus) -> Any:
        """Return the first event with one of these statuses, None for none."""
        return next((row for row in reversed(self.events) if row.status in statuses), None)


@dataclass(slots=True)
class OrderFacts:
    """One order, folded and counted."""

    picture: Picture
    now: dt.datetime  # aware
    today: dt.date  # in the shop's zone
    parcels: list[ParcelFacts]  # as sent
    to_send: int
    unsent: dict[int, int]  # line -> how many of its pieces are not sent yet
    may_see_all: bool

    @property
    def unsent_count(self) -> int:
        """Return how many pieces are not sent yet."""
        return sum(self.unsent.values())

    @property
    def arrived(self) -> list[ParcelFacts]:
        """Return the parcels that the customer has."""
        return [parcel for parcel in self.parcels if parcel.has_arrived]

    @property
    def moving(self) -> list[ParcelFacts]:
        """Return the parcels that somebody follows and that have not ended."""
        return [parcel for parcel in self.parcels if parcel.is_live and not parcel.has_ended]

    @property
    def lead(self) -> ParcelFacts | None:
        """Return the parcel that the headline speaks about: the one that needs most, or the last that came."""
        rank = {
            ParcelStatus.ATTEMPTED_DELIVERY: 0,
            ParcelStatus.OUT_FOR_DELIVERY: 1,
            ParcelStatus.READY_FOR_PICKUP: 1,
        }

        def order(parcel: ParcelFacts) -> tuple[object, ...]:
            urgent = 0 if parcel.state.is_attempt_open else rank.get(parcel.status, 2)
            return (parcel.has_ended, not parcel.is_live, urgent, parcel.first_day or dt.date.max)

        if self.parcels and all(parcel.has_arrived for parcel in self.parcels):
            return max(self.parcels, key=lambda parcel: parcel.state.since.sort_key if parcel.state.since else "")
        return min(self.parcels, key=order, default=None)


def gather(picture: Picture, now: dt.datetime) -> OrderFacts:
    """Return the facts of a picture."""
    may_see_all = picture.tier is not Tier.PUBLIC
    sent_at = {row.pk: row.sent_at for row in picture.fulfillments}
    parcels = [_parcel(found, sent_at[found.row.fulfillment_id]) for found in picture.parcels]
    parcels = [parcel for parcel in parcels if parcel.status is not ParcelStatus.CANCELLED]
    standing = {parcel.row.fulfillment_id for parcel in parcels}
    sent: dict[int, int] = {}
    for fulfillment in picture.fulfillments:
        if fulfillment.pk in standing or fulfillment.kind == FulfillmentKind.DIGITAL:
            for line, quantity in picture.quantities.get(fulfillment.pk, {}).items():
                sent[line] = sent.get(line, 0) + quantity
    physical = [line for line in picture.lines if line.is_physical]
    unsent = {line.pk: line.quantity - sent.get(line.pk, 0) for line in physical}
    return OrderFacts(
        picture=picture,
        now=now,
        today=now.astimezone(dates.shop_zone()).date(),
        parcels=parcels,
        to_send=sum(line.quantity for line in physical),
        unsent={line: left for line, left in unsent.items() if left > 0},
        may_see_all=may_see_all,
    )


def _parcel(found: ParcelRows, sent_at: dt.datetime) -> ParcelFacts:
    row = found.row
    events = {event.fingerprint: event for event in found.events}
    tellings = [rows.fold_event(event) for event in found.events]
    carrier = catalogue.get(row.carrier)
    return ParcelFacts(
        row=row,
        state=fold(tellings),
        status=ParcelStatus(row.status),
        overlay=Overlay(row.overlay),
        events=[events[event.fingerprint] for event in reversed(distinct(tellings))],
        statements=moves(
            Statement(said.stated_at, said.source, said.earliest, said.latest, getattr(said, "reason", ""))
            for said in found.estimates
        ),
        sent_at=sent_at,
        is_live=bool(row.source),
        name=carrier.name if carrier else row.carrier_text,
    )
