"""What providers say of messages, and customers to them: through the door, into the inbox, to the row."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from order_status_plugin import flow
from order_status_plugin.channels.base import Receipt, Webhook
from order_status_plugin.events import CustomerWord, Delivery, DeliveryReport, Word
from order_status_plugin.exceptions import GoneRecipient
from order_status_plugin.intake import inbox
from order_status_plugin.intake.models import InboxMessage
from order_status_plugin.messages import replay, reports
from order_status_plugin.messages.ledger import ConsentEntry
from order_status_plugin.messages.models import OutboxMessage
from order_status_plugin.messages.relay import drain
from order_status_plugin.messages.suppression import Suppression
from order_status_plugin.messages.withheld import SUPPRESSED

from .provider import Answers, by
from .shop import EMAIL, place
from .test_doubt import break_off
from .test_relay import row

pytestmark = pytest.mark.django_db

State = OutboxMessage.State


class Reporting(Answers):
    """A provider whose webhooks are JSON: a list of reports and words."""

    answers_in_words = False

    def verify(self, webhook: Webhook) -> None:
        """Believe everything."""

    def parse(self, webhook: Webhook) -> Iterable[DeliveryReport | CustomerWord]:
        for said in json.loads(webhook.body):
            if "word" in said:
                yield CustomerWord(sender=said["from"], word=Word(said["word"]))
            else:
                yield DeliveryReport(
                    provider_id=said["id"], delivery=Delivery(said["is"]), recipient=said.get("to", "")
                )


@pytest.fixture(autouse=True)
def _reporting(provider: Any) -> Any:
    provider.answers = [Receipt("p-1")]
    with by(Reporting):
        yield


def post(*said: dict[str, str]) -> int:
    body = json.dumps(said)
    return (
        Client().post(reverse("order_status:hook", args=["email"]), body, content_type="application/json").status_code
    )


def report(delivery: Delivery, ago: float = 0, **more: str) -> None:
    at = timezone.now() - dt.timedelta(minutes=ago)
    reports.take("email", DeliveryReport(provider_id="p-1", delivery=delivery, happened_at=at, **more))


def test_a_report_comes_through_the_door_to_its_row() -> None:
    place()
    drain()
    assert post({"id": "p-1", "is": "delivered"}) == 204
    assert (row().delivery, row().state) == ("delivered", State.SENT)
    assert row().delivery_at
    assert InboxMessage.objects.get().state == InboxMessage.State.HANDLED


@pytest.mark.parametrize("delivery", [Delivery.BOUNCED, Delivery.COMPLAINED, Delivery.OPTED_OUT])
def test_after_some_nothing_is_sent_there_any_more(delivery: Delivery) -> None:
    place()
    drain()
    report(delivery, recipient=EMAIL.upper(), detail=f"550 {EMAIL.upper()} no such user")
    assert row().delivery_detail == "550 … no such user"
    place(ref="2")
    assert drain() == 0
    assert OutboxMessage.objects.get(order__reference="2").reason == SUPPRESSED[delivery]


def test_the_row_knows_whom_a_report_without_recipient_means() -> None:
    place()
    drain()
    report(Delivery.BOUNCED)
    assert Suppression.objects.get().recipient_digest == row().recipient_digest


def test_one_failure_closes_no_address() -> None:
    place()
    drain()
    report(Delivery.FAILED)
    assert row().delivery == "failed"
    assert not Suppression.objects.exists()


def test_reports_come_in_any_order() -> None:
    place()
    drain()
    report(Delivery.COMPLAINED, ago=1)
    report(Delivery.DELIVERED, ago=5)
    assert row().delivery == "complained"
    report(Delivery.COMPLAINED, ago=1)
    assert Suppression.objects.count() == 1


def test_a_report_may_be_faster_than_our_own_note_and_others_mails_are_not_ours() -> None:
    place()
    assert post({"id": "p-1", "is": "delivered"}, {"id": "strange", "is": "delivered"}) == 204
    assert InboxMessage.objects.get().state == InboxMessage.State.RECEIVED
    drain()
    for _ in range(flow.REPORT_TRIES):
        InboxMessage.objects.update(due_at=timezone.now())
        inbox.drain(flow.handle_message)
    assert row().delivery == "delivered"
    message = InboxMessage.objects.get()
    assert (message.state, message.reason) == (
        InboxMessage.State.HANDLED,
        "1 reports are on messages that are not ours",
    )


def test_a_bounce_counts_whosever_mail_it_was() -> None:
    with pytest.raises(reports.UnknownMessage):
        report(Delivery.BOUNCED, recipient=EMAIL)
    place()
    assert drain() == 0


@pytest.mark.parametrize("delivery", [Delivery.COMPLAINED, Delivery.OPTED_OUT])
def test_who_leaves_anothers_list_leaves_no_other(delivery: Delivery) -> None:
    with pytest.raises(reports.UnknownMessage):
        report(delivery, recipient=EMAIL)
    place()
    assert drain() == 1


def test_a_report_by_key_ends_a_doubt() -> None:
    with by(Reporting, after_crash="leave"):
        place()
        break_off()
        drain()
        assert row().state == State.UNKNOWN
        reports.take("email", DeliveryReport(provider_id="late", key=row().key, delivery=Delivery.DELIVERED))
    assert (row().state, row().provider_id, row().delivery) == (State.SENT, "late", "delivered")


def test_stop_is_heard_and_nothing_else_of_it_kept() -> None:
    post({"from": EMAIL, "word": "stop"})
    place()
    assert drain() == 0
    assert row().reason == SUPPRESSED["stop"]
    post({"from": EMAIL, "word": "start"})
    place(ref="2")
    assert drain() == 1
    assert [entry.wording for entry in ConsentEntry.objects.order_by("pk")] == ["STOP", "START"]


def test_a_stop_that_the_provider_tells_when_we_send_is_taken_back_by_start(provider: Any) -> None:
    provider.answers = [GoneRecipient("21610 unsubscribed", delivery=Delivery.OPTED_OUT)]
    place()
    drain()
    assert (row().state, row().reason) == (State.DEAD, SUPPRESSED["opted_out"])
    place(ref="2")
    assert drain() == 0
    post({"from": EMAIL, "word": "start"})
    place(ref="3")
    assert drain() == 1


def test_a_recipient_that_is_gone_is_written_to_no_more(provider: Any) -> None:
    provider.answers = [GoneRecipient("no such user")]
    place()
    drain()
    assert row().state == State.DEAD
    place(ref="2")
    drain()
    assert len(provider.seen) == 1
    assert replay.count(replay.stuck(OutboxMessage.objects.all())).held == {SUPPRESSED["bounced"]: 1}
