"""The switch for notifications, as a browser without a page would press it: who may, how often, and what is kept."""

from __future__ import annotations

import json
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from order_status_plugin.access.erase import erase
from order_status_plugin.access.links import link_for, order_path
from order_status_plugin.channels.webpush import make_key
from order_status_plugin.messages import subscriptions
from order_status_plugin.messages.subscriptions import Subscription
from order_status_plugin.tracking.models import Order
from tests.access.orders import let_in, placed
from tests.channels.devices import Device

pytestmark = pytest.mark.django_db

PRIVATE, PUBLIC = make_key()
PHONE = Device("https://fcm.googleapis.com/fcm/send/phone")
DESK = Device("https://updates.push.services.mozilla.com/wpush/v2/desk")
WEBPUSH = {
    "BACKEND": "order_status_plugin.channels.webpush.WebPushChannel",
    "OPTIONS": {"private_keys": [PRIVATE], "subject": "mailto:hello@shop.example"},
}


@pytest.fixture(autouse=True)
def _push(settings: Any) -> None:
    given = settings.ORDER_STATUS
    settings.ORDER_STATUS = {**given, "CHANNELS": {**given["CHANNELS"], "push": WEBPUSH}}


@pytest.fixture
def without_push(settings: Any) -> None:
    given = settings.ORDER_STATUS
    settings.ORDER_STATUS = {**given, "CHANNELS": {"email": given["CHANNELS"]["email"]}}


@pytest.fixture
def order() -> Order:
    return placed()


def press(
    order: Order, deed: str, device: Device = PHONE, client: Client | None = None, **more: Any
) -> tuple[int, bool]:
    address = reverse("order_status:push", args=[link_for(order), deed])
    answer = (client or Client()).post(address + more.pop("query", ""), {"subscription": device.says()}, secure=True)
    assert "no-store" in answer.headers["Cache-Control"]
    return answer.status_code, answer.json()["on"]


def shown(order: Order, client: Client | None = None) -> BeautifulSoup:
    return BeautifulSoup((client or Client()).get(order_path(order), secure=True).content, "html.parser")


def test_a_device_is_told_until_it_is_not(order: Order) -> None:
    assert press(order, "ask") == (200, False)
    assert press(order, "subscribe") == press(order, "subscribe") == (200, True)
    assert press(order, "ask") == (200, True)
    assert press(order, "ask", DESK) == (200, False)
    assert len(subscriptions.addresses(order.pk, "push")) == 1
    assert press(order, "unsubscribe") == (200, False)
    assert subscriptions.addresses(order.pk, "push") == []


def test_it_is_told_in_the_language_of_the_page(order: Order) -> None:
    press(order, "subscribe", query="?lang=fr")
    assert Subscription.objects.get().language == "fr"


def test_looking_switches_nothing(order: Order) -> None:
    for deed in ("ask", "subscribe", "unsubscribe"):
        answer = Client().get(reverse("order_status:push", args=[link_for(order), deed]), secure=True)
        assert (answer.status_code, answer.headers["Location"]) == (302, order_path(order))
    assert not Subscription.objects.exists()


def test_a_link_and_our_own_page_are_needed(order: Order) -> None:
    strict = Client(enforce_csrf_checks=True)
    address = reverse("order_status:push", args=[link_for(order), "subscribe"])
    assert strict.post(address, {"subscription": PHONE.says()}, secure=True).status_code == 403
    wrong = reverse("order_status:push", args=["A" * 43, "subscribe"])
    assert Client().post(wrong, {"subscription": PHONE.says()}, secure=True).status_code == 404
    page = shown(order, strict)
    token = page.select_one("#push [name=csrfmiddlewaretoken]")["value"]
    given = {"subscription": PHONE.says(), "csrfmiddlewaretoken": token}
    answer = strict.post(address, given, secure=True, headers={"Referer": "https://testserver/orders/"})
    assert answer.json() == {"on": True}


@pytest.mark.parametrize(
    "text", ["", "{}", "x" * 4000, Device("https://127.0.0.1/x").says(), Device("http://a.b/").says()]
)
def test_what_is_no_subscription_of_a_browser_is_refused(order: Order, text: str) -> None:
    address = reverse("order_status:push", args=[link_for(order), "subscribe"])
    assert Client().post(address, {"subscription": text}, secure=True).status_code == 400
    assert not Subscription.objects.exists()


def test_strangers_can_switch_so_often_and_no_more(order: Order, settings: Any) -> None:
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "LIMIT_PUSH_ORDER_DAY": 2}
    assert [press(order, deed)[0] for deed in ("subscribe", "unsubscribe", "subscribe")] == [200, 200, 429]
    assert press(order, "ask") == (200, False)
    assert press(placed("TS-2"), "subscribe") == (200, True)
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "LIMIT_ADDRESS_HOUR": 3}
    assert press(placed("TS-3"), "subscribe")[0] == 429


