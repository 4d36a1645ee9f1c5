"""Orders by the thousand stand in the database as ``record`` would have left them, and their pages open."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client, TestCase, override_settings
from django.utils import timezone

from order_status_plugin.access.links import order_path
from order_status_plugin.events import Overlay, ParcelStatus, Place, Precision, Reason, TrackingScan
from order_status_plugin.intake.models import InboxMessage
from order_status_plugin.messages import stalled
from order_status_plugin.messages.ledger import ConsentEntry
from order_status_plugin.messages.models import OutboxMessage
from order_status_plugin.messages.outbox import key_of
from order_status_plugin.polling import follow
from order_status_plugin.simulator.bulk import names
from order_status_plugin.simulator.bulk.make import Shop
from order_status_plugin.simulator.bulk.write import AT_ONCE, Writer, batches
from order_status_plugin.tracking import rebuild, refresh
from order_status_plugin.tracking.identity import identify
from order_status_plugin.tracking.models import Order, Parcel, TrackingEvent
from tests.conftest import VOLUME

pytestmark = pytest.mark.django_db

COUNT = 1000 if VOLUME == "full" else 80
SAMPLE = 20


def shop(orders: int = COUNT, **more: Any) -> Shop:
    now = timezone.now().astimezone(dt.UTC)
    given = {"host": "shop", "source": "demo", "channel": "email", "began": now - dt.timedelta(days=20), "now": now}
    return Shop(orders=orders, **{**given, **more})


def write(of: Shop) -> int:
    writer = Writer(of)
    return sum(writer.write(numbers) for numbers in batches(of))


def sample() -> list[Order]:
    return random.Random(1).sample(list(Order.objects.order_by("pk")), SAMPLE)


class TestShop(TestCase):
    """One shop, written once for all that is asked of it."""

    @classmethod
    def setUpTestData(cls) -> None:
        assert write(shop()) == COUNT

    def test_they_are_what_folding_them_again_makes_and_what_their_pages_show(self) -> None:
        assert Order.objects.count() == COUNT
        assert [found.what for found in rebuild.run() if found.what] == []
        for order in sample():
            before = {name: getattr(order, name) for name in ("headline", "headline_at", "delivered_at", "closed_at")}
            refresh.order(order)
            assert {name: getattr(order, name) for name in before} == before
            page = Client().get(order_path(order))
            assert f'data-order-status="{order.headline}"' in page.content.decode()
        assert {"delivered", "in_transit", "cancelled"} <= set(Order.objects.values_list("headline", flat=True))

    def test_events_and_messages_have_the_names_that_they_would_get_anew(self) -> None:
        events = TrackingEvent.objects.select_related("parcel")
        for event in random.Random(2).sample(list(events), 100):
            place = {name: getattr(event, name) for name in ("city", "region", "country", "latitude", "longitude")}
            scan = TrackingScan(
                status=ParcelStatus(event.status) if event.status else None,
                overlay=Overlay(event.overlay),
                reason=Reason(event.reason),
                local_time=dt.datetime.fromisoformat(event.local_time),
                utc_offset=event.utc_offset,
                precision=Precision(event.precision),
                message=event.message,
                place=Place(text=event.place_text, **place),
            )
            again = identify(event.source, event.parcel.number_key, scan, event.received_at)
            assert (again.digest, again.fingerprint) == (event.digest, event.fingerprint)
            assert (again.sort_key, again.occurred_at) == (event.sort_key, event.occurred_at)
            told = InboxMessage.objects.get(pk=event.message_id)
            assert told.received_at == event.received_at
            is_old = timezone.now() - event.received_at > dt.timedelta(days=15)
            assert told.state == ("redacted" if is_old else told.state)
            assert event.parcel.number_key in bytes(told.body).decode() or told.state == "redacted"
        for message in OutboxMessage.objects.all()[:50]:
            about = (message.order_id, message.milestone, message.subject, message.occurrence, message.channel)
            assert message.key == key_of(*about, message.recipient_digest)
        assert OutboxMessage.objects.filter(state="sent", milestone="delivered").exists()
        assert ConsentEntry.objects.filter(is_given=True).count() == COUNT

    def test_a_customer_is_let_in_by_number_and_email(self) -> None:
        order = Order.objects.filter(headline="delivered").select_related("contact").latest("pk")
        visitor = Client()
        visitor.get(order_path(order))
        visitor.post(
            f"{order_path(order)}identify/", {"number": order.number.lower(), "email": order.contact.email.upper()}
        )
        assert order.contact.name in visitor.get(order_path(order)).content.decode()

    def test_no_provider_is_ever_asked_about_them(self) -> None:
        assert set(Parcel.objects.exclude(source="").values_list("source", flat=True)) == {"demo"}
        assert not follow.missed()
        assert not stalled.tell()
        assert Order.objects.filter(is_imported=False).count() == 0


def test_what_is_there_stays_and_what_is_missing_is_written() -> None:
    assert write(shop(12)) == 12
    Order.objects.filter(reference="bulk-7").delete()
    kept = set(Order.objects.values_list("pk", flat=True))
    assert write(shop(20)) == 9
    assert kept <= set(Order.objects.values_list("pk", flat=True))
    assert Order.objects.count() == 20


def test_batches_hold_each_order_once() -> None:
    numbers = [number for batch in batches(shop(2 * AT_ONCE + 1)) for number in batch]
    assert numbers == list(range(1, 2 * AT_ONCE + 2))


def test_rules_that_changed_are_noticed_and_not_written_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "key_of", lambda *about: "another rule")
    with pytest.raises(RuntimeError, match="other rules"):
        write(shop(1))
    assert Order.objects.count() == 0


def test_the_command_writes_to_a_demo_host_alone(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("order_status_demo", "--orders", "5", "--days", "3")
    assert "5 of 5 orders were missing" in capsys.readouterr().out
    with pytest.raises(CommandError, match="no DemoHost"):
        call_command("order_status_demo", "--orders", "5", "--host", "push")
    real = {"shop": {"BACKEND": "order_status_plugin.hosts.push.PushHost"}}
    with override_settings(ORDER_STATUS={"HOSTS": real}), pytest.raises(CommandError, match="DemoHost"):
        call_command("order_status_demo", "--orders", "5")
