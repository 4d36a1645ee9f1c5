"""From stored rows to what the pure functions read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..events import OrderState, Overlay, ParcelStatus, PaymentState, Precision, Reason, TrackedParcel
from .estimate import Statement
from .fold import FoldEvent
from .headline import OrderFacts, ParcelFacts
from .models import DeliveryEstimate, Order, Parcel, TrackingEvent


def fold_event(row: TrackingEvent | Any) -> FoldEvent:
    """Return what the fold reads of a stored event."""
    return FoldEvent(
        sort_key=row.sort_key,
        digest=row.digest,
        source=row.source,
        source_id=row.source_id,
        status=ParcelStatus(row.status) if row.status else None,
        overlay=Overlay(row.overlay),
        local_time=row.local_time,
        utc_offset=row.utc_offset,
        occurred_at=row.occurred_at,
        precision=Precision(row.precision),
        fingerprint=row.fingerprint,
        reason=Reason(row.reason),
    )


def statement(row: DeliveryEstimate) -> Statement:
    """Return what the estimate's fold reads of a stored statement."""
    return Statement(row.stated_at, row.source, row.earliest, row.latest, row.reason)


def parcel_facts(row: Parcel) -> ParcelFacts:
    """Return what the headline reads of a parcel."""
    return ParcelFacts(
        status=ParcelStatus(row.status),
        is_live=bool(row.source),
        is_attempt_open=bool(row.state.get("is_attempt_open")),
    )


def order_facts(order: Order, *, to_send: int, sent: int, parcels: Iterable[Parcel]) -> OrderFacts:
    """Return what the headline reads of an order."""
    return OrderFacts(
        state=OrderState(order.state),
        payment=PaymentState(order.payment),
        to_send=to_send,
        sent=sent,
        parcels=[parcel_facts(parcel) for parcel in parcels],
    )


def tracked(parcel: Parcel) -> TrackedParcel:
    """Return what a source is asked about: ``order`` and ``fulfillment`` are best joined."""
    return TrackedParcel(
        tracking_number=parcel.tracking_number,
        carrier=parcel.carrier,
        sent_at=parcel.fulfillment.sent_at,
        country=parcel.order.country,
        language=parcel.order.locale,
    )
