"""What anybody with the link sees, as JSON: for the storefronts that the shop names, and never more than that."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from order_status_plugin.access.links import order_path, order_url
from order_status_plugin.tracking import record
from order_status_plugin.tracking.models import Order
from tests.access.orders import let_in
from tests.orders import PERSONAL, sent, snapshot

pytestmark = pytest.mark.django_db
STOREFRONT = "https://www.shop.example"


@pytest.fixture
def order() -> Order:
    return record.order("shop", snapshot(fulfillments=(sent(),)))


def get(order: Order, client: Client | None = None, **headers: str) -> Any:
    return (client or Client()).get(f"{order_path(order)}order.json", secure=True, headers=headers)


def test_it_says_what_the_page_says(order: Order) -> None:
    told = get(order).json()
    assert told["url"] == order_url(order)
    assert (told["order"]["tier"], told["order"]["headline"]) == ("public", "in_transit")
    assert told["order"]["parcels"][0]["carrier_name"] == "UPS"
    assert told["order"]["private"] is None


def test_whoever_asks_sees_the_public_tier_alone(order: Order) -> None:
    identified = Client()
    identified.cookies.load(let_in(order))
    answers = [get(order), get(order, identified)]
    assert answers[0].content == answers[1].content
    assert [word for word in PERSONAL if word in answers[1].content.decode()] == []
    assert not answers[1].cookies


def test_it_speaks_a_language_of_the_shop(order: Order) -> None:
    path = f"{order_path(order)}order.json"
    spoken = [Client().get(path, {"lang": code}, secure=True).json()["order"]["language"] for code in ("fr", "xx")]
    assert spoken == ["fr", "en"]


@pytest.mark.parametrize(
    ("origin", "is_let_in"),
    [(STOREFRONT, True), ("https://evil.example", False), ("null", False), (f"{STOREFRONT}.evil.example", False)],
)
def test_only_storefronts_that_the_shop_names_may_read_it(
    order: Order, settings: Any, origin: str, is_let_in: bool
) -> None:
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "STOREFRONT_ORIGINS": [f"{STOREFRONT}/"]}
    answer = get(order, origin=origin)
    assert answer.headers.get("Access-Control-Allow-Origin") == (origin if is_let_in else None)
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert "Origin" in answer.headers["Vary"]
    assert "Access-Control-Allow-Origin" not in get(order).headers


def test_a_link_that_was_ended_shows_nothing(order: Order) -> None:
    path = order_path(order)
    record.revoke_link(order)
    assert Client().get(f"{path}order.json", secure=True).status_code == 404
