"""``order_status_sync``: orders from before our time."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from order_status_plugin import flow
from order_status_plugin.events import Headline
from order_status_plugin.messages.models import OutboxMessage
from order_status_plugin.tracking.models import Order

from . import shop

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def orders(rf: Any) -> list[Any]:
    """Three orders that the plugin has never seen: open, sent, delivered; and one that is none yet."""
    made = [shop.place() for _ in range(3)]
    shop.Order.objects.create_from_request(rf.get("/"))
    shop.tell(made[1], tracking=f"UPS {shop.UPS}")
    shop.become(made[2], "COMPLETED")
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
    assert not OutboxMessage.objects.exists()
    assert "0 new, 0 changed, 3 the same" in sync()


def test_since(orders: list[Any]) -> None:
    shop.Order.objects.filter(pk=orders[0].pk).update(date_updated="2020-01-01T00:00:00Z")
    orders[0].payments.model.objects.filter(order=orders[0]).update(date_created="2020-01-01T00:00:00Z")
    assert "2 new" in sync("--since", "2021-01-31")
    assert "1 new" in sync("--since", "2019-12-31T08:00", "--host", "shop")


def test_orders_that_nobody_took_in_are_no_news_to_the_sweep(orders: list[Any]) -> None:
    shop.Order.objects.update(date_updated="2020-01-01T00:00:00Z")
    orders[0].payments.model.objects.update(date_created="2020-01-01T00:00:00Z")
    flow.sweep()
    assert not Order.objects.exists(), "an old shop's customers get no confirmation when the plugin is installed"


def test_what_changes_after_the_import_is_news(orders: list[Any]) -> None:
    sync()
    shop.become(orders[0], "SHIPPED")
    assert [message.milestone for message in OutboxMessage.objects.all()] == ["shipped"]
