"""Why a status or a date stands where it stands: the raw code, the rule that read it, who said it, and when we heard."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, QuerySet

from ..carriers import catalogue
from ..events import Overlay, ParcelStatus
from ..tracking import refresh
from ..tracking.fold import FoldEvent
from ..tracking.models import DeliveryEstimate, Order, Parcel, TrackingEvent
from ..view.words import OVERLAY, STATUS


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """One answer. Where nobody said anything, ``source`` is "" ."""

    what: str
    source: str = ""
    raw_code: str = ""
    rule: str = ""
    words: str = ""
    local_time: str = ""
    received_at: dt.datetime | None = None
    message_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelWhy:
    """One parcel with its answers."""

    row: Any
    carrier: str
    number: str
    status: Why
    overlay: Why | None
    estimate: Why | None
    is_by_hand: bool  # staff gave the number, and may take it back


def parcels_of(order: Order) -> list[ParcelWhy]:
    """Return the order's parcels with the reasons, in three queries however many there are."""
    rows: QuerySet[Parcel] = order.parcels.filter(is_withdrawn=False).select_related("fulfillment")
    events = Prefetch("events", TrackingEvent.objects.order_by("sort_key", "pk"))
    estimates = Prefetch("estimates", DeliveryEstimate.objects.order_by("stated_at", "pk"))
    return [_parcel(row) for row in rows.prefetch_related(events, estimates)]


def _parcel(row: Parcel) -> ParcelWhy:
    state = refresh.fold_parcel(row)
    events = {event.fingerprint: event for event in row.events.all()}
    known = catalogue.get(row.carrier)
    said = refresh.statements(row)
    return ParcelWhy(
        row=row,
        carrier=known.name if known else row.carrier_text,
        number=catalogue.group(row.tracking_number),
        status=_of(str(STATUS[ParcelStatus(row.status)]), events, state.since),
        overlay=(
            _of(str(OVERLAY[state.overlay]), events, state.overlay_event) if state.overlay is not Overlay.NONE else None
        ),
        estimate=_estimate(row) if said and said[-1].earliest else None,
        is_by_hand=row.number_by_hand or row.fulfillment.is_by_hand,
    )


def _of(what: str, events: dict[str, TrackingEvent], found: FoldEvent | None) -> Why:
    event = events.get(found.fingerprint) if found else None
    if event is None:
        return Why(what=what)
    return Why(
        what=what,
        source=event.source,
        raw_code=event.raw_code,
        rule=event.rule,
        words=event.message,
        local_time=event.local_time.replace("T", " "),
        received_at=event.received_at,
        message_id=event.message_id,
    )


def _estimate(row: Parcel) -> Why:
    said = refresh.statements(row)[-1]
    first, last = said.earliest.replace("T", " "), said.latest.replace("T", " ")
    heard = [
        estimate.received_at
        for estimate in row.estimates.all()
        if (estimate.stated_at, estimate.source) == (said.stated_at, said.source)
    ]
    return Why(
        what=first if first == last else f"{first} – {last}",
        source=said.source,
        words=said.reason,
        local_time=f"{said.stated_at:%Y-%m-%d %H:%M}",
        received_at=min(heard, default=None),
    )
