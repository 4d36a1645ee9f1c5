"""What an order of Oscar's says, whatever its shop does with statuses, events, options and products."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from oscar.core.compat import get_user_model
from oscar.core.loading import get_model

from order_status_plugin.events import FulfillmentKind, OrderSnapshot, OrderState, ParcelStatus, PaymentState
from order_status_plugin.exceptions import UnknownOrder
from order_status_plugin.hosts.oscar import OscarHost

from . import shop

pytestmark = pytest.mark.django_db

Image = get_model("catalogue", "ProductImage")
PaymentEventType = get_model("order", "PaymentEventType")
Quantity = get_model("order", "ShippingEventQuantity")
#: One transparent pixel.
GIF = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"


def read(order: Any, **options: Any) -> OrderSnapshot:
    return OscarHost("shop", options).read(str(order.pk))


def sent(snapshot: OrderSnapshot) -> list[tuple[list[int], ParcelStatus | None]]:
    """Return, by fulfillment, the quantities and the host's word."""
    return [([n for _line, n in one.lines], one.host_status) for one in snapshot.fulfillments]


def two_things() -> Any:
    return shop.place([(shop.product("Mug", "12.50"), 2), (shop.product("Bowl", "20"), 1)])


def pay(order: Any, kind: str, amount: str) -> None:
    event_type = PaymentEventType.objects.get_or_create(name=kind)[0]
    order.payment_events.create(event_type=event_type, amount=Decimal(amount))


# --- the order itself ---------------------------------------------------------------------------------


def test_lines_totals_and_people() -> None:
    order = two_things()
    snapshot = read(order)
    assert [(line.title, line.quantity, line.unit_price, line.total) for line in snapshot.lines] == [
        ("Mug", 2, Decimal("12.50"), Decimal("25.00")),
        ("Bowl", 1, Decimal("20.00"), Decimal("20.00")),
    ]
    assert (snapshot.currency, snapshot.items_total, snapshot.total) == ("EUR", Decimal("45.00"), Decimal("45.00"))
    assert (snapshot.number, snapshot.placed_at, snapshot.locale) == (order.number, order.date_placed, "")
    contact = snapshot.contact
    assert (contact.name, contact.email, contact.phone) == ("Joana Vieira", shop.EMAIL, "+351912345678")
    assert contact.shipping_address.lines == ("Rua das Flores 12", "2.º Esq.")
    assert (contact.shipping_address.city, contact.shipping_address.country) == ("Lisboa", "PT")
    assert contact.customer_reference == ""
    assert snapshot.shipping_method == "Free shipping"


def test_a_customer_who_left_is_nobody() -> None:
    user = get_user_model().objects.create_user("ana", "ana@customer.example", "secret", first_name="Ana")
    order = shop.place([(shop.product("Album", is_physical=False), 1)], user=user)
    assert read(order).contact.name == "Ana"
    assert read(order).contact.customer_reference == str(user.pk)
    user.delete()
    assert (read(order).contact.email, read(order).contact.customer_reference) == ("", "")


def test_unknown_orders() -> None:
    for reference in ("", "0", "x", "9" * 30):
        with pytest.raises(UnknownOrder):
            OscarHost("shop", {}).read(reference)


def test_five_hundred_lines_take_the_queries_of_one() -> None:
    few = shop.place([(shop.product(), 1)])
    many = shop.with_many_lines(shop.place(), 500)
    for order in (few, many):
        product_images = [Image(product=line.product, original="mug.gif") for line in order.lines.all()]
        Image.objects.bulk_create(product_images)
        kind = shop.ShippingEventType.objects.get_or_create(name="Shipped")[0]
        event = order.shipping_events.create(event_type=kind, notes="UPS 1Z999AA10123456784")
        Quantity.objects.bulk_create([Quantity(event=event, line=line, quantity=1) for line in order.lines.all()])
    counts = []
    for order in (few, many):
        with CaptureQueriesContext(connection) as queries:
            snapshot = read(order)
        assert len(snapshot.fulfillments[0].lines) == len(snapshot.lines) == order.lines.count()
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 13


def test_pictures_and_addresses_of_items(settings: Any) -> None:
    mug = shop.product("Mug")
    mug.images.create(original=ContentFile(GIF, "back.gif"), display_order=1)
    first = mug.images.create(original=ContentFile(GIF, "front.gif"), display_order=0)
    hidden = shop.product("Hidden")
    hidden.is_public = False
    hidden.save()
    order = shop.place([(mug, 1), (hidden, 1)])
    lines = read(order).lines
    assert (lines[0].image_url, lines[0].url) == (first.original.url, mug.get_absolute_url())
    assert (lines[1].image_url, lines[1].url) == ("", "")
    small = read(order, image_size="40x40").lines[0].image_url
    assert small not in ("", first.original.url)