def test_there_is_an_end_to_devices(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscriptions, "MOST", 1)
    assert press(order, "subscribe", PHONE) == (200, True)
    assert press(order, "subscribe", DESK) == (409, False)


def test_staff_who_look_are_not_told(order: Order) -> None:
    client = Client()
    client.force_login(User.objects.create_superuser("sam"))
    assert press(order, "subscribe", client=client, query="?as=customer") == (403, False)
    assert shown(order, client).select("#push") == []


def test_a_new_link_is_told_to_no_device_that_had_the_old_one(order: Order) -> None:
    press(order, "subscribe")
    customer = Client()
    customer.cookies.load(let_in(order))
    old = order_path(order)
    customer.post(f"{old}renew/", secure=True)
    order.refresh_from_db()
    assert order_path(order) != old
    assert press(order, "ask") == (200, False)
    assert subscriptions.addresses(order.pk, "push") == []


def test_an_erased_order_tells_nobody(order: Order) -> None:
    erase(order, "customer")
    assert press(order, "subscribe") == (200, False)
    assert shown(order).select("#push") == []


def test_the_page_has_a_switch_that_nobody_sees_without_a_script(order: Order) -> None:
    customer = Client()
    customer.cookies.load(let_in(order))
    for client in (Client(), customer):
        page = shown(order, client)
        switch = page.select_one("#push")
        assert switch.has_attr("hidden")
        assert (switch["data-path"], switch["data-root"], switch["data-key"]) == (order_path(order), "/orders/", PUBLIC)
        assert all(part.has_attr("hidden") for part in switch.select("[data-when]"))
        assert switch["data-script"] == "/static/order_status_plugin/push.js"
        assert [script["src"] for script in page.select("script") if "push" in script["src"]] == []  # it comes later


def test_a_shop_without_the_channel_has_none_of_it(order: Order, without_push: None) -> None:
    page = str(shown(order))
    assert "push" not in page
    address = reverse("order_status:push", args=[link_for(order), "subscribe"])
    assert Client().post(address, {"subscription": PHONE.says()}, secure=True).status_code == 404
    assert Client().post(reverse("order_status:push-moved"), secure=True).status_code == 404


def test_a_page_that_is_kept_goes_with_its_key(order: Order, settings: Any) -> None:
    assert shown(order).select_one("#push")["data-key"] == PUBLIC
    private, public = make_key()
    newer = {**WEBPUSH, "OPTIONS": {"private_keys": [private, PRIVATE]}}
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "CHANNELS": {"push": newer}}
    assert shown(order).select_one("#push")["data-key"] == public


# --- a device that moves ----------------------------------------------------------------------------


def move(old: str, new: str) -> tuple[int, bool]:
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post(reverse("order_status:push-moved"), {"old": old, "new": new}, secure=True)
    return answer.status_code, answer.json()["on"]


def test_a_new_address_is_told_by_who_knows_the_old_ones_secrets(order: Order) -> None:
    press(order, "subscribe", PHONE)
    stranger = json.loads(PHONE.says())
    stranger["keys"]["auth"] = "AAAAAAAAAAAAAAAAAAAAAA"
    assert move(json.dumps(stranger), DESK.says()) == (200, False)
    assert move("", DESK.says()) == move(PHONE.says(), "{}") == (400, False)
    assert press(order, "ask", PHONE) == (200, True)
    assert move(PHONE.says(), DESK.says()) == (200, True)
    assert press(order, "ask", PHONE) == (200, False)
    assert press(order, "ask", DESK) == (200, True)


def test_moving_has_its_limit(settings: Any) -> None:
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "LIMIT_ADDRESS_HOUR": 1}
    assert [move(PHONE.says(), DESK.says())[0] for _time in range(2)] == [200, 429]


# --- files ------------------------------------------------------------------------------------------


def test_the_worker_may_work_for_our_pages_and_no_others() -> None:
    answer = Client().get("/orders/push/worker.js", secure=True)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer.headers["Service-Worker-Allowed"] == "/orders/"
    assert '"fetch"' not in answer.content.decode().replace('no "fetch"', "")


def test_the_app_knows_the_link_and_nothing_else(order: Order) -> None:
    address = reverse("order_status:push-app", args=[link_for(order)])
    answer = Client().get(f"{address}?lang=fr", secure=True)
    assert answer.headers["Content-Type"] == "application/manifest+json"
    app = answer.json()
    assert (app["start_url"], app["scope"], app["lang"]) == (f"{order_path(order)}?lang=fr", "/orders/", "fr")
    assert order.number not in answer.content.decode()
    assert Client().get(reverse("order_status:push-app", args=["A" * 43]), secure=True).status_code == 404


def test_the_page_runs_no_workers_but_ours(order: Order) -> None:
    policy = Client().get(order_path(order), secure=True).headers["Content-Security-Policy"]
    assert "worker-src 'self'" in policy
    assert "manifest-src 'self'" in policy
