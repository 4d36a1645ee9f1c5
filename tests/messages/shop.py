"""A small shop to tell customers about: orders and scans through the recorder, as in real life."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from order_status_plugin.events import (
    ContactSnapshot,
    FulfillmentSnapshot,
    LineSnapshot,
    OrderSnapshot,
    ParcelSnapshot,
    ParcelStatus,
    TrackingScan,
    TrackingUpdate,
)
from order_status_plugin.tracking import record
from order_status_plugin.tracking.models import Order

EMAIL = "noor@example.org"
NUMBERS = ("1Z999AA10123456784", "1Z999AA10123456793", "1Z999AA10123456800")


def snapshot(*, parcels: int = 0, ref: str = "1", fulfilled: bool = True, **more: Any) -> OrderSnapshot:
    now = timezone.now()
    contact = more.pop("contact", ContactSnapshot(name="Noor de Vries", email=EMAIL))
    notify = more.pop("notify_customer", True)
    fulfillments = (
        (
            FulfillmentSnapshot(
                reference="f1",
                lines=(("a", 2),),
                sent_at=more.pop("sent_at", now - dt.timedelta(minutes=5)),
                parcels=tuple(
                    ParcelSnapshot(carrier_text="UPS", carrier="ups", tracking_number=NUMBERS[n])
                    for n in range(parcels)
                ),
                notify_customer=notify,
            ),
        )
        if parcels
        else ()
    )
    return OrderSnapshot(
        reference=ref,
        number=more.pop("number", f"TS-2041{ref}"),
        placed_at=more.pop("placed_at", now - dt.timedelta(minutes=10)),
        lines=(
            LineSnapshot(reference="a", title="Stoneware bowl", details="Ash glaze, 18 cm", quantity=2),
            LineSnapshot(reference="b", title="Olive wood spoons", quantity=1),
        ),
        contact=contact,
        fulfillments=fulfillments,
        **more,
    )


def place(**more: Any) -> Order:
    is_import = more.pop("is_import", False)
    return record.order("shop", snapshot(**more), is_import=is_import)


def scan(status: ParcelStatus, *, parcel: int = 0, ago: float = 1, **more: Any) -> None:
    """Have the carrier say something, ``ago`` minutes ago."""
    at = timezone.now() - dt.timedelta(minutes=ago)
    record.tracking(
        "aftership",
        TrackingUpdate(
            tracking_number=NUMBERS[parcel],
            carrier="ups",
            carrier_text="ups",
            scans=(
                TrackingScan(
                    status=status,
                    local_time=at.astimezone(dt.UTC).replace(tzinfo=None),
                    utc_offset=0,
                    raw_code=status.value,
                    **more,
                ),
            ),
        ),
    )
