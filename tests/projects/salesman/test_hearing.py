"""Salesman's one signal with its traps, and what goes past it: in autocommit as in a transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext, suppress
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import translation
from salesman.core.utils import get_salesman_model
from salesman.orders.signals import status_changed

from order_status_plugin import flow
from order_status_plugin.events import Headline
from order_status_plugin.hosts.salesman import SalesmanHost
from order_status_plugin.tracking.models import Order

from . import shop

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def told() -> Iterator[list[tuple[str, str]]]:
    """Listen beside the real host; yield what is told, as (reference, locale)."""
    heard: list[tuple[str, str]] = []
    host = SalesmanHost("listener", {})
    host.connect(lambda alias, reference, locale: heard.append((reference, locale)))
    yield heard
    host.connect(lambda alias, reference, locale: None)


@pytest.fixture(params=["autocommit", "atomic"])
def block(request: pytest.FixtureRequest) -> Any:
    """Each change happens once by itself and once in a transaction, as with ATOMIC_REQUESTS."""
    return transaction.atomic if request.param == "atomic" else nullcontext


def ours(order: Any) -> Order:
    return Order.objects.get(host="shop", reference=str(order.pk))


def test_the_signal_that_comes_before_the_items_reads_them_nevertheless() -> None:
    order = shop.place([(shop.thing("Mug"), 2), (shop.thing("Bowl"), 1)])
    assert [(line.title, line.quantity) for line in ours(order).lines.order_by("position")] == [("Mug", 2), ("Bowl", 1)]


def test_an_order_that_only_has_its_number_yet_is_none(rf: Any, told: list[tuple[str, str]]) -> None:
    order = shop.Order.objects.create_from_request(rf.get("/"))
    assert order.status == "NEW"
    flow.sweep()
    assert told == []
    assert not Order.objects.exists()

    with translation.override("fr"):
        shop.become(order, "CREATED")
    assert ours(order).locale == "fr"
    assert told[0] == (str(order.pk), "fr")


def test_three_signals_for_one_change_are_one_change(told: list[tuple[str, str]]) -> None:
    order = shop.Order.objects.get(pk=shop.place().pk)
    version = ours(order).version
    order.status = "SHIPPED"
    for _ in range(3):
        order.save()
    assert ours(order).version == version + 1
    assert ours(order).messages.filter(milestone="shipped").count() == 1


def test_a_shop_that_updates_and_sends_the_signal_itself_is_heard(told: list[tuple[str, str]]) -> None:
    order = shop.place()
    told.clear()
    shop.Order.objects.filter(pk=order.pk).update(status="SHIPPED")
    changed = shop.Order.objects.get(pk=order.pk)
    status_changed.send(shop.Order, order=changed, new_status="SHIPPED", old_status="PROCESSING")
    assert told == [(str(order.pk), "")]
    assert ours(order).headline == Headline.SENT


def test_saving_is_heard_once(told: list[tuple[str, str]]) -> None:
    order = shop.place()
    told.clear()
    shop.become(order, "SHIPPED")
    assert told == [(str(order.pk), "")]


def test_the_status_that_is_no_word_but_a_member_is_read(block: Any) -> None:
    order = shop.Order.objects.get(pk=shop.place().pk)
    with block():
        order.status = order.Status.COMPLETED
        order.save()
    assert ours(order).headline == Headline.DELIVERED


def test_payments_notes_and_items_are_heard(block: Any) -> None:
    order = shop.place(pay="transfer")
    assert ours(order).payment == "pending"
    with block():
        payment = order.pay(order.total, "t-1", "transfer")
    assert ours(order).payment == "paid"
    with block():
        note = shop.note(order, "A gift is inside.")
    assert ours(order).notes.get().text == "<p>A gift is inside.</p>"
    with block():
        item = order.items.get()
        item.quantity = 3
        item.save()
    assert ours(order).lines.get().quantity == 3
    with block():
        note.delete()
        payment.delete()
    assert ours(order).notes.get().withdrawn_at is not None
    assert ours(order).payment == "pending"


def test_an_order_that_is_deleted_is_not_asked_for(told: list[tuple[str, str]]) -> None:
    order = shop.place()
    shop.note(order, "x")
    told.clear()
    order.delete()
    assert told == []


def test_one_transaction_nudges_once_however_many_rows(told: list[tuple[str, str]]) -> None:
    order = shop.place()
    told.clear()
    with transaction.atomic():
        for number in range(3):
            order.pay(1, f"t-{number}")
        shop.become(order, "SHIPPED")
    assert told == [(str(order.pk), "")]


def test_a_savepoint_that_was_rolled_back_hides_nothing(told: list[tuple[str, str]]) -> None:
    order = shop.place()
    told.clear()
    with transaction.atomic():
        with suppress(RuntimeError), transaction.atomic():
            shop.become(order, "SHIPPED")
            raise RuntimeError("the shop changed its mind")
        told.clear()
        shop.become(order, "SHIPPED")
    assert told == [(str(order.pk), "")]


def test_update_behind_the_signals_back_is_found_by_the_sweep(told: list[tuple[str, str]]) -> None:
    order, other = shop.place(), shop.place()
    # Long ago, so that no date leads to it.
    shop.Order.objects.update(date_updated="2020-01-01T00:00:00Z")
    get_salesman_model("OrderPayment").objects.update(date_created="2020-01-01T00:00:00Z")
    told.clear()
    shop.Order.objects.filter(pk=order.pk).update(status="SHIPPED")
    assert told == []
    assert ours(order).headline == Headline.CONFIRMED

    flow.sweep()
    assert ours(order).headline == Headline.SENT
    assert ours(order).messages.filter(milestone="shipped").count() == 1
    assert ours(other).headline == Headline.CONFIRMED


@pytest.mark.parametrize(
    "change",
    [
        lambda order: order.payments.update(amount=1),
        lambda order: order.items.update(quantity=7),
        lambda order: order.notes.update(public=True),
        lambda order: type(order).objects.filter(pk=order.pk).update(shipping_address="Elsewhere"),
        lambda order: type(order).objects.filter(pk=order.pk).update(_extra={"phone": "+351912345678"}),
        lambda order: get_salesman_model("OrderNote").objects.bulk_create(
            [get_salesman_model("OrderNote")(order=order, message="Hello", public=True)]
        ),
    ],
    ids=["payment", "item", "note", "address", "extra", "bulk"],
)
def test_every_row_can_change_behind_the_signals_back(change: Any) -> None:
    order = shop.place()
    shop.note(order, "Rude customer.", public=False)
    # Long ago, so that no date leads to it.
    get_salesman_model("OrderPayment").objects.update(date_created="2020-01-01T00:00:00Z")
    get_salesman_model("OrderNote").objects.update(date_created="2020-01-01T00:00:00Z")
    shop.Order.objects.update(date_updated="2020-01-01T00:00:00Z")
    flow.sweep()
    before = ours(order)
    change(order)
    get_salesman_model("OrderNote").objects.update(date_created="2020-01-01T00:00:00Z")
    flow.sweep()
    assert ours(order).version > before.version


def test_what_nobody_shows_is_no_news() -> None:
    order = shop.place()
    before = ours(order)
    shop.note(order, "Rude customer.", public=False)
    shop.Order.objects.get().save()
    flow.sweep()
    assert ours(order).version == before.version
    assert not ours(order).notes.exists()


def test_a_hundred_orders_are_read_by_the_queries_of_one(django_assert_num_queries: Any) -> None:
    host, item = SalesmanHost("shop", {}), shop.thing()
    known: list[str] = []
    for count in (1, 3):
        known += [str(shop.place([(item, 1)]).pk) for _ in range(count)]
        with django_assert_num_queries(5):
            assert [said.reference for _, said in host.read_many(known) if not isinstance(said, Exception)] == known


@pytest.mark.parametrize("trouble", [RuntimeError("ours"), KeyError("ours")])
def test_trouble_of_ours_never_reaches_the_shop(trouble: Exception, caplog: pytest.LogCaptureFixture) -> None:
    def nudge(alias: str, reference: str, locale: str) -> None:
        raise trouble

    host = SalesmanHost("listener", {})
    host.connect(nudge)
    try:
        order = shop.place()
        shop.note(order, "x")
        shop.become(order, "SHIPPED")
    finally:
        host.connect(lambda alias, reference, locale: None)
    assert shop.Order.objects.get().status == "SHIPPED"
    assert "could not tell" in caplog.text


def test_a_signal_without_an_order_hurts_nobody(caplog: pytest.LogCaptureFixture) -> None:
    status_changed.send(sender=None, order=None, old_status="", new_status="")
    assert "could not tell" in caplog.text


def test_a_write_of_ours_that_fails_costs_no_order_and_the_sweep_repairs_it(client: Client) -> None:
    """The database itself refuses our rows. With ATOMIC_REQUESTS the failure happens inside Salesman's transaction."""
    item = shop.thing()
    shop.fill(client, [(item, 2)])
    table = Order._meta.db_table
    with connection.schema_editor() as editor:
        editor.alter_db_table(Order, table, f"{table}_away")
    try:
        answer = shop.check_out(client)
        assert answer.status_code == 201
        assert "/orders/" in answer.json()["order_status"]["url"], "the link needs no row"
    finally:
        with connection.schema_editor() as editor:
            editor.alter_db_table(Order, f"{table}_away", table)
    theirs = shop.Order.objects.get()
    assert theirs.items.get().quantity == 2
    assert not Order.objects.exists()

    flow.sweep()
    assert ours(theirs).headline == Headline.CONFIRMED
    assert ours(theirs).lines.get().quantity == 2


def test_a_reading_of_ours_that_fails_is_repaired_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("ours")

    with monkeypatch.context() as patch:
        patch.setattr(SalesmanHost, "read", fail)
        theirs = shop.place()
    assert ours(theirs).read_at is None, "the least is kept in the placing transaction"
    flow.sweep()
    assert ours(theirs).lines.count() == 1


@pytest.mark.postgresql
def test_requests_of_this_project_are_atomic_on_postgresql(settings: Any) -> None:
    assert settings.DATABASES["default"]["ATOMIC_REQUESTS"] is True
    assert connection.settings_dict["ATOMIC_REQUESTS"] is True
