"""The only reader that others use. The columns that a tier may see are named here; others are not in the query."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from ..conf import conf
from ..events import Tier
from .models import (
    Fulfillment,
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
    "pk",
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
ESTIMATE = ("pk", "parcel_id", "source", "earliest", "latest", "stated_at")

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


def picture(order: Order, tier: Tier) -> Picture:
    """Return what this tier may see of an order, in a number of queries that depends on nothing."""
    return pictures([order], tier)[order.pk]


def pictures(orders: Iterable[Order], tier: Tier) -> dict[int, Picture]:
    """Return what this tier may see of these orders, by key, in the same number of queries as for one."""
    may_see_all = tier is not Tier.PUBLIC
    has_points = may_see_all or conf.PUBLIC_MAP is True
    found = {order.pk: Picture(order, tier, [], [], {}, [], None, has_points) for order in orders}
    pks = list(found)
    for line in OrderLine.objects.filter(order__in=pks).values_list(*ORDER_LINE, "order_id", named=True):
        found[line.order_id].lines.append(line)
    _read_fulfillments(found)
    _read_parcels(found, may_see_all=may_see_all, has_points=has_points)
    if may_see_all:
        for contact in OrderContact.objects.filter(order__in=pks):
            found[contact.order_id].contact = contact
    return found


def _read_fulfillments(found: dict[int, Picture]) -> None:
    """Put what was sent into the pictures, with its quantities: one query, a row for each line of each fulfillment."""
    sent = Fulfillment.objects.filter(order__in=list(found), is_cancelled=False).order_by("sent_at", "pk", "lines__pk")
    for row in sent.values_list(*FULFILLMENT, "order_id", "lines__line_id", "lines__quantity", named=True):
        picture = found[row.order_id]
        if not picture.fulfillments or picture.fulfillments[-1].pk != row.pk:
            picture.fulfillments.append(row)
        if row.lines__line_id is not None:
            picture.quantities.setdefault(row.pk, {})[row.lines__line_id] = row.lines__quantity


def _read_parcels(found: dict[int, Picture], *, may_see_all: bool, has_points: bool) -> None:
    """Put parcels into the pictures, with what was said of them: one query for them and their estimates, one for events."""
    shown = Parcel.objects.filter(order__in=list(found), is_withdrawn=False, fulfillment__is_cancelled=False)
    of_estimate = ESTIMATE + (PRIVATE_ESTIMATE if may_see_all else ())
    of_parcel = (*PARCEL, *(PRIVATE_PARCEL if may_see_all else ()), "order_id")
    parcel_row, estimate_row, width = _row(of_parcel), _row(of_estimate), len(of_parcel)
    parcels: dict[int, ParcelRows] = {}
    joined = shown.order_by("position", "pk", "estimates__stated_at", "estimates__pk")
    columns = (*of_parcel, *(f"estimates__{name}" for name in of_estimate))
    for values in joined.values_list(*columns):
        row = parcel_row(*values[:width])
        if row.pk not in parcels:
            parcels[row.pk] = ParcelRows(row)
            found[row.order_id].parcels.append(parcels[row.pk])
        if values[width] is not None:
            parcels[row.pk].estimates.append(estimate_row(*values[width:]))
    columns = EVENT + (PRIVATE_EVENT if may_see_all else ()) + (POINT if has_points else ())
    events = TrackingEvent.objects.filter(parcel__in=shown).order_by("parcel_id", "sort_key", "pk")
    for event in events.values_list(*columns, named=True):
        if event.parcel_id in parcels:
            parcels[event.parcel_id].events.append(event)


@cache
def _row(columns: tuple[str, ...]) -> Any:
    """Return what makes a row with these columns: what is joined has longer names, which nobody should need to know."""
    return namedtuple("Row", columns)
