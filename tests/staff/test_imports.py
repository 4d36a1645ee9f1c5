"""Tracking numbers from a file: what would happen is said first, line by line, and then it happens once."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from order_status_plugin import flow
from order_status_plugin.events import OrderState
from order_status_plugin.messages.models import OutboxMessage
from order_status_plugin.staff import import_file, import_plan, import_run, privacy
from order_status_plugin.staff.models import NumberImport, NumberImportLine
from order_status_plugin.tracking.models import Order, Parcel
from tests import orders

from .test_orders import place, staff

pytestmark = pytest.mark.django_db

HEAD = "Order number;Tracking number;Carrier;Sent on\n"


def lines(text: str) -> list[NumberImportLine]:
    """Return what a file would do."""
    return list(import_plan.store(import_file.read(text.encode()), "kim").lines.select_related("order"))


def says(text: str) -> list[str]:
    return [line.says for line in lines(text)]


@pytest.mark.parametrize(
    "body",
    [
        "Order;Tracking number;Carrier\nTS-1;1Z9;Ünicourier\n".encode("cp1252"),
        "Order;Tracking number;Carrier\r\nTS-1;1Z9;Ünicourier\r\n".encode("utf-8-sig"),
        'Order,Tracking number,Carrier\n"TS-1","1Z9",Ünicourier\n'.encode(),
        "Bestellnummer\tSendungsnummer\tPaketdienst\nTS-1\t1Z9\tÜnicourier".encode("utf-16"),
        "TS-1,1Z9,Ünicourier\n\n".encode(),
        "carrier;tracking_number;order-number\nÜnicourier;1Z9;TS-1".encode(),
    ],
)
def test_a_spreadsheets_file_is_read_however_it_was_saved(body: bytes) -> None:
    (line,) = import_file.read(body)
    assert (line.number, line.tracking_number, line.carrier) == ("TS-1", "1Z9", "Ünicourier")


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (b"", "empty"),
        (HEAD.encode(), "empty"),
        (b"one word", "no_columns"),
        (b"PK\x03\x04\0\0\0", "no_table"),
        (b"order,carrier\nTS-1,UPS\n", "no_columns"),
        (b"a,b\n" * 10_002, "too_many"),
        (b"x" * 2_000_001, "too_large"),
    ],
)
def test_what_is_no_such_file_is_refused_in_words(body: bytes, word: str) -> None:
    with pytest.raises(import_file.UnreadableFile) as caught:
        import_file.read(body)
    assert caught.value.args == (word,)
    assert import_plan.SAYS[word]


def test_each_line_says_what_would_happen_or_what_to_do() -> None:
    place("TS-1")
    place("TS-2", fulfillments=(orders.sent(),))
    place("TS-3", fulfillments=(orders.sent(number="", parcels=()),))
    place("TS-4", lines=(orders.line("a", is_physical=False),))
    place("TS-5", state=OrderState.CANCELLED)
    place("TS-6")
    Order.objects.filter(number="TS-6").update(erased_at=timezone.now())
    table = (
        ("#ts-1;1Z999AA10123456785;;", "sent"),
        ("TS-1;1Z999AA10123456786;DHL;2026-01-05", "added"),
        ("TS-1;1Z 999 AA1 0123 4567 85;;", "repeated"),
        (f"TS-2;{orders.UPS};;", "same"),
        ("TS-3;1Z999AA10123456787;;05.01.2026", "filled"),
        ("TS-4;1Z999AA10123456788;;", "nothing"),
        ("TS-5;1Z999AA10123456788;;", "over"),
        ("TS-6;1Z999AA10123456788;;", "erased"),
        ("TS-77;1Z999AA10123456788;;", "unknown_order"),
        (";1Z999AA10123456788;;", "no_number"),
        ("TS-1;;;", "no_tracking"),
        ("TS-1;1,23457E+14;;", "rounded"),
        ("TS-1;1Z999AA10123456789;;soon", "bad_date"),
        ("TS-1;1Z999AA10123456789;;2999-01-01", "future"),
    )
    found = lines(HEAD + "\n".join(line for line, _word in table))
    assert [line.says for line in found] == [word for _line, word in table]
    assert [line.line for line in found] == list(range(2, len(table) + 2))
    assert found[1].carrier.startswith("dhl")
    assert lines(f"{HEAD}TS-1;{orders.UPS};;")[0].carrier == "ups"
    assert not Parcel.objects.filter(number_key="1Z999AA10123456785").exists()


def test_two_shops_with_one_number_are_told_apart_by_name(settings: Any) -> None:
    hosts = settings.ORDER_STATUS["HOSTS"]
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "HOSTS": {**hosts, "other": hosts["shop"]}}
    place("TS-1")
    orders_of_other = orders.snapshot(reference="x", number="TS-1")
    flow.record.order("other", orders_of_other)
    assert says("order,tracking number,host\nTS-1,1Z9,\nTS-1,1Z9,other\n") == ["several_orders", "sent"]


def upload(client: Any, text: str) -> str:
    file = SimpleUploadedFile("numbers.csv", text.encode())
    return str(client.post(reverse("order_status_orders:imports"), {"file": file})["Location"])


def test_a_file_is_looked_at_confirmed_and_done_once() -> None:
    order, told = place("TS-1"), place("TS-2")
    client = staff("change_order")
    address = upload(client, f"{HEAD}TS-1;{orders.UPS};UPS;\nTS-2;1Z999AA10123456785;;\nTS-9;1Z9;;\n")
    page = client.get(address).content.decode()
    assert "Tell the customers: 2 would hear" in page
    assert "Import 2 tracking numbers" in page
    assert page.index("No order has this number.") < page.index("What was not sent yet goes with it.")
    assert not Parcel.objects.exists()
    for _twice in range(2):
        page = client.post(address, {"do": "confirm", "notify": "on"}, follow=True).content.decode()
    assert Parcel.objects.count() == 2
    assert "Customers were told." in page
    assert OutboxMessage.objects.filter(order__in=(order, told), milestone="shipped", state="pending").count() == 2
    states = list(NumberImportLine.objects.order_by("line").values_list("state", flat=True))
    assert states == ["done", "done", "error"]
    again = upload(client, f"{HEAD}TS-1;{orders.UPS};UPS;\n")
    assert "The order has this number already." in client.get(again).content.decode()
    client.post(again, {"do": "forget"})
    assert NumberImport.objects.count() == 1


def test_nobody_is_told_without_the_tick() -> None:
    place("TS-1")
    client = staff("change_order")
    client.post(upload(client, f"{HEAD}TS-1;{orders.UPS};;\n"), {"do": "confirm"})
    assert Parcel.objects.get().fulfillment.notify_customer is False
    assert not OutboxMessage.objects.filter(milestone="shipped", state="pending").exists()


def test_a_long_file_goes_on_in_the_worker_and_a_broken_line_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_run, "AT_ONCE", 1)
    for number in range(1, 5):
        place(f"TS-{number}")
    client = staff("change_order")
    address = upload(client, HEAD + "".join(f"TS-{n};1Z999AA1012345678{n};;\n" for n in range(1, 5)))
    page = client.post(address, {"do": "confirm", "notify": "on"}, follow=True).content.decode()
    assert 'value="1"' in page[page.index("<progress") :][:80]
    assert Parcel.objects.count() == 1

    def give(order: Order, given: Any) -> Any:
        if order.number == "TS-3":
            raise RuntimeError
        return flow.give_number(order, given)

    assert not import_run.run(give, 1)
    assert import_run.run(give)
    assert Parcel.objects.count() == 3
    assert NumberImport.objects.get().state == "done"
    assert "It could not be recorded." in client.get(address).content.decode()
    assert flow.drain_imports()


def test_a_number_given_by_hand_is_taken_back_on_the_orders_page() -> None:
    order = place("TS-1")
    client = staff("change_order", "view_auditentry")
    client.post(upload(client, f"{HEAD}TS-1;{orders.UPS};;\n"), {"do": "confirm"})
    address = reverse("order_status_orders:order", args=[order.pk])
    assert "Take this number back" in client.get(address).content.decode()
    client.post(address, {"take_back": Parcel.objects.get().pk})
    page = client.get(address).content.decode()
    assert "Nothing was sent yet." in page
    assert "tracking number taken back" in page


def test_who_may_not_change_orders_imports_nothing() -> None:
    client = staff("view_order")
    assert client.get(reverse("order_status_orders:imports")).status_code in (302, 403)
    place("TS-1")
    lines(f"{HEAD}TS-1;{orders.UPS};;\n")
    batch = NumberImport.objects.get()
    assert client.post(reverse("order_status_orders:import", args=[batch.pk]), {"do": "confirm"}).status_code in (
        302,
        403,
    )
    assert not Parcel.objects.exists()


def test_what_a_file_said_of_an_order_is_exported_erased_and_forgotten() -> None:
    order = place("TS-1")
    place("TS-2")
    lines(f"{HEAD}TS-1;{orders.UPS};;\nTS-2;1Z999AA10123456785;;\n")
    assert privacy.export(order)["number_imports"][0]["tracking_number"] == orders.UPS
    privacy.erase(order, is_thorough=True)
    assert NumberImportLine.objects.get().number == "TS-2"
    NumberImport.objects.update(created_at=timezone.now() - import_run.KEPT)
    import_run.clean()
    assert not NumberImportLine.objects.exists()


@pytest.mark.full
def test_ten_thousand_lines_are_planned_within_seconds() -> None:
    Order.objects.bulk_create(
        Order(
            host="shop",
            reference=str(n),
            number=f"TS-{n}",
            number_key=f"ts-{n}",
            locator=f"{n:016}",
            changed_at=timezone.now(),
            last_activity_at=timezone.now(),
        )
        for n in range(10_000)
    )
    text = HEAD + "".join(f"TS-{n};1Z999AA1{n:010};;\n" for n in range(10_000))
    began = time.process_time()
    assert set(says(text)) == {"nothing"}
    assert time.process_time() - began < 10
