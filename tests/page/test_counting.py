"""Pages are counted by day and site, without a query on the way, and nothing else than people's looks."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from order_status_plugin.access.links import order_path
from order_status_plugin.page import counting
from order_status_plugin.page.models import PageViewCount
from order_status_plugin.tracking.models import Order
from tests.access.orders import let_in, placed

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(settings: Any) -> Order:
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "PAGE_VIEWS": True}
    counting.flush()
    PageViewCount.objects.all().delete()
    return placed()


def counts() -> dict[str, int]:
    return dict(PageViewCount.objects.values_list("tier", "count"))


def test_looks_are_counted_in_memory_and_written_together(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client()
    client.get(order_path(order))
    with CaptureQueriesContext(connection) as warm:
        client.get(order_path(order))
    assert len(warm) == 1
    assert counts() == {}
    customer = Client()
    customer.cookies.load(let_in(order))
    customer.get(order_path(order), secure=True)
    counting.flush()
    assert counts() == {"public": 2, "private": 1}
    monkeypatch.setattr(counting, "EVERY", 0.0)
    client.get(order_path(order))
    assert counts() == {"public": 3, "private": 1}


def test_what_is_nobodys_look_is_not_counted(order: Order, settings: Any) -> None:
    client = Client()
    client.head(order_path(order))
    client.get(order_path(order), headers={"sec-fetch-dest": "empty"})
    client.get(order_path(order), headers={"sec-purpose": "prefetch;prerender"})
    client.get("/orders/nothing-here/")
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "PAGE_VIEWS": False}
    client.get(order_path(order))
    counting.flush()
    assert counts() == {}


def test_a_database_that_refuses_takes_nothing_from_the_page(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object) -> None:
        raise counting.DatabaseError

    monkeypatch.setattr(counting, "EVERY", 0.0)
    monkeypatch.setattr(counting, "_add", refuse)
    assert Client().get(order_path(order)).status_code == 200
    assert counts() == {}
