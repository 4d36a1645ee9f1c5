"""Fold what is stored and put the result into the rows: one parcel, then its order. ``record`` and rebuild call it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from django.db.models import Sum
from django.utils import timezone

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
    """Put the fold of its stored events into the columns of one parcel; the caller saves."""
    state = fold_parcel(row)
    put(row, state)
    return state


def put(row: Parcel, state: ParcelState) -> None:
    """Put a fold into the columns of one parcel; the caller saves."""
    row.status = state.status or (ParcelStatus.CONFIRMED if row.source else UNFOLLOWED)
    row.overlay = state.overlay
    row.state = state.columns()


@dataclass(slots=True)
class Whole:
    """What the headline of an order is made of, beside its own row."""

    #: Parcels that stand, as they are in memory: what is put into them counts at once.
    parcels: list[Parcel] = field(default_factory=list)
    to_send: int = 0  # pieces that must travel
    sent: dict[int, int] = field(default_factory=dict)  # pieces by fulfillment that stands
    #: It has parcels, be it in fulfillments that were cancelled.
    has_parcels: bool = False


def wholes(orders: Collection[int], parcels: Iterable[Parcel] | None = None) -> dict[int, Whole]:
    """Return what these orders, by key, are made of. ``parcels`` are all of theirs with fulfillments, where known."""
    found = {pk: Whole() for pk in orders}
    if parcels is None:
        parcels = Parcel.objects.filter(order__in=found).select_related("fulfillment")
    for row in parcels:
        if not row.is_withdrawn:
            found[row.order_id].has_parcels = True
            if not row.fulfillment.is_cancelled:
                found[row.order_id].parcels.append(row)
    lines = OrderLine.objects.filter(order__in=found, is_physical=True).order_by()
    for order_id, count in lines.values_list("order_id").annotate(n=Sum("quantity")):
        found[order_id].to_send = count
    sent = FulfillmentLine.objects.filter(
        fulfillment__order__in=found, fulfillment__is_cancelled=False, line__is_physical=True
    ).exclude(fulfillment__kind=FulfillmentKind.DIGITAL)
    for order_id, pk, count in sent.values_list("fulfillment__order_id", "fulfillment_id").annotate(n=Sum("quantity")):
        found[order_id].sent[pk] = count
    return found


def order(row: Order, whole: Whole | None = None) -> None:
    """Put the headline and what retention counts from into the columns of one order; the caller saves."""
    whole = whole or wholes([row.pk])[row.pk]
    facts = rows.order_facts(row, to_send=whole.to_send, sent=_sent(whole), parcels=whole.parcels)
    old, now = row.headline, timezone.now()
    row.headline = headline(facts)
    if row.headline != old or row.headline_at is None:
        row.headline_at = now
    if row.headline == Headline.DELIVERED:
        row.delivered_at = row.delivered_at or now
    else:
        row.delivered_at = None
    if row.headline in (Headline.CANCELLED, Headline.REFUNDED, Headline.RETURNED, Headline.LOST):
        row.closed_at = row.closed_at or now
    else:
        row.closed_at = None


def _sent(whole: Whole) -> int:
    """Return how many pieces are in fulfillments that stand: a fulfillment of voided labels does not."""
    voided = {p.fulfillment_id for p in whole.parcels if p.status == ParcelStatus.CANCELLED} - {
        p.fulfillment_id for p in whole.parcels if p.status != ParcelStatus.CANCELLED
    }
    return sum(count for pk, count in whole.sent.items() if pk not in voided)


def headline_milestones(row: Order, whole: Whole, old_headline: str, moment: dt.datetime) -> list[Reached]:
    """Return what the change of the headline itself tells: ends that no single parcel tells."""
    if row.headline == old_headline:
        return []
    if row.headline in (Milestone.CANCELLED, Milestone.REFUNDED):
        return [of_order(row, Milestone(row.headline), moment)]
    if row.headline == Milestone.DELIVERED and not whole.has_parcels:
        return [of_order(row, Milestone.DELIVERED, moment)]
    return []


def of_order(row: Order, milestone: Milestone, moment: dt.datetime) -> Reached:
    """Return a milestone that the order as a whole reached."""
    return Reached(order=row, milestone=milestone, subject="order", occurrence="1", happened_at=moment, is_news=True)


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


def moved_estimate(row: Order, of: Parcel, old: Statement | None, new: Statement | None) -> list[Reached]:
    """Return the milestone of a day of delivery that is another than before."""
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
