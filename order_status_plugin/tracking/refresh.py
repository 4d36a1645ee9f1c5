"""Fold what is stored and put the result into the rows: one parcel, then its order. ``record`` and rebuild call it."""

from __future__ import annotations

import datetime as dt

from django.db.models import Sum

from ..events import FulfillmentKind, Headline, Milestone, Overlay, ParcelStatus, Precision
from . import rows
from .estimate import Statement, moves
from .fold import ParcelState, Transition, fold
from .headline import headline
from .milestones import Reached
from .models import FulfillmentLine, Order, OrderLine, Parcel

#: A parcel that nobody follows claims nothing.
UNFOLLOWED = ParcelStatus.UNKNOWN


def fold_parcel(row: Parcel) -> ParcelState:
    """Return the state that the parcel's stored events make."""
    return fold(rows.fold_event(event) for event in row.events.all())


def statements(row: Parcel) -> list[Statement]:
    """Return what was said of the day of delivery, oldest first, without repetitions."""
    return moves(rows.statement(estimate) for estimate in row.estimates.all())


def present_estimate(row: Parcel) -> Statement | None:
    """Return the last word on the day of delivery, which may be that there is none."""
    said = statements(row)
    return said[-1] if said else None


def parcel(row: Parcel) -> ParcelState:
    """Put the fold of its events into the columns of one parcel; the caller saves."""
    state = fold_parcel(row)
    row.status = state.status or (ParcelStatus.CONFIRMED if row.source else UNFOLLOWED)
    row.overlay = state.overlay
    row.state = state.columns()
    return state


def order(row: Order) -> None:
    """Put the headline and what retention counts from into the columns of one order; the caller saves."""
    parcels = list(row.parcels.filter(is_withdrawn=False, fulfillment__is_cancelled=False))
    old = row.headline
    row.headline = headline(rows.order_facts(row, to_send=to_send(row), sent=sent(row, parcels), parcels=parcels))
    if row.headline != old or row.headline_at is None:
        row.headline_at = row.changed_at
    if row.headline == Headline.DELIVERED:
        row.delivered_at = row.delivered_at or row.changed_at
    else:
        row.delivered_at = None
    if row.headline in (Headline.CANCELLED, Headline.REFUNDED, Headline.RETURNED, Headline.LOST):
        row.closed_at = row.closed_at or row.changed_at
    else:
        row.closed_at = None


def to_send(row: Order) -> int:
    """Return how many pieces of the order must travel."""
    return OrderLine.objects.filter(order=row, is_physical=True).aggregate(n=Sum("quantity"))["n"] or 0


def sent(row: Order, parcels: list[Parcel]) -> int:
    """Return how many pieces are in fulfillments that stand: a fulfillment of voided labels does not."""
    voided = {p.fulfillment_id for p in parcels if p.status == ParcelStatus.CANCELLED} - {
        p.fulfillment_id for p in parcels if p.status != ParcelStatus.CANCELLED
    }
    lines = FulfillmentLine.objects.filter(
        fulfillment__order=row, fulfillment__is_cancelled=False, line__is_physical=True
    ).exclude(fulfillment__kind=FulfillmentKind.DIGITAL)
    if voided:
        lines = lines.exclude(fulfillment__in=voided)
    return lines.aggregate(n=Sum("quantity"))["n"] or 0


def new_milestones(
    row: Order, of: Parcel, before: ParcelState, after: ParcelState, received_at: dt.datetime
) -> list[Reached]:
    """Return the milestones that ``after`` reaches and ``before`` had not."""
    known = {(found.milestone, found.ordinal) for found in before.transitions}
    return [
        Reached(
            order=row,
            milestone=found.milestone,
            subject=f"parcel:{of.pk}",
            occurrence=str(found.ordinal),
            happened_at=_moment(found, received_at),
            is_news=True,
            fulfillment=of.fulfillment,
            parcel=of,
        )
        for found in after.transitions
        if (found.milestone, found.ordinal) not in known
    ]


def moved_estimate(row: Order, of: Parcel, old: Statement | None, received_at: dt.datetime) -> list[Reached]:
    """Return the milestone of a day of delivery that is another than before."""
    new = present_estimate(of)
    if old is None or new is None or new == old or not new.earliest or of.status in (ParcelStatus.DELIVERED,):
        return []
    if (new.earliest, new.latest) == (old.earliest, old.latest):
        return []
    return [
        Reached(
            order=row,
            milestone=Milestone.ESTIMATE_MOVED,
            subject=f"parcel:{of.pk}",
            occurrence=f"{new.earliest}/{new.latest}",
            happened_at=new.stated_at,
            is_news=True,
            fulfillment=of.fulfillment,
            parcel=of,
        )
    ]


def _moment(found: Transition, received_at: dt.datetime) -> dt.datetime:
    """Return when a milestone happened, as well as we can say: never later than we heard of it."""
    event = found.event
    if event.occurred_at is not None:
        return min(event.occurred_at, received_at)
    try:
        local = dt.datetime.fromisoformat(event.local_time).replace(tzinfo=dt.UTC)
    except ValueError:
        return received_at
    if event.precision is Precision.DATE:
        local += dt.timedelta(days=1)
    return min(local, received_at)


def is_stale(row: Parcel, state: ParcelState) -> bool:
    """Say whether the columns of a parcel differ from the fold of its events."""
    status = state.status or (ParcelStatus.CONFIRMED if row.source else UNFOLLOWED)
    return (row.status, Overlay(row.overlay), row.state) != (status, state.overlay, state.columns())
