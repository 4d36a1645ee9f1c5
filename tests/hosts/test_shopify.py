"""Shopify's webhooks become orders. Bodies: see ``tests.hosts.shopify``, after Shopify's own documentation."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from order_status_plugin import flow
from order_status_plugin.access.links import order_path
from order_status_plugin.backend import Webhook
from order_status_plugin.backends import get_host
from order_status_plugin.exceptions import UnreadableMessage
from order_status_plugin.hosts.shopify import Shopify
from order_status_plugin.intake import inbox
from order_status_plugin.intake.models import InboxMessage
from order_status_plugin.tracking.models import Order, OrderContact, Parcel

from .shopify import HOST, OPTIONS, UPS, fulfillment, line, order, send

pytestmark = pytest.mark.django_db


REFUND: dict[str, Any] = {
    "id": 509562969,
    "order_id": 450789469,
    "created_at": "2026-11-24T12:00:00-05:00",
    "transactions": [{"kind": "refund", "status": "success", "amount": "18.50", "currency": "EUR"}],
    "refund_line_items": [],
}


@pytest.fixture(autouse=True)
def shop(settings: Any) -> None:
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "HOSTS": {"shopify": HOST}}


def headline() -> str:
    return Order.objects.get().headline


def test_an_order_is_taken_whole() -> None:
    assert send("orders/create", order()).json() == {"state": "handled"}
    row = Order.objects.get(host="shopify", reference="450789469")
    assert (row.number, row.locale, row.country, row.currency) == ("#1001", "nl-nl", "NL", "EUR")
    assert (row.total, row.shipping_total, row.payment) == (Decimal("62.000"), Decimal("6.500"), "paid")
    assert row.placed_at == dt.datetime(2026, 11, 23, 17, tzinfo=dt.UTC)
    assert (row.tags, row.shipping_method) == (["gift", "spring sale"], "Standard")
    bowl, mug = row.lines.order_by("position")
    assert (bowl.title, bowl.details, bowl.quantity, bowl.total) == ("Bowl", "Ash", 2, Decimal("37.000"))
    contact = OrderContact.objects.get()
    assert (contact.name, contact.email, contact.phone) == ("Noor de Vries", "noor@example.org", "+31612345642")
    assert contact.line_texts == {mug.reference: "Engraving: For Inês"}
    page = Client().get(order_path(row)).content.decode()
    assert 'data-order-status="confirmed"' in page
    assert "b1946" not in page
    assert InboxMessage.objects.get().about == "450789469"


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("label_printed", "label_created"),
        ("in_transit", "in_transit"),
        ("out_for_delivery", "out_for_delivery"),
        ("attempted_delivery", "attempted_delivery"),
        ("ready_for_pickup", "ready_for_pickup"),
        ("delivered", "delivered"),
        ("picked_up", "collected"),
        ("something_new", "confirmed"),
    ],
)
def test_shopifys_word_for_a_shipment_is_ours(said: str, status: str) -> None:
    send("orders/create", order())
    send("fulfillments/create", fulfillment())
    send("fulfillments/update", fulfillment(shipment_status=said, updated_at="2026-11-25T09:00:00-05:00"))
    assert Parcel.objects.get().status == status


def test_several_numbers_are_several_parcels() -> None:
    urls = [f"https://www.ups.com/track?tracknum={UPS}", "https://www.ups.com/track?tracknum=1Z999AA10123456785"]
    both = fulfillment(tracking_numbers=[UPS, "1Z999AA10123456785"], tracking_urls=urls)
    send("orders/updated", order(fulfillments=[both], updated_at="2026-11-24T10:00:00-05:00"))
    assert [parcel.tracking_url for parcel in Parcel.objects.order_by("position")] == urls
    assert {parcel.carrier for parcel in Parcel.objects.all()} == {"ups"}
    row = Order.objects.get()
    assert [(one.line.title, one.quantity) for one in row.fulfillments.get().lines.all()] == [("Bowl", 2)]


def test_the_newest_state_stays_whatever_comes_when() -> None:
    new = order(updated_at="2026-11-24T12:00:00-05:00", financial_status="partially_refunded")
    send("orders/updated", new)
    send("orders/create", order())
    assert Order.objects.get().payment == "partly_refunded"
    later = fulfillment(shipment_status="delivered", updated_at="2026-11-25T09:00:00-05:00")
    send("fulfillments/update", later)
    send("fulfillments/update", fulfillment(shipment_status="in_transit", updated_at="2026-11-24T20:00:00-05:00"))
    assert Parcel.objects.get().status == "delivered"
    # Another fulfillment that was told late is no older state of this one.
    send(
        "fulfillments/create",
        fulfillment(9, tracking_numbers=["1Z999AA10123456785"], line_items=[{"id": 2, "quantity": 1}]),
    )
    assert Parcel.objects.count() == 2


def test_a_part_waits_for_its_order() -> None:
    assert send("fulfillments/create", fulfillment()).json() == {"state": "received"}
    assert not Order.objects.exists()
    send("orders/create", order())
    inbox.replay(InboxMessage.objects.exclude(state="handled"))
    flow.drain_inbox()
    assert Parcel.objects.get().tracking_number == UPS


def test_what_was_cancelled_or_never_left() -> None:
    send("orders/create", order())
    send("fulfillments/create", fulfillment())
    send("fulfillments/update", fulfillment(status="cancelled", updated_at="2026-11-24T11:00:00-05:00"))
    assert not Order.objects.get().fulfillments.filter(is_cancelled=False).exists()
    send("orders/cancelled", order(cancelled_at="2026-11-24T12:00:00-05:00", updated_at="2026-11-24T12:00:00-05:00"))
    assert headline() == "cancelled"


def test_refunds_are_counted_once() -> None:
    send("orders/create", order())
    failed = {"kind": "refund", "status": "failure", "amount": "40.00", "currency": "EUR"}
    refund = {**REFUND, "transactions": [*REFUND["transactions"], failed]}
    send("refunds/create", refund)
    inbox.replay(InboxMessage.objects.all())
    flow.drain_inbox()
    row = Order.objects.get()
    assert (row.refunded_total, row.payment) == (Decimal("18.500"), "partly_refunded")
    whole = order(
        updated_at="2026-11-24T13:00:00-05:00",
        financial_status="refunded",
        refunds=[refund, {"transactions": [{"kind": "refund", "status": "success", "amount": "43.50"}]}],
        line_items=[line(1, "Bowl", 2, current_quantity=0), line(2, "Mug", current_quantity=0)],
    )
    send("orders/updated", whole)
    row.refresh_from_db()
    assert (row.refunded_total, row.payment, row.lines.count()) == (Decimal("62.000"), "refunded", 0)


def test_gift_cards_do_not_travel() -> None:
    card = line(3, "Gift card", requires_shipping=False, gift_card=True)
    sent = fulfillment(
        tracking_numbers=[], tracking_number=None, tracking_company=None, line_items=[{"id": 3, "quantity": 1}]
    )
    send("orders/create", order(line_items=[card], fulfillments=[sent], fulfillment_status="fulfilled"))
    assert not Parcel.objects.exists()
    assert headline() == "delivered"
    # Archived is not arrived.
    send(
        "orders/create",
        order(2, fulfillments=[fulfillment()], fulfillment_status="fulfilled", closed_at="2026-11-24T12:00:00Z"),
    )
    assert Order.objects.get(reference="2").headline != "delivered"


def test_test_orders_are_taken_only_where_the_options_say_so(settings: Any) -> None:
    assert send("orders/create", order(test=True)).json() == {"state": "handled"}
    assert not Order.objects.exists()
    settings.ORDER_STATUS["HOSTS"]["shopify"] = {**HOST, "OPTIONS": {**OPTIONS, "test_orders": True}}
    send("orders/create", order(2, test=True))
    assert Order.objects.exists()


def test_a_body_counts_once_whatever_is_written_beside_it() -> None:
    """Neither the id of a delivery nor its topic is signed."""
    genuine = [("orders/create", order()), ("fulfillments/create", fulfillment()), ("refunds/create", REFUND)]
    for topic, said in genuine:
        assert send(topic, said).json() == {"state": "handled"}
    row = Order.objects.get()
    for topic, said in genuine * 3:
        kind = topic.partition("/")[0]
        for again in (topic, f"{kind}/updated", f"{kind}/cancelled"):
            assert send(again, said).json() == {"state": "handled"}
    assert InboxMessage.objects.count() == 3
    assert Order.objects.get().version == row.version


def test_a_state_that_comes_back_is_heard() -> None:
    for minute, payment in enumerate(("pending", "paid", "pending")):
        when = f"2026-11-24T12:{minute:02}:00-05:00"
        assert send("orders/updated", order(financial_status=payment, updated_at=when)).json() == {"state": "handled"}
    assert (Order.objects.get().payment, InboxMessage.objects.count()) == ("pending", 3)


@pytest.mark.parametrize("topic", ["orders/create", "fulfillments/update", "refunds/create", "products/create", ""])
@pytest.mark.parametrize("said", [order(2), fulfillment(2), REFUND], ids=["order", "fulfillment", "refund"])
def test_a_topic_that_is_not_the_bodys_is_nobodys(topic: str, said: dict[str, Any]) -> None:
    """Who has one genuine delivery could say another with it."""
    send("orders/create", order())
    kind = (
        "orders" if said.get("id") == 2 and "order_id" not in said else "refunds" if said is REFUND else "fulfillments"
    )
    status = send(topic, said).status_code
    assert status == (200 if topic.startswith(kind) else 400)
    assert InboxMessage.objects.count() == (2 if status == 200 else 1)


@pytest.mark.parametrize(
    ("topic", "name"), [("orders/create", "financial_status"), ("fulfillments/create", "order_id")]
)
def test_what_is_no_order_or_part_becomes_none(topic: str, name: str) -> None:
    """A checkout or a draft under a topic of another: it is kept for people."""
    said = order() if topic.startswith("orders") else fulfillment()
    del said[name]
    assert send(topic, said).json() == {"state": "failed"}
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    "wrong", [{"secret": "somebody-elses-secret"}, {"shop": "other.myshopify.com"}, {"shop": ""}, {"secret": ""}]
)
def test_nobody_else_is_heard(wrong: dict[str, str]) -> None:
    assert send("orders/create", order(), **wrong).status_code == 400
    assert not InboxMessage.objects.exists()


def test_an_older_secret_still_counts() -> None:
    assert send("orders/create", order(), secret="an-older-secret").status_code == 200


@pytest.mark.parametrize("topic", ["", "products/create", "customers/redact", "orders", "orders/delete"])
def test_what_we_do_not_know_is_kept_for_people(topic: str) -> None:
    said = {"id": 2, "title": "Bowl"} if topic != "orders" else {"name": "no id"}
    assert send(topic, said).json() == {"state": "failed"}


def test_strange_values_break_nothing() -> None:
    strange: list[Any] = [None, "", "\x00", [], {}, True, -1, 10**30, 1.5, "9" * 400, [None], [{}], "\ud800", ["a", {}]]
    host: Any = get_host("shopify")
    bodies = [{**order(), name: value} for value in strange for name in order()]
    for value in strange:
        bodies += [order(fulfillments=[{**fulfillment(), name: value}]) for name in fulfillment()]
        bodies += [order(line_items=[{**line(1, "Bowl"), name: value}]) for name in line(1, "Bowl")]
    for each in bodies:
        body = json.dumps(each).encode()
        with contextlib.suppress(UnreadableMessage):
            for said in host.parse(Webhook(body=body, headers={"x-shopify-topic": "orders/updated"})):
                host.keep(said)


def test_checks_name_what_is_missing() -> None:
    assert [found.id for found in Shopify("x", {}).check()] == ["order_status.E401", "order_status.E403"]
    assert Shopify("x", OPTIONS).check() == []
    assert not Shopify("x", OPTIONS).sends_confirmation, "nothing puts our link into Shopify's mail"
    assert Shopify("x", {**OPTIONS, "sends_confirmation": True}).sends_confirmation
