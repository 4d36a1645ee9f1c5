"""Shops that tell by webhooks: through the same door as everybody, kept where we cannot ask, read where we can."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from order_status_plugin import flow
from order_status_plugin.access.audit import CUSTOMER
from order_status_plugin.access.erase import erase
from order_status_plugin.access.links import order_path
from order_status_plugin.backends import get_host
from order_status_plugin.checks import check_backends
from order_status_plugin.exceptions import UnknownOrder
from order_status_plugin.hosts.pushed.models import PushedOrder
from order_status_plugin.intake import inbox
from order_status_plugin.intake.models import InboxMessage
from order_status_plugin.tracking.models import Order
from tests.orders import snapshot

from .shops import SECRET, Naming

pytestmark = pytest.mark.django_db

NOW = timezone.now()


@pytest.fixture(autouse=True)
def shops(settings: Any) -> None:
    hosts = {name: {"BACKEND": f"tests.hosts.shops.{name.title()}"} for name in ("telling", "naming")}
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "HOSTS": hosts}
    Naming.orders.clear()


def tell(*orders: dict[str, Any], alias: str = "telling", secret: str = SECRET) -> dict[str, Any]:
    body = json.dumps(orders) if alias == "telling" else "\n".join(each["reference"] for each in orders)
    response = Client().post(f"/orders/hooks/{alias}/{secret}/", body, content_type="application/json")
    return {"status": response.status_code, **(response.json() if response.status_code < 300 else {})}


def test_what_is_told_stands_on_the_page() -> None:
    assert tell({"reference": "7", "number": "W-7"}) == {"status": 200, "state": "handled"}
    order = Order.objects.get(host="telling", reference="7")
    assert order.number == "W-7"
    assert 'data-order-status="confirmed"' in Client().get(order_path(order)).content.decode()


def test_a_part_follows_from_what_was_told_before() -> None:
    tell({"reference": "7"})
    assert tell({"reference": "7", "state": "being wrapped"})["state"] == "handled"
    assert Order.objects.get().state_text == "being wrapped"
    assert tell({"reference": "8", "state": "being wrapped"}) == {"status": 202, "state": "failed"}
    assert "never told" in InboxMessage.objects.get(state=inbox.State.FAILED).reason
    with pytest.raises(UnknownOrder):
        get_host("telling").read("8")


def test_an_older_state_that_comes_late_changes_nothing() -> None:
    at = {name: (NOW + dt.timedelta(minutes=minutes)) for name, minutes in (("late", 1), ("new", 2))}
    host: Any = get_host("telling")
    for name in ("new", "late"):
        host.keep(snapshot(number=name, changed_at=at[name]))
        flow.take_order("telling", "1")
    assert Order.objects.get().number == "new"


def test_an_order_comes_back_from_the_shelf_as_it_was_told() -> None:
    told = snapshot(changed_at=NOW, total="12.50")
    told = dataclasses.replace(told, total=told.lines[0].total)
    host: Any = get_host("telling")
    host.keep(told)
    assert host.read("1") == told


def test_a_shop_that_names_its_orders_is_read() -> None:
    Naming.orders["7"] = snapshot(reference="7")
    assert tell({"reference": "7"}, alias="naming")["state"] == "handled"
    assert Order.objects.get(host="naming").number == "TS-20418"
    assert not PushedOrder.objects.exists()
    assert tell({"reference": "8"}, alias="naming") == {"status": 202, "state": "failed"}


@pytest.mark.parametrize("secret", ["", "wrong", SECRET[:-1]])
def test_nobody_else_is_heard(secret: str) -> None:
    url = f"/orders/hooks/telling/{secret}/" if secret else "/orders/hooks/telling/"
    assert Client().post(url, b"[]", content_type="application/json").status_code == 400
    assert not InboxMessage.objects.exists()


def test_a_shop_that_takes_no_webhooks_has_no_address(settings: Any) -> None:
    settings.ORDER_STATUS["HOSTS"]["demo"] = {"BACKEND": "order_status_plugin.hosts.demo.DemoHost"}
    assert Client().post("/orders/hooks/demo/", b"[]", content_type="application/json").status_code == 404


def test_what_was_erased_stays_erased() -> None:
    tell({"reference": "7", "number": "W-7"})
    order = Order.objects.get()
    erase(order, CUSTOMER)
    assert not PushedOrder.objects.exists()
    tell({"reference": "7", "number": "W-8"})
    tell({"reference": "7", "state": "gone"})
    order.refresh_from_db()
    assert order.erased_at
    assert order.number == ""
    assert not PushedOrder.objects.exists()
    assert not InboxMessage.objects.exclude(state=inbox.State.REDACTED).filter(body__contains=b"W-8").exists()


def test_everything_is_read_again_by_a_sync(capsys: Any) -> None:
    tell({"reference": "7"}, {"reference": "8"})
    Order.objects.all().delete()
    call_command("order_status_sync", hosts=["telling"])
    assert set(Order.objects.values_list("reference", flat=True)) == {"7", "8"}


def test_two_backends_at_one_address_are_named(settings: Any) -> None:
    source = {"BACKEND": "order_status_plugin.sources.aftership.AfterShip", "OPTIONS": {"secrets": ["x" * 20]}}
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "SOURCES": {"telling": source}}
    assert [found.id for found in check_backends()] == ["order_status.E008"]
