"""One table, one function: the word for a whole order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..events import Headline, OrderState, ParcelStatus, PaymentState
from .fold import ARRIVED, ENDED, GOING_BACK

S = ParcelStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelFacts:
    """What the headline needs of one parcel that is not withdrawn."""

    status: ParcelStatus
    is_live: bool  # a source follows it
    is_attempt_open: bool = False

    @property
    def has_ended(self) -> bool:
        """Say whether nothing is to come."""
        return self.status in ENDED


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFacts:
    """What the headline needs of an order."""

    state: OrderState
    payment: PaymentState = PaymentState.UNKNOWN
    to_send: int = 0  # pieces that must travel
    sent: int = 0  # of these, in fulfillments that stand
    parcels: Sequence[ParcelFacts] = ()

    @property
    def unsent(self) -> int:
        """Return how many pieces are not sent yet."""
        return max(0, self.to_send - self.sent)


def headline(order: OrderFacts) -> Headline:
    """Return the first row of the table that fits."""
    # A voided label is no parcel.
    parcels = [parcel for parcel in order.parcels if parcel.status is not S.CANCELLED]
    statuses = {parcel.status for parcel in parcels}

    if order.state is OrderState.CANCELLED:
        return Headline.CANCELLED
    if not parcels and order.to_send and PaymentState.REFUNDED is order.payment:
        return Headline.REFUNDED
    if order.state is OrderState.REFUNDED and not parcels:
        return Headline.REFUNDED
    if parcels and statuses <= ARRIVED and not order.unsent:
        return Headline.DELIVERED
    if parcels and statuses <= GOING_BACK:
        return Headline.RETURNED
    if any(parcel.is_attempt_open and not parcel.has_ended for parcel in parcels):
        return Headline.ATTEMPTED_DELIVERY
    if statuses & {S.OUT_FOR_DELIVERY, S.READY_FOR_PICKUP}:
        return Headline.OUT_FOR_DELIVERY
    if parcels and statuses <= ENDED | GOING_BACK and not statuses <= ARRIVED:
        if statuses & ARRIVED:
            return Headline.DELIVERED_IN_PART
        return Headline.LOST if statuses == {S.LOST} else Headline.RETURNED
    if any(parcel.is_live or parcel.has_ended for parcel in parcels):
        return Headline.IN_TRANSIT
    if parcels:
        return Headline.SENT
    if not order.to_send and order.state is OrderState.COMPLETE:
        return Headline.DELIVERED
    return Headline.CONFIRMED
