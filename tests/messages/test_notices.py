"""Letters that are no news of an order."""

from __future__ import annotations

import pytest
from django.core import mail
from django.utils import timezone

from order_status_plugin.channels.email import EmailChannel
from order_status_plugin.events import ContactSnapshot
from order_status_plugin.messages import consent, notices, requests
from order_status_plugin.messages.ledger import ConsentSource
from order_status_plugin.messages.models import OutboxMessage
from order_status_plugin.messages.notices import Notice
from order_status_plugin.messages.relay import drain
from order_status_plugin.tracking.models import Order

from .shop import place

pytestmark = pytest.mark.django_db


def owed(order: Order, notice: Notice = Notice.LINKS, occurrence: str = "1") -> OutboxMessage | None:
    return notices.owe(order, notice, occurrence)


def test_a_notice_carries_no_milestone_and_no_way_to_unsubscribe() -> None:
    owed(place(is_import=True))
    assert drain() == 1
    (letter,) = mail.outbox
    names = {name.casefold() for name in letter.message()}
    assert not names & {"x-order-status", "list-unsubscribe", "list-unsubscribe-post"}
    assert {"message-id", "auto-submitted"} <= names
    assert "Hello Noor" in letter.body
    html = letter.alternatives[0][0]
    assert "<style>" not in html or "@media" in html
    assert "Unsubscribe" not in html
    assert "Stop these" not in html


def test_the_same_is_owed_once() -> None:
    order = place(is_import=True)
    assert owed(order) == owed(order)
    assert owed(order) != owed(order, occurrence="2")
    assert OutboxMessage.objects.count() == 2


def test_switching_messages_off_does_not_switch_these_off() -> None:
    order = place(is_import=True)
    consent.say(order, "email", is_given=False, source=ConsentSource.LINK)
    owed(order)
    assert drain() == 1


def test_nobody_to_write_to_is_no_row_and_no_error() -> None:
    order = place(is_import=True, contact=ContactSnapshot(name="Noor"))
    assert owed(order) is None


def test_an_erased_order_gets_nothing_any_more() -> None:
    order = place(is_import=True)
    owed(order)
    Order.objects.update(erased_at=timezone.now())
    assert drain() == 0
    assert OutboxMessage.objects.get().state == OutboxMessage.State.HELD


def test_a_channel_that_takes_no_notices_is_passed_by(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(EmailChannel, "takes_notices", False)
    assert owed(place(is_import=True)) is None


def test_a_device_that_is_gone_is_still_told_of() -> None:
    owed(place(is_import=True), Notice.DEVICE, "4711")
    assert drain() == 1
    assert "a browser that does not say its name" in mail.outbox[0].body
    assert "/orders/devices/" in mail.outbox[0].body


def test_it_is_in_the_orders_language_when_we_have_it() -> None:
    order = place(is_import=True, locale="fr")
    owed(order)
    drain()
    assert mail.outbox[0].extra_headers["Content-Language"] == "fr"


def test_answering_twice_answers_once() -> None:
    from order_status_plugin.access import asking

    place(is_import=True)
    asking.ask("noor@example.org", "192.0.2.1")
    requests.answer()
    requests.answer()
    assert OutboxMessage.objects.count() == 1
