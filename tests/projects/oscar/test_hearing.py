"""Oscar's signals with all their traps, in autocommit as in a transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext, suppress
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import translation
from oscar.apps.order.signals import order_status_changed
from oscar.core.loading import get_model

from order_status_plugin import flow
from order_status_plugin.events import Headline, ParcelStatus
from order_status_plugin.hosts.oscar import OscarHost
from order_status_plugin.tracking.models import Order

from . import shop

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def told() -> Iterator[list[tuple[str, str]]]:
    """Listen beside the real host; yield what is told, as (reference, locale)."""
    heard: list[tuple[str, str]] = []
    host = OscarHost("listener", {})
    host.connect(lambda alias, reference, locale: heard.append((reference, locale)))
    yield heard
    host.connect(lambda alias, reference, locale: None)


@pytest.fixture(params=["autocommit", "atomic"])
def block(request: pytest.FixtureRequest) -> Any:
    """Each change happens once by itself and once in a transaction, as with ATOMIC_REQUESTS."""
    return transaction.atomic if request.param == "atomic" else nullcontext


def ours(order: Any) -> Order:
    return Order.objects.get(host="shop", reference=str(order.pk))


def test_placing_is_told_with_the_customers_language(told: list[tuple[str, str]]) -> None:
    with translation.override("fr"):
        order = shop.place()
    assert (str(order.pk), "fr") in told
    assert ours(order).locale == "fr"


def test_a_status_is_recorded_with_its_time(block: Any) -> None:
    order = shop.place()
    with block():
        order.set_status("Delivered")
    row = ours(order)
    assert row.headline == Headline.DELIVERED
    assert row.fulfillments.get().sent_at == order.status_changes.get().date_created


def test_a_status_assigned_behind_the_signals_is_heard(block: Any) -> None:
    order = shop.place()
    with block():
        order.status = "Cancelled"
        order.save()
    assert ours(order).headline == Headline.CANCELLED


def test_a_cascade_that_tells_of_no_line_is_heard(block: Any) -> None:
    order = shop.place()
    with block():
        order.set_status("Being processed")
        order.set_status("Complete")
    assert ours(order).fulfillments.get().lines.get().quantity == 1


def test_a_lines_status_is_heard(block: Any, told: list[tuple[str, str]]) -> None:
    order = shop.place()
    told.clear()
    with block():
        order.lines.get().set_status("Shipped")
    assert told[0] == (str(order.pk), "")
    row = ours(order)
    assert row.fulfillments.count() == 1
    assert row.messages.filter(milestone="shipped").exists(), "a status without a date is news when first heard"


def test_a_shipping_event_is_complete_in_the_end(block: Any) -> None:
    order = shop.place([(shop.product("Mug"), 2), (shop.product("Bowl"), 1)])
    with block():
        shop.ship(order, "Shipped", "UPS 1Z999AA10123456784")
    row = ours(order)
    assert sorted(line.quantity for line in row.fulfillments.get().lines.all()) == [1, 2]
    with block():
        shop.ship(order, "Delivered")
    assert ours(order).parcels.get().status == ParcelStatus.DELIVERED


def test_one_transaction_nudges_once_however_many_lines(told: list[tuple[str, str]]) -> None:
    order = shop.place([(shop.product(f"Thing {n}"), 1) for n in range(4)])
    told.clear()
    with transaction.atomic():
        shop.ship(order)
    assert told == [(str(order.pk), "")]


def test_a_savepoint_that_was_rolled_back_hides_nothing(told: list[tuple[str, str]]) -> None:
    order = shop.place()
    told.clear()
    with transaction.atomic():
        with suppress(RuntimeError), transaction.atomic():
            shop.ship(order)
            raise RuntimeError("the shop changed its mind")
        told.clear()
        shop.ship(order)
    assert told == [(str(order.pk), "")]


def test_an_event_taken_back_is_heard(block: Any) -> None:
    order = shop.place()
    event = shop.ship(order)
    assert not ours(order).fulfillments.get().is_cancelled
    with block():
        event.delete()
    assert ours(order).fulfillments.get().is_cancelled


def test_an_order_that_is_deleted_is_not_asked_for(told: list[tuple[str, str]]) -> None:
    order = shop.place()
    shop.ship(order)
    told.clear()
    order.delete()
    assert told == []


def test_payments_and_addresses_are_heard(told: list[tuple[str, str]]) -> None:
    order = shop.place()
    told.clear()
    order.payment_events.create(
        event_type=get_model("order", "PaymentEventType").objects.create(name="Paid"), amount=order.total_incl_tax
    )
    assert ours(order).payment == "paid"
    kind = get_model("payment", "SourceType").objects.create(name="Visa")
    order.sources.create(source_type=kind, amount_refunded=order.total_incl_tax)
    assert ours(order).payment == "refunded"
    order.shipping_address.line4 = "Porto"
    order.shipping_address.save()
    assert ours(order).contact.shipping_address["city"] == "Porto"
    told.clear()
    order.analytics_tracked = True
    order.save(update_fields=["analytics_tracked"])  # the thank-you page does this
    assert told == []


@pytest.mark.parametrize("trouble", [RuntimeError("ours"), KeyError("ours")])
def test_trouble_of_ours_never_reaches_the_shop(trouble: Exception, caplog: pytest.LogCaptureFixture) -> None:
    def nudge(alias: str, reference: str, locale: str) -> None:
        raise trouble

    host = OscarHost("listener", {})
    host.connect(nudge)
    try:
        order = shop.place()
        shop.ship(order)
        order.set_status("Being processed")
        order.lines.get().set_status("Shipped")
    finally:
        host.connect(lambda alias, reference, locale: None)
    assert order.shipping_events.count() == 1
    assert "could not tell" in caplog.text


def test_signals_without_an_order_hurt_nobody(caplog: pytest.LogCaptureFixture) -> None:
    order_status_changed.send(sender=None, order=None, old_status="", new_status="")
    assert "could not tell" in caplog.text


def test_a_write_of_ours_that_fails_costs_no_order_and_the_sweep_repairs_it(client: Client) -> None:
    """The database itself refuses our rows. With ATOMIC_REQUESTS the failure happens inside Oscar's transaction."""
    item = shop.product()
    table = Order._meta.db_table
    with connection.schema_editor() as editor:
        editor.alter_db_table(Order, table, f"{table}_away")
    try:
        answer = shop.check_out(client, item, 2)
        assert answer.status_code == 200
    finally:
        with connection.schema_editor() as editor:
            editor.alter_db_table(Order, f"{table}_away", table)
    theirs = shop.Order.objects.get()
    assert theirs.lines.get().quantity == 2
    assert not Order.objects.exists()

    flow.sweep()
    assert ours(theirs).headline == Headline.CONFIRMED
    assert ours(theirs).lines.get().quantity == 2


def test_a_reading_of_ours_that_fails_is_repaired_too(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("ours")

    with monkeypatch.context() as patch:
        patch.setattr(OscarHost, "read", fail)
        assert shop.check_out(client, shop.product()).status_code == 200
    theirs = shop.Order.objects.get()
    assert ours(theirs).read_at is None, "the least is kept in the placing transaction"
    flow.sweep()
    assert ours(theirs).lines.count() == 1


@pytest.mark.postgresql
def test_requests_of_this_project_are_atomic_on_postgresql(settings: Any) -> None:
    assert settings.DATABASES["default"]["ATOMIC_REQUESTS"] is True
    assert connection.settings_dict["ATOMIC_REQUESTS"] is True