def test_a_variant_has_its_parents_picture_and_class() -> None:
    parent = shop.product("Shirt")
    parent.structure = "parent"
    parent.save()
    picture = parent.images.create(original="shirt.gif", display_order=0)
    child = shop.product("Shirt, blue")
    child.structure, child.parent, child.product_class = "child", parent, None
    child.save()
    order = shop.place([(shop.product("Bag"), 1)])
    order.lines.update(product=child)
    line = read(order).lines[0]
    assert (line.image_url, line.is_physical) == (picture.original.url, True)


def test_a_product_that_is_gone_leaves_its_line() -> None:
    order = shop.place([(shop.product("Mug"), 1)])
    order.lines.get().product.delete()
    line = read(order).lines[0]
    assert (line.title, line.url, line.image_url, line.is_physical) == ("Mug", "", "", True)


def test_what_customers_typed_is_private_and_what_they_chose_is_not() -> None:
    group = get_model("catalogue", "AttributeOptionGroup").objects.create(name="Sizes")
    options = get_model("catalogue", "Option").objects
    size = options.create(name="Size", type="select", option_group=group)
    engraving = options.create(name="Engraving", type="text")
    order = shop.place()
    line = order.lines.get()
    line.attributes.create(option=size, type="size", value="L")
    line.attributes.create(option=engraving, type="engraving", value="For Maria")
    found = read(order).lines[0]
    assert (found.details, found.personal_text) == ("Size: L", "Engraving: For Maria")
    open_ = read(order, public_options=["engraving"]).lines[0]
    assert (open_.details, open_.personal_text) == ("Size: L, Engraving: For Maria", "")


# --- what was sent ------------------------------------------------------------------------------------


def test_nothing_sent() -> None:
    assert read(two_things()).fulfillments == ()


def test_part_of_an_order_is_sent_and_then_the_rest() -> None:
    order = two_things()
    first = shop.ship(order, "Shipped", "UPS 1Z999AA10123456784", {0: 1})
    second = shop.ship(order, "Shipped", "Botes Expresso 55667788", {0: 1, 1: 1})
    snapshot = read(order)
    assert [one.reference for one in snapshot.fulfillments] == [str(first.pk), str(second.pk)]
    assert sent(snapshot) == [([1], None), ([1, 1], None)]
    assert [one.sent_at for one in snapshot.fulfillments] == [first.date_created, second.date_created]
    parcels = [(one.parcels[0].carrier_text, one.parcels[0].tracking_number) for one in snapshot.fulfillments]
    assert parcels == [("UPS", "1Z999AA10123456784"), ("Botes Expresso", "55667788")]


def test_a_delivery_is_the_shops_word_on_what_was_sent_and_no_new_sending() -> None:
    order = two_things()
    shop.ship(order, "Shipped", "", {0: 2})
    shop.ship(order, "Shipped", "", {1: 1})
    done = shop.ship(order, "Delivered", "", {1: 1})
    snapshot = read(order)
    assert sent(snapshot) == [([2], None), ([1], ParcelStatus.DELIVERED)]
    assert snapshot.fulfillments[1].host_status_at == done.date_created
    assert snapshot.fulfillments[1].host_status_text == "Delivered"


def test_a_part_that_arrived_is_not_the_whole() -> None:
    order = two_things()
    shop.ship(order, "Shipped")
    shop.ship(order, "Delivered", "", {0: 2})
    assert sent(read(order)) == [([2, 1], None)]
    shop.ship(order, "Delivered", "", {1: 1})
    assert sent(read(order)) == [([2, 1], ParcelStatus.DELIVERED)]


def test_the_number_in_a_delivery_says_which_parcel_arrived() -> None:
    order = shop.place([(shop.product(), 2)])
    shop.ship(order, "Shipped", "UPS 1Z999AA10123456784", {0: 1})
    shop.ship(order, "Shipped", "GLS 12345678", {0: 1})
    shop.ship(order, "Delivered", "GLS 12345678", {0: 1})
    assert sent(read(order)) == [([1], None), ([1], ParcelStatus.DELIVERED)]


