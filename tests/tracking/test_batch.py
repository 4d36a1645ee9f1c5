"""Updates that are recorded together do what they do one by one."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from unittest import mock

import pytest
from django.db import DataError, OperationalError, connection, transaction
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from order_status_plugin import signals
from order_status_plugin.access.erase import erase
from order_status_plugin.events import (
    DeliveryWindow,
    Overlay,
    ParcelSnapshot,
    ParcelStatus,
    TrackingScan,
    TrackingUpdate,
)
from order_status_plugin.exceptions import UnknownParcel
from order_status_plugin.messages import outbox
from order_status_plugin.messages.models import OutboxMessage
from order_status_plugin.tracking import append, record, tell
from order_status_plugin.tracking.milestones import Reached
from order_status_plugin.tracking.models import DeliveryEstimate, Order, Parcel, TrackingEvent
from tests.orders import sent, snapshot

pytestmark = pytest.mark.django_db

S = ParcelStatus
#: Mixes of updates that are tried.
MIXES = {"light": 5, "moderate": 20, "full": 1_000}
#: One parcel, another one of the same order, one box of two shops, a number that was used before.
ONE, TWIN, SHARED, RECYCLED, ERASED, UNKNOWN = (f"1Z999AA1012345{n}" for n in range(6784, 6790))
MAIL = {"email": {"BACKEND": "order_status_plugin.channels.email.EmailChannel"}}


@pytest.fixture(autouse=True)
def _mailed() -> Iterator[None]:
    record.observe("outbox", outbox.write_all)
    with override_settings(ORDER_STATUS={"CHANNELS": MAIL}):
        yield


@pytest.fixture
def shop() -> None:
    """Orders of every kind."""
    now = timezone.now()

    def parcels(*numbers: str) -> tuple[ParcelSnapshot, ...]:
        return tuple(ParcelSnapshot(carrier_text="UPS", tracking_number=number) for number in numbers)

    long_ago = now - dt.timedelta(days=90)
    record.order("shop", snapshot(reference="1", fulfillments=(sent(parcels=parcels(ONE, TWIN)),)))
    record.order("shop", snapshot(reference="2", fulfillments=(sent(parcels=parcels(SHARED)),)))
    record.order("other", snapshot(reference="3", fulfillments=(sent(parcels=parcels(SHARED)),)))
    record.order("shop", snapshot(reference="4", fulfillments=(sent(parcels=parcels(RECYCLED), sent_at=long_ago),)))
    record.order("shop", snapshot(reference="5", fulfillments=(sent(parcels=parcels(RECYCLED)),)))
    erase(record.order("shop", snapshot(reference="6", fulfillments=(sent(parcels=parcels(ERASED)),))), "test")


def mix(rng: random.Random, now: dt.datetime) -> list[record.Said]:
    """Return updates as they come in: repeated, late, contradicting, of several sources."""
    scans: list[TrackingScan] = []
    said = []
    for number in range(rng.randint(2, 14)):
        for _ in range(rng.randint(0, 3)):
            minutes = rng.choice([rng.randint(0, 29), rng.randint(0, 29), 60 * 24 * 80])
            told = rng.choice([*S, None])
            scans.append(
                TrackingScan(
                    status=told,
                    local_time=(now - dt.timedelta(minutes=minutes)).replace(tzinfo=None, microsecond=0),
                    utc_offset=rng.choice([0, None]),
                    overlay=rng.choice([Overlay.NONE, Overlay.NONE, Overlay.DELAYED, Overlay.EXCEPTION]),
                    source_id=rng.choice(["", str(len(scans))]),
                    raw_code=str(told),
                )
            )
        window, day = None, now.date() + dt.timedelta(days=rng.randint(0, 2))
        if rng.random() < 0.4:
            window = DeliveryWindow(earliest=day, latest=day, stated_at=now + dt.timedelta(seconds=rng.randint(0, 3)))
        update = TrackingUpdate(
            tracking_number=rng.choice([ONE, ONE, TWIN, SHARED, RECYCLED, ERASED, UNKNOWN]),
            carrier=rng.choice(["ups", "ups", "", "dhl"]),
            scans=tuple(rng.sample(scans, rng.randint(0, min(4, len(scans))))),
            window=window,
            estimate_ends=rng.random() < 0.1,
            next_step=rng.choice(["", "", "Be at home."]),
            left_at=rng.choice(["", "", "Porch"]),
        )
        moment = now + dt.timedelta(seconds=number)
        said.append(record.Said(source=rng.choice("ab"), update=update, message_id=number, received_at=moment))
        if rng.random() < 0.2:
            said.append(replace(rng.choice(said), message_id=number + 100))
    return said


def one_by_one(said: list[record.Said]) -> list[record.Recorded | Exception]:
    return [done for one in said for done in record.tracking_each([one])]


Way = Callable[[list[record.Said]], list[record.Recorded | Exception]]


def outcome(way: Way, said: list[record.Said], now: dt.datetime) -> dict[str, Any]:
    """Return all that recording these did, and undo it."""
    reached: list[Reached] = []
    told: list[tuple[object, ...]] = []

    def turned(parcel: Parcel, old_status: str, new_status: str, **kwargs: object) -> None:
        told.append((parcel.pk, old_status, new_status))

    tell.observe("tests", reached.extend)
    signals.parcel_status_changed.connect(turned)
    try:
        with transaction.atomic(), mock.patch("django.utils.timezone.now", return_value=now):
            before = dict(Order.objects.values_list("pk", "version"))
            done = way(said)
            found = {
                "done": [
                    (each.number_key, "unknown")
                    if isinstance(each, UnknownParcel)
                    else (each.applied, each.too_old, each.is_news, each.is_erased, [p.pk for p in each.parcels])
                    for each in done
                    if isinstance(each, (UnknownParcel, record.Recorded))
                ],
                "events": rows(TrackingEvent),
                "estimates": rows(DeliveryEstimate),
                "parcels": rows(Parcel, with_pk=True),
                "orders": rows(Order, "version", with_pk=True),
                "changed": {pk for pk, version in Order.objects.values_list("pk", "version") if version > before[pk]},
                "outbox": rows(OutboxMessage, "due_at"),
                "reached": [(r.order.pk, r.milestone, r.subject, r.occurrence, r.is_news) for r in reached],
            }
            assert len(found["done"]) == len(said)
            transaction.set_rollback(True)
    finally:
        del tell.observers["tests"]
        signals.parcel_status_changed.disconnect(turned)
    return found


def rows(model: Any, *without: str, with_pk: bool = False) -> list[dict[str, Any]]:
    names = {field.attname for field in model._meta.concrete_fields} - set(without) - (set() if with_pk else {"id"})
    return sorted(model.objects.values(*sorted(names)), key=lambda row: str(sorted(row.items())))


@pytest.mark.usefixtures("shop")
def test_together_is_one_by_one(volume_once: str) -> None:
    now = timezone.now()
    for seed in range(MIXES[volume_once]):
        said = mix(random.Random(seed), now)
        apart, together = outcome(one_by_one, said, now), outcome(record.tracking_each, said, now)
        for what, expected in apart.items():
            assert together[what] == expected, f"{what} of mix {seed}"


def said(number: str = ONE, *scans: TrackingScan, **more: Any) -> record.Said:
    return record.Said(source="a", update=TrackingUpdate(tracking_number=number, carrier="ups", scans=scans, **more))


def in_transit(message: str = "") -> TrackingScan:
    moment = timezone.now().replace(tzinfo=None, microsecond=0) - dt.timedelta(minutes=5)
    return TrackingScan(status=S.IN_TRANSIT, local_time=moment, utc_offset=0, message=message)


@pytest.mark.usefixtures("shop")
def test_one_that_cannot_be_recorded_stops_no_other() -> None:
    real = append.event

    def event(parcel: Parcel, source: str, scan: TrackingScan, **more: Any) -> TrackingEvent:
        if scan.message == "bad":
            raise DataError("It does not fit.")
        return real(parcel, source, scan, **more)

    with mock.patch.object(append, "event", event):
        first, bad, last = record.tracking_each(
            [said(ONE, in_transit()), said(TWIN, in_transit("bad")), said(SHARED, in_transit())]
        )
    assert isinstance(first, record.Recorded)
    assert isinstance(last, record.Recorded)
    assert isinstance(bad, DataError)
    assert (first.applied, last.applied) == (1, 2)
    assert set(TrackingEvent.objects.values_list("parcel__number_key", flat=True)) == {ONE, SHARED}


@pytest.mark.usefixtures("shop")
def test_a_database_that_fails_is_asked_once() -> None:
    with mock.patch.object(record, "Batch", side_effect=OperationalError("gone")) as batch:
        done = record.tracking_each([said(ONE, in_transit()), said(TWIN, in_transit())])
    assert [type(each) for each in done] == [OperationalError] * 2
    assert batch.call_count == 1


def test_many_cost_as_many_queries_as_few() -> None:
    def queries(*numbers: str) -> int:
        for number in numbers:
            parcel = ParcelSnapshot(carrier_text="UPS", tracking_number=number)
            record.order("shop", snapshot(reference=number, fulfillments=(sent(parcels=(parcel,)),)))
        with CaptureQueriesContext(connection) as asked:
            record.tracking_each([said(number, in_transit()) for number in numbers])
        return len(asked)

    few = queries(*(f"1Z999AA1{n:010d}" for n in range(2)))
    assert queries(*(f"1Z999AA1{n:010d}" for n in range(100, 120))) == few
    assert few <= 20


@pytest.mark.usefixtures("shop")
def test_an_order_that_hears_much_at_once_changes_once(django_capture_on_commit_callbacks: Any) -> None:
    told: list[tuple[int, int]] = []

    def changed(order: Order, version: int, **kwargs: object) -> None:
        told.append((order.pk, version))

    before = Parcel.objects.get(number_key=ONE).order
    signals.order_changed.connect(changed)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            record.tracking_each([said(ONE, in_transit()), said(TWIN, in_transit()), said(ONE, in_transit("again"))])
    finally:
        signals.order_changed.disconnect(changed)
    assert told == [(before.pk, before.version + 1)]
