"""``order_status_sync``: orders from before our time."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from order_status_plugin import flow
from order_status_plugin.events import Headline
from order_status_plugin.hosts.oscar.reading import Reader
from order_status_plugin.management.commands import order_status_sync
from order_status_plugin.management.progress import WIDTH
from order_status_plugin.messages.models import OutboxMessage
from order_status_plugin.tracking.models import Order

from . import shop

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def orders() -> list[Any]:
    """Three orders that the plugin has never seen: open, sent, delivered."""
    made = [shop.place() for _ in range(3)]
    shop.ship(made[1], "Shipped", "UPS 1Z999AA10123456784")
    shop.ship(made[2], "Shipped")
    shop.ship(made[2], "Delivered")
    OutboxMessage.objects.all().delete()
    Order.objects.all().delete()
    return made


def sync(*args: str) -> str:
    out = StringIO()
    call_command("order_status_sync", *args, stdout=out)
    return out.getvalue()


def test_takes_everything_in_and_tells_nobody(orders: list[Any]) -> None:
    assert "3 new, 0 changed, 0 the same, 0 failed" in sync()
    assert sorted(Order.objects.values_list("reference", flat=True)) == sorted(str(order.pk) for order in orders)
    assert Order.objects.get(reference=str(orders[2].pk)).headline == Headline.DELIVERED
    assert Order.objects.filter(is_imported=True).count() == 3
    assert not OutboxMessage.objects.exists()


def test_repeating_it_changes_nothing(orders: list[Any]) -> None:
    sync()
    before = list(Order.objects.order_by("pk").values_list("pk", "version", "changed_at"))
    assert "0 new, 0 changed, 3 the same" in sync()
    assert list(Order.objects.order_by("pk").values_list("pk", "version", "changed_at")) == before


def test_a_dry_run_records_nothing(orders: list[Any]) -> None:
    assert "3 new" in sync("--dry-run")
    assert not Order.objects.exists()


def test_one_order_that_cannot_be_read_does_not_stop_the_others(
    orders: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    read = Reader._snapshot

    def fail(self: Reader, order: Any) -> Any:
        if order.pk == orders[0].pk:
            raise RuntimeError("a line without a head")
        return read(self, order)

    monkeypatch.setattr(Reader, "_snapshot", fail)
    errors = StringIO()
    with pytest.raises(CommandError, match="1 could not be taken in"):
        call_command("order_status_sync", stdout=StringIO(), stderr=errors)
    assert f"shop {orders[0].pk}: RuntimeError: a line without a head" in errors.getvalue()
    assert Order.objects.count() == 2


def test_it_can_be_interrupted_and_goes_on_where_it_stopped(orders: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order_status_sync, "BATCH", 2)
    take = flow.take_history

    def interrupt(alias: str, said: Any) -> list[Order | Exception]:
        if str(orders[2].pk) in {one.reference for one in said}:
            raise KeyboardInterrupt
        return take(alias, said)

    with monkeypatch.context() as patch:
        patch.setattr(flow, "take_history", interrupt)
        with pytest.raises(CommandError, match="2 of shop are done") as stopped:
            sync()
    assert stopped.value.returncode == 130
    assert Order.objects.count() == 2

    taken: list[str] = []

    def note(alias: str, said: Any) -> list[Order | Exception]:
        taken.extend(one.reference for one in said)
        return take(alias, said)

    monkeypatch.setattr(flow, "take_history", note)
    assert "1 new, 0 changed, 0 the same, 0 failed, 2 passed over" in sync("--resume")
    assert taken == [str(orders[2].pk)]


def test_a_batch_is_taken_in_by_the_queries_of_one_order() -> None:
    counts = []
    for wanted in (2, 8):
        for _ in range(wanted):
            shop.ship(shop.place())
        with CaptureQueriesContext(connection) as queries:
            sync("--resume")
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 40


def test_a_batch_is_read_by_the_queries_of_one_order(orders: list[Any]) -> None:
    sync()
    counts = []
    for wanted in (3, 6):
        while shop.Order.objects.count() < wanted:
            shop.ship(shop.place())
        sync()
        with CaptureQueriesContext(connection) as queries:
            sync("--dry-run")
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 22


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_shows_a_bar(orders: list[Any]) -> None:
    out = Terminal()
    call_command("order_status_sync", stdout=out)
    bar = out.getvalue().split("\n")[0].split("\r")[-1]
    assert f"[{'#' * WIDTH}] 3 of 3 (100 %)" in bar


def test_since(orders: list[Any]) -> None:
    shop.Order.objects.filter(pk=orders[0].pk).update(date_placed="2020-01-01T00:00:00Z")
    assert "2 new" in sync("--since", "2021-01-31")
    assert "1 new" in sync("--since", "2019-12-31T08:00", "--host", "shop")


@pytest.mark.parametrize("args", [["--host", "nobody"], ["--since", "yesterday"], ["--since", "2020-99-99"]])
def test_mistakes_are_named(args: list[str]) -> None:
    with pytest.raises(CommandError, match=args[1]):
        sync(*args)


def test_what_changes_after_the_import_is_news(orders: list[Any]) -> None:
    sync()
    shop.ship(orders[0], "Shipped", "UPS 1Z999AA10123456784")
    assert [message.milestone for message in OutboxMessage.objects.all()] == ["shipped"]
