"""What does not move is told once a stall, to the customer and to support, and never of the past."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.test import override_settings
from django.utils import timezone

from order_status_plugin import signals
from order_status_plugin.channels.base import Channel, Message
from order_status_plugin.conf import conf
from order_status_plugin.events import ContactSnapshot, Milestone, ParcelStatus
from order_status_plugin.messages import stalled
from order_status_plugin.messages.models import OutboxMessage
from order_status_plugin.messages.relay import drain
from order_status_plugin.outgoing import telling
from order_status_plugin.outgoing.models import WebhookEndpoint

from .shop import EMAIL, place, scan

pytestmark = pytest.mark.django_db

SUPPORT = "support@shop.example"
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _rules() -> Any:
    ours = {
        "SUPPORT_EMAIL": SUPPORT,
        "STALLED_UNSENT": 3 * DAY,
        "STALLED_SILENT": 5 * DAY,
        "SOURCES": {**settings.ORDER_STATUS["SOURCES"]},
    }
    with override_settings(ORDER_STATUS={**settings.ORDER_STATUS, **ours}):
        yield


def later(**delta: float) -> Any:
    return time_machine.travel(timezone.now() + dt.timedelta(**delta), tick=False)


def letters() -> list[tuple[str, str]]:
    mail.outbox.clear()
    drain()
    return sorted((letter.to[0], letter.extra_headers.get("X-Order-Status", "")) for letter in mail.outbox)


def test_an_order_of_which_nothing_was_sent() -> None:
    place()
    letters()
    with later(days=2, hours=20):
        assert stalled.tell() == 0
    with later(days=3, hours=1):
        assert stalled.tell() == 1
        assert stalled.tell() == 0, "once a stall"
        assert letters() == [(EMAIL, "stalled"), (SUPPORT, "")]
        staff = next(letter for letter in mail.outbox if letter.to == [SUPPORT])
        assert "/admin/order_status_plugin/order/" in staff.body
        assert EMAIL not in staff.body
        assert "Noor" not in staff.body


@pytest.mark.parametrize("hour", [0, 12, 23])
def test_the_shop_promised_a_later_day(hour: int) -> None:
    promised = (timezone.now() + 6 * DAY).astimezone(conf.zone()).date()
    with time_machine.travel(timezone.now().replace(hour=hour), tick=False):
        place(expected_dispatch=promised)
    over = dt.datetime.combine(promised + DAY, dt.time(), tzinfo=conf.zone())
    with time_machine.travel(over - dt.timedelta(hours=1), tick=False):
        assert stalled.tell() == 0
    with time_machine.travel(over + dt.timedelta(hours=2), tick=False):
        assert stalled.tell() == 1


def test_a_parcel_that_nobody_scans() -> None:
    place(parcels=1)
    scan(ParcelStatus.IN_TRANSIT)
    letters()
    with later(days=5, hours=1):
        assert stalled.tell() == 1
        assert stalled.tell() == 0
        assert letters() == [(EMAIL, "stalled"), (SUPPORT, "")]
        scan(ParcelStatus.IN_TRANSIT, place=_place("Porto"))
        letters()
    with later(days=8):
        assert stalled.tell() == 0, "it moved"
    with later(days=10, hours=2):
        assert stalled.tell() == 1, "another stall"
        assert letters() == [(EMAIL, "stalled"), (SUPPORT, "")]


def _place(city: str) -> Any:
    from order_status_plugin.events import Place

    return Place(city=city, country="PT")


def test_what_moved_before_the_message_left_is_not_told() -> None:
    place(parcels=1)
    scan(ParcelStatus.IN_TRANSIT)
    letters()
    with later(days=5, hours=1):
        stalled.tell()
        scan(ParcelStatus.OUT_FOR_DELIVERY)
        assert (EMAIL, "stalled") not in letters()
        assert OutboxMessage.objects.get(milestone="stalled").state == "held"


@pytest.mark.parametrize("what", ["history", "import", "delivered", "unfollowed", "cancelled", "long ago"])
def test_what_is_no_news_is_not_told(what: str) -> None:
    place(parcels=1, is_import=what == "import")
    if what != "unfollowed":
        scan(ParcelStatus.DELIVERED if what == "delivered" else ParcelStatus.IN_TRANSIT)
    if what == "cancelled":
        from order_status_plugin.tracking.models import Fulfillment

        Fulfillment.objects.update(is_cancelled=True)
    sources = {} if what == "unfollowed" else settings.ORDER_STATUS["SOURCES"]
    days = 9 if what in ("history", "long ago") else 5
    with later(days=days, hours=1), override_settings(ORDER_STATUS={**settings.ORDER_STATUS, "SOURCES": sources}):
        assert stalled.tell() == 0


class _Silent(Channel):
    """Reaches nobody."""

    def recipient(self, contact: ContactSnapshot) -> str:
        return ""

    def send(self, messages: list[Message]) -> dict[str, Any]:
        return {}


@pytest.mark.parametrize("why", ["not told", "no address"])
def test_other_systems_hear_of_it_once_whoever_is_reached(why: str, django_capture_on_commit_callbacks: Any) -> None:
    endpoint = WebhookEndpoint.objects.create(url="https://erp.example/", kinds=["order.stalled"])
    telling.forget()
    heard: list[Any] = []

    def hear(milestone: Milestone, is_news: bool, **kwargs: Any) -> None:
        heard.append((milestone, is_news))

    quiet: dict[str, Any] = {"MILESTONES": ["shipped"]}
    if why == "no address":
        quiet = {"CHANNELS": {"email": {"BACKEND": "tests.messages.test_stalled._Silent"}}}
    place()
    OutboxMessage.objects.all().delete()
    settings_now = {**settings.ORDER_STATUS, **quiet, "SUPPORT_EMAIL": ""}
    with override_settings(ORDER_STATUS=settings_now), later(days=3, hours=1):
        signals.milestone_reached.connect(hear)
        try:
            with django_capture_on_commit_callbacks(execute=True):
                assert [stalled.tell() for _ in range(4)] == [1, 0, 0, 0]
        finally:
            signals.milestone_reached.disconnect(hear)
    assert heard == [(Milestone.STALLED, True)]
    assert not OutboxMessage.objects.exists()
    assert [row.kind for row in endpoint.deliveries.all()] == ["order.stalled"]


def test_many_stalls_cost_the_same(django_assert_max_num_queries: Any) -> None:
    for ref in range(5):
        place(ref=str(ref))
    with later(days=3, hours=1):
        assert stalled.tell() == 5
        with django_assert_max_num_queries(5):
            assert stalled.tell() == 0
