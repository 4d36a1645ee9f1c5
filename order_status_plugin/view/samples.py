"""Orders that nobody placed, for previews: rows in memory, folded and built as every order is. Nothing is written."""

from __future__ import annotations

import datetime as dt
from collections import namedtuple
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _

from ..carriers import catalogue
from ..events import (
    Headline,
    Milestone,
    OrderState,
    Overlay,
    ParcelStatus,
    PaymentState,
    Place,
    Reason,
    Tier,
    TrackingScan,
)
from ..tracking import append, queries, rows
from ..tracking.fold import fold
from ..tracking.headline import headline
from ..tracking.models import DeliveryEstimate, Fulfillment, Order, OrderContact, OrderLine, Parcel

S = ParcelStatus
#: No order has it, so that whatever is asked about this one finds nothing.
NOBODY = -1
SOURCE = "preview"
NONE, ONE, MANY = "none", "one", "many"


@dataclass(frozen=True, slots=True)
class Scene:
    """What is to be seen: how each parcel stands, and how many there may be."""

    headline: Headline
    counts: tuple[str, ...] = (ONE, MANY)
    status: ParcelStatus | None = None  # of the first parcel
    others: ParcelStatus | None = None  # of those beside it
    overlay: Overlay = Overlay.NONE
    is_live: bool = True
    is_part: bool = False  # something is not sent yet
    state: OrderState = OrderState.OPEN
    payment: PaymentState = PaymentState.PAID


H = Headline
#: Every headline, by its own name, and three more that editors write for.
SCENES: Mapping[str, Scene] = {
    "confirmed": Scene(H.CONFIRMED, (NONE,)),
    "part_sent": Scene(H.IN_TRANSIT, status=S.IN_TRANSIT, others=S.IN_TRANSIT, is_part=True),
    "in_transit": Scene(H.IN_TRANSIT, status=S.IN_TRANSIT, others=S.PICKED_UP_BY_CARRIER),
    "delayed": Scene(H.IN_TRANSIT, status=S.IN_TRANSIT, others=S.IN_TRANSIT, overlay=Overlay.DELAYED),
    "out_for_delivery": Scene(H.OUT_FOR_DELIVERY, status=S.OUT_FOR_DELIVERY, others=S.IN_TRANSIT),
    "attempted_delivery": Scene(H.ATTEMPTED_DELIVERY, status=S.ATTEMPTED_DELIVERY, others=S.IN_TRANSIT),
    "ready_for_pickup": Scene(H.OUT_FOR_DELIVERY, status=S.READY_FOR_PICKUP, others=S.DELIVERED),
    "delivered": Scene(
        H.DELIVERED, (NONE, ONE, MANY), status=S.DELIVERED, others=S.DELIVERED, state=OrderState.COMPLETE
    ),
    "delivered_in_part": Scene(H.DELIVERED_IN_PART, (MANY,), status=S.LOST, others=S.DELIVERED),
    "sent": Scene(H.SENT, is_live=False),
    "returned": Scene(H.RETURNED, status=S.RETURNING, others=S.RETURNING),
    "lost": Scene(H.LOST, status=S.LOST, others=S.LOST),
    "cancelled": Scene(H.CANCELLED, (NONE,), state=OrderState.CANCELLED),
    "refunded": Scene(H.REFUNDED, (NONE,), state=OrderState.REFUNDED, payment=PaymentState.REFUNDED),
}

#: What a parcel has been through when it stands like this.
_WAY: dict[ParcelStatus, tuple[ParcelStatus, ...]] = {
    S.PICKED_UP_BY_CARRIER: (S.LABEL_CREATED, S.PICKED_UP_BY_CARRIER),
    S.IN_TRANSIT: (S.LABEL_CREATED, S.PICKED_UP_BY_CARRIER, S.IN_TRANSIT),
}
for _end in (S.OUT_FOR_DELIVERY, S.ATTEMPTED_DELIVERY, S.DELIVERED, S.READY_FOR_PICKUP, S.RETURNING, S.LOST):
    _round = (S.OUT_FOR_DELIVERY,) if _end in (S.DELIVERED, S.ATTEMPTED_DELIVERY) else ()
    _WAY[_end] = (*_WAY[S.IN_TRANSIT], *_round, _end)

#: In which scene a mail about this milestone is seen.
MAILS: Mapping[Milestone, str] = {
    Milestone.CONFIRMED: "confirmed",
    Milestone.SHIPPED: "in_transit",
    Milestone.OUT_FOR_DELIVERY: "out_for_delivery",
    Milestone.ATTEMPTED_DELIVERY: "attempted_delivery",
    Milestone.READY_FOR_PICKUP: "ready_for_pickup",
    Milestone.DELIVERED: "delivered",
    Milestone.DELAYED: "delayed",
    Milestone.ESTIMATE_MOVED: "in_transit",
    Milestone.EXCEPTION: "delayed",
    Milestone.RETURNED: "returned",
    Milestone.CANCELLED: "cancelled",
    Milestone.REFUNDED: "refunded",
    Milestone.NOTE: "in_transit",
    Milestone.STALLED: "in_transit",
}

