from __future__ import annotations

import datetime as dt

import pytest
from django.http import HttpResponse
from django.utils import timezone

from order_status_plugin.access import devices, grants
from order_status_plugin.access.cleaning import clean
from order_status_plugin.access.models import Device, Grant
from order_status_plugin.tracking import record
from order_status_plugin.tracking.models import Order, OrderContact

from .orders import let_in, placed, request

pytestmark = pytest.mark.django_db


def holds(order: Order, cookies: dict[str, str]) -> bool:
    return grants.holds(request(cookies=cookies), order)


@pytest.fixture
def after(monkeypatch):
    start = timezone.now()

    def travel(**later: float) -> None:
        moment = start + dt.timedelta(**later)
        monkeypatch.setattr(timezone, "now", lambda: moment)

    return travel


def test_a_grant_opens_one_order_on_one_device():
    order, other = placed(), placed("TS-2")
    cookies = let_in(order)
    assert holds(order, cookies)
    assert not holds(other, cookies)
    assert not holds(order, {})
    assert not holds(order, {devices.COOKIE: "A" * 43})


def test_the_cookie_is_for_this_host_only_and_no_script_reads_it():
    response = HttpResponse()
    grants.give(request("post"), response, placed(), Grant.Method.CLAIM)
    morsel = response.cookies[devices.COOKIE]
    assert morsel.key.startswith("__Host-")
    assert (morsel["secure"], morsel["httponly"], morsel["samesite"], morsel["path"]) == (True, True, "Lax", "/")
    assert morsel["domain"] == ""
    assert morsel["max-age"] == 30 * 24 * 3600
    assert len(morsel.value) == 43


def test_the_token_is_kept_hashed():
    cookies = let_in(placed())
    assert cookies[devices.COOKIE] not in str(list(Device.objects.values()))


@pytest.mark.parametrize(
    ("debug", "secure", "name", "is_secure"),
    [
        (True, False, "order-status", ""),
        (True, True, "__Host-order-status", True),
        (False, False, "__Host-order-status", True),
    ],
)
def test_the_prefix_is_left_out_only_in_development_without_https(settings, debug, secure, name, is_secure):
    settings.DEBUG = debug
    response = HttpResponse()
    grants.give(request("post", secure=secure), response, placed(), Grant.Method.CLAIM)
    assert list(response.cookies) == [name]
    assert response.cookies[name]["secure"] == is_secure


def test_the_unprefixed_cookie_is_nothing_in_production():
    order = placed()
    cookies = let_in(order)
    assert not holds(order, {devices.INSECURE_COOKIE: cookies[devices.COOKIE]})


def test_a_second_order_does_not_drop_the_first_and_the_token_changes():
    order, other = placed(), placed("TS-2")
    first = let_in(order)
    second = let_in(other, cookies=first)
    assert first != second
    assert holds(order, second)
    assert holds(other, second)
    assert not holds(order, first)
    assert Device.objects.count() == 1


def test_a_planted_token_becomes_nobodys():
    planted = {devices.COOKIE: "A" * 43}
    order = placed()
    cookies = let_in(order, cookies=planted)
    assert cookies != planted
    assert not holds(order, planted)


@pytest.mark.parametrize("token", ["", " ", "A", "A" * 42, "A" * 44, "A" * 42 + "=", "\x00" * 43, "é" * 43])
def test_no_malformed_token_asks_the_database(token, django_assert_num_queries):
    order = placed()
    with django_assert_num_queries(0):
        assert not holds(order, {devices.COOKIE: token})


def test_a_grant_idles_for_two_weeks_from_its_last_use(after):
    order = placed()
    cookies = let_in(order)
    after(days=13)
    assert holds(order, cookies)
    after(days=26)
    assert holds(order, cookies)
    after(days=26 + 15)
    assert not holds(order, cookies)


def test_a_grant_idle_for_too_long_is_over(after):
    order = placed()
    cookies = let_in(order)
    after(days=15)
    assert not holds(order, cookies)


def test_a_grant_ends_after_a_month_however_often_it_is_used(after):
    order = placed()
    cookies = let_in(order)
    for day in (10, 20, 29):
        after(days=day)
        assert holds(order, cookies)
    after(days=30, seconds=1)
    assert not holds(order, cookies)


def test_shorter_lifetimes_reach_grants_that_were_given_before(settings, after):
    order = placed()
    cookies = let_in(order)
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "GRANT_LIFETIME": dt.timedelta(hours=1)}
    after(hours=2)
    assert not holds(order, cookies)


def test_use_is_noted_once_a_day(after, django_assert_num_queries):
    order = placed()
    cookies = let_in(order)
    with django_assert_num_queries(1):
        holds(order, cookies)
    after(days=1)
    with django_assert_num_queries(3):
        holds(order, cookies)
    with django_assert_num_queries(1):
        holds(order, cookies)
    grant = Grant.objects.get()
    assert grant.last_used_on == grant.device.last_seen_on == timezone.now().date()


def test_another_email_at_the_host_ends_the_grant():
    order = placed()
    cookies = let_in(order)
    placed(email="somebody.else@example.org")
    assert not holds(order, cookies)
    assert holds(order, let_in(order))


def test_a_change_of_keys_is_no_change_of_email(settings):
    order = placed()
    cookies = let_in(order)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another secret key of some length that signs from here on"
    placed(handover="read again")
    assert holds(order, cookies)
    placed(email="")
    assert not holds(order, cookies)


def test_a_grant_given_before_the_order_was_read_stands_for_the_email_of_the_checkout():
    order = record.first_sight("shop", "ts-20418")
    cookies = let_in(order, Grant.Method.CLAIM)
    assert holds(order, cookies)
    placed()
    assert holds(order, cookies)
    placed(email="somebody.else@example.org")
    assert not holds(order, cookies)


def test_an_order_without_an_email_keeps_its_grant_until_it_gets_one():
    order = placed(email="")
    cookies = let_in(order, Grant.Method.CLAIM)
    assert holds(order, cookies)
    OrderContact.objects.update(email_digest="1.x")
    assert not holds(order, cookies)


def test_an_erased_order_is_private_for_nobody():
    order = placed()
    cookies = let_in(order)
    Order.objects.update(erased_at=timezone.now())
    assert not holds(order, cookies)


def test_forgetting_ends_one_orders_grant_and_the_device_goes_with_the_last():
    order, other = placed(), placed("TS-2")
    cookies = let_in(other, cookies=let_in(order))
    response = HttpResponse()
    grants.forget(request("post", cookies=cookies), response, order)
    assert not holds(order, cookies)
    assert holds(other, cookies)
    assert not response.cookies
    grants.forget(request("post", cookies=cookies), response, other)
    assert not Device.objects.exists()
    assert response.cookies[devices.COOKIE]["max-age"] == 0
    grants.forget(request("post"), response, order)


def test_a_device_is_named_roughly():
    agent = (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"
    )
    grants.give(request("post", HTTP_USER_AGENT=agent), HttpResponse(), placed(), Grant.Method.CLAIM)
    assert Device.objects.get().label == "Chrome, Windows"


def test_what_ran_out_is_cleaned_away(after):
    order = placed()
    let_in(order)
    clean()
    assert Grant.objects.exists()
    after(days=16)
    clean()
    assert not Grant.objects.exists()
    assert not Device.objects.exists()
