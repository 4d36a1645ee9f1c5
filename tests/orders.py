"""Orders to test with, as a host would read them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from order_status_plugin.events import (
    Address,
    ContactSnapshot,
    FulfillmentSnapshot,
    LineSnapshot,
    OrderSnapshot,
    ParcelSnapshot,
    ParcelStatus,
    PaymentState,
    Place,
    TrackingScan,
    TrackingUpdate,
)

UPS = "1Z999AA10123456784"

#: What no public answer may hold.
PERSONAL = (
    "Noor de Vries",
    "noor@example.org",
    "+31612345642",
    "Lindenlaan 14",
    "1015 AB",
    "Visa ending in 4242",
    "With love from Inês",
    UPS,
    "TS-20418",
)


def line(reference: str, quantity: int = 1, **more: Any) -> LineSnapshot:
    given: dict[str, Any] = {"title": f"Bowl {reference}", "details": "Ash glaze", "total": Decimal("12.50") * quantity}
    return LineSnapshot(reference=reference, quantity=quantity, **{**given, **more})


def snapshot(**more: Any) -> OrderSnapshot:
    """Return an order of two lines, three pieces, placed an hour ago, nothing sent."""
    now = dt.datetime.now(dt.UTC)
    address = Address(
        name="Noor de Vries", lines=("Lindenlaan 14",), postcode="1015 AB", city="Amsterdam", country="NL"
    )
    given: dict[str, Any] = {
        "reference": "1",
        "number": "TS-20418",
        "placed_at": now - dt.timedelta(hours=1),
        "lines": (line("a", 2), line("b", personal_text="With love from Inês")),
        "contact": ContactSnapshot(
            name="Noor de Vries",
            email="noor@example.org",
            phone="+31612345642",
            shipping_address=address,
            billing_address=address,
            payment_summary="Visa ending in 4242",
        ),
        "payment": PaymentState.PAID,
        "currency": "EUR",
        "items_total": Decimal("37.50"),
        "shipping_total": Decimal("6.50"),
        "tax_total": Decimal("7.00"),
        "total": Decimal("44.00"),
        "locale": "en",
        "country": "NL",
        "shipping_method": "Standard",
    }
    return OrderSnapshot(**{**given, **more})


def sent(
    reference: str = "f1",
    lines: Iterable[tuple[str, int]] = (("a", 2), ("b", 1)),
    carrier: str = "UPS",
    number: str = UPS,
    **more: Any,
) -> FulfillmentSnapshot:
    """Return an act of sending, half an hour ago, as one parcel."""
    given: dict[str, Any] = {
        "sent_at": dt.datetime.now(dt.UTC) - dt.timedelta(minutes=30),
        "parcels": (ParcelSnapshot(carrier_text=carrier, tracking_number=number),),
    }
    return FulfillmentSnapshot(reference=reference, lines=tuple(lines), **{**given, **more})


def scan(status: ParcelStatus | None, minutes: float = 0, **more: Any) -> TrackingScan:
    """Return a scan in Cologne, ``minutes`` after half an hour ago."""
    moment = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=30 - minutes)
    given: dict[str, Any] = {
        "local_time": (moment + dt.timedelta(hours=1)).replace(tzinfo=None, microsecond=0),
        "utc_offset": 60,
        "raw_code": str(status),
        "message": f"The carrier says {status}",
        "place": Place(text="COLOGNE, DE", city="COLOGNE", country="DE"),
    }
    return TrackingScan(status=status, **{**given, **more})


def update(*scans: TrackingScan, number: str = UPS, carrier: str = "ups", **more: Any) -> TrackingUpdate:
    """Return what a source says of one parcel."""
    return TrackingUpdate(tracking_number=number, carrier=carrier, carrier_text="ups", scans=scans, **more)