_CITIES = (("Lisboa", "PT"), ("Madrid", "ES"), ("Porto", "PT"))
_PARCELS = (("ups", "1Z999AA10123456784"), ("dhl-express", "JD014600006281230704"), ("dpd", "05308801234567"))
NAME, EMAIL, NUMBER = "Nora Vega", "nora@example.org", "TS-20418"


def count_for(scene: str, wanted: str) -> str:
    """Return how many parcels are shown: as wanted where the status allows it, else the nearest that it does."""
    counts = SCENES[scene].counts
    return wanted if wanted in counts else ONE if ONE in counts else counts[0]


def sample(scene: str, tier: Tier, parcels: str, now: dt.datetime, *, site_id: int | None = None) -> queries.Picture:
    """Return the rows of an order that stands as the scene says, with the columns that this tier may see.

    ``parcels`` is "none", "one" or "many"; see :func:`count_for`. Titles speak the language that is active.
    """
    play, number = SCENES[scene], {NONE: 0, ONE: 1, MANY: 3}[count_for(scene, parcels)]
    is_digital = play.headline is H.DELIVERED and not number
    order = _order(play, now, site_id)
    lines = _lines(order, is_digital=is_digital)
    told = [_parcel(order, play, place, now) for place in range(number)]
    quantities = _quantities(lines, number, is_part=play.is_part)
    order.headline = headline(
        rows.order_facts(
            order,
            to_send=sum(line.quantity for line in lines if line.is_physical),
            sent=sum(sum(sent.values()) for sent in quantities.values()),
            parcels=[parcel for parcel, _events, _estimates in told],
        )
    )
    see_all = tier is not Tier.PUBLIC
    parcel_columns = queries.PARCEL + (queries.PRIVATE_PARCEL if see_all else ())
    event_columns = queries.EVENT + (queries.PRIVATE_EVENT if see_all else ())
    estimate_columns = queries.ESTIMATE + (queries.PRIVATE_ESTIMATE if see_all else ())
    return queries.Picture(
        order=order,
        tier=tier,
        lines=_only(lines, queries.ORDER_LINE),
        fulfillments=_only((parcel.fulfillment for parcel, _e, _s in told), queries.FULFILLMENT),
        quantities=quantities,
        parcels=[
            queries.ParcelRows(
                _only([parcel], parcel_columns)[0], _only(events, event_columns), _only(said, estimate_columns)
            )
            for parcel, events, said in told
        ],
        contact=_contact(order) if see_all else None,
    )


@lru_cache(maxsize=32)
def _row_type(columns: tuple[str, ...]) -> Any:
    return namedtuple("Row", columns)


def _only(models: Iterable[Any], columns: tuple[str, ...]) -> list[Any]:
    """Return rows as a query returns them that names these columns: what is not read is not there."""
    made = _row_type(columns)
    return [made(*(getattr(model, column) for column in columns)) for model in models]


def _order(play: Scene, now: dt.datetime, site_id: int | None) -> Order:
    placed = now - dt.timedelta(days=5)
    has_ended = play.headline in (H.CANCELLED, H.REFUNDED)
    return Order(
        pk=NOBODY,
        host=SOURCE,
        reference="preview",
        number=NUMBER,
        site_id=site_id,
        placed_at=placed,
        state=play.state,
        payment=play.payment,
        currency="EUR",
        items_total=Decimal("168.00"),
        shipping_total=Decimal("6.50"),
        tax_total=Decimal("32.63"),
        total=Decimal("174.50"),
        refunded_total=Decimal("174.50") if has_ended else None,
        country="PT",
        shipping_method=_("Standard"),
        expected_dispatch=(now + dt.timedelta(days=1)).date(),
        handover=_("by email") if play.headline is H.DELIVERED else "",
        changed_at=now,
        last_activity_at=now,
        closed_at=now - dt.timedelta(days=1) if has_ended else None,
        read_at=now,
    )


def _contact(order: Order) -> OrderContact:
    address = {"name": NAME, "lines": ["Rua das Flores 18"], "postcode": "4050-262", "city": "Porto", "country": "PT"}
    return OrderContact(
        order=order,
        name=NAME,
        email=EMAIL,
        phone="+351 912 345 678",
        shipping_address=address,
        billing_address=address,
        payment_summary=_("Visa ending in %(digits)s") % {"digits": "4242"},
    )


