"""Shops are not alike: pipelines, warehouses, taxes, currencies, addresses, returns, and staff who go around Oscar."""

from __future__ import annotations

import datetime as dt
from contextlib import nullcontext
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.template import Context, Template
from django.utils import timezone
from oscar.core.loading import get_class, get_model

from order_status_plugin import flow
from order_status_plugin.access import links
from order_status_plugin.events import Headline, OrderSnapshot, OrderState, ParcelStatus, PaymentState
from order_status_plugin.hosts.oscar import OscarHost
from order_status_plugin.messages.models import OutboxMessage
from order_status_plugin.tracking.models import Order

from . import shop


def read(order: Any, **options: Any) -> OrderSnapshot:
    return OscarHost("shop", options).read(str(order.pk))


def ours(order: Any) -> Order:
    return Order.objects.get(host="shop", reference=str(order.pk))


# --- pipelines ----------------------------------------------------------------------------------------

#: A shop that names its steps in its own words, and cascades from orders to lines.
PIPELINE = {
    "Neu": ("In der Werkstatt", "Storniert"),
    "In der Werkstatt": ("Unterwegs", "Storniert"),
    "Unterwegs": ("Zugestellt",),
    "Zugestellt": (),
    "Storniert": (),
}
WORDS = {
    "order_statuses": {"Neu": "open", "In der Werkstatt": "open", "Unterwegs": "sent", "Zugestellt": "delivered"},
    "line_statuses": {"Neu": "open", "In der Werkstatt": "open", "Unterwegs": "sent", "Zugestellt": "delivered"},
}


@pytest.fixture
def german(monkeypatch: pytest.MonkeyPatch) -> None:
    """Oscar reads its settings into the classes when it is imported."""
    monkeypatch.setattr(shop.Order, "pipeline", PIPELINE)
    monkeypatch.setattr(shop.Order, "cascade", {status: status for status in PIPELINE})
    monkeypatch.setattr(get_model("order", "Line"), "pipeline", PIPELINE)


@pytest.mark.django_db
def test_a_pipeline_in_the_shops_own_words_is_followed_to_its_end(german: None) -> None:
    order = shop.place([(shop.product(), 2)], status="Neu")
    order.lines.update(status="Neu")
    assert read(order, **WORDS).fulfillments == ()
    order.set_status("In der Werkstatt")
    assert (read(order, **WORDS).state, read(order, **WORDS).fulfillments) == (OrderState.OPEN, ())
    assert read(order).state_text == "In der Werkstatt", "without the tables customers read the shop's own words"
    order.set_status("Unterwegs")
    [sending] = read(order, **WORDS).fulfillments
    assert (sending.lines[0][1], sending.host_status) == (2, None)
    order.set_status("Zugestellt")
    snapshot = read(order, **WORDS)
    assert snapshot.state is OrderState.COMPLETE
    assert [one.host_status for one in snapshot.fulfillments] == [ParcelStatus.DELIVERED]


@pytest.mark.django_db
def test_lines_go_through_a_pipeline_of_their_own(german: None) -> None:
    order = shop.place([(shop.product("Mug"), 1), (shop.product("Bowl"), 3)], status="Neu")
    order.lines.update(status="Neu")
    mug, bowl = order.lines.order_by("pk")
    for status in ("In der Werkstatt", "Unterwegs"):
        bowl.set_status(status)
    assert [one.lines for one in read(order, **WORDS).fulfillments] == [((str(bowl.pk), 3),)]
    mug.set_status("Storniert")
    known = {**WORDS, "line_statuses": {**WORDS["line_statuses"], "Storniert": "cancelled"}}
    snapshot = read(order, **known)
    assert [(line.title, line.quantity) for line in snapshot.lines] == [("Mug", 0), ("Bowl", 3)]


# --- warehouses ---------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_two_warehouses_send_in_two_acts_and_each_line_knows_its_own() -> None:
    mug, bowl = shop.product("Mug"), shop.product("Bowl")
    other = get_model("partner", "Partner").objects.create(name="Norte", code="norte")
    bowl.stockrecords.update(partner=other)
    order = shop.place([(mug, 2), (bowl, 1)])
    assert {line.partner_name for line in order.lines.all()} == {"Tilia", "Norte"}
    shop.ship(order, "Shipped", "UPS 1Z999AA10123456784", {1: 1})  # Norte is first
    shop.ship(order, "Shipped", "GLS 12345678", {0: 2})
    shop.ship(order, "Delivered", "", {1: 1})
    snapshot = read(order)
    titles = {line.reference: line.title for line in snapshot.lines}
    assert [[(titles[line], n) for line, n in one.lines] for one in snapshot.fulfillments] == [
        [("Bowl", 1)],
        [("Mug", 2)],
    ]
    assert [one.host_status for one in snapshot.fulfillments] == [ParcelStatus.DELIVERED, None]


# --- money --------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_customers_read_prices_with_their_taxes_and_in_the_orders_currency() -> None:
    order = shop.place([(shop.product("Mug", "10.00"), 2)])
    order.lines.update(
        line_price_excl_tax=Decimal("20.00"),
        line_price_incl_tax=Decimal("24.60"),
        unit_price_excl_tax=Decimal("10.00"),
        unit_price_incl_tax=Decimal("12.30"),
    )
    shop.Order.objects.filter(pk=order.pk).update(
        currency="JPY",
        total_excl_tax=Decimal("25.00"),
        total_incl_tax=Decimal("30.75"),
        shipping_excl_tax=Decimal("5.00"),
        shipping_incl_tax=Decimal("6.15"),
    )
    snapshot = read(order)
    assert snapshot.currency == "JPY"
    assert (snapshot.items_total, snapshot.shipping_total, snapshot.tax_total, snapshot.total) == (
        Decimal("24.60"),
        Decimal("6.15"),
        Decimal("5.75"),
        Decimal("30.75"),
    )
    assert (snapshot.lines[0].unit_price, snapshot.lines[0].total) == (Decimal("12.30"), Decimal("24.60"))


