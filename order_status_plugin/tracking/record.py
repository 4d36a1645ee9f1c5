"""The only writer. Each call is one transaction: upsert, append, fold, milestones; then the world is told.

Everything that must not be lost is written inside; whatever happens after commit is a courtesy.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from .. import signals, spans
from ..carriers import catalogue
from ..conf import conf
from ..events import (
    FulfillmentSnapshot,
    Milestone,
    Nudge,
    OrderSnapshot,
    ParcelStatus,
    Precision,
    TrackingScan,
    TrackingUpdate,
)
from ..exceptions import CarrierNotOpen, UnknownParcel
from . import append, by_hand_numbers, match, refresh, snapshot, tombstone
from .by_hand_numbers import Did, Given
from .followed import source_of
from .locator import locator_for
from .milestones import Reached
from .models import Fulfillment, Order, Parcel

_observers: dict[str, Callable[[Reached], None]] = {}
_watchers: dict[str, Callable[[Order], None]] = {}
_hearers: dict[str, Callable[[Order, OrderSnapshot], None]] = {}


def observe(name: str, callback: Callable[[Reached], None]) -> None:
    """Have ``callback`` called for each milestone, inside the transaction that records it. Once a name."""
    _observers[name] = callback


def watch(name: str, callback: Callable[[Order], None]) -> None:
    """Have ``callback`` called with each order that changed, inside the transaction; imports excepted. Once a name."""
    _watchers[name] = callback


def hear(name: str, callback: Callable[[Order, OrderSnapshot], None]) -> None:
    """Have ``callback`` called with each snapshot that says something new, in its transaction, before any milestone."""
    _hearers[name] = callback


@dataclass(slots=True)
class Recorded:
    """What a tracking update did."""

    parcels: list[Parcel] = field(default_factory=list)
    applied: int = 0  # events that were new
    too_old: int = 0  # events of some earlier parcel with the same number
    is_news: bool = False  # a page could show something of it
    is_erased: bool = False  # about a parcel whose order was erased: nothing of it may be kept


def first_sight(host: str, reference: str, locale: str = "") -> Order:
    """Return the order's row, making the smallest one there can be. Safe inside the host's own transaction."""
    now = timezone.now()
    order, is_new = Order.objects.get_or_create(
        host=host,
        reference=reference,
        defaults={
            "locator": locator_for(host, reference),
            "locale": locale,
            "changed_at": now,
            "last_activity_at": now,
        },
    )
    if not is_new and locale and not order.locale:
        Order.objects.filter(pk=order.pk, locale="").update(locale=locale)
        order.locale = locale
    return order


@spans.traced("record")
def order(host: str, snap: OrderSnapshot, *, is_import: bool = False) -> Order:
    """Record the present state of an order as its host reads it. Repeating it changes nothing.

    ``is_import`` marks what is taken in from before our time: it is history, and nobody is told.
    """
    with transaction.atomic():
        row = Order.objects.select_for_update().get(pk=first_sight(host, snap.reference, snap.locale).pk)
        if row.erased_at is not None:
            return _outlive(row, snap)
        is_first = row.read_at is None
        digest = snapshot.digest(snap)
        if not is_first and row.snapshot_digest == digest:
            return row
        now = timezone.now()
        old_headline = row.headline
        row.is_imported = row.is_imported or (is_first and is_import)
        touched = snapshot.apply(row, snap, snap.placed_at if is_import else now)
        row.snapshot_digest, row.read_at = digest, now
        reached = [
            found for parcel in touched.parcels for found in _append_host_word(row, parcel, snap, now, is_import)
        ]
        refresh.order(row)
        reached += _order_milestones(row, snap, touched.new_fulfillments, old_headline, is_first=is_first, now=now)
        _changed(row, now)
        if is_first and is_import:
            snapshot.backdate(row, snap)
        row.save()
        for callback in _hearers.values():
            callback(row, snap)
        _tell(row, reached, is_import=is_import)
    return row


def _outlive(row: Order, snap: OrderSnapshot) -> Order:
    """Let the stub of an erased order follow its host in the one word it shows; nothing else is written again."""
    if (row.state, row.payment) != (snap.state, snap.payment):
        row.state, row.payment = snap.state, snap.payment
        refresh.order(row)
        changed(row, timezone.now())
    return row


@spans.traced("record")
def tracking(
    source: str,
    update: TrackingUpdate,
    *,
    message_id: int | None = None,
    received_at: dt.datetime | None = None,
) -> Recorded:
    """Record what a source says about one parcel.

    ``source`` is the alias it came by. Raises UnknownParcel when no order has such a parcel (yet).
    """
    received_at = received_at or timezone.now()
    number_key = catalogue.normalise_number(update.tracking_number)
    with transaction.atomic():
        candidates = match.candidates(update, number_key)
        if not candidates:
            if tombstone.is_known(number_key):
                return Recorded(is_erased=True)
            raise _unknown(update, number_key)
        done = Recorded()
        shares = match.share(candidates, update)
        done.too_old = len(update.scans) - len({id(scan) for scans in shares.values() for scan in scans})
        _record(done, source, update, shares, message_id=message_id, received_at=received_at)
    return done


def meant(nudge: Nudge) -> list[Parcel]:
    """Return the parcels that a source may mean. Raises UnknownParcel when no order has such a parcel (yet)."""
    number_key = catalogue.normalise_number(nudge.tracking_number)
    found = match.candidates(nudge, number_key)
    if not found and not tombstone.is_known(number_key):
        raise _unknown(nudge, number_key)
    return found


def _unknown(said: TrackingUpdate | Nudge, number_key: str) -> UnknownParcel:
    return UnknownParcel(
        f"No parcel has the number {said.tracking_number!r} with this carrier yet.", number_key=number_key
    )


@spans.traced("record")
def entry(
    source: str,
    parcel: Parcel,
    update: TrackingUpdate,
    *,
    message_id: int | None = None,
    received_at: dt.datetime | None = None,
) -> Recorded:
    """Record what somebody entered about this very parcel, whatever its number is, or without any."""
    done, received_at = Recorded(), received_at or timezone.now()
    with transaction.atomic():
        row = Parcel.objects.select_related("fulfillment").get(pk=parcel.pk)
        shares = {row: list(update.scans)}
        _record(done, source, update, shares, message_id=message_id, received_at=received_at)
    return done


def choose_carrier(parcel: Parcel, carrier: str) -> Parcel:
    """Record which carrier staff say a parcel travels with. What the host says later does not undo it.

    ``carrier`` is a slug of the catalogue. Raises CarrierNotOpen where the host names a carrier that we know.
    """
    with transaction.atomic():
        row = Order.objects.select_for_update().get(pk=parcel.order_id)
        parcel = Parcel.objects.select_related("fulfillment").get(pk=parcel.pk)
        twins = Parcel.objects.filter(fulfillment=parcel.fulfillment_id, number_key=parcel.number_key, carrier=carrier)
        if row.erased_at is not None or not parcel.is_carrier_open or twins.exclude(pk=parcel.pk).exists():
            raise CarrierNotOpen
        parcel.carrier, parcel.carrier_by_hand = carrier, True
        parcel.source = (source_of(carrier) if parcel.number_key else "") or parcel.source
        parcel.save()
        refresh.order(row)
        changed(row, timezone.now())
    return parcel


def give_number(row: Order, given: Given) -> Did:
    """Record a tracking number that staff give an order, and return what that did. Repeating it changes nothing.

    The customer is told that something was sent where that is news, and where ``given.notify`` says so.
    """
    with transaction.atomic():
        row, now = Order.objects.select_for_update().get(pk=row.pk), timezone.now()
        if row.erased_at is not None or not given.number_key:
            return Did.NOTHING
        did, parcel = by_hand_numbers.give(row, given)
        if parcel is None:
            return did
        refresh.parcel(parcel)
        parcel.save()
        refresh.order(row)
        reached = [_shipped(row, parcel.fulfillment)] if did is Did.SENT else []
        changed(row, now, reached)
    return did


def take_back_number(parcel: Parcel) -> bool:
    """Record that staff take back a number that they gave; say whether it was theirs."""
    with transaction.atomic():
        row = Order.objects.select_for_update().get(pk=parcel.order_id)
        found = Parcel.objects.select_related("fulfillment").filter(pk=parcel.pk, is_withdrawn=False).first()
        if found is None or not by_hand_numbers.take_back(found):
            return False
        for other in row.parcels.filter(is_withdrawn=False, number_key=""):
            refresh.parcel(other)
            other.save()
        refresh.order(row)
        changed(row, timezone.now())
    return True


def choose_notice(fulfillment: Fulfillment, *, notify: bool) -> None:
    """Record whether staff want the customer told of a shipment. What the host says later does not undo it.

    Nothing that a page shows changes, so nobody else is told.
    """
    Fulfillment.objects.filter(pk=fulfillment.pk).update(notify_customer=notify, notify_by_hand=True)


def check_in(parcels: Iterable[Parcel], moment: dt.datetime) -> None:
    """Note that a source was asked, or spoke, about these parcels and had nothing new."""
    earlier = Q(last_checked_at=None) | Q(last_checked_at__lt=moment)
    Parcel.objects.filter(earlier, pk__in=[parcel.pk for parcel in parcels]).update(last_checked_at=moment)


def revoke_link(row: Order) -> Order:
    """End every link to this order that was given out; the next one printed is new."""
    with transaction.atomic():
        row = Order.objects.select_for_update().get(pk=row.pk)
        row.link_version += 1
        changed(row, timezone.now())
    return row


def changed(row: Order, now: dt.datetime, reached: Iterable[Reached] = ()) -> None:
    """Save a locked order that a page would show differently, and tell the signals after commit.

    Customers are told of the milestones that were ``reached``, and of nothing else.
    """
    _changed(row, now)
    row.save()
    _tell(row, list(reached))


def touch(row: Order) -> Order:
    """Have the order's pages made anew: something that they show, and that stands in no row of ours, changed."""
    with transaction.atomic():
        row = Order.objects.select_for_update().get(pk=row.pk)
        changed(row, timezone.now())
    return row


