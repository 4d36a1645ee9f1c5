"""What the push API answers: where the page of an order is, and how the order stands."""

from __future__ import annotations

import datetime as dt

from pydantic import BaseModel, ConfigDict

from ..access import links
from ..events import Headline, Overlay, ParcelStatus
from ..tracking.models import Order
from .calls import Taken


class Answer(BaseModel):
    """Fields are described by the words below them."""

    model_config = ConfigDict(use_attribute_docstrings=True)


class CallAnswer(Answer):
    """What became of a call, and where the order's page is."""

    reference: str
    link: str
    """The absolute address of the page. It never changes: mail it."""
    state: str
    """``handled``: done. ``received``: the worker does it soon. ``failed``: kept for people to look at."""
    reason: str = ""
    """Why it failed."""
    headline: Headline | None = None
    """How the order stands now; null while its first call waits."""


class ParcelAnswer(Answer):
    """One parcel."""

    carrier: str
    """Short name in our catalogue, "" where we do not know it."""
    carrier_text: str
    tracking_number: str
    status: ParcelStatus
    overlay: Overlay


class FulfillmentAnswer(Answer):
    """One act of sending."""

    reference: str
    sent_at: dt.datetime
    is_cancelled: bool
    parcels: list[ParcelAnswer]


class OrderAnswer(Answer):
    """How an order stands."""

    reference: str
    number: str
    link: str
    """The absolute address of its page."""
    headline: Headline
    version: int
    """Grows with every change that the page could show."""
    changed_at: dt.datetime
    is_erased: bool
    """The person was erased: the page is a short stub."""
    fulfillments: list[FulfillmentAnswer]


class OrdersAnswer(Answer):
    """The orders of one number: several where a shop uses a number again."""

    orders: list[OrderAnswer]


class ClaimAnswer(Answer):
    """What the thank-you page puts into its form, for the browser that has just ordered, and for nobody else."""

    code: str
    """Works once, and for ``expires_in`` seconds. Never mail it."""
    action: str
    """Where the form goes, by POST, with the code as the field ``code``."""
    expires_in: int
    link: str


def of_call(alias: str, reference: str, taken: Taken) -> CallAnswer:
    """Return the answer to a call about this order."""
    order = Order.objects.filter(host=alias, reference=reference).first()
    return CallAnswer(
        reference=reference,
        link=links.order_url(order) if order else links.url_for_reference(alias, reference),
        state=taken.state,
        reason=taken.reason,
        headline=Headline(order.headline) if order and order.read_at else None,
    )


def of_order(order: Order) -> OrderAnswer:
    """Return how an order stands."""
    rows = order.fulfillments.prefetch_related("parcels").order_by("sent_at", "pk")
    return OrderAnswer(
        reference=order.reference,
        number=order.number,
        link=links.order_url(order),
        headline=Headline(order.headline),
        version=order.version,
        changed_at=order.changed_at,
        is_erased=order.erased_at is not None,
        fulfillments=[
            FulfillmentAnswer(
                reference=row.reference,
                sent_at=row.sent_at,
                is_cancelled=row.is_cancelled,
                parcels=[
                    ParcelAnswer(
                        carrier=parcel.carrier,
                        carrier_text=parcel.carrier_text,
                        tracking_number=parcel.tracking_number,
                        status=ParcelStatus(parcel.status),
                        overlay=Overlay(parcel.overlay),
                    )
                    for parcel in row.parcels.all()
                    if not parcel.is_withdrawn
                ],
            )
            for row in rows
        ],
    )
