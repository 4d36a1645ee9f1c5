"""WooCommerce's webhooks become orders. Bodies: see ``tests.hosts.woocommerce``, after WooCommerce's documentation."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from order_status_plugin.backend import Webhook
from order_status_plugin.backends import get_host
from order_status_plugin.exceptions import UnreadableMessage
from order_status_plugin.hosts.woocommerce import WooCommerce
from order_status_plugin.intake.models import InboxMessage
from order_status_plugin.tracking.models import Order, OrderContact, Parcel

from .entries import WOO as HOST
from .woocommerce import UPS, item, line, order, send, tracked

pytestmark = pytest.mark.django_db
LATER = {"date_modified_gmt": "2026-11-24T12:00:00"}


@pytest.fixture(autouse=True)
def shop(settings: Any) -> None:
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "HOSTS": {"woo": HOST}}


def test_an_order_is_taken_whole() -> None:
    assert send("order.created", order()).json() == {"state": "handled"}
    row = Order.objects.get(host="woo", reference="727")
    assert (row.number, row.locale, row.country, row.currency, row.payment) == ("727", "nl", "NL", "EUR", "paid")
    assert (row.total, row.shipping_total) == (Decimal("62.000"), Decimal("6.500"))
    assert row.placed_at == dt.datetime(2026, 11, 23, 17, tzinfo=dt.UTC)
    bowl, mug = row.lines.order_by("position")
    assert (bowl.title, bowl.details, bowl.quantity, bowl.total) == ("Bowl", "Ash", 2, Decimal("18.500"))
    contact = OrderContact.objects.get()
    assert (contact.name, contact.email, contact.phone) == ("Noor de Vries", "noor@example.org", "+31612345642")
    assert (contact.payment_summary, contact.customer_reference) == ("Visa ending in 4242", "")
    assert contact.line_texts == {mug.reference: "Engraving: For Inês"}
    assert (row.headline, InboxMessage.objects.get().about) == ("confirmed", "727")


@pytest.mark.parametrize(
    ("status", "payment", "headline"),
    [
        ("pending", "pending", "confirmed"),
        ("on-hold", "pending", "confirmed"),
        ("processing", "paid", "confirmed"),
        ("completed", "paid", "sent"),
        ("cancelled", "unknown", "cancelled"),
        ("refunded", "refunded", "refunded"),
        ("failed", "failed", "confirmed"),
        ("trash", "unknown", "cancelled"),
        ("wc-custom", "unknown", "confirmed"),
    ],
)
def test_statuses(status: str, payment: str, headline: str) -> None:
    send("order.updated", order(status=status))
    row = Order.objects.get()
    assert (row.payment, row.headline) == (payment, headline)


def test_a_status_of_the_shops_own_may_mean_sent(settings: Any) -> None:
    options = {**HOST["OPTIONS"], "sent": ["shipped"]}
    settings.ORDER_STATUS["HOSTS"]["woo"] = {**HOST, "OPTIONS": options}
    send("order.updated", order(status="shipped"))
    assert Order.objects.get().headline == "sent"


def test_what_is_no_order_yet_is_left_alone() -> None:
    assert send("order.created", order(status="checkout-draft")).json() == {"state": "handled"}
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    "metas",
    [
        tracked(item()),
        tracked(item(tracking_provider="", custom_tracking_provider="UPS")),
        [{"key": "_aftership_tracking_items", "value": [{"tracking_number": UPS, "slug": "ups"}]}],
        [
            {"key": "_aftership_tracking_number", "value": UPS},
            {"key": "_aftership_tracking_provider_name", "value": "UPS"},
        ],
        [{"key": "ywot_tracking_code", "value": UPS}, {"key": "ywot_carrier_name", "value": "UPS"}],
    ],
)
def test_plugins_for_tracking_numbers_are_read(metas: list[dict[str, Any]]) -> None:
    send("order.updated", order(status="completed", meta_data=metas, date_completed_gmt="2026-11-24T10:00:00"))
    parcel = Parcel.objects.get()
    assert (parcel.tracking_number, parcel.carrier) == (UPS, "ups")
    assert parcel.fulfillment.lines.count() == 2


def test_parcels_that_name_their_products_are_sent_by_themselves() -> None:
    first = item(products_list=[{"product": 10, "item_id": "1", "qty": "2"}])
    send("order.updated", order(meta_data=tracked(first)))
    row = Order.objects.get()
    assert [(one.line.title, one.quantity) for one in row.fulfillments.get().lines.all()] == [("Bowl", 2)]
    second = item("1Z999AA10123456785")
    send("order.updated", order(meta_data=tracked(first, second), **LATER))
    assert row.fulfillments.count() == 2
    assert row.parcels.filter(is_withdrawn=False).count() == 2


def test_refunds() -> None:
    send("order.created", order())
    send("order.updated", order(refunds=[{"id": 1, "total": "-10.00"}, {"id": 2, "total": "-5.50"}], **LATER))
    row = Order.objects.get()
    assert (row.refunded_total, row.payment) == (Decimal("15.500"), "partly_refunded")


def test_what_was_deleted_can_be_restored() -> None:
    send("order.created", order())
    assert send("order.deleted", {"id": 727}).json() == {"state": "handled"}
    assert Order.objects.get().headline == "cancelled"
    send("order.restored", order(**LATER))
    assert Order.objects.get().headline == "confirmed"
    assert send("order.deleted", {"id": 1}).json() == {"state": "failed"}


@pytest.mark.parametrize(
    ("topic", "said"),
    [
        ("order.deleted", order()),
        ("order.deleted", {"id": 727, "status": "cancelled"}),
        ("product.updated", order()),
        ("product.deleted", order()),
        ("", order()),
        ("order.updated", {"id": 727}),
        ("order.restored", {"id": 727}),
    ],
)
def test_a_topic_that_is_not_the_bodys_is_nobodys(topic: str, said: dict[str, Any]) -> None:
    """Topics are not signed: who has one genuine delivery could say another with it."""
    send("order.created", order())
    before = Order.objects.get().version
    assert send(topic, said).status_code == 400
    row = Order.objects.get()
    assert (row.headline, row.version, InboxMessage.objects.count()) == ("confirmed", before, 1)


def test_an_older_state_changes_nothing() -> None:
    send("order.updated", order(status="cancelled", **LATER))
    send("order.created", order())
    assert Order.objects.get().headline == "cancelled"


def test_what_does_not_travel() -> None:
    send("order.updated", order(shipping_lines=[], shipping={}, status="completed"))
    row = Order.objects.get()
    assert (row.headline, row.country, row.parcels.count()) == ("delivered", "NL", 0)
    pickup = [{"method_title": "Local pickup", "method_id": "local_pickup"}]
    send("order.updated", order(8, shipping_lines=pickup, status="completed"))
    assert Order.objects.get(reference="8").fulfillments.get().kind == "pickup"


def test_woocommerce_may_knock() -> None:
    url = "/orders/hooks/woo/"
    assert Client().post(url, b"webhook_id=12", content_type="application/x-www-form-urlencoded").status_code == 200
    for other in (b"webhook_id=12&x=1", b"webhook_id=", b"webhook_id=a", b"", b"webhook_id=12\n"):
        assert Client().post(url, other, content_type="application/x-www-form-urlencoded").status_code == 400
    assert not InboxMessage.objects.exists()


def test_a_body_counts_once_whatever_is_written_beside_it() -> None:
    """Neither the id of a delivery nor its topic is signed. Two deliveries of one second share the id."""
    send("order.created", order(1), delivery="same")
    send("order.created", order(2), delivery="same")
    send("order.deleted", {"id": 1})
    send("order.restored", order(1, **LATER))
    before = list(Order.objects.values_list("reference", "headline", "version"))
    for again in ("order.created", "order.updated", "order.restored") * 2:
        for said in (order(1), order(2), order(1, **LATER)):
            assert send(again, said).json() == {"state": "handled"}
    assert send("order.deleted", {"id": 1}).json() == {"state": "handled"}
    assert list(Order.objects.values_list("reference", "headline", "version")) == before
    assert InboxMessage.objects.count() == 4


@pytest.mark.parametrize("wrong", [{"secret": "somebody-elses"}, {"secret": ""}, {"source": "https://other.example/"}])
def test_nobody_else_is_heard(wrong: dict[str, str]) -> None:
    assert send("order.created", order(), **wrong).status_code == 400
    assert not InboxMessage.objects.exists()


def test_strange_values_break_nothing() -> None:
    strange: list[Any] = [None, "", "\x00", [], {}, True, -1, 10**30, 1.5, "9" * 400, [None], [{}], "\ud800", ["a", {}]]
    host: Any = get_host("woo")
    names = [*((name, None) for name in order()), *(("line_items", name) for name in line(1, "Bowl"))]
    names += [("meta_data", name) for name in item()]
    for value in strange:
        for name, inner in names:
            said = {**order(), name: value}
            if inner:
                said[name] = (
                    [{**line(1, "Bowl"), inner: value}] if name == "line_items" else tracked({**item(), inner: value})
                )
            body = json.dumps(said).encode()
            with contextlib.suppress(UnreadableMessage):
                for told in host.parse(Webhook(body=body, headers={"x-wc-webhook-topic": "order.updated"})):
                    host.keep(told)


def test_checks_name_what_is_missing() -> None:
    assert [found.id for found in WooCommerce("x", {}).check()] == ["order_status.E401"]
    assert WooCommerce("x", HOST["OPTIONS"]).check() == []