def test_returned_and_sent_again() -> None:
    order = shop.place([(shop.product(), 1)])
    shop.ship(order, "Shipped")
    shop.ship(order, "Returned")
    assert sent(read(order)) == [([1], ParcelStatus.RETURNED)]
    shop.ship(order, "Dispatched")
    assert sent(read(order)) == [([1], ParcelStatus.RETURNED), ([1], None)]


def test_a_second_event_over_what_was_sent_brings_its_number() -> None:
    order = shop.place([(shop.product(), 1)])
    shop.ship(order, "Dispatched")
    shop.ship(order, "Shipped", "UPS 1Z999AA10123456784")
    [one] = read(order).fulfillments
    assert [parcel.tracking_number for parcel in one.parcels] == ["1Z999AA10123456784"]


def test_collected_without_being_sent() -> None:
    order = shop.place([(shop.product(), 1)])
    shop.ship(order, "Collected")
    [one] = read(order).fulfillments
    assert (one.kind, one.host_status) == (FulfillmentKind.PICKUP, ParcelStatus.COLLECTED)


def test_cancelled_pieces_are_waited_for_no_longer() -> None:
    order = two_things()
    shop.ship(order, "Shipped", "", {1: 1})
    shop.ship(order, "Cancelled", "", {0: 1})
    snapshot = read(order)
    assert [line.quantity for line in snapshot.lines] == [1, 1]
    assert sent(snapshot) == [([1], None)]


def test_an_event_without_lines_yet_is_not_read() -> None:
    order = shop.place()
    kind = shop.ShippingEventType.objects.create(name="Shipped")
    order.shipping_events.create(event_type=kind, notes="UPS 1Z999AA10123456784")
    assert read(order).fulfillments == ()


def test_a_type_of_event_that_nobody_explained_is_shown_and_not_guessed() -> None:
    order = shop.place()
    shop.ship(order, "Blessed by the abbot")
    snapshot = read(order)
    assert (snapshot.fulfillments, snapshot.state_text) == ((), "Blessed by the abbot")
    assert sent(read(order, shipping_event_types={"blessed-by-the-abbot": "sent"})) == [([1], None)]
    shop.ship(order, "Shipped")
    shop.ship(order, "In the lift")
    [one] = read(order).fulfillments
    assert (one.host_status, one.host_status_text) == (None, "In the lift")


def test_own_reading_of_references() -> None:
    order = shop.place()
    shop.ship(order, "Shipped", "whatever")
    path = f"{__name__}.always_gls"
    assert read(order, parse_reference=path).fulfillments[0].parcels[0].carrier == "gls"


def always_gls(notes: str) -> Any:
    from order_status_plugin.events import ParcelSnapshot

    return [ParcelSnapshot(carrier="gls", tracking_number="1")]


# --- statuses -----------------------------------------------------------------------------------------


def test_status_only_orders() -> None:
    order = two_things()
    order.set_status("Being processed")
    assert (read(order).state, read(order).fulfillments) == (OrderState.OPEN, ())
    order.set_status("Complete")
    snapshot = read(order)
    assert snapshot.state is OrderState.COMPLETE
    [one] = snapshot.fulfillments
    assert (one.reference, one.host_status) == ("status", None)
    assert one.sent_at == order.status_changes.latest("pk").date_created
    assert [n for _line, n in one.lines] == [2, 1]


def test_delivered_by_status_alone() -> None:
    order = two_things()
    order.set_status("Delivered")
    snapshot = read(order)
    assert sent(snapshot) == [([2, 1], ParcelStatus.DELIVERED)]
    assert snapshot.fulfillments[0].host_status_text == "Delivered"
    assert snapshot.state is OrderState.COMPLETE


def test_a_status_set_behind_oscars_back_has_no_time() -> None:
    order = two_things()
    order.status = "Delivered"
    order.save()
    snapshot = read(order)
    assert sent(snapshot) == [([2, 1], ParcelStatus.DELIVERED)]
    assert (snapshot.fulfillments[0].sent_at, snapshot.changed_at) == (None, None)


def test_events_outrank_a_status_that_says_less() -> None:
    order = two_things()
    shop.ship(order, "Shipped", "", {1: 1})
    order.set_status("Being processed")
    order.set_status("Complete")
    assert sent(read(order)) == [([1], None)], "part shipped never looks complete"


def test_a_delivered_order_is_delivered_whatever_was_recorded() -> None:
    order = two_things()
    shop.ship(order, "Shipped", "", {1: 1})
    order.set_status("Delivered")
    assert sent(read(order)) == [([1], ParcelStatus.DELIVERED), ([2], ParcelStatus.DELIVERED)]


