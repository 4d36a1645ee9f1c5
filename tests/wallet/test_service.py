"""The web service, asked as Wallet asks it: Apple's documentation names paths, headers and answers."""

from __future__ import annotations

import datetime as dt
import io
import json
import logging
import zipfile
from typing import Any

import pytest
import time_machine
from django.conf import settings as django_settings
from django.test import Client
from django.utils import timezone

from order_status_plugin.access.erase import erase
from order_status_plugin.access.export import export
from order_status_plugin.events import ParcelStatus
from order_status_plugin.messages import subscriptions
from order_status_plugin.messages.subscriptions import Subscription
from order_status_plugin.tracking import record
from order_status_plugin.tracking.models import Order
from order_status_plugin.wallet.devices import WalletRegistration
from order_status_plugin.wallet.tokens import token_for
from tests import orders as shop

from .ca import BACKEND, ORDER_TYPE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("wallet")]

ROOT = "/orders/wallet/wallet/"
PHONE, WATCH = "a" * 32, "b" * 32
PUSH = "0123456789abcdef" * 4


def place(**more: Any) -> Order:
    order = record.order("shop", shop.snapshot(**more), is_import=True)
    # A second later: what a device fetches within the second of a change, it fetches again.
    Order.objects.filter(pk=order.pk).update(changed_at=timezone.now() - dt.timedelta(seconds=5))
    order.refresh_from_db()
    return order


@pytest.fixture
def order() -> Order:
    return place(fulfillments=(shop.sent(),))


def ask(method: str, path: str, order: Order | None = None, body: Any = None, **headers: str) -> Any:
    """Ask as a device does, with the token of this order's file."""
    sent = {"Authorization": f"AppleOrder {token_for(order, 'wallet')}"} if order else {}
    text = body if isinstance(body, str | bytes) else json.dumps(body) if body is not None else ""
    return Client(enforce_csrf_checks=True).generic(
        method, ROOT + path, text, content_type="application/json", secure=True, headers={**sent, **headers}
    )


def latest(of: Order, /, **more: Any) -> Any:
    return ask("GET", f"v1/orders/{ORDER_TYPE}/{of.locator}", **{"order": of, **more})


def register(of: Order, /, device: str = PHONE, push: str = PUSH, **more: Any) -> int:
    path = f"v1/devices/{device}/registrations/{ORDER_TYPE}/{of.locator}"
    return int(ask("POST", path, **{"order": of, "body": {"pushToken": push}, **more}).status_code)


def unregister(of: Order, /, device: str = PHONE, **more: Any) -> int:
    path = f"v1/devices/{device}/registrations/{ORDER_TYPE}/{of.locator}"
    return int(ask("DELETE", path, **{"order": of, **more}).status_code)


def registered(device: str = PHONE, since: str = "") -> Any:
    return ask(
        "GET", f"v1/devices/{device}/registrations/{ORDER_TYPE}" + (f"?ordersModifiedSince={since}" if since else "")
    )


# --- the latest version -------------------------------------------------------------------------------