def _record(
    done: Recorded,
    source: str,
    update: TrackingUpdate,
    shares: dict[Parcel, list[TrackingScan]],
    *,
    message_id: int | None,
    received_at: dt.datetime,
) -> None:
    """Append to each parcel its share, and fold the orders anew, in the transaction of the caller."""
    orders = {
        row.pk: row
        for row in Order.objects.select_for_update().filter(pk__in={p.order_id for p in shares}).order_by("pk")
    }
    # Read again under the lock: another worker may just have written them.
    parcels = Parcel.objects.select_related("fulfillment").in_bulk([parcel.pk for parcel in shares])
    for parcel, scans in ((parcels[known.pk], scans) for known, scans in shares.items()):
        row = orders[parcel.order_id]
        if row.erased_at is not None:
            done.is_erased = True
            continue  # a tombstone: what carriers say may name people and places
        reached, is_changed, applied = _append(
            row, parcel, source, update, scans, message_id=message_id, received_at=received_at
        )
        done.parcels.append(parcel)
        done.applied += applied
        if is_changed:
            done.is_news = True
            old_headline = row.headline
            refresh.order(row)
            reached += _headline_milestones(row, old_headline, received_at)
            _changed(row, received_at)
            row.save()
            _tell(row, reached)


def _append(
    row: Order,
    parcel: Parcel,
    source: str,
    update: TrackingUpdate,
    scans: list[TrackingScan],
    *,
    message_id: int | None,
    received_at: dt.datetime,
) -> tuple[list[Reached], bool, int]:
    """Append events and estimate to one parcel, fold it, and return milestones, whether it changed, and how many."""
    before, old_window = refresh.fold_parcel(parcel), refresh.present_estimate(parcel)
    old_status = ParcelStatus(parcel.status)
    applied = append.events(parcel, source, scans, message_id=message_id, received_at=received_at)
    is_changed = bool(applied)
    is_changed |= append.estimate(parcel, source, update, received_at)
    is_changed |= append.details(parcel, update, received_at)
    if not parcel.source and (scans or update.window):
        parcel.source = source
        is_changed = True
    parcel.last_checked_at = max(filter(None, (parcel.last_checked_at, received_at)))
    after = refresh.parcel(parcel)
    parcel.save()
    reached = refresh.new_milestones(row, parcel, before, after, received_at)
    reached += refresh.moved_estimate(row, parcel, old_window, received_at)
    _announce_status(row, parcel, old_status)
    return reached, is_changed, applied


