"""Devices that asked to be told of an order."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from order_status_plugin.access.erase import erase
from order_status_plugin.messages import subscriptions
from order_status_plugin.messages.subscriptions import Subscription, TooManyDevices
from order_status_plugin.tracking.models import Order
from tests.access.orders import placed
from tests.messages.test_outbox import with_settings

pytestmark = pytest.mark.django_db

PHONE = '{"endpoint":"https://push.example/Phone","keys":{"auth":"a","p256dh":"p"}}'
DESK = '{"endpoint":"https://push.example/desk","keys":{"auth":"b","p256dh":"q"}}'


@pytest.fixture
def order() -> Order:
    return placed()


def reached(order: Order, alias: str = "push") -> list[str]:
    return [recipient for recipient, _digest in subscriptions.addresses(order.pk, alias)]


def test_each_device_is_told_once(order: Order) -> None:
    for device in (PHONE, DESK, PHONE):
        subscriptions.add(order, "push", device, "en")
    assert reached(order) == [PHONE, DESK]
    assert reached(order, "other") == reached(placed("TS-2")) == []


def test_a_device_may_leave_one_order_and_stay_with_another(order: Order) -> None:
    other = placed("TS-2")
    for each in (order, other):
        subscriptions.add(each, "push", PHONE, "en")
    subscriptions.remove(order, "push", PHONE)
    assert (reached(order), reached(other)) == ([], [PHONE])
    assert not subscriptions.is_on(order, "push", PHONE)
    assert subscriptions.is_on(other, "push", PHONE)


def test_where_nobody_listens_nothing_is_kept(order: Order) -> None:
    other = placed("TS-2")
    for each in (order, other):
        subscriptions.add(each, "push", PHONE, "en")
        subscriptions.add(each, "push", DESK, "en")
    (_phone, known_as), _desk = subscriptions.addresses(order.pk, "push")
    subscriptions.gone("other", known_as)
    assert len(reached(order)) == 2
    subscriptions.gone("push", known_as)
    assert reached(order) == reached(other) == [DESK]
    assert not Subscription.objects.filter(recipient=PHONE).exists()
    assert Subscription.objects.exclude(gone_at=None).count() == 2
    assert not subscriptions.is_on(order, "push", PHONE)
    subscriptions.add(order, "push", PHONE, "en")
    assert reached(order) == [PHONE, DESK]


def test_a_new_key_makes_no_device_new(order: Order) -> None:
    with with_settings(KEYS=["old-secret"]):
        subscriptions.add(order, "push", PHONE, "en")
        before = subscriptions.addresses(order.pk, "push")
    with with_settings(KEYS=["new-secret", "old-secret"]):
        subscriptions.add(order, "push", PHONE, "en")
        assert subscriptions.addresses(order.pk, "push") == before
        assert subscriptions.is_on(order, "push", PHONE)
        subscriptions.remove(order, "push", PHONE)
    assert reached(order) == []


def test_a_device_is_told_in_the_language_of_its_page(order: Order) -> None:
    subscriptions.add(order, "push", PHONE, "en")
    subscriptions.add(order, "push", PHONE, "fr")
    ((_recipient, known_as),) = subscriptions.addresses(order.pk, "push")
    assert subscriptions.devices("push", [order.pk]) == {(order.pk, known_as): (PHONE, "fr")}


def test_there_is_an_end_to_devices(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscriptions, "MOST", 1)
    subscriptions.add(order, "push", PHONE, "en")
    with pytest.raises(TooManyDevices):
        subscriptions.add(order, "push", DESK, "en")
    subscriptions.add(order, "push", PHONE, "en")
    subscriptions.remove(order, "push", PHONE)
    subscriptions.add(order, "push", DESK, "en")
    assert reached(order) == [DESK]


def test_that_a_device_still_listens_is_noted_once_a_day(order: Order) -> None:
    start = timezone.now()
    with time_machine.travel(start, tick=False):
        subscriptions.add(order, "push", PHONE, "en")
    for hours, expected in ((5, 0), (25, 25), (30, 25)):
        with time_machine.travel(start + dt.timedelta(hours=hours), tick=False):
            assert subscriptions.is_on(order, "push", PHONE)
        assert Subscription.objects.get().last_used_at == start + dt.timedelta(hours=expected)


def test_a_device_that_moves_takes_every_order_along(order: Order) -> None:
    other, third = placed("TS-2"), placed("TS-3")
    for each in (order, other):
        subscriptions.add(each, "push", PHONE, "en")
    subscriptions.add(other, "push", DESK, "en")
    subscriptions.add(third, "push", DESK, "en")
    assert subscriptions.replace("push", PHONE, DESK) == 2
    assert reached(order) == reached(other) == reached(third) == [DESK]
    assert subscriptions.replace("push", PHONE, DESK) == 0


def test_an_erased_order_tells_no_device(order: Order) -> None:
    subscriptions.add(order, "push", PHONE, "en")
    erase(order, "customer")
    subscriptions.add(order, "push", PHONE, "en")
    assert not Subscription.objects.exists()
