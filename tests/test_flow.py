"""The whole way: from a host's nudge and a signed webhook to a page and a mail."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from contextlib import nullcontext
from dataclasses import replace
from typing import Any

import pytest
from django.core import mail
from django.db import DatabaseError, OperationalError, connection
from django.test import Client
from django.urls import reverse
from django_q.models import Schedule

from order_status_plugin import flow, wiring
from order_status_plugin.access.links import order_path
from order_status_plugin.backends import get_host
from order_status_plugin.hosts.demo import DemoHost
from order_status_plugin.intake.models import InboxMessage
from order_status_plugin.tracking import record
from order_status_plugin.tracking.models import Order
from tests.orders import PERSONAL, UPS, sent, snapshot

pytestmark = pytest.mark.django_db


def host() -> DemoHost:
    found = get_host("shop")
    assert isinstance(found, DemoHost)
    return found


def webhook(client: Client, tag: str, minute: int, *, number: str = UPS) -> Any:
    checkpoint = {
        "tag": tag,
        "subtag": f"{tag}_001",
        "checkpoint_time": f"2099-01-01T10:{minute:02d}:00+01:00",
        "message": f"{tag} in Cologne",
        "city": "Cologne",
        "hash": f"hash-{tag}-{minute}",
    }
    body = json.dumps(
        {
            "event": "tracking_update",
            "event_id": f"event-{tag}-{minute}-{number}",
            "msg": {"tracking_number": number, "slug": "ups", "tag": tag, "checkpoints": [checkpoint]},
            "ts": 1790000000,
        }
    ).encode()
    signature = base64.b64encode(hmac.new(b"tests-secret", body, hashlib.sha256).digest()).decode()
    return client.post(
        reverse("order_status:hook", args=["aftership"]),
        body,
        content_type="application/json",
        headers={"aftership-hmac-sha256": signature},
    )


@pytest.mark.django_db(transaction=True)
def test_an_order_is_placed_sent_scanned_shown_and_told(client: Client) -> None:
    host().put(snapshot())
    order = Order.objects.get()
    page = client.get(order_path(order))
    assert page.status_code == 200
    assert 'data-order-status="confirmed"' in page.content.decode()

    host().put(snapshot(fulfillments=(sent(lines=[("a", 2)]),)))
    page = client.get(order_path(order)).content.decode()
    assert 'data-order-status="in_transit"' in page
    assert "1 item not sent yet" in page

    steps = [("InTransit", "in_transit"), ("OutForDelivery", "out_for_delivery"), ("AttemptFail", "attempted_delivery")]
    for minute, (tag, headline) in enumerate(steps):
        assert webhook(client, tag, minute).status_code == 200
        page = client.get(order_path(order)).content.decode()
        assert f'data-order-status="{headline}"' in page
        assert [value for value in PERSONAL if value in page] == []

    assert flow.drain_outbox() >= 1
    told = [message.extra_headers["X-Order-Status"] for message in mail.outbox]
    assert told == ["confirmed", "shipped", "out_for_delivery", "attempted_delivery"]
    for message in mail.outbox:
        assert order_path(order) in message.body
        assert message.to == ["noor@example.org"]
    flow.drain_outbox()
    assert len(mail.outbox) == 4


@pytest.mark.django_db(transaction=True)
def test_a_scan_that_comes_before_its_parcel_waits_for_it(client: Client) -> None:
    assert webhook(client, "InTransit", 1).status_code == 202
    assert InboxMessage.objects.get().state == InboxMessage.State.WAITING
    host().put(snapshot(fulfillments=(sent(),)))
    flow.drain_inbox()
    assert InboxMessage.objects.get().state == InboxMessage.State.HANDLED
    assert Order.objects.get().parcels.get().status == "in_transit"


@pytest.mark.django_db(transaction=True)
def test_our_failure_never_reaches_the_host_and_the_sweep_repairs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any, **kwargs: Any) -> None:
        raise DatabaseError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(record, "first_sight", broken)
        host().put(snapshot())
    assert not Order.objects.exists()
    assert flow.sweep() == 1
    assert Order.objects.get().headline == "confirmed"


def test_a_host_that_cannot_be_read_leaves_the_minimal_row(django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        flow.nudge("shop", "nowhere", "fr")
    order = Order.objects.get()
    assert (order.reference, order.locale, order.read_at) == ("nowhere", "fr", None)


def test_the_sweep_goes_on_past_an_order_that_fails() -> None:
    DemoHost.orders["shop", "bad"] = replace(snapshot(reference="bad"), currency=None)  # type: ignore[arg-type]
    DemoHost.orders["shop", "good"] = snapshot(reference="good")
    flow.sweep()
    assert Order.objects.filter(reference="good", read_at__isnull=False).exists()


@pytest.mark.parametrize(("is_there", "tried"), [(True, 3), (False, 1)])
def test_the_sweep_does_not_try_a_thousand_orders_with_a_database_that_is_gone(
    is_there: bool, tried: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(3):
        DemoHost.orders["shop", f"{number}"] = snapshot(reference=f"{number}")

    def broken(*args: Any, **kwargs: Any) -> None:
        raise DatabaseError("server closed the connection")

    with monkeypatch.context() as patch:
        patch.setattr(DemoHost, "read", broken)
        patch.setattr(connection, "is_usable", lambda: is_there)
        with nullcontext() if is_there else pytest.raises(OperationalError):
            flow.sweep()
    assert caplog.text.count("could not be read") == tried
    flow.sweep()
    assert Order.objects.filter(read_at__isnull=False).count() == 3


def test_schedules_are_made_once() -> None:
    wiring.ensure_schedules()
    wiring.ensure_schedules()
    assert Schedule.objects.filter(name__startswith="order_status_").count() == 8


def test_schedules_wait_for_their_table(monkeypatch: pytest.MonkeyPatch) -> None:
    Schedule.objects.all().delete()
    monkeypatch.setattr(type(wiring.connection.introspection), "table_names", lambda self: [])
    wiring.ensure_schedules()
    assert not Schedule.objects.exists()