def _append_host_word(
    row: Order, parcel: Parcel, snap: OrderSnapshot, now: dt.datetime, is_import: bool
) -> list[Reached]:
    """Append the host's own word on a fulfillment as events of the source "host"."""
    before, old_status = refresh.fold_parcel(parcel), ParcelStatus(parcel.status)
    said = next((f for f in snap.fulfillments if f.reference == parcel.fulfillment.reference), None)
    if said is not None and said.host_status is not None and not _is_heard(parcel, said):
        heard_at = (said.sent_at or snap.placed_at) if is_import else now
        moment = (said.host_status_at or heard_at).astimezone(dt.UTC)
        scan = TrackingScan(
            status=said.host_status,
            local_time=moment.replace(tzinfo=None),
            utc_offset=0,
            precision=Precision.MINUTE,
            source_id=_host_word_id(said),
            raw_code=said.host_status_text or said.host_status,
            rule="the shop's own word",
        )
        append.events(parcel, "host", [scan], message_id=None, received_at=now)
    after = refresh.parcel(parcel)
    parcel.save()
    if not is_import:
        _announce_status(row, parcel, old_status)
    return refresh.new_milestones(row, parcel, before, after, now)


def _host_word_id(said: FulfillmentSnapshot) -> str:
    return f"{said.reference}:{said.host_status}"


