"""One order of each kind, recorded as every order is, read back, and undone: the others are made after it."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import router, transaction

from ...backends import get_source
from ...carriers import catalogue
from ...events import (
    ConsentSnapshot,
    ContactSnapshot,
    DeliveryWindow,
    FulfillmentSnapshot,
    LineSnapshot,
    Milestone,
    OrderSnapshot,
    OrderState,
    ParcelSnapshot,
    PaymentState,
    TrackingUpdate,
)
from ...exceptions import BackendError
from ...messages.ledger import ConsentEntry
from ...tracking import record, refresh
from ...tracking.fold import ParcelState
from ...tracking.models import (
    DeliveryEstimate,
    Fulfillment,
    FulfillmentLine,
    Order,
    OrderContact,
    OrderLine,
    Parcel,
    TrackingEvent,
)
from ..numbers import number_for
from ..play import scan
from ..providers import play_for
from ..providers.aftership import AfterShipPlay
from ..providers.base import Play
from ..scenarios import Scan, Ship
from ..stops import DESTINATIONS, Stop
from .people import address, person
from .stories import Story

#: The day of every prototype, so many days ago: the past, so that no time of it is ahead of us.
AGO = 60
#: From a scan to our hearing of it.
HEARD_AFTER = dt.timedelta(minutes=4)
#: From the order to our reading it.
READ_AFTER = dt.timedelta(seconds=5)

TITLES = (
    ("Stoneware bowl", "Ash glaze", "24.00"),
    ("Linen napkins, set of four", "Undyed", "38.00"),
    ("Walnut board", "Oiled", "52.00"),
    ("Olive wood spoons", "Set of three", "19.50"),
    ("Pour-over jug", "600 ml", "44.00"),
)
_LOCALES = {"FR": "fr", "DE": "de", "AT": "de", "CH": "de", "ES": "es", "IT": "it", "NL": "nl", "BE": "nl", "PT": "en"}
_CARRIERS = {"FR": "colissimo", "US": "fedex", "CA": "canada-post"}


@dataclass(frozen=True, slots=True)
class Kind:
    """What all orders after one prototype share."""

    story: Story
    passed: int  # moments of the story
    country: str
    hour: int  # at which it was placed, UTC
    lines: int

    @property
    def stop(self) -> Stop:
        """Return where it goes."""
        return DESTINATIONS[self.country]

    @property
    def minute(self) -> int:
        """Return the minute at which it was placed."""
        return self.hour * 37 % 60


@dataclass(slots=True)
class Prototype:
    """The rows of one order, unsaved by now, and what they do not hold."""

    kind: Kind
    channel: str
    order: Order
    contact: OrderContact
    lines: list[OrderLine]
    fulfillments: list[Fulfillment]
    fulfilled: list[FulfillmentLine]
    parcels: list[Parcel]
    events: list[TrackingEvent]
    estimates: list[DeliveryEstimate]
    consents: list[ConsentEntry]
    #: Milestone, subject as (kind, key), occurrence, when it happened.
    news: list[tuple[Milestone, tuple[str, int], str, dt.datetime]] = field(default_factory=list)
    #: By the key of an event: what its source posted.
    bodies: dict[int, bytes] = field(default_factory=dict)


def record_one(kind: Kind, host: str, source: str, channel: str, *, is_imported: bool) -> Prototype:
    """Record an order of this kind as history and read what that wrote; nothing of it stays."""
    today = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=AGO)
    placed = dt.datetime.combine(today, dt.time(kind.hour, kind.minute), tzinfo=dt.UTC)
    using = router.db_for_write(Order)
    with transaction.atomic(using=using):
        found = _recorded(kind, placed, host, source, channel)
        found.order.is_imported = is_imported
        transaction.set_rollback(True, using=using)
    return found


def _recorded(kind: Kind, placed: dt.datetime, host: str, source: str, channel: str) -> Prototype:
    said = _Said(kind, placed)
    order = record.order(host, said.snapshot(channel), is_import=True)
    for update in said.updates():
        record.tracking(source, update, received_at=placed + dt.timedelta(hours=kind.story.length))
    found = _read(kind, channel, Order.objects.get(pk=order.pk))
    _follow_by(found, source, {carrier for _sent, carrier, is_followed in said.sent.values() if not is_followed})
    _time(found, placed)
    found.news = list(_news(found, placed))
    play = _play(source)
    for update in said.updates():
        _post(found, update, play)
    return found


def _play(source: str) -> Play:
    """Return who words what the source posts: AfterShip, where nobody of ours speaks as this source does."""
    try:
        return play_for(get_source(source)) or AfterShipPlay()
    except (KeyError, BackendError):
        return AfterShipPlay()


class _Said:
    """What shop and carriers say of one order."""

    def __init__(self, kind: Kind, placed: dt.datetime) -> None:
        self.kind, self.placed = kind, placed
        self.lines = tuple(self._line(n) for n in range(kind.lines))
        #: By the story's parcel: with its carrier, and whether that is followed live.
        self.sent: dict[int, tuple[FulfillmentSnapshot, str, bool]] = {}
        self.scans: dict[int, list[tuple[Scan, dt.datetime]]] = {}
        for moment in kind.story.moments[: kind.passed]:
            at = placed + dt.timedelta(hours=moment.hours)
            if isinstance(moment.step, Ship):
                self._send(moment.step, at)
            else:
                self.scans.setdefault(moment.step.parcel, []).append((moment.step, at))

    def _line(self, n: int) -> LineSnapshot:
        title, details, price = TITLES[(n + self.kind.hour) % len(TITLES)]
        return LineSnapshot(
            reference=str(n + 1),
            title=title,
            details=details,
            sku=f"SKU-{n + 1}",
            quantity=1 + n % 2,
            unit_price=Decimal(price),
            total=Decimal(price) * (1 + n % 2),
            is_physical=self.kind.story.is_physical,
        )

    def _send(self, step: Ship, at: dt.datetime) -> None:
        found = catalogue.find(step.carrier or _CARRIERS.get(self.kind.country, "ups"))
        slug = found.slug if found else ""
        of = {"all": self.lines, "half": self.lines[:1], "rest": self.lines[1:]}[step.what]
        parcel = ParcelSnapshot(
            carrier=slug, carrier_text=found.name if found else step.carrier, tracking_number=number_for(slug)
        )
        sent = FulfillmentSnapshot(
            reference=f"f{step.parcel}",
            lines=tuple((line.reference, line.quantity) for line in of),
            sent_at=at,
            parcels=(parcel,),
        )
        self.sent[step.parcel] = sent, slug, not step.carrier

    def snapshot(self, channel: str) -> OrderSnapshot:
        """Return what the shop says."""
        kind, whom = self.kind, person(1, self.kind.country)
        home = address(whom.name, whom.street, whom.postcode, kind.stop)
        total = sum((line.total or Decimal() for line in self.lines), Decimal())
        wish = ConsentSnapshot(channel=channel, is_given=True, wording="Keep me posted about this order.", version="1")
        return OrderSnapshot(
            reference=f"prototype-{os.getpid()}",
            number="prototype",
            placed_at=self.placed,
            lines=self.lines,
            contact=ContactSnapshot(
                name=whom.name,
                email=whom.email,
                shipping_address=home,
                billing_address=home,
                payment_summary="Visa ending in 4242",
                consents=(wish,),
            ),
            fulfillments=tuple(sent for sent, *_more in self.sent.values()),
            state=kind.story.state,
            payment=PaymentState.REFUNDED if kind.story.state is OrderState.CANCELLED else PaymentState.PAID,
            currency="EUR",
            items_total=total,
            shipping_total=Decimal("4.90"),
            total=total + Decimal("4.90"),
            locale=_LOCALES.get(kind.country, "en"),
            country=kind.country,
            shipping_method="Standard",
        )

    def updates(self) -> Iterator[TrackingUpdate]:
        """Yield what the source says of each parcel that is followed."""
        for parcel, told in self.scans.items():
            sent, carrier, _is_followed = self.sent[parcel]
            steps = [step for step, _at in told]
            due = next(((step, at) for step, at in reversed(told) if step.due_in_days is not None), None)
            yield TrackingUpdate(
                tracking_number=sent.parcels[0].tracking_number,
                carrier=carrier,
                scans=tuple(self._scan(step, at) for step, at in told),
                window=self._window(*due) if due else None,
                next_step=next((step.next_step for step in reversed(steps) if step.next_step), ""),
                signed_by=next((step.signed_by for step in reversed(steps) if step.signed_by), ""),
                left_at=next((step.left_at for step in reversed(steps) if step.left_at), ""),
                pickup_place=next((step.pickup_place for step in reversed(steps) if step.pickup_place), ""),
                pickup_hours=next((step.pickup_hours for step in reversed(steps) if step.pickup_hours), ""),
            )

    def _scan(self, step: Scan, at: dt.datetime) -> Any:
        stop = step.stop or self.kind.stop
        return scan(step, stop, at.astimezone(ZoneInfo(stop.zone)))

    def _window(self, step: Scan, at: dt.datetime) -> DeliveryWindow:
        local = at.astimezone(ZoneInfo(self.kind.stop.zone))
        day = local.date() + dt.timedelta(days=step.due_in_days or 0)
        return DeliveryWindow(earliest=day, latest=day, stated_at=at, reason=step.reason)


def _read(kind: Kind, channel: str, order: Order) -> Prototype:
    of = {"parcel__order": order}
    return Prototype(
        kind=kind,
        channel=channel,
        order=order,
        contact=OrderContact.objects.get(order=order),
        lines=list(OrderLine.objects.filter(order=order).order_by("pk")),
        fulfillments=list(Fulfillment.objects.filter(order=order).order_by("pk")),
        fulfilled=list(FulfillmentLine.objects.filter(fulfillment__order=order).order_by("pk")),
        parcels=list(Parcel.objects.filter(order=order).order_by("pk")),
        events=list(TrackingEvent.objects.filter(parcel__order=order).order_by("parcel", "sort_key", "pk")),
        estimates=list(DeliveryEstimate.objects.filter(**of).order_by("pk")),
        consents=list(ConsentEntry.objects.filter(order=order).order_by("pk")),
    )


def _follow_by(found: Prototype, source: str, unfollowed: set[str]) -> None:
    """Have this source follow what the story follows, whoever else is set up: nobody asks real ones about it."""
    for parcel in found.parcels:
        parcel.source = "" if parcel.carrier in unfollowed else source
        refresh.parcel(parcel)
        parcel.save()
    refresh.order(found.order)


def _time(found: Prototype, placed: dt.datetime) -> None:
    """Give the rows the times at which they would have come, one after the other."""
    order, read = found.order, placed + READ_AFTER
    for event in found.events:
        if event.occurred_at is not None:
            event.received_at = event.occurred_at + HEARD_AFTER
    heard = {parcel.pk: [e.received_at for e in found.events if e.parcel_id == parcel.pk] for parcel in found.parcels}
    for parcel in found.parcels:
        parcel.last_checked_at = max(heard[parcel.pk], default=None)
        parcel.details_at = parcel.details_at and parcel.last_checked_at
    for estimate in found.estimates:
        estimate.received_at = estimate.stated_at + HEARD_AFTER
    changes = sorted({read, *(row.sent_at for row in found.fulfillments), *(e.received_at for e in found.events)})
    ended = [_since(parcel, found.events) for parcel in found.parcels]
    turned = max(filter(None, ended), default=changes[-1])
    order.version = len(changes)
    order.changed_at = order.last_activity_at = changes[-1]
    order.read_at, order.headline_at = read, turned
    order.delivered_at, order.closed_at = order.delivered_at and turned, order.closed_at and turned
    order.compared_at = changes[-1]
    found.contact.first_seen_at = read
    for consent in found.consents:
        consent.happened_at, consent.recorded_at = placed, read


def _since(parcel: Parcel, events: list[TrackingEvent]) -> dt.datetime | None:
    """Return when we heard of what made the parcel's status."""
    since = parcel.state.get("since", "")
    return next((e.received_at for e in events if e.parcel_id == parcel.pk and e.local_time == since), None)


