"""The link in the customer's account and in the staff's dashboard, whoever wrote the templates around it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.template import Context, Template
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from oscar.core.compat import get_user_model

from order_status_plugin.access import links
from order_status_plugin.hosts.oscar import pages
from order_status_plugin.tracking.models import Order

from . import shop

pytestmark = pytest.mark.django_db(transaction=True)

LINK = re.compile(r'<a[^>]*href="(http://testserver/orders/[^"]{36,}/)"[^>]*>(.*?)</a>', re.DOTALL)


def ours(order: Any) -> Order:
    return Order.objects.get(host="shop", reference=str(order.pk))


def linked(html: str) -> list[str]:
    return [address for address, _label in LINK.findall(html)]


@pytest.fixture
def customer() -> Any:
    return get_user_model().objects.create_user("ana", "ana@customer.example", "secret")


@pytest.fixture
def staff() -> Client:
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("staff", "staff@tilia.example", "secret"))
    return client


def test_the_order_history_links_each_order_to_its_page(client: Client, customer: Any) -> None:
    orders = [shop.place(user=customer) for _ in range(2)]
    shop.place()  # somebody else's
    client.force_login(customer)
    html = client.get(reverse("customer:order-list")).content.decode()
    assert sorted(linked(html)) == sorted(links.order_url(ours(order)) for order in orders)
    for order in orders:
        assert html.index(f'href="{reverse("customer:order", args=[order.number])}"') < html.index(
            links.order_url(ours(order))
        )
        assert "View order status" in dict(LINK.findall(html))[links.order_url(ours(order))]


def test_the_order_in_the_account_links_to_its_page(client: Client, customer: Any) -> None:
    order = shop.place(user=customer)
    client.force_login(customer)
    html = client.get(reverse("customer:order", args=[order.number])).content.decode()
    assert linked(html) == [links.order_url(ours(order))]
    assert "Re-order" in html
    shown = client.get(links.order_path(ours(order))).content.decode()
    assert "Rua das Flores 12" in shown, "the signed-in owner sees everything"


def test_the_dashboards_list_links_each_order_to_its_page(staff: Client) -> None:
    orders = [shop.place() for _ in range(3)]
    html = staff.get(reverse("dashboard:order-list")).content.decode()
    assert sorted(linked(html)) == sorted(links.order_url(ours(order)) for order in orders)
    for row in html.split("<tr>")[2:]:
        [number] = set(re.findall(r"/dashboard/orders/(\d+)/", row))
        assert linked(row) == [links.order_url(Order.objects.get(number=number))]


def test_the_list_costs_the_same_for_one_order_and_for_many(staff: Client) -> None:
    counts = []
    for wanted in (2, 8):
        while shop.Order.objects.count() < wanted:
            shop.place()
        theirs = list(shop.Order.objects.all())
        with CaptureQueriesContext(connection) as queries:
            text = (
                '{% load order_status %}{% order_status_beside orders "dashboard:order-detail" "number" '
                '"order_status_plugin/oscar/list_link.html" %}{% for order in orders %}'
                '<a href="{% url "dashboard:order-detail" number=order.number %}">{{ order.number }}</a>'
                "{% endfor %}{% endorder_status_beside %}"
            )
            html = Template(text).render(Context({"orders": theirs}))
        assert len(linked(html)) == wanted
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_list_that_a_shop_wrote_without_those_links_stays_as_it_is() -> None:
    order = shop.place()
    text = (
        '{% load order_status %}{% order_status_beside orders "dashboard:order-detail" "number" '
        '"order_status_plugin/oscar/list_link.html" %}<b>{{ orders.0.number }}</b>{% endorder_status_beside %}'
    )
    assert Template(text).render(Context({"orders": [order]})) == f"<b>{order.number}</b>"
    assert Template(text).render(Context({"orders": ["no order"]})) == "<b></b>"


def test_a_view_with_a_template_of_the_shops_own_keeps_it(monkeypatch: pytest.MonkeyPatch) -> None:
    from oscar.core.loading import get_class

    history, detail = (get_class("customer.views", name) for name in ("OrderHistoryView", "OrderDetailView"))
    monkeypatch.setattr(history, "template_name", "their/own.html")
    monkeypatch.setattr(detail, "get_template_names", lambda self: ["their/other.html"])
    pages.place()
    assert history.template_name == "their/own.html"
    assert detail().get_template_names() == ["their/other.html"]
    assert [template for _view, template in pages.without_link()] == ["their/own.html", "their/other.html"]


def test_the_shops_search_for_products_stands_in_no_list_of_ours() -> None:
    boss = Client()
    boss.force_login(get_user_model().objects.create_superuser("ada", "ada@shop.example", "secret"))
    for name in ("order_status_rules:index", "order_status_feedback", "order_status_undelivered"):
        page = boss.get(reverse(name)).content.decode()
        assert "data-search-form" in page
        assert 'name="sort_by"' not in page