def _is_heard(parcel: Parcel, said: FulfillmentSnapshot) -> bool:
    """Say whether we know this word of the host already: one without a time is as old as our first hearing of it."""
    if said.host_status_at is not None:
        return False
    return parcel.events.filter(source="host", source_id=_host_word_id(said)).exists()


def _order_milestones(
    row: Order,
    snap: OrderSnapshot,
    new_fulfillments: list[snapshot.NewFulfillment],
    old_headline: str,
    *,
    is_first: bool,
    now: dt.datetime,
) -> list[Reached]:
    """Return the milestones that hang on the order and on acts of sending."""
    reached = []
    if is_first:
        reached.append(_reached(row, Milestone.CONFIRMED, snap.placed_at))
    for new in new_fulfillments:
        if new.is_shipping:
            reached.append(_shipped(row, new.row))
    return reached + _headline_milestones(row, old_headline, snap.changed_at or now)


def _shipped(row: Order, sending: Fulfillment) -> Reached:
    return Reached(
        order=row,
        milestone=Milestone.SHIPPED,
        subject=f"fulfillment:{sending.pk}",
        occurrence="1",
        happened_at=sending.sent_at,
        is_news=True,
        fulfillment=sending,
    )


def _headline_milestones(row: Order, old_headline: str, moment: dt.datetime) -> list[Reached]:
    """Return what the change of the headline itself tells: ends that no single parcel tells."""
    if row.headline == old_headline:
        return []
    if row.headline in (Milestone.CANCELLED, Milestone.REFUNDED):
        return [_reached(row, Milestone(row.headline), moment)]
    if row.headline == Milestone.DELIVERED and not row.parcels.filter(is_withdrawn=False).exists():
        return [_reached(row, Milestone.DELIVERED, moment)]
    return []


def _reached(row: Order, milestone: Milestone, moment: dt.datetime) -> Reached:
    return Reached(order=row, milestone=milestone, subject="order", occurrence="1", happened_at=moment, is_news=True)


def _changed(row: Order, now: dt.datetime) -> None:
    """Count a change that a page could show."""
    row.version += 1
    row.changed_at = timezone.now()
    row.last_activity_at = max(row.last_activity_at, now)


def _tell(row: Order, reached: list[Reached], *, is_import: bool = False) -> None:
    """Hand the milestones to the observers now, and everything to the signals after commit."""
    horizon = timezone.now() - conf.MESSAGES_MAX_AGE
    told = [
        Reached(
            order=found.order,
            milestone=found.milestone,
            subject=found.subject,
            occurrence=found.occurrence,
            happened_at=found.happened_at,
            is_news=found.is_news and not is_import and found.happened_at >= horizon,
            fulfillment=found.fulfillment,
            parcel=found.parcel,
        )
        for found in reached
    ]
    for found in told:
        for callback in _observers.values():
            callback(found)

    def send() -> None:
        for found in told:
            signals.milestone_reached.send_robust(
                Order,
                order=row,
                milestone=found.milestone,
                subject=found.subject,
                occurrence=found.occurrence,
                is_news=found.is_news,
            )

    if told:
        transaction.on_commit(send, robust=True)
    if not is_import:
        for watcher in _watchers.values():
            watcher(row)
    _announce(row)


def _announce(row: Order) -> None:
    version = row.version
    transaction.on_commit(lambda: signals.order_changed.send_robust(Order, order=row, version=version), robust=True)


def _announce_status(row: Order, parcel: Parcel, old: ParcelStatus) -> None:
    new = ParcelStatus(parcel.status)
    if new is not old:
        transaction.on_commit(
            lambda: signals.parcel_status_changed.send_robust(
                Parcel, order=row, parcel=parcel, old_status=old, new_status=new
            ),
            robust=True,
        )
