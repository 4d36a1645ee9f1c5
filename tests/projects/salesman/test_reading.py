"""What is read of an order: parcels out of ``extra`` and public notes, money, people, products."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from order_status_plugin.access import links
from order_status_plugin.events import (
    Address,
    FulfillmentKind,
    Headline,
    OrderSnapshot,
    OrderState,
    ParcelStatus,
    PaymentState,
)
from order_status_plugin.exceptions import UnknownOrder
from order_status_plugin.hosts.salesman import SalesmanHost
from order_status_plugin.hosts.salesman.reading import amount
from order_status_plugin.tracking.models import Order

from . import shop
from .goods.models import Thing

pytestmark = pytest.mark.django_db


def read(order: Any, **options: Any) -> OrderSnapshot:
    return SalesmanHost("shop", {"digital": ["goods.File"], **options}).read(str(order.pk))


def parcels(snapshot: OrderSnapshot) -> list[tuple[str, str]]:
    return [(parcel.carrier_text, parcel.tracking_number) for one in snapshot.fulfillments for parcel in one.parcels]


def sent(snapshot: OrderSnapshot, order: Any) -> list[dict[str, int]]:
    names = {str(item.pk): item.code for item in order.items.all()}
    return [{names[key]: n for key, n in one.lines} for one in snapshot.fulfillments]


# --- parcels ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("extra", "expected"),
    [
        ({"tracking": f"UPS {shop.UPS}"}, [("UPS", shop.UPS)]),
        ({"tracking": f"UPS {shop.UPS}\nUPS {shop.UPS_2}"}, [("UPS", shop.UPS), ("UPS", shop.UPS_2)]),
        ({"tracking": [f"UPS {shop.UPS}", {"carrier": "DPD", "number": "05212345678901"}]}, [("UPS", shop.UPS), ("DPD", "05212345678901")]),
        ({"tracking": {"carrier": "UPS", "number": shop.UPS}}, [("UPS", shop.UPS)]),
        ({"tracking": {"number": f"UPS {shop.UPS}"}}, [("UPS", shop.UPS)]),
        ({"tracking": {"carrier": "Bike courier"}}, [("Bike courier", "")]),
        ({"tracking_number": shop.UPS, "carrier": "UPS"}, [("UPS", shop.UPS)]),
        ({"tracking_number": [shop.UPS, shop.UPS_2], "carrier": "UPS"}, [("UPS", shop.UPS), ("UPS", shop.UPS_2)]),
        ({"tracking_number": 5212345678901, "carrier": "DPD"}, [("DPD", "5212345678901")]),
        ({"tracking": [{"carrier": "UPS", "number": shop.UPS}] * 2}, [("UPS", shop.UPS)]),
    ],
)  # fmt: skip
def test_tracking_in_extra(extra: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    order = shop.place([(shop.thing("Mug"), 2)])
    shop.tell(order, **extra)
    snapshot = read(order)
    assert parcels(snapshot) == expected
    assert sent(snapshot, order) == [{"MUG": 2}]


@pytest.mark.parametrize(
    "rubbish",
    [None, "", [], {}, 7, True, [None, 7, [], {}], {"number": None}, {"number": {"a": 1}}, "we will send it soon"],
)
def test_rubbish_in_extra_is_no_parcel(rubbish: Any) -> None:
    order = shop.place()
    shop.tell(order, tracking=rubbish, tracking_number=rubbish if rubbish != 7 else None)
    assert read(order).fulfillments == ()


def test_an_address_that_is_none_is_left_out() -> None:
    order = shop.place()
    entry = {"carrier": "Bike", "number": "12345678", "url": "javascript:alert(1)"}
    shop.tell(order, tracking=entry)
    assert read(order).fulfillments[0].parcels[0].tracking_url == ""
    shop.tell(order, tracking={**entry, "url": "https://bike.example/12345678"})
    assert read(order).fulfillments[0].parcels[0].tracking_url == "https://bike.example/12345678"


def test_several_parcels_with_some_items_each() -> None:
    order = shop.place([(shop.thing("Mug"), 3), (shop.thing("Bowl"), 1), (shop.file(), 1)])
    first = {"carrier": "UPS", "number": shop.UPS, "items": {"MUG": 2}, "sent_at": "2026-11-03T10:30:00Z"}
    shop.tell(order, tracking=[first])
    snapshot = read(order)
    assert sent(snapshot, order) == [{"MUG": 2}]
    assert snapshot.fulfillments[0].sent_at == dt.datetime(2026, 11, 3, 10, 30, tzinfo=dt.UTC)

    reference = snapshot.fulfillments[0].reference
    second = {"carrier": "UPS", "number": shop.UPS_2, "notify": False}
    shop.tell(order, tracking=[first, second])
    snapshot = read(order)
    assert sent(snapshot, order) == [{"MUG": 2}, {"MUG": 1, "BOWL": 1}], "without a word on items: all that is left"
    assert [one.notify_customer for one in snapshot.fulfillments] == [True, False]
    assert snapshot.fulfillments[0].reference == reference


def test_items_are_named_by_their_id_too_and_never_sent_twice() -> None:
    order = shop.place([(shop.thing("Mug"), 1)])
    key = str(order.items.get().pk)
    entries = [{"carrier": "UPS", "number": number, "items": {key: 9}} for number in (shop.UPS, shop.UPS_2)]
    shop.tell(order, tracking=entries)
    snapshot = read(order)
    assert sent(snapshot, order) == [{"MUG": 1}]
    assert parcels(snapshot) == [("UPS", shop.UPS), ("UPS", shop.UPS_2)], "one item in two boxes"
    shop.tell(order, tracking=[{"carrier": "UPS", "number": shop.UPS, "items": ["MUG"]}])
    assert sent(read(order), order) == [{"MUG": 1}]


def test_the_same_items_in_two_acts_have_a_reference_each() -> None:
    order = shop.place([(shop.thing("Mug"), 2)])
    shop.tell(order, tracking=[{"number": n, "carrier": "UPS", "items": {"MUG": 1}} for n in (shop.UPS, shop.UPS_2)])
    references = [one.reference for one in read(order).fulfillments]
    assert len(set(references)) == 2


def test_a_status_sends_and_a_number_that_comes_later_joins_it() -> None:
    order = shop.place([(shop.thing("Mug"), 2)])
    shop.become(order, "SHIPPED")
    before = read(order)
    assert sent(before, order) == [{"MUG": 2}]
    assert parcels(before) == []
    shop.tell(order, tracking=f"UPS {shop.UPS}")
    after = read(order)
    assert [one.reference for one in after.fulfillments] == [one.reference for one in before.fulfillments]
    assert parcels(after) == [("UPS", shop.UPS)]


def test_a_shop_names_its_own_keys() -> None:
    order = shop.place()
    shop.tell(order, parcels=[f"UPS {shop.UPS}"], tel="+351912345678", tracking="Correos 1234567890")
    snapshot = read(order, extra={"tracking": "parcels", "phone": "tel"})
    assert parcels(snapshot) == [("UPS", shop.UPS)]
    assert snapshot.contact.phone == "+351912345678"


def test_a_public_note_tells_of_a_parcel_an_internal_one_never() -> None:
    order = shop.place()
    shop.note(order, f"UPS {shop.UPS_2}", public=False)
    assert parcels(read(order)) == []
    shop.note(order, f"On its way! Sent with UPS {shop.UPS}")
    assert parcels(read(order)) == [("UPS", shop.UPS)]
    assert parcels(read(order, reads_notes=False)) == []


def test_other_numbers_in_a_public_note_are_no_parcels() -> None:
    order = shop.place()
    shop.note(order, "Your invoice is no. 20261100047, call 00351912345678 with questions.")
    assert read(order).fulfillments == ()


def test_a_note_that_repeats_a_number_adds_nothing() -> None:
    order = shop.place([(shop.thing("Mug"), 2)])
    shop.tell(order, tracking={"carrier": "UPS", "number": shop.UPS, "items": {"MUG": 1}})
    shop.note(order, f"Sent with UPS {shop.UPS}")
    snapshot = read(order)
    assert parcels(snapshot) == [("UPS", shop.UPS)]
    assert sent(snapshot, order) == [{"MUG": 1}]


def own_words(text: str) -> list[Any]:
    from order_status_plugin.events import ParcelSnapshot

    return [ParcelSnapshot(carrier="ups", tracking_number=text.removeprefix("#"))]


def test_a_shop_reads_its_own_way_of_writing() -> None:
    order = shop.place()
    shop.tell(order, tracking=f"#{shop.UPS}")
    [fulfillment] = read(order, parse_tracking=f"{__name__}.own_words").fulfillments
    assert fulfillment.parcels[0].carrier == "ups"


# --- statuses ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "state", "headline"),
    [
        ("CREATED", OrderState.OPEN, Headline.CONFIRMED),
        ("HOLD", OrderState.OPEN, Headline.CONFIRMED),
        ("FAILED", OrderState.OPEN, Headline.CONFIRMED),
        ("PROCESSING", OrderState.OPEN, Headline.CONFIRMED),
        ("SHIPPED", OrderState.OPEN, Headline.SENT),
        ("COMPLETED", OrderState.COMPLETE, Headline.DELIVERED),
        ("CANCELLED", OrderState.CANCELLED, Headline.CANCELLED),
        ("REFUNDED", OrderState.REFUNDED, Headline.REFUNDED),
    ],
)
@pytest.mark.django_db(transaction=True)
def test_salesmans_statuses(status: str, state: OrderState, headline: Headline) -> None:
    order = shop.place()
    shop.become(order, status)
    snapshot = read(order)
    assert snapshot.state == state
    assert snapshot.state_text == ""
    assert Order.objects.get().headline == headline


def test_a_new_order_is_not_placed_and_an_unknown_one_is_unknown(rf: Any) -> None:
    order = shop.Order.objects.create_from_request(rf.get("/"))
    for reference in (str(order.pk), "0", "", "no such", "9" * 40):
        with pytest.raises(UnknownOrder):
            SalesmanHost("shop", {}).read(reference)


def test_a_status_of_the_shops_own(monkeypatch: pytest.MonkeyPatch) -> None:
    order = shop.place()
    shop.Order.objects.update(status="AT_THE_POTTER")
    assert (read(order).state, read(order).state_text) == (OrderState.OPEN, "AT_THE_POTTER")
    told = {"at the potter": "collected"}
    snapshot = read(order, statuses=told)
    assert (snapshot.state, snapshot.state_text) == (OrderState.COMPLETE, "")
    [fulfillment] = snapshot.fulfillments
    assert (fulfillment.kind, fulfillment.host_status) == (FulfillmentKind.PICKUP, ParcelStatus.COLLECTED)


def test_a_shop_that_completes_what_it_sends_says_so() -> None:
    order = shop.place()
    shop.become(order, "COMPLETED")
    assert read(order).fulfillments[0].host_status == ParcelStatus.DELIVERED
    [fulfillment] = read(order, statuses={"COMPLETED": "complete"}).fulfillments
    assert fulfillment.host_status is None


@pytest.mark.django_db(transaction=True)
def test_files_need_no_sending() -> None:
    order = shop.place([(shop.file(), 1)])
    shop.become(order, "COMPLETED")
    assert read(order).fulfillments == ()
    assert Order.objects.get().headline == Headline.DELIVERED


# --- money ------------------------------------------------------------------------------------------


def test_totals() -> None:
    order = shop.place([(shop.thing("Mug", "12.50"), 2)])
    snapshot = read(order, currency="EUR")
    assert snapshot.currency == "EUR"
    assert (snapshot.items_total, snapshot.shipping_total, snapshot.total) == (
        Decimal("25.00"),
        Decimal("4.90"),
        Decimal("29.90"),
    )
    assert snapshot.tax_total is None
    [line] = snapshot.lines
    assert (line.unit_price, line.total, line.sku) == (Decimal("12.50"), Decimal("25.00"), "MUG")
    shop.tell(order, currency="chf")
    assert read(order, currency="EUR").currency == "CHF"
    shop.tell(order, currency="francs")
    assert read(order, currency="EUR").currency == "EUR"


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("4.90", "4.90"),
        ("€ 4,90", "4.90"),
        ("1.234,50 €", "1234.50"),
        ("$1,234.50", "1234.50"),
        ("1 234", "1234"),
        ("1.234", "1234"),
        ("-3.00", "-3.00"),
        ("1.234.567,8", "1234567.8"),
        ("free", None),
        ("", None),
        (None, None),
    ],
)
def test_amounts_as_shops_print_them(printed: Any, expected: str | None) -> None:
    assert amount(printed) == (None if expected is None else Decimal(expected))


@pytest.mark.parametrize(
    ("status", "payments", "expected", "refunded"),
    [
        ("CREATED", [], PaymentState.PENDING, None),
        ("HOLD", [], PaymentState.PENDING, None),
        ("FAILED", [], PaymentState.FAILED, None),
        ("PROCESSING", [], PaymentState.UNKNOWN, None),
        ("PROCESSING", ["10"], PaymentState.PENDING, None),
        ("PROCESSING", ["10", "7.40"], PaymentState.PAID, None),
        ("SHIPPED", ["17.40", "-5"], PaymentState.PARTLY_REFUNDED, "5"),
        ("SHIPPED", ["17.40", "-17.40"], PaymentState.REFUNDED, "17.40"),
        ("REFUNDED", ["17.40"], PaymentState.REFUNDED, "17.40"),
        ("REFUNDED", [], PaymentState.REFUNDED, None),
    ],
)
def test_payments_and_refunds(status: str, payments: list[str], expected: PaymentState, refunded: str | None) -> None:
    order = shop.place(pay="transfer")
    for number, paid in enumerate(payments):
        order.pay(Decimal(paid), f"secret-{number}", "card")
    shop.Order.objects.update(status=status)
    snapshot = read(order)
    assert snapshot.payment == expected
    assert snapshot.refunded_total == (None if refunded is None else Decimal(refunded))
    assert snapshot.contact.payment_summary == ("Card" if payments else "")
    assert "secret" not in repr(snapshot)


# --- people and products ----------------------------------------------------------------------------


def split(written: str) -> Address:
    name, street, last = written.splitlines()
    postcode, city = last.split(" ", 1)
    return Address(name=name, lines=(street,), postcode=postcode, city=city, country="PT")


def test_addresses_are_shown_as_they_were_written_or_as_the_shop_reads_them() -> None:
    order = shop.place(shipping_address="Joana Vieira\n\n  Rua das Flores 12 \r\n1200-195 Lisboa")
    contact = read(order).contact
    assert contact.shipping_address.lines == ("Joana Vieira", "Rua das Flores 12", "1200-195 Lisboa")
    assert contact.name == ""
    shop.tell(order, name="Joana", country="pt", phone="+351912345678")
    snapshot = read(order)
    assert (snapshot.contact.name, snapshot.country, snapshot.contact.phone) == ("Joana", "PT", "+351912345678")
    assert snapshot.contact.shipping_address.country == "PT"

    other = shop.place()
    snapshot = read(other, parse_address=f"{__name__}.split")
    assert (snapshot.contact.name, snapshot.country) == ("Joana Vieira", "PT")
    assert snapshot.contact.shipping_address.city == "Lisboa"


def test_what_else_extra_may_say() -> None:
    order = shop.place()
    shop.tell(order, shipping_method="By bike", expected_dispatch="2026-12-03", language="fr", country="Portugal")
    snapshot = read(order)
    assert (snapshot.shipping_method, snapshot.locale, snapshot.country) == ("By bike", "fr", "")
    assert snapshot.expected_dispatch == dt.date(2026, 12, 3)
    for wrong in ("soon", "2026-13-45", 7, None):
        shop.tell(order, expected_dispatch=wrong)
        assert read(order).expected_dispatch is None


def test_what_customers_wrote_about_an_item_stays_private() -> None:
    order = shop.place(
        [(shop.thing(), 1)], item_extra={"size": "L", "engraving": "For Ana", "tags": ["a", "b"], "x": {}}
    )
    [line] = read(order, public_extra=["size"]).lines
    assert line.details == "Size: L"
    assert line.personal_text == "Engraving: For Ana\nTags: a, b"


def test_products_have_pages_and_pictures() -> None:
    item = shop.thing("Mug")
    item.image.save("mug.png", ContentFile(b"png"))
    order = shop.place([(item, 1), (shop.file(), 1)])
    mug, album = read(order).lines
    assert mug.image_url == item.image.url
    assert mug.url == "/things/MUG/"
    assert (album.image_url, album.url) == ("", "")

    Thing.objects.all().delete()
    [mug, _album] = read(order).lines
    assert mug.title == "Mug"
    assert mug.image_url.endswith(".png"), "the picture that it had when it was ordered"
    assert mug.url == ""


def picture(product: Any) -> str:
    return f"https://cdn.example/{product.code}.jpg"


def no_picture(product: Any) -> str:
    raise OSError("the storage is down")


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        (f"{__name__}.picture", "https://cdn.example/MUG.jpg"),
        (f"{__name__}.no_picture", ""),
        ("name", ""),
        ("nothing", ""),
    ],
)
def test_where_pictures_are_is_the_shops_to_say(image: str, expected: str) -> None:
    order = shop.place([(shop.thing("Mug"), 1)])
    assert read(order, image=image).lines[0].image_url == expected


def test_an_order_is_read_with_the_same_number_of_queries_whatever_is_in_it(django_assert_num_queries: Any) -> None:
    small = shop.place([(shop.thing(), 1)])
    large = shop.place([(shop.thing(f"Thing {n}"), 1) for n in range(8)])
    for n in range(5):
        large.pay(1, f"t-{n}")
        shop.note(large, f"note {n}")
    read(small)  # content types are kept
    for order in (small, large):
        with django_assert_num_queries(5):
            read(order)


# --- notes ------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_public_notes_are_on_the_private_page_and_internal_ones_nowhere(client: Client) -> None:
    order = shop.place(client=client)
    ours = Order.objects.get()
    internal = shop.note(order, "Rude on the phone.", public=False)
    public = shop.note(order, "A <b>gift</b> is inside.\nEnjoy!")
    path = links.order_path(ours)
    claim = client.get(f"/api/orders/{order.ref}/?token={order.token}").json()["order_status"]["claim"]
    client.post(claim["url"], claim["fields"])

    html = client.get(path).content.decode()
    assert "A &lt;b&gt;gift&lt;/b&gt; is inside.<br" in html
    assert "Rude" not in html
    stranger = Client().get(path).content.decode()
    assert "is inside" not in stranger
    assert "Rude" not in stranger

    public.message = "Two gifts are inside."
    public.save()
    internal.public = True
    internal.save()
    html = client.get(path).content.decode()
    assert "Two gifts" in html
    assert "Rude" in html
    for note in (public, internal):
        note.public = False
        note.save()
    html = client.get(path).content.decode()
    assert "gifts" not in html
    assert "Rude" not in html
    assert not ours.messages.filter(milestone="note").exists()
    public.public = True
    public.save()
    assert "Two gifts" in client.get(path).content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_note_of_the_shops_is_changed_in_the_shop() -> None:
    from order_status_plugin.cms.writing import CannotWrite, change, withdraw

    order = shop.place()
    shop.note(order, "Hello")
    note = Order.objects.get().notes.get()
    with pytest.raises(CannotWrite, match="in the shop"):
        change(note, "Bye", author="staff", is_public=True)
    with pytest.raises(CannotWrite, match="in the shop"):
        withdraw(note, author="staff")
    shown = shop.staff().get(f"/cms/order-status/notes/{note.order_id}/").content.decode()
    assert "Hello" in shown
    assert "/withdraw/" not in shown
