"""The only writer. Each call is one transaction: upsert, append, fold, milestones; then the world is told.

Everything that must not be lost is written inside; whatever happens after commit is a courtesy.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable, Sequence

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Q
from django.utils import timezone

from .. import spans
from ..carriers import catalogue
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
from . import append, by_hand_numbers, columns, match, refresh, snapshot, tell, told, tombstone
from .batch import OF_ORDER, Batch, Recorded, Said
from .by_hand_numbers import Did, Given
from .followed import source_of
from .locator import locator_for
from .milestones import Reached
from .models import Fulfillment, Order, Parcel
from .tell import hear, observe, watch
from .told import Told

__all__ = [
    "Recorded",
    "Said",
    "changed",
    "check_in",
    "choose_carrier",
    "choose_notice",
    "entry",
    "first_sight",
    "give_number",
    "hear",
    "history",
    "meant",
    "observe",
    "order",
    "revoke_link",
    "take_back_number",
    "touch",
    "tracking",
    "tracking_each",
    "watch",
]

logger = logging.getLogger(__name__)


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
        row.is_imported = row.is_imported or (is_first and is_import)
        touched = snapshot.apply(row, snap, snap.placed_at if is_import else now)
        row.snapshot_digest, row.read_at = digest, now
        so_far = told.read(touched.parcels) if touched.parcels else {}
        reached, turns = _append_host_words(row, so_far.values(), snap, now, is_import=is_import)
        told.write(so_far.values())
        columns.update(Parcel, touched.parcels, ("status", "overlay", "state"))
        whole = refresh.wholes([row.pk])[row.pk]
        reached += _of_whole(row, snap, whole, touched, now, is_first=is_first, is_import=is_import)
        row.save()
        for hearer in tell.hearers.values():
            hearer([(row, snap)])
        tell.tell([row], reached, [] if is_import else turns, is_import=is_import)
    return row


def history(host: str, snaps: Sequence[OrderSnapshot]) -> list[Order | Exception]:
    """Record orders of before our time; return each, or why it cannot be recorded. Repeating it changes nothing.

    Those that are new are written together: one transaction, the queries of one order. One that fails stops no other.
    """
    references = [snap.reference for snap in snaps]
    known = {row.reference: row for row in Order.objects.filter(host=host, reference__in=references)}
    fresh = {snap.reference: snap for snap in snaps if snap.reference not in known}
    done: dict[str, Order | Exception] = {
        snap.reference: known[snap.reference] for snap in snaps if _is_read(known.get(snap.reference), snap)
    }
    try:
        with transaction.atomic():
            done |= {row.reference: row for row in _history(host, list(fresh.values()))}
    except Exception:
        logger.warning("%s orders of %s are recorded one by one: together they failed", len(fresh), host, exc_info=True)
    for snap in snaps:
        if snap.reference not in done:
            try:
                done[snap.reference] = order(host, snap, is_import=True)
            except Exception as error:  # noqa: BLE001 - told to who asked, and the others go on
                done[snap.reference] = error
    return [done[reference] for reference in references]


def _is_read(row: Order | None, snap: OrderSnapshot) -> bool:
    """Say whether this very snapshot is what an order's row has."""
    return row is not None and row.read_at is not None and row.snapshot_digest == snapshot.digest(snap)


def _history(host: str, snaps: Sequence[OrderSnapshot]) -> list[Order]:
    """Make orders of which nothing is known."""
    if not snaps:
        return []
    now = timezone.now()
    rows = [
        Order(
            host=host,
            reference=snap.reference,
            locator=locator_for(host, snap.reference),
            changed_at=now,
            last_activity_at=now,
            is_imported=True,
            snapshot_digest=snapshot.digest(snap),
            read_at=now,
        )
        for snap in snaps
    ]
    new = list(zip(rows, snaps, strict=True))
    for row, snap in new:
        snapshot.say(row, snap)
    Order.objects.bulk_create(rows)
    touched = snapshot.create(new)
    parcels = [parcel for each in touched for parcel in each.parcels]
    so_far = {parcel.pk: Told(parcel) for parcel in parcels}
    wholes = refresh.wholes([row.pk for row in rows], parcels)
    reached: list[Reached] = []
    for (row, snap), part in zip(new, touched, strict=True):
        its_own = [so_far[parcel.pk] for parcel in part.parcels]
        reached += _append_host_words(row, its_own, snap, now, is_import=True)[0]
        reached += _of_whole(row, snap, wholes[row.pk], part, now, is_first=True, is_import=True)
    told.write(so_far.values())
    columns.update(Parcel, [one.parcel for one in so_far.values() if one.new_events], ("status", "overlay", "state"))
    columns.update(Order, rows, OF_ORDER)
    for hearer in tell.hearers.values():
        hearer(new)
    tell.tell(rows, reached, is_import=True)
    return rows


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
    said = Said(source=source, update=update, message_id=message_id, received_at=received_at or timezone.now())
    with transaction.atomic():
        (done,) = _tracking([said])
    if isinstance(done, Exception):
        raise done
    return done


@spans.traced("record")
def tracking_each(said: Sequence[Said]) -> list[Recorded | Exception]:
    """Record what sources say, in this order, all in one transaction; return what each update did, or what it raises.

    One that cannot be recorded stops no other: then each has a transaction of its own.
    """
    if not said:
        return []
    try:
        with transaction.atomic():
            return _tracking(said)
    except (OperationalError, InterfaceError) as error:  # the database, not what it was told
        return [error] * len(said)
    except Exception as error:
        if len(said) == 1:
            return [error]
        logger.warning("%s updates are recorded one by one: together they failed", len(said), exc_info=True)
        return [done for one in said for done in tracking_each([one])]


