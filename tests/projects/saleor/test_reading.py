"""What a Saleor's order means."""

from __future__ import annotations

import datetime as dt
import logging
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client

from order_status_plugin import flow
from order_status_plugin.access.links import order_path
from order_status_plugin.backends import get_host
from order_status_plugin.events import FulfillmentKind, OrderSnapshot, OrderState, ParcelStatus, PaymentState
from order_status_plugin.exceptions import AccessDenied, TemporaryFailure, UnknownOrder, UnreadableMessage
from order_status_plugin.hosts.saleor import SaleorHost
from order_status_plugin.intake.models import InboxMessage
from order_status_plugin.testing.hosts import HostContract
from order_status_plugin.tracking.models import Order

from .conftest import options
from .double import Saleor, address, global_id, line, money


def read(shop: Saleor, *lines: dict[str, Any], **more: Any) -> OrderSnapshot:
    return get_host("saleor").read(shop.place(*lines, **more))


@pytest.mark.django_db(transaction=True)
class TestContract(HostContract):
    unknown_reference = global_id("Order")

    @pytest.fixture(autouse=True)
    def _shop(self, shop: Saleor) -> None:
        self.shop = shop

    def make_host(self) -> Any:
        return get_host("saleor")

    def make_order(self) -> str:
        reference = self.shop.place(line(2), line(1, isShippingRequired=False))
        self.shop.fulfil(reference, {0: 1}, "1Z999AA10123456784")
        return reference

    def change_order(self, reference: str) -> None:
        self.shop.fulfil(reference, {0: 1})
        assert self.shop.send("fulfillment_created", reference) == 200

    def test_tells_of_a_change(self) -> None:
        """It tells by webhooks, at the door."""
        reference = self.make_order()
        self.change_order(reference)
        assert Order.objects.get(reference=reference).fulfillments.count() == 2

    def test_staff_find_the_order(self) -> None:
        """The address of an order that nobody placed cannot be told from another's: only what is no id has none."""
        host = self.make_host()
        assert host.staff_url(self.make_order()).startswith(f"{self.shop.provider.url}/dashboard/orders/T3JkZXI6")
        assert host.staff_url("0") == host.staff_url("../x") == ""


def test_prices_are_those_that_the_customer_was_shown(shop: Saleor) -> None:
    gross, net = read(shop), read(shop, displayGrossPrices=False)
    assert (gross.items_total, gross.shipping_total, gross.total) == (Decimal("4.98"), Decimal("5.0"), Decimal("9.98"))
    assert (net.items_total, net.shipping_total, net.total) == (Decimal("3.98"), Decimal("4.0"), Decimal("9.98"))
    assert (gross.tax_total, gross.currency, gross.lines[0].unit_price) == (Decimal("1.0"), "USD", Decimal("2.49"))


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("UNCONFIRMED", OrderState.OPEN),
        ("UNFULFILLED", OrderState.OPEN),
        ("PARTIALLY_FULFILLED", OrderState.OPEN),
        ("FULFILLED", OrderState.COMPLETE),
        ("PARTIALLY_RETURNED", OrderState.COMPLETE),
        ("RETURNED", OrderState.COMPLETE),
        ("CANCELED", OrderState.CANCELLED),
        ("EXPIRED", OrderState.CANCELLED),
        ("SOMETHING_NEW", OrderState.OPEN),
    ],
)
def test_states(shop: Saleor, status: str, state: OrderState) -> None:
    found = read(shop, status=status, statusDisplay="Something new")
    assert found.state is state
    assert found.state_text == ("Something new" if status == "SOMETHING_NEW" else "")


@pytest.mark.parametrize(
    ("more", "payment"),
    [
        ({}, PaymentState.PENDING),
        ({"authorizeStatus": "FULL"}, PaymentState.AUTHORIZED),
        ({"authorizeStatus": "PARTIAL"}, PaymentState.PENDING),
        ({"chargeStatus": "FULL", "authorizeStatus": "FULL"}, PaymentState.PAID),
        ({"chargeStatus": "OVERCHARGED"}, PaymentState.PAID),
        ({"chargeStatus": "PARTIAL"}, PaymentState.PENDING),
        ({"paymentStatus": "REFUSED"}, PaymentState.FAILED),
        ({"chargeStatus": "FULL", "totalRefunded": {"amount": 2.0}}, PaymentState.PARTLY_REFUNDED),
        ({"totalRefunded": {"amount": 9.98}}, PaymentState.REFUNDED),
        ({"paymentStatus": "FULLY_REFUNDED"}, PaymentState.REFUNDED),
    ],
)
def test_payments(shop: Saleor, more: dict[str, Any], payment: PaymentState) -> None:
    assert read(shop, **more).payment is payment


