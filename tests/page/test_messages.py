"""The customer's page of messages: what was told, what was not and why, and the switches."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from order_status_plugin.access import links
from order_status_plugin.access.erase import erase
from order_status_plugin.cms import look
from order_status_plugin.events import ContactSnapshot, Delivery, ParcelStatus
from order_status_plugin.messages import consent, notices, outbox, suppression
from order_status_plugin.messages.corrected import correct
from order_status_plugin.messages.ledger import ConsentEntry
from order_status_plugin.messages.recipient import known
from order_status_plugin.messages.relay import drain
from order_status_plugin.page import messages
from order_status_plugin.tracking import record

from ..access.test_headers import assert_ours
from ..messages.shop import EMAIL, place, scan, snapshot
from .doors import browser

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _told() -> None:
    record.observe("outbox", outbox.write_all)


@pytest.fixture
def order():
    order = place(parcels=1)
    drain()
    return order


@pytest.fixture
def owner(order):
    client = browser()
    client.post("/orders/", {"number": order.number, "email": EMAIL})
    return client


def path(order) -> str:
    return f"{links.order_path(order)}messages/"


def body(client: Client, order) -> str:
    answer = client.get(path(order))
    assert answer.status_code == 200
    assert_ours(answer)
    return answer.content.decode()


def test_strangers_are_led_to_the_order_and_change_nothing(order):
    stranger = browser()
    assert stranger.get(path(order))["Location"] == links.order_path(order)
    assert stranger.post(path(order), {"channel": "email", "choice": "off"})["Location"] == links.order_path(order)
    assert not ConsentEntry.objects.exists()
    assert "/messages/" not in stranger.get(links.order_path(order)).content.decode()


def test_the_private_page_leads_there_and_it_names_only_masks(order, owner):
    assert f'href="{path(order)}"' in owner.get(links.order_path(order)).content.decode()
    html = body(owner, order)
    assert html.count("n•••@example.org") == 4  # the switch, two messages, and the letter about this device
    assert "A new device" in html
    assert "On its way" in html
    assert "Confirmed" in html
    assert EMAIL not in html


def test_what_was_sent_stays_where_it_went(order, owner):
    drain()
    record.order("shop", snapshot(parcels=1, contact=ContactSnapshot(name="Noor de Vries", email="else@example.net")))
    owner.post("/orders/", {"number": order.number, "email": "else@example.net"})
    html = body(owner, order)
    assert html.count("n•••@example.org") == 3
    assert html.count("e•••@example.net") == 1, "the switch"


def test_a_message_that_waits_says_whom_it_goes_to_in_the_end(order):
    correct(order, "ana", email="else@example.net", phone="")
    scan(ParcelStatus.OUT_FOR_DELIVERY)
    correct(order, "ana", email="third@example.net", phone="")
    assert drain() == 1
    assert order.messages.get(milestone="out_for_delivery").recipient_masked == "t•••@example.net"
    erase(order, "customer")
    assert not order.messages.exclude(recipient_masked="").exists()


def test_a_list_that_is_cut_says_so(order, owner, monkeypatch: pytest.MonkeyPatch):
    assert "These are the newest" not in body(owner, order)
    monkeypatch.setattr(messages, "MOST", 3)
    assert "These are the newest 3." in body(owner, order)


def test_the_switch_counts_for_the_next_message_and_keeps_its_words(order, owner):
    answer = owner.post(path(order), {"channel": "email", "choice": "off"})
    assert answer["Location"] == path(order)
    html = body(owner, order)
    assert "Switch on" in html
    entry = ConsentEntry.objects.get()
    assert (entry.source, entry.is_given, entry.wording) == ("page", False, "Email: Switch off")
    assert (entry.wording_locale, entry.network) == ("en", "192.0.2.0/24")
    drain()  # the letter about the new device is no news
    scan(ParcelStatus.OUT_FOR_DELIVERY)
    assert drain() == 0
    assert "The customer switched these messages off." in body(owner, order)
    owner.post(path(order), {"channel": "email", "choice": "on"})
    assert consent.is_wanted(order.pk, "email")
    owner.post(path(order), {"channel": "email", "choice": "on"})
    assert ConsentEntry.objects.count() == 2, "said already"


def test_a_word_on_one_piece_of_news_is_seen_and_can_be_taken_back(order, owner):
    assert "Delivered" not in body(owner, order)
    consent.say(order, "email", is_given=False, source="api", topic="delivered", recipient=EMAIL)
    html = body(owner, order)
    assert "Email, Delivered" in html
    assert html.count("Switch off") == html.count("Switch on") == 1
    owner.post(path(order), {"channel": "email", "topic": "delivered", "choice": "off"})  # said already
    owner.post(path(order), {"channel": "email", "topic": "shipped", "choice": "on"})  # no switch of its own
    assert ConsentEntry.objects.count() == 1
    owner.post(path(order), {"channel": "email", "topic": "delivered", "choice": "on"})
    entry = ConsentEntry.objects.first()
    assert (entry.topic, entry.is_given, entry.wording) == ("delivered", True, "Email, Delivered: Switch on")
    assert "Delivered" not in body(owner, order)
    assert consent.is_wanted(order.pk, "email", "delivered")


def test_a_word_on_the_whole_channel_ends_those_on_its_parts(order, owner):
    consent.say(order, "email", is_given=False, source="api", topic="delivered", recipient=EMAIL)
    owner.post(path(order), {"channel": "email", "choice": "off"})
    assert "Email, Delivered" not in body(owner, order)


@pytest.mark.parametrize("data", [{}, {"channel": "email"}, {"channel": "pigeon", "choice": "off"}, {"channel": "email", "choice": "x"}])  # fmt: skip
def test_what_is_no_choice_is_none(order, owner, data):
    assert owner.post(path(order), data).status_code == 303
    assert not ConsentEntry.objects.exists()


def test_it_needs_the_token(order, owner):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = owner.cookies
    strict.defaults["wsgi.url_scheme"] = "https"
    assert strict.post(path(order), {"channel": "email", "choice": "off"}).status_code == 403
    assert not ConsentEntry.objects.exists()


def test_a_suppressed_address_says_so_and_has_no_switch(order, owner):
    suppression.suppress("email", known("email", EMAIL), Delivery.BOUNCED)
    html = body(owner, order)
    assert "Nobody is reached at this address." in html
    assert "Switch o" not in html
    owner.post(path(order), {"channel": "email", "choice": "off"})
    assert not ConsentEntry.objects.exists()


def test_letters_to_support_are_not_the_customers(order, owner, settings: Any):
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "SUPPORT_EMAIL": "help@shop.example"}
    notices.owe_support(order, "order", "1")
    drain()
    assert "help@shop.example" not in body(owner, order)
    assert "does not move" not in body(owner, order)


def test_what_a_provider_said_is_not_for_customers(order, owner):
    order.messages.update(state="dead", reason="550 5.1.1 mailbox of secret-host full")
    html = body(owner, order)
    assert "Could not be sent" in html
    assert "secret-host" not in html


def test_many_messages_cost_the_same(order, owner):
    def asked() -> list[str]:
        with CaptureQueriesContext(connection) as queries:
            body(owner, order)
        return [query["sql"] for query in queries]

    look.forget()
    first, again = asked(), asked()
    (more,) = first[len(again) :]
    assert "brandsettings" in more, (
        "the first page of an epoch in a process reads how the site looks, as every page of ours"
    )
    assert len(again) == 10
    for number in range(20):
        row = order.messages.first()
        row.pk, row.key = None, f"copy-{number}"
        row.save()
    assert len(asked()) == len(again)