@pytest.mark.django_db
def test_each_order_has_the_currency_it_was_placed_in() -> None:
    euros, dollars = shop.place(), shop.place()
    shop.Order.objects.filter(pk=dollars.pk).update(currency="USD")
    read_ = dict(OscarHost("shop", {}).read_many([str(euros.pk), str(dollars.pk)]))
    assert [one.currency for one in read_.values() if isinstance(one, OrderSnapshot)] == ["EUR", "USD"]


@pytest.mark.django_db(transaction=True)
def test_a_return_with_its_refund_as_the_dashboard_records_it() -> None:
    order = shop.place([(shop.product("Mug", "30"), 2)])
    handler = get_class("order.processing", "EventHandler")()
    kinds = get_model("order", "PaymentEventType").objects
    line = order.lines.get()
    handler.handle_payment_event(order, kinds.create(name="Paid"), Decimal(60))
    shop.ship(order, "Shipped", "UPS 1Z999AA10123456784")
    assert (ours(order).payment, ours(order).headline) == (PaymentState.PAID, Headline.SENT)
    shop.ship(order, "Returned", "", {0: 2})
    handler.handle_payment_event(order, kinds.create(name="Refunded"), Decimal(30), [line], [1])
    row = ours(order)
    assert (row.headline, row.payment, row.refunded_total) == (
        Headline.RETURNED,
        PaymentState.PARTLY_REFUNDED,
        Decimal("30.000"),
    )
    handler.handle_payment_event(order, kinds.get(name="Refunded"), Decimal(30), [line], [1])
    assert (ours(order).payment, ours(order).refunded_total) == (PaymentState.REFUNDED, Decimal("60.000"))


# --- people -------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_both_addresses_are_read_and_the_shipping_address_gives_country_and_phone() -> None:
    order = shop.place()
    country = get_model("address", "Country").objects.create(
        iso_3166_1_a2="FR", name="French Republic", printable_name="France", is_shipping_country=True
    )
    order.billing_address = get_model("order", "BillingAddress").objects.create(
        first_name="Tilia",
        last_name="SARL",
        line1="3 quai du Tilleul",
        line4="Nantes",
        postcode="44000",
        country=country,
    )
    order.save()
    snapshot = read(order)
    assert snapshot.country == "PT"
    assert snapshot.contact.phone == "+351912345678"
    assert (snapshot.contact.billing_address.city, snapshot.contact.billing_address.country_name) == (
        "Nantes",
        "France",
    )
    assert snapshot.contact.shipping_address.country_name == "Portugal"


# --- two shops ----------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("block", [nullcontext, transaction.atomic])
def test_an_order_belongs_to_the_wagtail_site_of_its_domain_already_while_it_is_placed(
    block: Any, settings: Any
) -> None:
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "BASE_URL": ""}
    from django.contrib.sites.models import Site as Domain
    from wagtail.models import Locale, Page, Site

    locale = Locale.objects.get_or_create(language_code="en")[0]
    home = Page.add_root(instance=Page(title="Home", slug="home", locale=locale))
    first = Site.objects.create(hostname="tilia.example", root_page=home, is_default_site=True)
    second = Site.objects.create(hostname="norte.example", root_page=home)
    domain = Domain.objects.create(domain="norte.example:8000", name="Norte")
    tag = Template("{% load order_status %}{% order_status_url order %}")
    with block():
        order = shop.place(site=domain)
        printed = tag.render(Context({"order": order}))
    assert printed.startswith("http://norte.example/orders/")
    assert (ours(order).site_id, links.order_url(ours(order))) == (second.pk, printed)
    other = shop.place()
    assert ours(other).site_id is None
    assert links.order_url(ours(other)).startswith(f"http://{first.hostname}/orders/")


# --- behind Oscar's back ------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_what_no_signal_tells_is_found_by_the_sweep() -> None:
    order, other = shop.place(), shop.place()
    shop.Order.objects.filter(pk=order.pk).update(status="Cancelled")  # an import, a script, a hand in the database
    other.lines.update(title="Mug, blue")
    old = timezone.now() - dt.timedelta(days=30)
    shop.Order.objects.update(date_placed=old)  # no clock of Oscar's tells of it
    assert ours(order).headline == Headline.CONFIRMED

    flow.sweep()
    assert ours(order).headline == Headline.CANCELLED
    assert ours(other).lines.get().title == "Mug, blue"
    assert OutboxMessage.objects.filter(milestone="cancelled").count() == 1
    versions = list(Order.objects.values_list("version", flat=True))
    flow.sweep()
    assert list(Order.objects.values_list("version", flat=True)) == versions


@pytest.mark.django_db(transaction=True)
def test_the_sweep_looks_at_some_orders_at_a_time_and_at_all_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(OscarHost, "compared_at_once", 1)
    orders = [shop.place() for _ in range(2)]
    shop.Order.objects.update(status="Cancelled", date_placed=timezone.now() - dt.timedelta(days=30))
    for expected in (1, 2):
        flow.sweep()
        assert Order.objects.filter(headline=Headline.CANCELLED).count() == expected
    assert {ours(order).headline for order in orders} == {Headline.CANCELLED}
