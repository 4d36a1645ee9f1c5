"""What is taken in from before our time is written together, and is what each order alone would be."""

from __future__ import annotations

import datetime as dt
from typing import Any
from unittest import mock

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from order_status_plugin import signals
from order_status_plugin.events import (
    FulfillmentKind,
    OrderSnapshot,
    OrderState,
    ParcelSnapshot,
    ParcelStatus,
)
from order_status_plugin.tracking import record, snapshot, tell
from order_status_plugin.tracking.milestones import Reached
from order_status_plugin.tracking.models import (
    Fulfillment,
    FulfillmentLine,
    Order,
    OrderContact,
    OrderLine,
    Parcel,
    TrackingEvent,
)
from tests.orders import UPS, line, sent
from tests.orders import snapshot as snap

pytestmark = pytest.mark.django_db
MODELS = (Order, OrderContact, OrderLine, Fulfillment, FulfillmentLine, Parcel, TrackingEvent)
S = ParcelStatus


def shop() -> list[OrderSnapshot]:
    """Return orders of every kind, placed long ago."""
    ago = timezone.now() - dt.timedelta(days=200)
    both = tuple(ParcelSnapshot(carrier_text="UPS", tracking_number=number) for number in (UPS, "1ZOTHER"))
    sendings: list[dict[str, Any]] = [
        {},
        {"fulfillments": (sent(sent_at=ago),)},
        {"fulfillments": (sent(sent_at=None, parcels=both),)},
        {"fulfillments": (sent(lines=(("a", 1),)), sent("f2", (("a", 1), ("b", 1), ("none", 4)), number=""))},
        {"fulfillments": (sent(host_status=S.DELIVERED, host_status_at=ago),), "state": OrderState.COMPLETE},
        {"fulfillments": (sent(host_status=S.DELIVERED, host_status_text="Gone home"),)},
        {"fulfillments": (sent(host_status=S.CANCELLED), sent("f2"))},
        {"fulfillments": (sent(is_cancelled=True),)},
        {"fulfillments": (sent(kind=FulfillmentKind.DIGITAL, parcels=()),)},
        {"lines": (line("d", is_physical=False),), "state": OrderState.COMPLETE},
        {"lines": ()},
        {"state": OrderState.CANCELLED, "changed_at": ago + dt.timedelta(days=3)},
        {"locale": "fr", "number": " ts-1 "},
    ]
    return [snap(reference=str(n), placed_at=ago, **more) for n, more in enumerate(sendings)]


def rows() -> dict[str, Any]:
    """Return everything that is kept of orders, by what does not hang on when it was written."""
    names = {"id", "pk", "order_id", "fulfillment_id", "line_id", "parcel_id", "compared_at"}
    found = {}
    for model in MODELS:
        columns = sorted({field.attname for field in model._meta.concrete_fields} - names - {"first_seen_at"})
        found[model.__name__] = sorted(map(str, model.objects.values_list(*columns)))
    found["of"] = sorted(Parcel.objects.values_list("order__reference", "fulfillment__reference", "number_key"))
    found["in"] = sorted(
        FulfillmentLine.objects.values_list(
            "fulfillment__order__reference", "fulfillment__reference", "line__reference"
        )
    )
    return found


def outcome(way: Any, said: list[OrderSnapshot], now: dt.datetime) -> dict[str, Any]:
    reached: list[Reached] = []
    tell.observe("tests", reached.extend)
    try:
        with transaction.atomic(), mock.patch("django.utils.timezone.now", return_value=now):
            way(said)
            found = rows()
            found["reached"] = sorted((one.order.reference, one.milestone, one.is_news) for one in reached)
            transaction.set_rollback(True)
    finally:
        del tell.observers["tests"]
    return found


def test_together_is_one_by_one() -> None:
    said, now = shop(), timezone.now()
    apart = outcome(lambda said: [record.order("shop", one, is_import=True) for one in said], said, now)
    together = outcome(lambda said: record.history("shop", said), said, now)
    assert len(apart["Order"]) == len(said)
    for what, expected in apart.items():
        assert together[what] == expected, what
    assert not any(is_news for _reference, _milestone, is_news in together["reached"])


def test_it_costs_the_queries_of_one_order_and_repeating_it_nothing() -> None:
    said = shop()
    with CaptureQueriesContext(connection) as queries:
        record.history("shop", said)
    assert len(queries) <= 20
    versions = dict(Order.objects.values_list("reference", "version"))
    with CaptureQueriesContext(connection) as queries:
        again = record.history("shop", said)
    assert len(queries) <= 3
    assert {row.reference: row.version for row in again if isinstance(row, Order)} == versions


def test_one_that_cannot_be_recorded_stops_no_other() -> None:
    said = shop()
    real = snapshot.say

    def say(row: Order, one: OrderSnapshot) -> None:
        if one.reference == "3":
            raise ValueError("no")
        real(row, one)

    with mock.patch.object(snapshot, "say", say):
        done = record.history("shop", said)
    assert [str(each) for each in done if isinstance(each, Exception)] == ["no"]
    assert Order.objects.exclude(read_at=None).count() == len(said) - 1
    assert not Order.objects.filter(reference="3").exclude(read_at=None).exists()
    assert isinstance(record.history("shop", said[3:4])[0], Order)


def test_what_is_known_already_is_no_history_of_ours() -> None:
    said = shop()
    record.first_sight("shop", "1", "fr")
    before = record.order("shop", said[2])
    changed = snap(reference="2", state=OrderState.CANCELLED)
    first, seen, known = record.history("shop", [said[0], said[1], changed])
    assert isinstance(first, Order)
    assert isinstance(seen, Order)
    assert isinstance(known, Order)
    assert (first.is_imported, seen.is_imported, known.is_imported) == (True, True, False)
    assert (known.pk, known.headline, known.version) == (before.pk, "cancelled", before.version + 1)


def test_rooms_and_signals_hear_of_each(django_capture_on_commit_callbacks: Any) -> None:
    heard: list[str] = []
    told: list[str] = []

    def listen(order: Order, **kwargs: object) -> None:
        told.append(order.reference)

    tell.hear("tests", lambda said: heard.extend(one.reference for _row, one in said))
    signals.order_changed.connect(listen)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            record.history("shop", shop())
    finally:
        del tell.hearers["tests"]
        signals.order_changed.disconnect(listen)
    assert heard == told == [one.reference for one in shop()]