def test_statuses_of_lines() -> None:
    order = two_things()
    mug, bowl = order.lines.order_by("pk")
    bowl.set_status("Shipped")
    assert sent(read(order)) == [([1], None)]
    mug.set_status("Cancelled")
    assert [line.quantity for line in read(order).lines] == [0, 1]
    bowl.set_status("Returned")
    assert sent(read(order)) == [([1], ParcelStatus.RETURNED)]


def test_a_cancelled_order_keeps_its_lines() -> None:
    order = two_things()
    order.set_status("Cancelled")
    snapshot = read(order)
    assert snapshot.state is OrderState.CANCELLED
    assert [line.quantity for line in snapshot.lines] == [2, 1]
    assert snapshot.changed_at == order.status_changes.get().date_created


def test_words_of_the_shop() -> None:
    order = shop.place(status="Na oficina")
    assert (read(order).state, read(order).state_text) == (OrderState.OPEN, "Na oficina")
    known = read(order, order_statuses={"NA  Oficina": "complete"})
    assert (known.state, known.state_text) == (OrderState.COMPLETE, "")


def test_downloads_are_not_sent() -> None:
    order = shop.place([(shop.product("Album", is_physical=False), 1)])
    order.set_status("Delivered")
    snapshot = read(order)
    assert (snapshot.state, snapshot.fulfillments) == (OrderState.COMPLETE, ())
    assert [line.is_physical for line in snapshot.lines] == [False]


# --- money --------------------------------------------------------------------------------------------


def test_money_by_events() -> None:
    order = shop.place([(shop.product("Mug", "30"), 1)])
    assert read(order).payment is PaymentState.UNKNOWN
    pay(order, "Failed", "30")
    assert read(order).payment is PaymentState.FAILED
    pay(order, "Authorised", "30")
    assert read(order).payment is PaymentState.AUTHORIZED
    pay(order, "Paid", "30")
    assert read(order).payment is PaymentState.PAID
    pay(order, "Refunded", "10")
    assert (read(order).payment, read(order).refunded_total) == (PaymentState.PARTLY_REFUNDED, Decimal("10.00"))
    pay(order, "Refunded", "20")
    assert read(order).payment is PaymentState.REFUNDED


def test_money_by_sources_and_never_more_than_four_digits_of_a_card() -> None:
    order = shop.place([(shop.product("Mug", "30"), 1)])
    kind = get_model("payment", "SourceType").objects.create(name="Visa")
    source = order.sources.create(source_type=kind, currency="EUR", label="4242-4242-4242-4242")
    source.allocate(Decimal(30))
    assert read(order).payment is PaymentState.AUTHORIZED
    source.debit(Decimal(30))
    snapshot = read(order)
    assert (snapshot.payment, snapshot.contact.payment_summary) == (PaymentState.PAID, "Visa •••• 4242")
    source.refund(Decimal(30))
    assert (read(order).payment, read(order).refunded_total) == (PaymentState.REFUNDED, Decimal("30.00"))


# --- finding ------------------------------------------------------------------------------------------


def test_what_changed_is_found_by_every_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("order_status_plugin.hosts.oscar.host.BATCH", 2)
    orders = [shop.place() for _ in range(5)]
    old = timezone.now() - dt.timedelta(days=30)
    shop.Order.objects.update(date_placed=old)
    host, since = OscarHost("shop", {}), timezone.now() - dt.timedelta(hours=1)
    assert list(host.changed_since(since)) == []
    orders[0].set_status("Being processed")
    shop.ship(orders[1])
    pay(orders[2], "Paid", "1")
    kind = get_model("payment", "SourceType").objects.create(name="Visa")
    orders[3].sources.create(source_type=kind).allocate(Decimal(1))
    shop.ship(orders[0])
    found = list(host.changed_since(since))
    assert sorted(found) == [str(order.pk) for order in orders[:4]]
    assert list(host.changed_since(None)) == [str(order.pk) for order in orders]


def test_staff_and_templates_find_an_order() -> None:
    order, host = shop.place(), OscarHost("shop", {})
    assert host.staff_url(str(order.pk)) == f"/dashboard/orders/{order.number}/"
    assert (host.staff_url("0"), host.staff_url("x")) == ("", "")
    assert host.reference_of(order) == str(order.pk)
    assert host.reference_of(order.lines.get()) is None