def test_an_order_that_was_paid_back_before_it_was_sent(shop: Saleor) -> None:
    reference = shop.place(totalRefunded={"amount": 9.98})
    shop.fulfil(reference, {0: 2}, status="REFUNDED", statusDisplay="Refunded")
    shop.orders[reference]["status"] = "UNFULFILLED"
    found = get_host("saleor").read(reference)
    assert (found.state, found.refunded_total) == (OrderState.REFUNDED, Decimal("9.98"))
    assert not found.fulfillments
    assert found.lines[0].quantity == 0
    assert flow.take_order("saleor", reference).headline == "refunded"


def test_what_came_back_is_an_act_of_its_own(shop: Saleor) -> None:
    reference = shop.place()
    shop.fulfil(reference, {0: 1}, "1Z999AA10123456784")
    shop.fulfil(reference, {0: 1}, status="REFUNDED_AND_RETURNED", statusDisplay="Refunded and returned")
    sent, back = get_host("saleor").read(reference).fulfillments
    assert (sent.host_status, sent.notify_customer) == (None, True)
    assert (back.host_status, back.notify_customer) == (ParcelStatus.RETURNED, False)


def test_what_nobody_approved_was_not_sent_and_what_was_cancelled_was_taken_back(shop: Saleor) -> None:
    reference = shop.place()
    shop.fulfil(reference, {0: 1}, status="WAITING_FOR_APPROVAL")
    shop.fulfil(reference, {0: 1}, status="CANCELED")
    [one] = get_host("saleor").read(reference).fulfillments
    assert one.is_cancelled


def test_carrier_and_numbers(shop: Saleor) -> None:
    reference = shop.place(line(9))
    metadata = [{"key": "carrier", "value": "DHL"}, {"key": "tracking_url", "value": "https://dhl.example/1"}]
    shop.fulfil(reference, {0: 1}, "A1, A2", metadata=metadata)
    shop.fulfil(reference, {0: 1}, "https://carrier.example/t/77")
    shop.fulfil(reference, {0: 1}, "", metadata=[{"key": "tracking_url", "value": "javascript:alert(1)"}])
    several, address_only, none = get_host("saleor").read(reference).fulfillments
    assert [(p.carrier_text, p.tracking_number, p.tracking_url) for p in several.parcels] == [
        ("DHL", "A1", "https://dhl.example/1"),
        ("DHL", "A2", "https://dhl.example/1"),
    ]
    assert [p.tracking_url for p in address_only.parcels] == ["https://carrier.example/t/77"]
    assert none.parcels == ()


def test_collected_and_digital(shop: Saleor) -> None:
    reference = shop.place(line(1), line(1, isShippingRequired=False), collectionPointName="Shop in the mall")
    shop.fulfil(reference, {0: 1})
    shop.fulfil(reference, {1: 1})
    found = get_host("saleor").read(reference)
    assert [act.kind for act in found.fulfillments] == [FulfillmentKind.PICKUP, FulfillmentKind.DIGITAL]
    assert found.shipping_method == "Shop in the mall"
    assert [each.is_physical for each in found.lines] == [True, False]


def test_people_and_places(shop: Saleor) -> None:
    card = {"isActive": True, "creditCard": {"brand": "Visa", "lastDigits": "4242"}}
    billing = address(firstName="Bo", phone="")
    found = read(
        shop, languageCodeEnum="PT_BR", payments=[card, {"isActive": True, "creditCard": None}], billingAddress=billing
    )
    assert (found.locale, found.country) == ("pt-br", "US")
    contact = found.contact
    assert (contact.name, contact.email, contact.phone) == ("Ann Example", "ann@example.com", "+12125550123")
    assert contact.billing_address.name == "Bo Example"
    assert contact.shipping_address.lines == ("1 Made-up Street",)
    assert contact.payment_summary == "Visa •••• 4242"
    bare = read(shop, shippingAddress=None, billingAddress=None, userEmail="")
    assert (bare.contact.name, bare.country) == ("", "")


def test_channels_and_sites(shop: Saleor, settings: Any) -> None:
    assert read(shop).tags == ("channel:default-channel",)
    options(settings, channels=["default-channel"], sites={"default-channel": 1})
    assert read(shop).site_id == 1
    with pytest.raises(UnknownOrder):
        read(shop, channel={"slug": "b2b"})


