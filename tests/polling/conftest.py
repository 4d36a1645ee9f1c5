"""A shop whose parcels a little source follows, and its provider."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import override_settings

from order_status_plugin import flow
from order_status_plugin.backends import get_host
from order_status_plugin.events import FulfillmentSnapshot, ParcelSnapshot
from order_status_plugin.testing.provider import Provider
from order_status_plugin.tracking.models import Order, Parcel
from tests.orders import snapshot

from .provider import Known

START = dt.datetime(2026, 6, 1, 8, tzinfo=dt.UTC)


class Shop:
    """Sends parcels, asks, and moves the clock."""

    def __init__(self, clock: Any, known: Known) -> None:
        self.clock, self.known = clock, known

    def send(self, *numbers: str, reference: str = "1", is_import: bool = False, **more: Any) -> list[Parcel]:
        sent_at = more.pop("sent_at", None) or dt.datetime.now(dt.UTC)
        fulfillment = FulfillmentSnapshot(
            reference="f1",
            lines=(("a", 1),),
            sent_at=sent_at,
            parcels=tuple(ParcelSnapshot(carrier="ups", tracking_number=number) for number in numbers),
            **more,
        )
        host: Any = get_host("shop")
        host.orders["shop", reference] = snapshot(reference=reference, fulfillments=(fulfillment,))
        order = flow.take_order("shop", reference, is_import=is_import)
        return list(Parcel.objects.filter(order=order).order_by("position", "pk"))

    def order(self, reference: str = "1") -> Order:
        return Order.objects.get(host="shop", reference=reference)

    def later(self, **time: float) -> None:
        self.clock.shift(dt.timedelta(**time))

    def live(self, days: float, minutes: float = 5) -> None:
        """Let so many days pass, with the worker's task every few minutes."""
        end = dt.datetime.now(dt.UTC) + dt.timedelta(days=days)
        while dt.datetime.now(dt.UTC) < end:
            self.later(minutes=minutes)
            flow.drain_polls()


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


@pytest.fixture
def known() -> Known:
    return Known()


@pytest.fixture
def options() -> dict[str, Any]:
    """OPTIONS of the little source beside its address: a test changes them."""
    return {"budgets": [[1000, 60]]}


@pytest.fixture
def shop(db: None, clock: Any, known: Known, options: dict[str, Any]) -> Iterator[Shop]:
    with Provider(known) as provider:
        options.setdefault("url", provider.url)
        ours = {
            **settings.ORDER_STATUS,
            "SOURCES": {"little": {"BACKEND": "tests.polling.provider.Little", "OPTIONS": options}},
        }
        with override_settings(ORDER_STATUS=ours):
            yield Shop(clock, known)
