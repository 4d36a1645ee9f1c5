"""Who is asked, when, and what becomes of it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.test import Client
from django.urls import reverse

from order_status_plugin import flow
from order_status_plugin.intake.models import InboxMessage
from order_status_plugin.polling.models import Poll

from .conftest import START, Shop
from .provider import Known


def post(client: Client, *numbers: str) -> Any:
    body = "{" + ", ".join(f'"{number}": []' for number in numbers) + "}"
    return client.post(reverse("order_status:hook", args=["little"]), body, content_type="application/json")


def test_a_parcel_that_appears_is_asked_about_at_once(shop: Shop, known: Known) -> None:
    known.scan("A1", "in_transit", START)
    [parcel] = shop.send("A1")
    assert flow.drain_polls() == 1
    parcel.refresh_from_db()
    assert (parcel.status, parcel.last_checked_at) == ("in_transit", START)
    assert flow.drain_polls() == 0
    assert known.asked == [["A1"]]


def test_an_answer_that_says_nothing_new_leaves_nothing_behind(shop: Shop, known: Known) -> None:
    [parcel] = shop.send("A1")
    known.scan("A1", "in_transit", START)
    flow.drain_polls()
    assert InboxMessage.objects.count() == 1
    version = shop.order().version
    shop.live(0.5)
    parcel.refresh_from_db()
    assert len(known.asked) > 3
    assert InboxMessage.objects.count() == 1
    assert shop.order().version == version
    assert parcel.last_checked_at > START + dt.timedelta(hours=6)
    # The same words are news to a parcel that came since.
    [twin] = shop.send("A1", reference="2")
    flow.drain_polls()
    twin.refresh_from_db()
    assert twin.status == "in_transit"


def test_a_nudge_is_answered_by_the_worker_and_not_in_the_request(shop: Shop, known: Known, client: Client) -> None:
    [parcel] = shop.send("A1")
    flow.drain_polls()
    known.scan("A1", "delivered", START)
    shop.later(minutes=5)
    assert post(client, "A1").status_code == 200
    assert len(known.asked) == 1
    assert flow.drain_polls() == 1
    parcel.refresh_from_db()
    assert parcel.status == "delivered"
    assert Poll.objects.get().hastened_at is None