def test_a_device_gets_the_latest_version(order: Order) -> None:
    answer = latest(order)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/vnd.apple.order")
    assert "no-store" in answer.headers["Cache-Control"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert json.loads(archive.read("order.json"))["orderIdentifier"] == order.locator


def test_what_it_has_already_is_not_sent_again(order: Order) -> None:
    first = latest(order).headers["Last-Modified"]
    again = latest(order, **{"If-Modified-Since": first})
    assert (again.status_code, again.content, again.headers["Last-Modified"]) == (304, b"", first)
    with time_machine.travel(timezone.now() + dt.timedelta(seconds=3)):
        record.tracking("aftership", shop.update(shop.scan(ParcelStatus.IN_TRANSIT)))
    assert latest(order, **{"If-Modified-Since": first}).status_code == 200
    assert latest(order, **{"If-Modified-Since": "yesterday"}).status_code == 200


def test_a_second_change_within_a_second_is_not_missed(order: Order) -> None:
    with time_machine.travel(dt.datetime(2027, 1, 1, 12, 0, 0, 300_000, tzinfo=dt.UTC), tick=False):
        Order.objects.update(changed_at=timezone.now())
        first = latest(order).headers["Last-Modified"]
    Order.objects.update(changed_at=dt.datetime(2027, 1, 1, 12, 0, 0, 700_000, tzinfo=dt.UTC))
    with time_machine.travel(dt.datetime(2027, 1, 1, 12, 0, 5, tzinfo=dt.UTC), tick=False):
        answer = latest(order, **{"If-Modified-Since": first})
        assert answer.status_code == 200
        assert latest(order, **{"If-Modified-Since": answer.headers["Last-Modified"]}).status_code == 304


@pytest.mark.parametrize(
    "given", ["", "AppleOrder ", "AppleOrder x", "ApplePass {token}", "{token}", "AppleOrder {token}x"]
)
def test_without_the_token_there_is_nothing(order: Order, given: str) -> None:
    header = given.format(token=token_for(order, "wallet"))
    answer = latest(order, order=None, Authorization=header)
    assert (answer.status_code, answer.content, answer.headers["WWW-Authenticate"]) == (401, b"", "AppleOrder")
    assert register(order, order=None, Authorization=header) == 401
    assert unregister(order, order=None, Authorization=header) == 401
    assert not Subscription.objects.exists()


def test_a_token_opens_one_order_of_one_channel(order: Order, settings: Any) -> None:
    other = place(reference="2", number="TS-2")
    of_other = f"AppleOrder {token_for(other, 'wallet')}"
    assert latest(order, order=None, Authorization=of_other).status_code == 401
    of_channel = f"AppleOrder {token_for(order, 'second')}"
    assert latest(order, order=None, Authorization=of_channel).status_code == 401
    link_token = f"AppleOrder {order.locator}"
    assert latest(order, order=None, Authorization=link_token).status_code == 401
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "KEYS": ["k" * 40]}
    assert len({token_for(order, "wallet"), token_for(order, "second"), token_for(other, "wallet")}) == 3


def test_an_unknown_order_is_refused_like_a_known_one(order: Order) -> None:
    answer = ask("GET", f"v1/orders/{ORDER_TYPE}/AAAAAAAAAAAAAAAA", order)
    assert (answer.status_code, answer.content) == (401, b"")


def test_a_rotated_secret_ends_no_file_and_one_taken_out_does(order: Order, settings: Any) -> None:
    old = f"AppleOrder {token_for(order, 'wallet')}"
    ring = {**settings.ORDER_STATUS, "KEYS": ["n" * 40, django_settings.SECRET_KEY]}
    settings.ORDER_STATUS = ring
    assert latest(order, order=None, Authorization=old).status_code == 200
    settings.ORDER_STATUS = {**ring, "KEYS": ["n" * 40]}
    assert latest(order, order=None, Authorization=old).status_code == 401


def test_a_new_link_ends_the_file_of_the_old_one(order: Order) -> None:
    old = f"AppleOrder {token_for(order, 'wallet')}"
    renewed = record.revoke_link(order)
    assert latest(renewed, order=None, Authorization=old).status_code == 401
    assert latest(renewed).status_code == 200


def test_another_order_type_or_alias_is_no_address(order: Order, settings: Any) -> None:
    assert ask("GET", f"v1/orders/order.example.other/{order.locator}", order).status_code == 404
    assert ask("GET", "", order).status_code == 404
    for alias in ("email", "none"):
        path = f"/orders/wallet/{alias}/v1/orders/{ORDER_TYPE}/{order.locator}"
        assert Client().get(path, secure=True).status_code == 404
    broken = {"BACKEND": BACKEND, "OPTIONS": {"order_type": ORDER_TYPE}}
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "CHANNELS": {"wallet": broken}}
    assert latest(order).status_code == 404


def test_it_only_reads_where_it_should(order: Order) -> None:
    assert latest(order).status_code == 200
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        assert ask(method, f"v1/orders/{ORDER_TYPE}/{order.locator}", order).status_code == 405


# --- registrations ------------------------------------------------------------------------------------


def test_a_device_registers_once_and_ends_it(order: Order) -> None:
    assert [register(order), register(order)] == [201, 200]
    assert [recipient for recipient, _digest in subscriptions.addresses(order.pk, "wallet")] == [PUSH]
    assert unregister(order) == unregister(order) == 200
    assert not Subscription.objects.exists()
    assert not WalletRegistration.objects.exists()


def test_two_devices_are_two_and_one_ends_for_itself(order: Order) -> None:
    assert [register(order), register(order, WATCH, "c" * 64)] == [201, 201]
    unregister(order)
    assert [recipient for recipient, _digest in subscriptions.addresses(order.pk, "wallet")] == ["c" * 64]


def test_a_device_with_a_new_push_token_is_told_there(order: Order) -> None:
    assert [register(order), register(order, push="D" * 64)] == [201, 200]
    assert [recipient for recipient, _digest in subscriptions.addresses(order.pk, "wallet")] == ["d" * 64]
    assert WalletRegistration.objects.count() == 1