def test_an_order_of_another_channel_is_no_trouble(
    shop: Saleor, settings: Any, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    options(settings, channels=["default-channel"])
    ours, theirs = shop.place(), shop.place(channel={"slug": "b2b"})
    assert [shop.send("order_created", reference) for reference in (theirs, ours)] == [200, 200]
    said = InboxMessage.objects.get(about=theirs)
    assert (said.state, said.reason) == ("handled", "It is an order of a channel that is not in OPTIONS.")
    flow.sweep()
    call_command("order_status_sync")
    out, err = capsys.readouterr()
    assert ("1 the same" in out, "1 not ours" in out, err) == (True, True, "")
    assert [order.reference for order in Order.objects.all()] == [ours]
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_names_in_the_customers_language_and_the_products_page(shop: Saleor, settings: Any) -> None:
    options(settings, product_url="https://shop.example/{channel}/products/{slug}/")
    [one] = read(shop, line(translatedProductName="Jus de pomme", translatedVariantName="1 litre")).lines
    assert (one.title, one.details) == ("Jus de pomme", "1 litre")
    assert one.url == "https://shop.example/default-channel/products/apple-juice/"


def test_pictures_have_no_id_in_their_address(shop: Saleor) -> None:
    media = [{"type": "VIDEO", "url": "https://v.example"}, {"type": "IMAGE", "url": "https://media.example/a.png"}]
    fresh = {"url": "https://shop.example/thumbnail/UHJvZHVjdE1lZGlhOjE=/256/"}
    lines = [
        line(),
        line(thumbnail=fresh, variant={"media": [], "product": {"slug": "a", "media": media}}),
        line(thumbnail=None, variant=None),
    ]
    assert [each.image_url for each in read(shop, *lines).lines] == [
        "https://media.example/thumbnails/products/juice_256.png",
        "https://media.example/a.png",
        "",
    ]


def test_drafts_and_strangers_are_no_orders(shop: Saleor) -> None:
    with pytest.raises(UnknownOrder):
        read(shop, status="DRAFT")
    with pytest.raises(UnknownOrder):
        get_host("saleor").read(global_id("Order"))


def test_what_goes_wrong_has_our_words(shop: Saleor) -> None:
    reference = shop.place()
    shop.trouble = {"/graphql/": 502}
    with pytest.raises(TemporaryFailure):
        get_host("saleor").read(reference)
    shop.trouble, shop.token = {}, "revoked"
    with pytest.raises(AccessDenied):
        get_host("saleor").read(reference)
    shop.token = "token-of-the-app-in-the-tests"
    del shop.orders[reference]["total"]
    with pytest.raises(UnreadableMessage):
        get_host("saleor").read(reference)


def test_all_pages_of_all_orders(shop: Saleor) -> None:
    made = [shop.place() for _ in range(7)]
    shop.page_size = 3
    assert list(get_host("saleor").changed_since(None)) == made
    shop.orders[made[0]]["updatedAt"] = "2099-01-02T00:00:00+00:00"
    assert list(get_host("saleor").changed_since(dt.datetime(2099, 1, 1, tzinfo=dt.UTC))) == made[:1]


def test_the_sweep_finds_what_no_webhook_told(shop: Saleor) -> None:
    shop.place(updatedAt="2099-01-01T00:00:00+00:00")
    flow.sweep()
    assert Order.objects.filter(host="saleor").count() == 1


def test_without_an_installation_there_is_nothing_to_sweep(saleor: Saleor) -> None:
    flow.sweep()
    assert not saleor.provider.calls


def test_no_id_of_saleors_is_on_any_page(shop: Saleor) -> None:
    reference = shop.place(line(2), user={"id": global_id("User", 5)})
    act = shop.fulfil(reference, {0: 1}, "1Z999AA10123456784")
    shop.send("order_created", reference)
    order = Order.objects.get()
    staff = Client()
    staff.force_login(get_user_model().objects.create_superuser("staff", "s@example.com", "x"))
    ids = [reference, act, shop.orders[reference]["lines"][0]["id"], global_id("User", 5)]
    for client in (Client(), staff):
        for tail in ("", "?as=customer", "?as=public", "calendar.ics", "live/"):
            text = client.get(order_path(order) + tail).content.decode()
            assert not [each for each in ids if each.rstrip("=") in text], tail


def test_options_are_checked() -> None:
    def ids(**given: Any) -> list[str | None]:
        return [found.id for found in SaleorHost("saleor", given).check()]

    good = {"saleor_urls": ["https://shop.saleor.cloud/graphql/"]}
    assert ids(**good) == []
    assert ids() == ["order_status.E222"]
    assert ids(saleor_urls="https://shop.saleor.cloud/graphql/") == ["order_status.E222"]
    assert ids(saleor_urls=["http://shop.example/graphql/"]) == ["order_status.W222"]
    assert ids(saleor_urls=["shop.example"]) == ["order_status.E223"]
    assert ids(saleor_urls=["http://127.0.0.1:8000/graphql/"]) == []
    assert ids(**good, link_in=["everywhere"]) == ["order_status.E224"]
    assert ids(**good, sites={"a": "b"}) == ["order_status.E225"]


def test_amounts_are_exact(shop: Saleor) -> None:
    assert read(shop, total=money(0.1)).total == Decimal("0.1")
