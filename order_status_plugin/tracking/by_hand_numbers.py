"""Tracking numbers that staff give an order: where the host names none, or has not heard yet that anything was sent.

Called by ``record`` and ``snapshot`` inside their transactions, with the order locked.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Sum

from ..carriers import catalogue
from ..events import FulfillmentKind
from .followed import source_of
from .models import Fulfillment, FulfillmentLine, Order, OrderLine, Parcel

#: What begins the reference of a shipment that no host has named.
PREFIX = "by-hand:"


class Did(StrEnum):
    """What giving a number does."""

    SAME = "same"  # the order has it already
    FILLED = "filled"  # a parcel of the host's had none
    SENT = "sent"  # what was not sent yet goes with it
    ADDED = "added"  # one more parcel: everything was sent already
    NOTHING = "nothing"  # there is nothing to send


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """One number as staff give it. ``carrier`` is a slug of the catalogue or "", ``sent_at`` aware."""

    tracking_number: str
    carrier: str = ""
    carrier_text: str = ""
    sent_at: dt.datetime
    notify: bool = True

    @property
    def number_key(self) -> str:
        """Return the number as it is compared."""
        return catalogue.normalise_number(self.tracking_number)[:190]


def give(row: Order, given: Given) -> tuple[Did, Parcel | None]:
    """Put a number into the rows of a locked order; return what that did, and the parcel where it did something."""
    standing = Parcel.objects.filter(order=row, is_withdrawn=False, fulfillment__is_cancelled=False)
    if standing.filter(number_key=given.number_key).exists():
        return Did.SAME, None
    empty = (
        standing.filter(number_key="", fulfillment__kind=FulfillmentKind.SHIPPING).order_by("position", "pk").first()
    )
    if empty is not None:
        return Did.FILLED, _fill(empty, given)
    left = unsent(row)
    if left:
        fulfillment = _sent(row, given)
        FulfillmentLine.objects.bulk_create(
            FulfillmentLine(fulfillment=fulfillment, line_id=line, quantity=count) for line, count in left.items()
        )
        return Did.SENT, _parcel(fulfillment, given)
    if not OrderLine.objects.filter(order=row, is_physical=True).exists():
        return Did.NOTHING, None
    known = Fulfillment.objects.filter(order=row, is_by_hand=True, is_cancelled=False).order_by("-pk").first()
    return Did.ADDED, _parcel(known or _sent(row, given), given)


def take_back(parcel: Parcel) -> bool:
    """Take back a number that staff gave; say whether it was one. Its events stay with it."""
    if parcel.number_by_hand:
        # The host's parcel goes on without number; what was heard under this one stays on a row that nobody sees.
        Parcel.objects.create(
            order_id=parcel.order_id,
            fulfillment_id=parcel.fulfillment_id,
            carrier=parcel.carrier if not parcel.carrier_by_hand else "",
            carrier_text=parcel.carrier_text,
            position=parcel.position,
        )
    elif not parcel.fulfillment.is_by_hand:
        return False
    parcel.is_withdrawn = True
    parcel.number_by_hand = False
    parcel.save()
    sending = parcel.fulfillment
    if sending.is_by_hand and not sending.parcels.filter(is_withdrawn=False).exists():
        sending.is_cancelled = True
        sending.save()
    return True


def unsent(row: Order) -> dict[int, int]:
    """Return how many pieces of each line that must travel are in no shipment that stands."""
    lines = OrderLine.objects.filter(order=row, is_physical=True).values_list("pk", "quantity")
    went = dict(
        FulfillmentLine.objects.filter(fulfillment__order=row, fulfillment__is_cancelled=False)
        .order_by()
        .values_list("line")
        .annotate(n=Sum("quantity"))
    )
    return {line: count - went.get(line, 0) for line, count in lines if count > went.get(line, 0)}


def adopt(row: Fulfillment, numbers: Collection[str]) -> bool:
    """Say whether a shipment of the host's is this one of staff's; leave to it the parcels that are the host's, too.

    ``numbers`` are those that the host names, normalised. None: it knows that something was sent, not with which.
    """
    parcels = list(row.parcels.filter(is_withdrawn=False).order_by("pk"))
    mine = [parcel for parcel in parcels if parcel.number_key in numbers] if numbers else parcels[:1]
    if not mine or (not numbers and not row.lines.exists()):
        return False
    for parcel in mine:
        parcel.number_by_hand = not numbers
        if parcel.carrier:
            # Staff named it: where the host names none, theirs stands.
            parcel.carrier_by_hand, parcel.carrier_text = True, ""
        parcel.save()
    rest = [parcel.pk for parcel in parcels if parcel not in mine]
    if rest:
        apart = Fulfillment.objects.create(
            order_id=row.order_id,
            reference=_reference(),
            sent_at=row.sent_at,
            notify_customer=row.notify_customer,
            notify_by_hand=row.notify_by_hand,
            is_by_hand=True,
        )
        Parcel.objects.filter(pk__in=rest).update(fulfillment=apart)
    return True


def leave_the_rest(row: Order, by_hand: Iterable[Fulfillment]) -> None:
    """Let these shipments of staff's hold no more than what the host does not say it has sent itself."""
    own = [fulfillment.pk for fulfillment in by_hand]
    lines = dict(OrderLine.objects.filter(order=row).values_list("pk", "quantity"))
    said = FulfillmentLine.objects.filter(fulfillment__order=row, fulfillment__is_cancelled=False)
    for line, count in said.exclude(fulfillment__in=own).values_list("line_id", "quantity"):
        lines[line] -= count
    for mine in FulfillmentLine.objects.filter(fulfillment__in=own).order_by("pk"):
        left = max(0, min(mine.quantity, lines[mine.line_id]))
        lines[mine.line_id] -= left
        if not left:
            mine.delete()
        elif left != mine.quantity:
            mine.quantity = left
            mine.save()


def _reference() -> str:
    return f"{PREFIX}{uuid.uuid4().hex}"


def _sent(row: Order, given: Given) -> Fulfillment:
    return Fulfillment.objects.create(
        order=row,
        reference=_reference(),
        sent_at=given.sent_at,
        notify_customer=given.notify,
        notify_by_hand=not given.notify,
        is_by_hand=True,
    )


def _fill(parcel: Parcel, given: Given) -> Parcel:
    parcel.number_by_hand = True
    if given.carrier and parcel.is_carrier_open:
        parcel.carrier, parcel.carrier_by_hand = given.carrier, True
    elif not parcel.carrier and not parcel.carrier_text:
        parcel.carrier_text = given.carrier_text[:190]
    if not given.notify:
        Fulfillment.objects.filter(pk=parcel.fulfillment_id).update(notify_customer=False, notify_by_hand=True)
    return _number(parcel, given)


def _parcel(fulfillment: Fulfillment, given: Given) -> Parcel:
    last = Parcel.objects.filter(order_id=fulfillment.order_id).order_by("-position").values_list("position", flat=True)
    parcel = Parcel(
        order_id=fulfillment.order_id,
        fulfillment=fulfillment,
        carrier=given.carrier,
        carrier_text=given.carrier_text[:190],
        position=(last.first() or 0) + 1,
    )
    return _number(parcel, given)


def _number(parcel: Parcel, given: Given) -> Parcel:
    parcel.tracking_number = given.tracking_number.strip()[:190]
    parcel.number_key = given.number_key
    parcel.source = parcel.source or source_of(parcel.carrier)
    parcel.save()
    return parcel
