"""Stopping the messages: people see a page, mail programs post once, scanners change nothing."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.test import Client, override_settings

from order_status_plugin.access import limits
from order_status_plugin.access.erase import erase
from order_status_plugin.events import ParcelStatus
from order_status_plugin.messages import consent
from order_status_plugin.messages.ledger import ConsentEntry, ConsentSource
from order_status_plugin.messages.models import OutboxMessage
from order_status_plugin.messages.relay import drain
from order_status_plugin.messages.stop import read_stop_token, stop_token
from order_status_plugin.tracking.models import Order

from .shop import EMAIL, place, scan

pytestmark = pytest.mark.django_db

SECURE = ("Cache-Control", "Referrer-Policy", "X-Robots-Tag", "Content-Security-Policy")


@pytest.fixture
def browser() -> Client:
    return Client(enforce_csrf_checks=True)


def path() -> str:
    """Return the address from the mail's header, as a mail program reads it."""
    place(parcels=1)
    drain()
    return re.sub(r"https?://[^/]+", "", mail.outbox[0].extra_headers["List-Unsubscribe"][1:-1])


def test_one_click_stops_every_further_mail(browser: Client) -> None:
    answer = browser.post(
        path(),
        "List-Unsubscribe=One-Click",
        content_type="application/x-www-form-urlencoded",
        headers={"origin": "null"},
    )
    assert answer.status_code == 200
    mail.outbox.clear()
    scan(ParcelStatus.DELIVERED)
    assert drain() == 0
    assert mail.outbox == []
    assert OutboxMessage.objects.get(milestone="delivered").state == "held"
    assert ConsentEntry.objects.get().source == ConsentSource.ONE_CLICK


def test_looking_changes_nothing_and_names_nobody(browser: Client) -> None:
    where = path()
    for method in ("get", "head"):
        answer = getattr(browser, method)(where)
        assert answer.status_code == 200
        for name in SECURE:
            assert answer.headers[name]
        for secret in (EMAIL, "Noor", "TS-20411"):
            assert secret not in answer.content.decode()
    assert not ConsentEntry.objects.exists()


def test_the_page_stops_them_and_switches_them_on_again(browser: Client) -> None:
    where = path()
    assert 'value="off"' in browser.get(where).content.decode()
    assert "These messages are off" in browser.post(where, {"choice": "off"}).content.decode()
    assert 'value="on"' in browser.get(where).content.decode()
    assert "They are on again" in browser.post(where, {"choice": "on"}).content.decode()
    said = ConsentEntry.objects.values_list("is_given", "source", "recipient_masked", "network")
    assert list(said) == [(True, "link", "n•••@example.org", "127.0.0.0/24")] + [
        (False, "link", "n•••@example.org", "127.0.0.0/24")
    ]


def test_another_orders_mails_go_on(browser: Client) -> None:
    browser.post(path(), {"List-Unsubscribe": "One-Click"})
    mail.outbox.clear()
    place(ref="2")
    assert drain() == 1


def test_an_erased_order_takes_no_word(browser: Client) -> None:
    where = path()
    erase(Order.objects.get(), "customer")
    before = ConsentEntry.objects.count()
    for word in ({"List-Unsubscribe": "One-Click"}, {"choice": "on"}):
        answer = browser.post(where, word)
        assert answer.status_code == 200
        assert "These messages are off" in answer.content.decode()
        assert "<form" not in answer.content.decode()
    assert "<form" not in browser.get(where).content.decode()
    assert ConsentEntry.objects.count() == before


def test_the_same_word_is_written_once_and_a_no_always_counts(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "RESUMES_DAY", 2)
    where = path()
    for _ in range(3):
        assert browser.post(where, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert ConsentEntry.objects.count() == 1
    for _ in range(2):
        assert browser.post(where, {"choice": "on"}).status_code == 200
        assert browser.post(where, {"choice": "off"}).status_code == 200
    answer = browser.post(where, {"choice": "on"})
    assert (answer.status_code, "These messages are off" in answer.content.decode()) == (429, True)
    assert ConsentEntry.objects.count() == 5
    assert not consent.is_wanted(Order.objects.get().pk, "email")


def test_a_yes_is_written_though_nobody_said_no(browser: Client) -> None:
    """Where a channel's basis is consent, that is how it is given."""
    where = path()
    for _ in range(2):
        browser.post(where, {"choice": "on"})
    assert [entry.is_given for entry in ConsentEntry.objects.all()] == [True]


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_token_that_is_not_ours_is_nothing(browser: Client, method: str) -> None:
    order = place()
    token = stop_token(order, "email")
    wrong = [
        token[:-2],
        token[:-6] + "AAAAAA",
        token[:5] + ("B" if token[5] != "B" else "C") + token[6:],
        "x",
        "é" * 40,
    ]
    for each in wrong:
        answer = getattr(browser, method)(f"/orders/unsubscribe/{each}/")
        assert answer.status_code == 404
        assert answer.headers["Content-Security-Policy"]
    assert not ConsentEntry.objects.exists()


def test_the_page_speaks_the_language_of_the_mail(browser: Client) -> None:
    order = place(locale="fr")
    where = f"/orders/unsubscribe/{stop_token(order, 'email')}/"
    for answer in (
        browser.get(where, HTTP_ACCEPT_LANGUAGE="de"),
        browser.post(where, {"choice": "off"}, HTTP_ACCEPT_LANGUAGE="de"),
    ):
        assert answer.headers["Content-Language"] == "fr"
        assert '<html lang="fr"' in answer.content.decode()


def test_other_methods_are_refused(browser: Client) -> None:
    assert browser.put(path()).status_code == 405


def test_the_token_outlives_a_rotation_and_dies_with_its_key() -> None:
    order = place()
    ours = {"HOSTS": {}, "CHANNELS": {}}
    with override_settings(ORDER_STATUS={**ours, "KEYS": ["old"]}):
        token = stop_token(order, "email")
    with override_settings(ORDER_STATUS={**ours, "KEYS": ["new", "old"]}):
        assert read_stop_token(token) == (order, "email")
    with override_settings(ORDER_STATUS={**ours, "KEYS": ["new"]}):
        assert read_stop_token(token) is None
