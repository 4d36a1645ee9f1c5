"""What is told of an order: where it stands and how it is found, for the shop's own systems. Nothing of the person."""

from __future__ import annotations

import json
from typing import Any

from ..access.links import order_url
from ..carriers import catalogue
from ..tracking.models import Order, Parcel
from . import kinds
from .models import WebhookDelivery


def body_of(delivery: WebhookDelivery) -> str:
    """Return the JSON of a delivery: its kind, when it happened, and the order as it stands now."""
    return json.dumps(
        {"type": delivery.kind, "timestamp": delivery.happened_at.isoformat(), "data": _data(delivery)},
        ensure_ascii=False,
        separators=(",", ":"),
    )


def _data(delivery: WebhookDelivery) -> dict[str, Any]:
    order = delivery.order
    if order is None:
        return {}
    known = {"host": order.host, "reference": order.reference}
    if delivery.kind == kinds.ERASED or order.erased_at is not None:
        return {**known, "is_erased": True}
    return {**known, **_order(order), **delivery.detail, "version": order.version}


def _order(order: Order) -> dict[str, Any]:
    catalogue.refresh()
    shown = order.parcels.filter(is_withdrawn=False, fulfillment__is_cancelled=False)
    parcels = shown.select_related("fulfillment").prefetch_related("estimates")
    return {
        "number": order.number,
        "status": order.headline,
        "link": order_url(order),
        "parcels": [_parcel(parcel) for parcel in parcels],
    }


def _parcel(parcel: Parcel) -> dict[str, Any]:
    carrier = catalogue.get(parcel.carrier)
    latest = max(parcel.estimates.all(), key=lambda each: (each.stated_at, each.pk), default=None)
    return {
        "subject": f"parcel:{parcel.pk}",
        "fulfillment": parcel.fulfillment.reference,
        "carrier": parcel.carrier or None,
        "carrier_name": carrier.name if carrier else parcel.carrier_text,
        "tracking_number": parcel.tracking_number,
        "is_tracked": bool(parcel.source),
        "status": parcel.status,
        "overlay": parcel.overlay or None,
        "expected": {"earliest": latest.earliest, "latest": latest.latest} if latest and latest.latest else None,
    }
