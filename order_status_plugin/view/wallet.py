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

from ..cms.look import Look
from ..events import Headline, Overlay, ParcelStatus, PaymentState, Tier
from ..tracking.models import Order
from ..tracking.queries import picture
from . import dates, words
from .facts import OrderFacts, ParcelFacts, gather
from .link import link
from .model import WalletItem, WalletParcel, WalletView, WindowView
from .parcel import expected, flags, pickup_hours, pickup_place, state
from .sentence import promise
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


def wallet_facts(order: Order, now: dt.datetime | None = None) -> OrderFacts | None:
    """Return what every language is built from, read once; None for an erased order. ``now`` is aware."""
    if order.erased_at is not None:
        return None
    return gather(picture(order, Tier.PRIVATE), now or timezone.now())


def build_wallet(order: Order, facts: OrderFacts, look: Look, *, with_address: bool = False) -> WalletView:
    """Return the order as a wallet shows it, in the language that is active. No query."""
    found, headline = facts.picture, Headline(order.headline)
    told: dict[int, int] = {}  # fulfillment -> the parcel that lists its items
    for number, parcel in enumerate(facts.parcels, 1):
        told.setdefault(parcel.row.fulfillment_id, number)
    contact = found.contact
    return WalletView(
        number=order.number,
        shop=look.shop,
        status=ORDER.get(headline, "open"),
        description=_joined(str(words.HEADLINE[headline]), promise(facts, headline)),
        created_at=order.placed_at or order.changed_at,
        updated_at=max(order.changed_at, order.placed_at or order.changed_at),
        items=tuple(
            WalletItem(
                title=line.title, details=line.details, quantity=line.quantity, price=_money(line.total, order.currency)
            )
            for line in found.lines
        ),
        parcels=tuple(
            _parcel(facts, look, parcel, has_items=told[parcel.row.fulfillment_id] == number)
            for number, parcel in enumerate(facts.parcels, 1)
        ),
        total=_money(order.total, order.currency),
        currency=order.currency if _is_currency(order.currency) else "",
        payment=PAYMENT.get(PaymentState(order.payment), ""),
        recipient=dict(contact.shipping_address) if with_address and contact is not None else {},
        language=get_language() or "en",
    )


def _parcel(facts: OrderFacts, look: Look, parcel: ParcelFacts, *, has_items: bool) -> WalletParcel:
    is_pickup = parcel.status in PICKUP
    status = PICKUP[parcel.status] if is_pickup else SHIPPING[parcel.status]
    if parcel.overlay is Overlay.EXCEPTION and not parcel.has_ended:
        status = "issue"
    place, *rest = pickup_place(facts, parcel).splitlines() or [""]
    window = expected(facts, parcel)
    expected_at, span = _expected(facts, parcel, window)
    arrival = parcel.first(S.DELIVERED, S.COLLECTED) if parcel.has_arrived else None
    quantities = facts.picture.quantities.get(parcel.row.fulfillment_id, {}) if has_items else {}
    return WalletParcel(
        uid=_uid(facts, parcel),
        is_pickup=is_pickup,
        status=status,
        description=_described(facts, parcel, window),
        carrier=parcel.name,
        tracking_number=parcel.row.tracking_number,
        tracking_url=link(facts, parcel),
        sent_at=None if status == "processing" else parcel.sent_at,
        arrived_at=arrival.occurred_at if arrival is not None else None,
        expected_at=expected_at,
        window=span,
        place=place or parcel.name or look.shop,
        notes="\n".join([*rest, *pickup_hours(facts, parcel).splitlines()]),
        items=tuple(
            WalletItem(title=line.title, details=line.details, quantity=quantities[line.pk])
            for line in facts.picture.lines
            if quantities.get(line.pk, 0) > 0
        ),
    )


def _described(facts: OrderFacts, parcel: ParcelFacts, window: WindowView | None) -> str:
    """Return the card's heading and the day that is expected, as its box says it."""
    said = state(parcel)
    if window is None or window.is_overdue:
        flag = next((flag.text for flag in flags(facts, parcel)), "")
        return _("%(problem)s: %(words)s") % {"problem": said, "words": flag} if flag else said
    return _joined(f"{said}.", f"{window.label} {window.day}")


def _joined(first: str, second: str) -> str:
    return f"{first} {second}".strip()


def _expected(
    facts: OrderFacts, parcel: ParcelFacts, window: WindowView | None
) -> tuple[dt.datetime | None, dt.timedelta | None]:
    """Return when it is expected, and for how long the hours are.

    Of several days it is the last one: nothing is promised earlier. A day is told as its noon, where the parcel goes: a
    wallet shows no hours then, and noon is on the same day in every zone around. Hours need the zone of the place.
    """
    said, last = parcel.window, parcel.last_day
    if said is None or last is None or window is None or window.is_overdue:
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