def _news(found: Prototype, placed: dt.datetime) -> Iterator[tuple[Milestone, tuple[str, int], str, dt.datetime]]:
    """Yield what the customer was told."""
    yield Milestone.CONFIRMED, ("order", 0), "1", placed
    for sending in found.fulfillments:
        yield Milestone.SHIPPED, ("fulfillment", sending.pk), "1", sending.sent_at
    for parcel in found.parcels:
        now = max((e.received_at for e in found.events if e.parcel_id == parcel.pk), default=placed)
        for reached in refresh.new_milestones(found.order, parcel, ParcelState(), refresh.fold_parcel(parcel), now):
            yield reached.milestone, ("parcel", parcel.pk), reached.occurrence, reached.happened_at
    if found.order.headline in (Milestone.CANCELLED, Milestone.REFUNDED):
        yield Milestone(found.order.headline), ("order", 0), "1", found.order.changed_at


def _post(found: Prototype, update: TrackingUpdate, play: Play) -> None:
    """Word what the source posted with each scan: all that was known by then."""
    key = catalogue.normalise_number(update.tracking_number)
    (parcel,) = (row for row in found.parcels if row.number_key == key)
    events = [event for event in found.events if event.parcel_id == parcel.pk]
    for count, event in enumerate(events, 1):
        so_far = TrackingUpdate(tracking_number=key, carrier=update.carrier, scans=update.scans[:count])
        found.bodies[event.pk] = play.body(so_far, "delivery")
