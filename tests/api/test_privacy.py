"""What came by a call, or by a shop's webhook, goes with its order."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from order_status_plugin import flow
from order_status_plugin.access import holds
from order_status_plugin.access.audit import CUSTOMER
from order_status_plugin.access.erase import erase
from order_status_plugin.access.export import export
from order_status_plugin.cms.models import OrderNote
from order_status_plugin.hosts.push import PushHost
from order_status_plugin.hosts.pushed.models import PushedOrder
from order_status_plugin.intake import privacy
from order_status_plugin.intake.models import InboxMessage
from order_status_plugin.tracking.models import Order
from tests.hosts import shopify

from .caller import UPS, Caller, order

NOTE = {"text": "Your neighbour Tomé has it."}


@pytest.fixture
def told(shop: Caller, settings: Any) -> Order:
    settings.ORDER_STATUS["HOSTS"] = {**settings.ORDER_STATUS["HOSTS"], "shopify": shopify.HOST}
    shop("PUT", "/A-1", order())
    shop("PUT", "/A-2", order(contact={"name": "Somebody Else", "email": "else@example.org"}))
    shop("POST", "/A-1/notes", NOTE)
    return Order.objects.get(reference="A-1")


def kept() -> str:
    rows = InboxMessage.objects.values_list("body", "headers", "reason")
    return "".join(f"{bytes(body).decode()}{headers}{reason}" for body, headers, reason in rows)


@pytest.mark.parametrize("is_thorough", [True, False])
def test_erasing_an_order_takes_its_calls_and_no_others(told: Order, is_thorough: bool) -> None:
    privacy.erase(told, is_thorough=is_thorough)
    assert "noor@" not in kept()
    assert "Tomé" not in kept()
    assert "else@example.org" in kept()


def test_a_message_that_failed_goes_too(told: Order, settings: Any) -> None:
    shopify.send("fulfillments/create", shopify.fulfillment(order_id=9, receipt={"name": "Noor de Vries"}))
    shopify.send("orders/create", shopify.order(9))
    row = Order.objects.get(host="shopify")
    privacy.erase(row, is_thorough=False)
    assert not InboxMessage.objects.filter(alias="shopify").exclude(state="redacted").exists()


def test_what_was_erased_does_not_come_back(told: Order, shop: Caller) -> None:
    erase(told, CUSTOMER)
    again = shop("PUT", "/A-1", order())
    assert (again.status_code, again.json()["state"]) == (200, "handled")
    for method, path, body in (
        ("PUT", "/A-1/fulfillments/s1", {}),
        ("DELETE", "/A-1/fulfillments/s1", None),
        ("POST", f"/A-1/fulfillments/s1/parcels/{UPS}/events", {"left_at": "With Tomé"}),
        ("POST", "/A-1/notes", NOTE),
        ("POST", "/A-1/claims", None),
    ):
        assert shop(method, path, body).status_code == 410, path
    assert "noor@" not in kept()
    assert not PushedOrder.objects.filter(reference="A-1").exists()
    assert not OrderNote.objects.exclude(text="").filter(order=told).exists()
    view = shop("GET", "/A-1/view?tier=private").json()
    assert view["is_erased"]
    assert view["private"] is None


@pytest.mark.django_db(transaction=True)
def test_an_order_that_is_erased_while_its_shop_tells_of_it_stays_erased(
    told: Order, shop: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = PushHost.keep

    def keep_meanwhile(host: PushHost, said: Any) -> None:
        # Another process waits for the end of the transaction that holds the order's row, and for nothing else.
        transaction.on_commit(lambda: erase(told, CUSTOMER))
        locks = [
            query["sql"] for query in asked if "FOR UPDATE" in query["sql"] and Order._meta.db_table in query["sql"]
        ]
        assert locks or not connection.features.has_select_for_update
        keep(host, said)

    monkeypatch.setattr(PushHost, "keep", keep_meanwhile)
    with CaptureQueriesContext(connection) as asked:
        shop("PUT", "/A-1", order(changed_at=None))
    told.refresh_from_db()
    assert told.erased_at is not None
    assert not PushedOrder.objects.filter(reference="A-1").exists()
    assert "noor@" not in kept()


def test_an_export_holds_what_the_shop_told(told: Order) -> None:
    said = json.dumps(export([told], "sam"), default=str)
    assert "noor@example.org" in said
    assert "else@example.org" not in said


def test_a_held_order_keeps_its_calls(told: Order, settings: Any) -> None:
    holds.hold(told, "a complaint", "sam")
    InboxMessage.objects.update(received_at=timezone.now() - dt.timedelta(days=400))
    privacy.expire()
    assert "noor@" in kept()
    assert "else@example.org" not in kept()


def test_what_was_let_go_with_time_can_be_told_again(told: Order, shop: Caller) -> None:
    InboxMessage.objects.update(received_at=timezone.now() - dt.timedelta(days=400))
    privacy.expire()
    shop("PUT", "/A-1", order(state_text="two", changed_at=None))
    shop("PUT", "/A-1", order(changed_at="2026-11-28T11:31:00+01:00"))
    assert shop("PUT", "/A-1", order()).status_code == 200
    assert flow.drain_inbox() == 0
