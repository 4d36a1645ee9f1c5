"""Ordering again, and recommendations, as a django-oscar shop has them."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from order_status_plugin.hosts.oscar import OscarHost

from . import shop

pytestmark = pytest.mark.django_db


def host() -> OscarHost:
    return OscarHost("shop", {})


def recommend(product: Any, *others: Any) -> None:
    for rank, other in enumerate(reversed(others)):
        product.primary_recommendations.create(recommendation=other, ranking=rank)


def titles(order: Any, most: int = 8) -> list[str]:
    return [one.title for one in host().recommendations(str(order.pk), most)]


def test_what_goes_with_the_products_is_recommended_in_the_shops_order() -> None:
    mug, pot, tray, spoon = (shop.product(title) for title in ("Mug", "Pot", "Tray", "Spoon"))
    recommend(mug, pot, tray, spoon)
    order = shop.place([(mug, 2)])
    assert titles(order) == ["Pot", "Tray", "Spoon"]
    assert titles(order, 2) == ["Pot", "Tray"]
    first = host().recommendations(str(order.pk), 1)[0]
    assert first.url == pot.get_absolute_url()
    assert "12.50" in first.price_text
    assert Client().get(first.url).status_code == 200


def test_nobody_is_shown_what_they_have_what_is_hidden_or_what_is_sold_out() -> None:
    mug, pot, secret, gone = (shop.product(title) for title in ("Mug", "Pot", "Secret", "Gone"))
    shop.Product.objects.filter(pk=secret.pk).update(is_public=False)
    gone.stockrecords.update(num_in_stock=0)
    for each in (mug, pot):
        recommend(each, mug, pot, secret, gone)
    assert titles(shop.place([(mug, 1), (pot, 1)])) == []
    assert titles(shop.place([(mug, 1)])) == ["Pot"]


def test_an_order_of_many_products_costs_the_queries_of_one() -> None:
    def queries(products: int) -> int:
        items = []
        for n in range(products):
            item = shop.product(f"Mug {n}")
            recommend(item, *(shop.product(f"Pot {n}.{m}") for m in range(3)))
            items.append((item, 1))
        order = shop.place(items)
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert len(titles(order)) == min(3 * products, 8)
        return len(found)

    assert queries(1) == queries(12) <= 6


def test_a_customer_orders_again_in_the_account_and_a_guest_nowhere() -> None:
    user = get_user_model().objects.create_user("joana", email="joana@customer.example", password="long-enough-1")
    order = shop.place(user=user)
    url = host().reorder_url(str(order.pk))
    client = Client()
    client.force_login(user)
    page = client.get(url)
    assert page.status_code == 200
    assert 'value="reorder"' in page.content.decode()
    assert host().reorder_url(str(shop.place().pk)) == ""