def _lines(order: Order, *, is_digital: bool) -> list[OrderLine]:
    given: tuple[tuple[str, str, int, str], ...]
    if is_digital:
        given = ((_("Gift card"), "", 1, "174.50"),)
    else:
        given = (
            (_("Stoneware bowl"), _("Ash glaze"), 2, "78.00"),
            (_("Linen napkins"), _("Set of four"), 1, "48.00"),
            (_("Olive wood spoon"), "", 3, "42.00"),
        )
    return [
        OrderLine(
            pk=place,
            order=order,
            reference=str(place),
            title=title,
            details=details,
            quantity=quantity,
            total=Decimal(total),
            is_physical=not is_digital,
        )
        for place, (title, details, quantity, total) in enumerate(given, 1)
    ]


def _quantities(lines: list[OrderLine], parcels: int, *, is_part: bool) -> dict[int, dict[int, int]]:
    """Return what goes with each parcel: a line each, the rest with the last; the last line stays here in part."""
    sent = lines[:-1] if is_part else lines
    if not parcels:
        return {}
    shares: dict[int, dict[int, int]] = {place: {} for place in range(1, parcels + 1)}
    for place, line in enumerate(sent, 1):
        shares[min(place, parcels)][line.pk] = line.quantity
    return shares


def _parcel(
    order: Order, play: Scene, place: int, now: dt.datetime
) -> tuple[Parcel, list[Any], list[DeliveryEstimate]]:
    carrier, number = _PARCELS[place]
    sent_at = now - dt.timedelta(days=3, hours=place)
    parcel = Parcel(
        pk=place + 1,
        order=order,
        fulfillment=Fulfillment(pk=place + 1, order=order, reference=str(place + 1), sent_at=sent_at),
        carrier=carrier,
        carrier_text=found.name if (found := catalogue.get(carrier)) else carrier,
        tracking_number=number,
        number_key=number,
        source=SOURCE if play.is_live else "",
        position=place,
        last_checked_at=now,
    )
    status = play.status if place == 0 else play.others
    scans = _scans(status, play.overlay if place == 0 else Overlay.NONE, sent_at, now) if status else []
    events = [append.event(parcel, SOURCE, scan, message_id=None, received_at=now) for scan in scans]
    for key, event in enumerate(events, 100 * place):
        event.pk = key
    state = fold(rows.fold_event(event) for event in events)
    parcel.status = state.status or (S.CONFIRMED if parcel.source else S.UNKNOWN)
    parcel.overlay, parcel.state = state.overlay, state.columns()
    if status is S.READY_FOR_PICKUP:
        parcel.pickup_place = "Papelaria Central, Rua do Almada 12, 4050-031 Porto"
        parcel.pickup_until = (now + dt.timedelta(days=6)).date()
    if status is S.DELIVERED:
        parcel.left_at = _("Front door")
    return parcel, sorted(events, key=lambda event: event.sort_key), _estimates(parcel, play, place, now)


def _scans(status: ParcelStatus, overlay: Overlay, sent_at: dt.datetime, now: dt.datetime) -> list[TrackingScan]:
    way = _WAY[status]
    last = now - dt.timedelta(minutes=40)
    step = (last - sent_at) / max(len(way) - 1, 1)
    found = []
    for place, each in enumerate(way):
        city, country = _CITIES[min(place, len(_CITIES) - 1)]
        is_last = place == len(way) - 1
        found.append(
            TrackingScan(
                status=each,
                local_time=(sent_at + step * place).replace(tzinfo=None, second=0, microsecond=0),
                utc_offset=0,
                overlay=overlay if is_last else Overlay.NONE,
                reason=Reason.WEATHER
                if is_last and overlay
                else Reason.ABSENT
                if each is S.ATTEMPTED_DELIVERY
                else Reason.NONE,
                place=Place(text=city, city=city, country=country),
                sequence=place,
            )
        )
    return found


def _estimates(parcel: Parcel, play: Scene, place: int, now: dt.datetime) -> list[DeliveryEstimate]:
    if not play.is_live or play.headline is H.RETURNED:
        return []
    is_today = parcel.status == S.OUT_FOR_DELIVERY
    days = [0] if is_today else [1, 3] if parcel.overlay else [1 + place]
    return [
        DeliveryEstimate(
            pk=100 * place + number,
            parcel=parcel,
            source=SOURCE,
            earliest=(day := (now + dt.timedelta(days=ahead)).date().isoformat()),
            latest=day,
            stated_at=now - dt.timedelta(days=2 - number),
            received_at=now,
        )
        for number, ahead in enumerate(days)
    ]