def _tracking(said: Sequence[Said]) -> list[Recorded | Exception]:
    number_keys = [catalogue.normalise_number(one.update.tracking_number) for one in said]
    batch = Batch(match.orders(set(number_keys)))
    known = batch.by_number()
    meant = [match.fitting(known.get(key, ()), one.update, key) for one, key in zip(said, number_keys, strict=True)]
    shares = [match.share(parcels, one.update) for parcels, one in zip(meant, said, strict=True)]
    batch.read({parcel for each in shares for parcel in each})
    erased = tombstone.known({key for key, parcels in zip(number_keys, meant, strict=True) if not parcels})
    outcomes: list[Recorded | Exception] = []
    for one, key, parcels, share in zip(said, number_keys, meant, shares, strict=True):
        if not parcels:
            outcomes.append(Recorded(is_erased=True) if key in erased else _unknown(one.update, key))
            continue
        done = Recorded(too_old=len(one.update.scans) - len({id(scan) for scans in share.values() for scan in scans}))
        batch.take(one, share, done)
        outcomes.append(done)
    batch.write()
    return outcomes


def meant(nudge: Nudge) -> list[Parcel]:
    """Return the parcels that a source may mean. Raises UnknownParcel when no order has such a parcel (yet)."""
    number_key = catalogue.normalise_number(nudge.tracking_number)
    found = match.candidates(nudge, number_key)
    if not found and not tombstone.known([number_key]):
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
    said = Said(source=source, update=update, message_id=message_id, received_at=received_at or timezone.now())
    done = Recorded()
    with transaction.atomic():
        batch = Batch([parcel.order_id])
        row = batch.parcels[parcel.pk]
        batch.read([row])
        batch.take(said, {row: update.scans}, done)
        batch.write()
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
    rows = Parcel.objects.filter(earlier, pk__in=[parcel.pk for parcel in parcels])
    with transaction.atomic():  # in the order of their keys, as all who lock several parcels do
        keys = list(rows.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
        Parcel.objects.filter(pk__in=keys).update(last_checked_at=moment)


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
    tell.tell([row], reached)


def touch(row: Order) -> Order:
    """Have the order's pages made anew: something that they show, and that stands in no row of ours, changed."""
    with transaction.atomic():
        row = Order.objects.select_for_update().get(pk=row.pk)
        changed(row, timezone.now())
    return row


def _append_host_words(
    row: Order, so_far: Iterable[Told], snap: OrderSnapshot, now: dt.datetime, *, is_import: bool
) -> tuple[list[Reached], list[tell.Turn]]:
    """Add the host's own word on its fulfillments, as events of the source "host", and fold their parcels."""
    reached: list[Reached] = []
    turns: list[tell.Turn] = []
    words = {said.reference: said for said in snap.fulfillments}
    for one in so_far:
        parcel, before, old_status = one.parcel, one.state, ParcelStatus(one.parcel.status)
        said = words.get(parcel.fulfillment.reference)
        if said is not None and (scan := _host_word(one, said, snap, now, is_import=is_import)) is not None:
            append.events(one, "host", [scan], message_id=None, received_at=now)
        refresh.put(parcel, one.state)
        if parcel.status != old_status:
            turns.append(tell.Turn(row, parcel, old_status, ParcelStatus(parcel.status)))
        reached += refresh.new_milestones(row, parcel, before, one.state, now)
    return reached, turns


def _of_whole(
    row: Order,
    snap: OrderSnapshot,
    whole: refresh.Whole,
    touched: snapshot.Touched,
    now: dt.datetime,
    *,
    is_first: bool,
    is_import: bool,
) -> list[Reached]:
    """Put the headline into an order that was just read; return what it and its acts of sending reached."""
    old_headline = row.headline
    refresh.order(row, whole)
    reached = [refresh.of_order(row, Milestone.CONFIRMED, snap.placed_at)] if is_first else []
    reached += [_shipped(row, new.row) for new in touched.new_fulfillments if new.is_shipping]
    reached += refresh.headline_milestones(row, whole, old_headline, snap.changed_at or now)
    _changed(row, now)
    if is_first and is_import:
        snapshot.backdate(row, snap)
    return reached


def _host_word(
    so_far: Told, said: FulfillmentSnapshot, snap: OrderSnapshot, now: dt.datetime, *, is_import: bool
) -> TrackingScan | None:
    """Return what the host says of a fulfillment as a scan, None where that is nothing or known."""
    if said.host_status is None or _is_heard(so_far, said):
        return None
    heard_at = (said.sent_at or snap.placed_at) if is_import else now
    moment = (said.host_status_at or heard_at).astimezone(dt.UTC)
    return TrackingScan(
        status=said.host_status,
        local_time=moment.replace(tzinfo=None),
        utc_offset=0,
        precision=Precision.MINUTE,
        source_id=_host_word_id(said),
        raw_code=said.host_status_text or said.host_status,
        rule="the shop's own word",
    )


def _host_word_id(said: FulfillmentSnapshot) -> str:
    return f"{said.reference}:{said.host_status}"


def _is_heard(so_far: Told, said: FulfillmentSnapshot) -> bool:
    """Say whether we know this word of the host already: one without a time is as old as our first hearing of it."""
    if said.host_status_at is not None:
        return False
    name = ("host", _host_word_id(said)[:190])
    return any((event.source, event.source_id) == name for event in so_far.events)


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


def _changed(row: Order, now: dt.datetime) -> None:
    """Count a change that a page could show."""
    row.version += 1
    row.changed_at = timezone.now()
    row.last_activity_at = max(row.last_activity_at, now)
