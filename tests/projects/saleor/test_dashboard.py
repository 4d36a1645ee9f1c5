"""What Saleor's dashboard opens: only for its own staff, only in its own frame."""

from __future__ import annotations

import time
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client

from order_status_plugin.access.links import order_path
from order_status_plugin.access.models import StaffView
from order_status_plugin.tracking.models import Order

from .conftest import options
from .double import OTHER_KEY, Saleor, global_id


@pytest.fixture
def reference(shop: Saleor) -> str:
    reference = shop.place()
    shop.fulfil(reference, {0: 1}, "1Z999AA10123456784")
    shop.send("order_created", reference)
    return reference


def ask(name: str, form: dict[str, str], client: Client | None = None) -> HttpResponse:
    client = client or Client(enforce_csrf_checks=True)
    return client.post(f"/orders/saleor/saleor/{name}/", form, headers={"Origin": "https://shop.saleor.cloud"})  # type: ignore[return-value]


def test_the_action_leads_to_the_page_as_staff_see_it(shop: Saleor, reference: str) -> None:
    client, order = Client(enforce_csrf_checks=True), Order.objects.get()
    assert b"ann@example.com" not in Client().get(order_path(order)).content
    response = ask("open", shop.form(reference), client)
    assert (response.status_code, response["Location"]) == (303, order_path(order))
    [cookie] = response.cookies.values()
    assert (cookie["path"], cookie["secure"], cookie["httponly"], cookie["samesite"]) == (
        order_path(order),
        True,
        True,
        "Lax",
    )
    page = client.get(order_path(order)).content.decode()
    assert "1 Made-up Street" in page
    assert "1 Made-up Street" not in client.get(order_path(order), {"as": "public"}).content.decode()
    assert StaffView.objects.filter(order=order, user="staff@shop.example", viewed_as="staff").exists()


def test_a_pass_opens_one_order_and_ends(shop: Saleor, reference: str) -> None:
    other = shop.place()
    shop.send("order_created", other)
    first, second = Order.objects.get(reference=reference), Order.objects.get(reference=other)
    client = Client()
    given = ask("open", shop.form(reference), client).cookies
    [(name, cookie)] = given.items()
    stranger = Client()
    stranger.cookies[name] = cookie.value
    assert "1 Made-up Street" in stranger.get(order_path(first)).content.decode()
    assert "1 Made-up Street" not in stranger.get(order_path(second)).content.decode()
    number, ends, who, mac = cookie.value.split(".")
    for changed in (f"{number}.{int(ends) + 1}.{who}.{mac}", f"{number}.{ends}.YWRtaW4.{mac}", "a.b.c.d", "....", "é"):
        stranger.cookies[name] = changed
        assert "1 Made-up Street" not in stranger.get(order_path(first)).content.decode(), changed
    stranger.cookies[name] = cookie.value
    with time_machine.travel(time.time() + 901, tick=False):
        assert "1 Made-up Street" not in stranger.get(order_path(first)).content.decode()


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": 1_000_000_000},
        {"exp": None},
        {"iss": "https://evil.example/graphql/"},
        {"iss": None},
        {"app": global_id("App", 8)},
        {"app": None},
        {"type": "access"},
        {"user_permissions": ["MANAGE_PRODUCTS"]},
        {"user_permissions": None},
    ],
)
def test_a_token_that_says_something_else_opens_nothing(shop: Saleor, reference: str, claims: dict[str, Any]) -> None:
    for name in ("open", "widget"):
        response = ask(name, shop.form(reference, **claims))
        assert response.status_code == 403
        assert not response.cookies


def test_other_ways_to_come_in_are_closed(shop: Saleor, reference: str) -> None:
    form = shop.form(reference)
    unsigned = form["accessToken"].rpartition(".")[0] + "."
    for changed in (
        {},
        {"accessToken": ""},
        {"accessToken": "x"},
        {"accessToken": unsigned},
        {"saleorApiUrl": "https://evil.example/graphql/"},
        shop.form(reference, OTHER_KEY),
    ):
        assert ask("open", {**form, **changed} if changed else {}).status_code == 403, changed
    assert ask("open", {**form, "orderId": "1"}).status_code == 400
    assert ask("open", {**form, "orderId": global_id("Order")}).status_code == 404
    assert Client().get("/orders/saleor/saleor/open/", form).status_code == 405


def test_an_order_that_we_have_not_seen_is_read(shop: Saleor) -> None:
    reference = shop.place()
    assert ask("open", shop.form(reference)).status_code == 303
    assert Order.objects.filter(reference=reference).exists()
    shop.trouble = {"/graphql/": 503}
    assert ask("open", shop.form(shop.place())).status_code == 503


def test_the_widget_shows_status_and_messages_and_nobody_else_frames_it(
    shop: Saleor, reference: str, settings: Any
) -> None:
    options(settings, dashboard_url="https://dash.example/app/")
    response = ask("widget", shop.form(reference))
    text = response.content.decode()
    assert response.status_code == 200
    assert 'data-order-status="sent"' in text or 'data-order-status="in_transit"' in text
    assert "Messages" in text
    assert "Confirmed" in text
    assert "<a " not in text, "a frame may open no window, and the dashboard's own menu does"
    for personal in ("ann@example.com", "Ann", "Made-up", "1Z999AA10123456784", reference):
        assert personal not in text
    for path in ("", "popup/"):
        framed = Client().get(f"/orders/saleor/saleor/{path}")
        assert "frame-ancestors https://dash.example;" in f"{framed['Content-Security-Policy']};"
    assert "frame-ancestors https://dash.example;" in f"{response['Content-Security-Policy']};"
    assert "X-Frame-Options" not in response
    assert "X-Frame-Options" in Client().get(order_path(Order.objects.get()))


def test_the_popup_knows_whom_to_ask(shop: Saleor) -> None:
    text = Client().get("/orders/saleor/saleor/popup/").content.decode()
    assert f'data-dashboard="{shop.provider.url}"' in text
    assert 'action="/orders/saleor/saleor/widget/"' in text
