"""The only reader that others use. The columns that a tier may see are named here; others are not in the query."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ..conf import conf
from ..events import Tier
from .models import (
    DeliveryEstimate,
    Fulfillment,
    FulfillmentLine,
    Order,
    OrderContact,
    OrderLine,
    Parcel,
    TrackingEvent,
)

ORDER_LINE = ("pk", "reference", "title", "details", "quantity", "image_url", "url", "total", "is_physical")
FULFILLMENT = ("pk", "kind", "sent_at")
PARCEL = (
    "pk",
    "fulfillment_id",
    "carrier",
    "carrier_text",
    "source",
    "position",
    "handed_to",
    "pickup_until",
    "status",
    "overlay",
    "state",
)
EVENT = (
    "parcel_id",
    "sort_key",
    "digest",
    "source",
    "source_id",
    "status",
    "overlay",
    "reason",
    "local_time",
    "utc_offset",
    "occurred_at",
    "precision",
    "fingerprint",
)
ESTIMATE = ("parcel_id", "source", "earliest", "latest", "stated_at")

#: Columns that only the customer and staff may see.
PRIVATE_PARCEL = (
    "tracking_number",
    "tracking_url",
    "last_checked_at",
    "next_step",
    "signed_by",
    "left_at",
    "proof_url",
    "pickup_place",
    "pickup_hours",
    "handed_number",
)
PRIVATE_EVENT = ("received_at", "place_text", "city", "region", "country", "message", "raw_code", "rule")
PRIVATE_ESTIMATE = ("reason",)
#: Columns of the map: the private tier's, and everybody's where the setting PUBLIC_MAP says so.
POINT = ("point_latitude", "point_longitude", "point_name", "point_country", "place_precision")


@dataclass(slots=True)
class ParcelRows:
    """One parcel with what was said of it."""

    row: Any
    events: list[Any] = field(default_factory=list)
    estimates: list[Any] = field(default_factory=list)


@dataclass(slots=True)
class Picture:
    """The rows of one order that a tier may see. A column that was not read is not there."""

    order: Order
    tier: Tier
    lines: list[Any]
    fulfillments: list[Any]
    quantities: dict[int, dict[int, int]]  # fulfillment -> line -> how many
    parcels: list[ParcelRows]
    contact: OrderContact | None = None
    has_points: bool = False  # the columns of the map were read


def picture(order: Order, tier: Tier, *, until: dt.datetime | None = None) -> Picture:
    """Return what this tier may see of an order, in a number of queries that depends on nothing."""
    return pictures([order], tier, until=until)[order.pk]


def pictures(orders: Iterable[Order], tier: Tier, *, until: dt.datetime | None = None) -> dict[int, Picture]:
    """Return what this tier may see of these orders, by key, in the same number of queries as for one.

    ``until`` leaves out what was sent or heard later: see ``past``.
    """
    sent_until = {} if until is None else {"sent_at__lte": until}
    heard_until = {} if until is None else {"received_at__lte": until}
    may_see_all = tier is not Tier.PUBLIC
    has_points = may_see_all or conf.PUBLIC_MAP is True
    found = {order.pk: Picture(order, tier, [], [], {}, [], None, has_points) for order in orders}
    pks = list(found)
    for line in OrderLine.objects.filter(order__in=pks).values_list(*ORDER_LINE, "order_id", named=True):
        found[line.order_id].lines.append(line)
    sent = Fulfillment.objects.filter(order__in=pks, is_cancelled=False, **sent_until)
    for fulfillment in sent.values_list(*FULFILLMENT, "order_id", named=True):
        found[fulfillment.order_id].fulfillments.append(fulfillment)
    for order, shipment, one, quantity in FulfillmentLine.objects.filter(
        fulfillment__order__in=pks,
        fulfillment__is_cancelled=False,
        **{f"fulfillment__{name}": value for name, value in sent_until.items()},
    ).values_list("fulfillment__order_id", "fulfillment_id", "line_id", "quantity"):
        found[order].quantities.setdefault(shipment, {})[one] = quantity
    shown = Parcel.objects.filter(order__in=pks, is_withdrawn=False, fulfillment__is_cancelled=False)
    if until is not None:
        shown = shown.filter(fulfillment__sent_at__lte=until)
    columns: tuple[str, ...] = PARCEL + PRIVATE_PARCEL if may_see_all else PARCEL
    parcels: dict[int, ParcelRows] = {}
    for row in shown.values_list(*columns, "order_id", named=True):
        parcels[row.pk] = ParcelRows(row)
        found[row.order_id].parcels.append(parcels[row.pk])
    columns = EVENT + (PRIVATE_EVENT if may_see_all else ()) + (POINT if has_points else ())
    events = TrackingEvent.objects.filter(parcel__in=shown, **heard_until).order_by("parcel_id", "sort_key", "pk")
    for event in events.values_list(*columns, named=True):
        if event.parcel_id in parcels:
            parcels[event.parcel_id].events.append(event)
    columns = ESTIMATE + PRIVATE_ESTIMATE if may_see_all else ESTIMATE
    estimates = DeliveryEstimate.objects.filter(parcel__in=shown, **heard_until).order_by(
        "parcel_id", "stated_at", "pk"
    )
    for estimate in estimates.values_list(*columns, named=True):
        if estimate.parcel_id in parcels:
            parcels[estimate.parcel_id].estimates.append(estimate)
    if may_see_all:
        for contact in OrderContact.objects.filter(order__in=pks):
            found[contact.order_id].contact = contact
    return found