def test_a_device_that_was_gone_can_come_back(order: Order) -> None:
    register(order)
    [(_recipient, digest)] = subscriptions.addresses(order.pk, "wallet")
    subscriptions.gone("wallet", digest)
    assert registered().status_code == 204
    assert register(order) == 201
    assert registered().json()["orderIdentifiers"] == [order.locator]


@pytest.mark.parametrize(
    "body", ["", "{}", "[]", "null", '{"pushToken": 5}', '{"pushToken": "../x"}', "[" * 20_000, b"\xff", '{"pushToken": "%s"}' % ("a" * 20_000)]
)  # fmt: skip
def test_what_is_no_push_token_is_refused(order: Order, body: str | bytes) -> None:
    assert register(order, body=body) == 400
    assert not Subscription.objects.exists()


def test_there_is_an_end_to_devices(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscriptions, "MOST", 1)
    assert [register(order), register(order, WATCH, "c" * 64)] == [201, 409]


def test_which_orders_changed_is_told_by_name_only(order: Order) -> None:
    other = place(reference="2", number="TS-2")
    assert registered().status_code == 204
    register(order)
    register(other)
    answer = registered()
    assert answer.status_code == 200
    assert set(answer.json()) == {"orderIdentifiers", "lastModified"}
    assert answer.json()["orderIdentifiers"] == [order.locator, other.locator]
    assert registered(WATCH).status_code == 204
    since = answer.json()["lastModified"]
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=1)):
        assert registered(since=since).json()["orderIdentifiers"] == [order.locator, other.locator]  # just before
        since = registered().json()["lastModified"]
        assert registered(since=since).status_code == 204
        record.tracking("aftership", shop.update(shop.scan(ParcelStatus.IN_TRANSIT)))
        assert registered(since=since).json()["orderIdentifiers"] == [order.locator]


@pytest.mark.parametrize("since", ["yesterday", "0001-01-01T00:00:00Z", "2026-11-29", "%00"])
def test_a_time_that_we_did_not_give_is_none(order: Order, since: str) -> None:
    register(order)
    assert registered(since=since).json()["orderIdentifiers"] == [order.locator]


def test_neither_device_nor_token_is_kept_where_anybody_looks(order: Order) -> None:
    register(order)
    assert PHONE not in json.dumps(list(WalletRegistration.objects.values()), default=str)
    told = export([order], "test")
    assert PUSH not in json.dumps(told, default=str)
    assert "…" in json.dumps(told, default=str, ensure_ascii=False)


def test_erasure_ends_it(order: Order) -> None:
    register(order)
    bearer = f"AppleOrder {token_for(order, 'wallet')}"
    erase(order, "test")
    assert not Subscription.objects.exists()
    assert not WalletRegistration.objects.exists()
    assert registered().status_code == 204
    assert latest(order, order=None, Authorization=bearer).status_code == 401
    assert register(order, order=None, Authorization=bearer) == 401


# --- the log ------------------------------------------------------------------------------------------


def test_the_log_is_short_and_names_nobody(order: Order, caplog: pytest.LogCaptureFixture) -> None:
    lines = [
        f"[2026] Get order task (for device {PHONE}, order {order.locator}; token {PUSH}) failed\r\nfor noor@example.org",
    ]
    with caplog.at_level(logging.WARNING, "order_status_plugin.wallet"):
        assert ask("POST", "v1/log", body={"logs": lines}).status_code == 200
        assert ask("POST", "v1/log", body={"logs": ["x y " * 1000]}).status_code == 200
        assert ask("POST", "v1/log", body={"logs": ["a"] * 100}).status_code == 200
    told = [record.getMessage() for record in caplog.records if record.name.endswith("wallet.service")]
    assert len(told) == 22
    assert told[0].startswith("A wallet says: [2026] Get order task (for device …")
    assert max(map(len, told)) < 350
    for word in (PHONE, order.locator, PUSH, "noor", "\n"):
        assert word not in "".join(told)


@pytest.mark.parametrize("body", ["", "[]", "x" * 20_000, '"logs"'])
def test_what_is_no_log_is_refused(body: str) -> None:
    assert ask("POST", "v1/log", body=body).status_code == 400


def test_the_log_cannot_be_flooded(settings: Any) -> None:
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "LIMIT_ADDRESS_HOUR": 1}
    assert [ask("POST", "v1/log", body={"logs": []}).status_code for _each in range(2)] == [200, 429]
