"""What orders and parcels hold of a person: told in an export, taken away in an erasure."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from ..keys import digest
from . import record, tombstone
from .dump import dump
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

#: Columns that say nothing of anybody: keys between rows, digests, and what is computed from the rest.
_OF_ORDER = ("id", "site", "locator", "link_version", "version", "snapshot_digest", "number_key")
_OF_CONTACT = ("order", "checkout_email_digest", "email_digest")
_OF_PARCEL = ("id", "order", "fulfillment", "number_key", "state")
_OF_EVENT = ("id", "parcel", "digest", "fingerprint", "sort_key", "resolver", "sequence", "message_id")


def export(order: Order) -> dict[str, Any]:
    """Return everything that is kept of this order and its parcels, by table."""
    contact = OrderContact.objects.filter(order=order).first()
    return {
        "order": dump(order, without=_OF_ORDER),
        "contact": dump(contact, without=_OF_CONTACT) if contact else None,
        "lines": [dump(line, without=("id", "order")) for line in OrderLine.objects.filter(order=order)],
        "fulfillments": [_fulfillment(row) for row in Fulfillment.objects.filter(order=order)],
    }


def _fulfillment(row: Fulfillment) -> dict[str, Any]:
    lines = FulfillmentLine.objects.filter(fulfillment=row).values_list("line__reference", "quantity")
    return {
        **dump(row, without=("id", "order")),
        "lines": [{"line": reference, "quantity": quantity} for reference, quantity in lines],
        "parcels": [_parcel(parcel) for parcel in row.parcels.all()],
    }


def _parcel(row: Parcel) -> dict[str, Any]:
    return {
        **dump(row, without=_OF_PARCEL),
        "events": [dump(event, without=_OF_EVENT) for event in row.events.all()],
        "estimates": [dump(said, without=("id", "parcel")) for said in row.estimates.all()],
    }


def erase(order: Order) -> None:
    """Leave a tombstone of a locked order: what happened and when, to the country, and nothing of whom it concerned.

    Host and reference stay, so that what comes again is known for what it is; statuses stay the fold of their events.
    """
    now = timezone.now()
    OrderContact.objects.filter(order=order).delete()
    for line in OrderLine.objects.filter(order=order):
        _blank(line, "title", "details", "sku", "image_url", "url")
    for fulfillment in Fulfillment.objects.filter(order=order):
        _blank(fulfillment)
    for parcel in Parcel.objects.filter(order=order):
        _parcel_erased(parcel)
    for name in ("number", "number_key", "state_text", "shipping_method", "handover", "snapshot_digest"):
        setattr(order, name, "")
    order.tags = []
    # Nobody reads this order from its host for the first time any more.
    order.read_at = order.read_at or now
    order.erased_at = order.grants_ended_at = now
    record.changed(order, now)


def _blank(row: OrderLine | Fulfillment, *names: str) -> None:
    """Empty these texts, and the host's own name of the row, which may hold anything."""
    row.reference = _erased(row)
    for name in names:
        setattr(row, name, "")
    row.save()


def _erased(row: OrderLine | Fulfillment | Parcel) -> str:
    """Return a name that is unique among its like."""
    return f"erased:{row.pk}"


#: What is personal of a parcel, and may go.
PRIVATE_TEXTS = (
    "tracking_number",
    "tracking_url",
    "next_step",
    "signed_by",
    "left_at",
    "proof_url",
    "pickup_place",
    "pickup_hours",
    "handed_to",
    "handed_number",
)


def _parcel_erased(parcel: Parcel) -> None:
    parcel.number_key = tombstone.key_of(parcel.number_key) if parcel.number_key else _erased(parcel)
    parcel.carrier_text = _erased(parcel)
    for name in PRIVATE_TEXTS:
        setattr(parcel, name, "")
    parcel.save()
    events = list(parcel.events.exclude(source_id=""))
    for event in events:
        # Events that were one stay one: the fold reads no more of this than whether it is equal.
        event.source_id = digest("source id", str(parcel.pk), event.source_id)
    TrackingEvent.objects.bulk_update(events, ["source_id"], batch_size=200)
    TrackingEvent.objects.filter(parcel=parcel).update(
        **dict.fromkeys(("message", "raw_code", "rule", "place_text", "city", "region", "postcode"), ""),
        **dict.fromkeys(("latitude", "longitude", "point_latitude", "point_longitude")),
        **dict.fromkeys(("point_name", "point_country", "place_precision", "zone"), ""),
    )
    DeliveryEstimate.objects.filter(parcel=parcel).update(reason="")
