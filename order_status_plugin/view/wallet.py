"""One order for a wallet: what the private page says of it, in the few words that Apple has."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.numbers import get_currency_precision
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ..events import Headline, Overlay, ParcelStatus, PaymentState, Tier
from ..tracking.models import Order
from ..tracking.queries import Picture, picture
from . import dates
from .build import build
from .facts import OrderFacts, ParcelFacts, gather
from .model import OrderView, ParcelView, WalletItem, WalletParcel, WalletView
from .zone import zone_of

S = ParcelStatus

#: Apple's words for a parcel that is brought. Of one that nobody follows only what the shop said is known: it was sent.
SHIPPING: Mapping[ParcelStatus, str] = {
    S.CONFIRMED: "processing",
    S.LABEL_CREATED: "processing",
    S.PICKED_UP_BY_CARRIER: "shipped",
    S.IN_TRANSIT: "onTheWay",
    S.OUT_FOR_DELIVERY: "outForDelivery",
    S.ATTEMPTED_DELIVERY: "issue",
    S.DELIVERED: "delivered",
    S.RETURNING: "issue",
    S.RETURNED: "issue",
    S.LOST: "issue",
    S.CANCELLED: "cancelled",
    S.UNKNOWN: "shipped",
}
#: And for one that waits at a counter.
PICKUP: Mapping[ParcelStatus, str] = {S.READY_FOR_PICKUP: "readyForPickup", S.COLLECTED: "pickedUp"}

#: An order that is none of these is open.
ORDER: Mapping[Headline, str] = {
    Headline.DELIVERED: "completed",
    Headline.CANCELLED: "cancelled",
    Headline.REFUNDED: "cancelled",
}

#: What is not here, or has no word, is not said.
PAYMENT: Mapping[PaymentState, str] = {
    PaymentState.PENDING: "pending",
    PaymentState.AUTHORIZED: "authorized",
    PaymentState.PAID: "paid",
    PaymentState.PARTLY_REFUNDED: "paid",
    PaymentState.REFUNDED: "refunded",
    PaymentState.FAILED: "declined",
}


def build_wallet(
    order: Order, *, now: dt.datetime | None = None, with_address: bool = False, found: Picture | None = None
) -> WalletView | None:
    """Return the order as a wallet shows it, in the language that is active; None for an erased one.

    ``now`` is aware; ``found`` is what is stored, where it was read already: the private tier's picture.
    """
    if order.erased_at is not None:
        return None
    now, found = now or timezone.now(), found or picture(order, Tier.PRIVATE)
    facts = gather(found, now)
    view = build(order, Tier.PRIVATE, now=now, found=found)
    cards = {card.anchor: card for card in view.parcels}
    told: dict[int, int] = {}  # fulfillment -> the parcel that lists its items
    for number, parcel in enumerate(facts.parcels, 1):
        told.setdefault(parcel.row.fulfillment_id, number)
    contact = found.contact
    return WalletView(
        number=order.number,
        shop=view.shop,
        status=ORDER.get(view.headline, "open"),
        description=_joined(view.word, view.promise),
        created_at=order.placed_at or order.changed_at,
        updated_at=max(order.changed_at, order.placed_at or order.changed_at),
        items=tuple(
            WalletItem(
                title=line.title, details=line.details, quantity=line.quantity, price=_money(line.total, order.currency)
            )
            for line in found.lines
        ),
        parcels=tuple(
            _parcel(facts, view, parcel, cards[f"parcel-{number}"], has_items=told[parcel.row.fulfillment_id] == number)
            for number, parcel in enumerate(facts.parcels, 1)
        ),
        total=_money(order.total, order.currency),
        currency=order.currency if _is_currency(order.currency) else "",
        payment=PAYMENT.get(PaymentState(order.payment), ""),
        recipient=dict(contact.shipping_address) if with_address and contact is not None else {},
        language=get_language() or "en",
    )


def _parcel(
    facts: OrderFacts, view: OrderView, parcel: ParcelFacts, card: ParcelView, *, has_items: bool
) -> WalletParcel:
    is_pickup = parcel.status in PICKUP
    status = PICKUP[parcel.status] if is_pickup else SHIPPING[parcel.status]
    if parcel.overlay is Overlay.EXCEPTION and not parcel.has_ended:
        status = "issue"
    place, *rest = card.pickup_place.splitlines() or [""]
    expected_at, window = _expected(facts, parcel, card)
    arrival = parcel.first(S.DELIVERED, S.COLLECTED) if parcel.has_arrived else None
    quantities = facts.picture.quantities.get(parcel.row.fulfillment_id, {}) if has_items else {}
    return WalletParcel(
        uid=_uid(facts, parcel),
        is_pickup=is_pickup,
        status=status,
        description=_described(card),
        carrier=card.carrier_name,
        tracking_number=parcel.row.tracking_number,
        tracking_url=card.tracking_url,
        sent_at=None if status == "processing" else parcel.sent_at,
        arrived_at=arrival.occurred_at if arrival is not None else None,
        expected_at=expected_at,
        window=window,
        place=place or card.carrier_name or view.shop,
        notes="\n".join([*rest, *card.pickup_hours.splitlines()]),
        items=tuple(
            WalletItem(title=line.title, details=line.details, quantity=quantities[line.pk])
            for line in facts.picture.lines
            if quantities.get(line.pk, 0) > 0
        ),
    )


def _described(card: ParcelView) -> str:
    """Return the card's heading and the day that is expected, as its box says it."""
    if card.window is None or card.window.is_overdue:
        flag = next((flag.text for flag in card.flags), "")
        return _("%(problem)s: %(words)s") % {"problem": card.state, "words": flag} if flag else card.state
    return _joined(f"{card.state}.", f"{card.window.label} {card.window.day}")


def _joined(first: str, second: str) -> str:
    return f"{first} {second}".strip()


def _expected(
    facts: OrderFacts, parcel: ParcelFacts, card: ParcelView
) -> tuple[dt.datetime | None, dt.timedelta | None]:
    """Return when it is expected, and for how long the hours are.

    Of several days it is the last one: nothing is promised earlier. A day is told as its noon, where the parcel goes: a
    wallet shows no hours then, and noon is on the same day in every zone around. Hours need the zone of the place.
    """
    said, last = parcel.window, parcel.last_day
    if said is None or last is None or card.window is None or card.window.is_overdue:
        return None, None
    noon = dt.datetime.combine(last, dt.time(12))
    name = zone_of(facts.picture.order.country, noon)
    zone = ZoneInfo(name) if name else dates.shop_zone()
    first, end = dates.local(said.earliest), dates.local(said.latest or said.earliest)
    has_hours = name and "T" in said.earliest and "T" in (said.latest or said.earliest)
    if has_hours and first and end and first.date() == end.date() and first < end:
        return first.replace(tzinfo=zone), end - first
    return noon.replace(tzinfo=zone), None


def _uid(facts: OrderFacts, parcel: ParcelFacts) -> str:
    """Return the name of a parcel, the same for as long as it lives, from which nothing can be told."""
    told = f"wallet\0{facts.picture.order.locator}\0{parcel.row.pk}"
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def _is_currency(code: str) -> bool:
    return len(code) == 3 and code.isascii() and code.isalpha() and code.isupper()


def _money(amount: Decimal | None, currency: str) -> str:
    """Return "174.50": a number for machines, with as many digits as the currency has."""
    if amount is None or not _is_currency(currency):
        return ""
    return f"{amount:.{get_currency_precision(currency)}f}"
