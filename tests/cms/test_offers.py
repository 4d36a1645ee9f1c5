"""What the host offers beside an order: shown where an editor put it, and never in the way of the order itself."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Sequence
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from order_status_plugin.access.links import order_path
from order_status_plugin.events import Recommendation
from order_status_plugin.hosts.demo import DemoHost
from order_status_plugin.page.models import KeptPage
from order_status_plugin.tracking.models import Order
from tests.access.orders import let_in, placed

from .test_layout import lay_out, shown

pytestmark = pytest.mark.django_db

RECOMMENDATIONS = {"type": "recommendations", "value": {"title": "Goes well with it", "most": 3}}
REORDER = {"type": "reorder", "value": {"title": "Once more?", "button": "Order it again"}}


class Shop:
    """What the host is asked, and says."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Any]] = []
        self.found: Sequence[Any] = [Recommendation(title=f"Jug {n}", url=f"/jug-{n}/") for n in range(8)]
        self.url = "/account/orders/1/"
        self.error: Exception | None = None

    def recommendations(self, reference: str, most: int) -> Sequence[Any]:
        self.asked.append((reference, most))
        if self.error:
            raise self.error
        return self.found

    def reorder_url(self, reference: str) -> str:
        self.asked.append((reference, "reorder"))
        if self.error:
            raise self.error
        return self.url


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Shop:
    made = Shop()
    monkeypatch.setattr(DemoHost, "recommendations", lambda self, *args: made.recommendations(*args))
    monkeypatch.setattr(DemoHost, "reorder_url", lambda self, *args: made.reorder_url(*args))
    return made


def privately(order: Order) -> str:
    client = Client()
    client.cookies.load(let_in(order))
    return client.get(order_path(order), secure=True).content.decode()


def test_as_many_are_shown_as_the_editor_wants_and_kept_with_the_page(shop: Shop) -> None:
    order = placed()
    lay_out(RECOMMENDATIONS)
    html = shown(order)
    assert "Goes well with it" in html
    assert [f"Jug {n}" for n in range(8) if f'<a href="/jug-{n}/">' in html] == ["Jug 0", "Jug 1", "Jug 2"]
    assert shop.asked == [(order.reference, 8)]
    shown(order)
    assert len(shop.asked) == 1
    # What is recommended may be sold out in a while.
    assert KeptPage.objects.get().valid_until <= timezone.now() + dt.timedelta(hours=1)


def test_staff_see_them_and_who_ordered_first_on_a_real_order_now_and_then(shop: Shop, admin_client: Client) -> None:
    order = placed()
    audience = {"loyalty": "first"}
    page = lay_out(REORDER, {"type": "text", "value": {"text": "<p>Welcome to us</p>", "audience": audience}})
    draft, past = f"/cms/pages/{page.pk}/view_draft/", reverse("order_status_past_frame", args=[order.pk])
    now = admin_client.get(draft, {"mode": "in_transit", "tier": "private", "order": order.number})
    then = admin_client.get(past, {"tier": "private"})
    for html in (privately(order), now.content.decode(), then.content.decode()):
        assert "Order it again" in html
        assert "Welcome to us" in html


def test_nobody_is_asked_where_no_block_shows_it(shop: Shop) -> None:
    order = placed()
    lay_out({"type": "parcels", "value": {}})
    shown(order)
    privately(order)
    assert shop.asked == []


@pytest.mark.parametrize("error", [RuntimeError("the shop is down"), TimeoutError(), KeyError("x")])
def test_a_host_that_fails_costs_its_block_and_is_asked_again_soon(
    shop: Shop, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    order = placed()
    lay_out(RECOMMENDATIONS, REORDER, {"type": "pending", "value": {}})
    shop.error = error
    with caplog.at_level(logging.WARNING):
        html, private = shown(order), privately(order)
    for page in (html, private):
        assert "Goes well with it" not in page
        assert "Order it again" not in page
        assert 'id="waiting"' in page
    assert "could not say what it offers" in caplog.text
    soon = timezone.now() + dt.timedelta(minutes=5)
    assert [page.valid_until <= soon for page in KeptPage.objects.all()] == [True, True]


def test_nothing_to_recommend_is_no_heading(shop: Shop) -> None:
    order = placed()
    lay_out(RECOMMENDATIONS)
    shop.found = []
    assert "Goes well with it" not in shown(order)


def test_what_a_host_says_is_only_shown(shop: Shop) -> None:
    order = placed()
    lay_out(RECOMMENDATIONS)
    addresses = ("javascript:alert(1)", "//evil.example/", "/\\evil.example/", "data:text/html,x", "")
    shop.found = [
        *(Recommendation(title="Nowhere", url=address) for address in addresses),
        Recommendation(title="", url="/nameless/"),
        Recommendation(title="<b>Jug</b>", url="/jug/?a=1&b=2", image_url="javascript:x", price_text="<i>€ 1</i>"),
    ]
    html = shown(order)
    for absent in ("Nowhere", "javascript:", "evil", "data:text", "nameless", "<b>Jug", "<i>"):
        assert absent not in html
    assert "&lt;b&gt;Jug&lt;/b&gt;" in html
    assert "&lt;i&gt;€ 1&lt;/i&gt;" in html


def test_ordering_again_is_for_identified_customers(shop: Shop) -> None:
    order = placed()
    lay_out(REORDER)
    assert "/account/orders/1/" not in shown(order)
    assert shop.asked == []
    assert '<a class="os-button os-plain" href="/account/orders/1/">Order it again</a>' in privately(order)


@pytest.mark.parametrize("url", ["", "javascript:alert(1)", "//evil.example/"])
def test_without_a_page_for_it_nothing_can_be_ordered_again(shop: Shop, url: str) -> None:
    order = placed()
    lay_out(REORDER)
    shop.url = url
    page = privately(order)
    assert "Once more?" not in page
    assert "Order it again" not in page


def test_an_order_of_no_host_of_ours_is_offered_nothing(shop: Shop) -> None:
    order = placed(host="elsewhere")
    lay_out(RECOMMENDATIONS, REORDER)
    assert "Goes well with it" not in shown(order)
    assert "Order it again" not in privately(order)


def test_an_editor_sees_them_in_the_preview() -> None:
    page = lay_out(RECOMMENDATIONS, REORDER)
    from django.contrib.auth.models import User
    from django.test import RequestFactory

    request = RequestFactory().get("/?tier=private")
    request.user = User.objects.create_superuser("ed")
    html = page.make_preview_request(request, "delivered").content.decode()
    assert "Goes well with it" in html
    assert "Order it again" in html
