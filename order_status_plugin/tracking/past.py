"""An order as of a moment: what was stored by then, folded anew. Events are only ever added, so that this is exact.

What has no history stays as it is now: lines, contact, payment, and what the host's own word for the order was.
"""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from ..events import FulfillmentKind, OrderState, Overlay, ParcelStatus, Tier
from . import rows
from .fold import fold
from .headline import OrderFacts, ParcelFacts, headline
from .models import DeliveryEstimate, Fulfillment, Order, Parcel, TrackingEvent
from .queries import ParcelRows, Picture, picture
from .refresh import UNFOLLOWED

#: Told beside the events, in columns that the next word overwrites: shown from when the last of it came.
DETAILS = {
    "next_step": "",
    "signed_by": "",
    "left_at": "",
    "proof_url": "",
    "pickup_place": "",
    "pickup_hours": "",
    "handed_number": "",
    "handed_to": "",
    "pickup_until": None,
}


def picture_at(order: Order, tier: Tier, moment: dt.datetime) -> Picture:
    """Return what this tier could see of an order at ``moment`` (aware). Nothing is written, the order is a copy."""
    found = picture(order, tier)
    _forget(found, moment)
    told_at = dict(Parcel.objects.filter(order=order).values_list("pk", "details_at"))
    for parcel in found.parcels:
        parcel.row = _parcel_at(parcel, told_at.get(parcel.row.pk), moment)
    found.order = _order_at(order, found, moment)
    return found


def _forget(found: Picture, moment: dt.datetime) -> None:
    """Take out of a picture what was sent or heard later. When it was heard is no column that every tier reads."""
    found.fulfillments = [row for row in found.fulfillments if row.sent_at <= moment]
    sent = {row.pk for row in found.fulfillments}
    found.parcels = [parcel for parcel in found.parcels if parcel.row.fulfillment_id in sent]
    heard: dict[str, Any] = {"parcel__in": [parcel.row.pk for parcel in found.parcels], "received_at__lte": moment}
    events = set(TrackingEvent.objects.filter(**heard).order_by().values_list("parcel_id", "fingerprint"))
    columns = ("parcel_id", "source", "stated_at", "earliest", "latest")
    estimates = set(DeliveryEstimate.objects.filter(**heard).order_by().values_list(*columns))
    for parcel in found.parcels:
        parcel.events = [row for row in parcel.events if (parcel.row.pk, row.fingerprint) in events]
        parcel.estimates = [
            row
            for row in parcel.estimates
            if (parcel.row.pk, row.source, row.stated_at, row.earliest, row.latest) in estimates
        ]


def _parcel_at(parcel: ParcelRows, told_at: dt.datetime | None, moment: dt.datetime) -> Any:
    row = parcel.row
    state = fold(rows.fold_event(event) for event in parcel.events)
    made: dict[str, Any] = {
        "status": (state.status or (ParcelStatus.CONFIRMED if row.source else UNFOLLOWED)).value,
        "overlay": Overlay(state.overlay).value,
        "state": state.columns(),
    }
    if told_at is not None and told_at > moment:
        made |= {name: value for name, value in DETAILS.items() if name in row._fields}
    if "last_checked_at" in row._fields and row.last_checked_at and row.last_checked_at > moment:
        made["last_checked_at"] = max((event.received_at for event in parcel.events), default=None)
    return row._replace(**made)


def _order_at(order: Order, found: Picture, moment: dt.datetime) -> Order:
    then = copy.copy(order)
    if (order.closed_at or order.delivered_at or moment) > moment:
        then.state = OrderState.OPEN  # when the host said another word of it is known for ends alone
    then.closed_at = order.closed_at if order.closed_at and order.closed_at <= moment else None
    standing = {parcel.row.fulfillment_id for parcel in found.parcels if parcel.row.status != ParcelStatus.CANCELLED}
    physical = {line.pk: line.quantity for line in found.lines if line.is_physical}
    sent = 0
    for one in found.fulfillments:
        if one.kind != FulfillmentKind.DIGITAL and one.pk in standing:
            sent += sum(count for line, count in found.quantities.get(one.pk, {}).items() if line in physical)
    facts = rows.order_facts(then, to_send=sum(physical.values()), sent=sent, parcels=())
    then.headline = headline(_with(facts, found.parcels))
    return then


def _with(facts: OrderFacts, parcels: Iterable[ParcelRows]) -> OrderFacts:
    return OrderFacts(
        state=facts.state,
        payment=facts.payment,
        to_send=facts.to_send,
        sent=facts.sent,
        parcels=[
            ParcelFacts(
                status=ParcelStatus(parcel.row.status),
                is_live=bool(parcel.row.source),
                is_attempt_open=bool(parcel.row.state.get("is_attempt_open")),
            )
            for parcel in parcels
        ],
    )


def moments(order: Order, now: dt.datetime | None = None) -> list[dt.datetime]:
    """Return when the order's page can have changed by what is stored, oldest first: placing, sending, what was heard."""
    now = now or timezone.now()
    asked = (
        Fulfillment.objects.filter(order=order).values_list("sent_at", flat=True),
        TrackingEvent.objects.filter(parcel__order=order).values_list("received_at", flat=True),
        DeliveryEstimate.objects.filter(parcel__order=order).values_list("received_at", flat=True),
    )
    found = {moment for rows_ in asked for moment in rows_.order_by()}
    found |= {moment for moment in (order.placed_at, order.closed_at) if moment}
    return sorted(moment for moment in found if moment <= now)
