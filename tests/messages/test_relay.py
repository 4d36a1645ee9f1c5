"""What becomes of the rows: sent, tried again, joined, held back, given up. Nothing is lost."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.core.management import call_command
from django.test import override_settings
from django.utils import timezone

from order_status_plugin.channels.base import Message, Receipt
from order_status_plugin.events import ParcelStatus
from order_status_plugin.exceptions import PermanentFailure, TemporaryFailure
from order_status_plugin.messages import delivery, lease, relay, replay, tries
from order_status_plugin.messages.consent import is_wanted, say
from order_status_plugin.messages.ledger import ConsentEntry, ConsentSource
from order_status_plugin.messages.models import MessageAttempt, OutboxMessage
from order_status_plugin.messages.relay import drain
from order_status_plugin.messages.withheld import OVER
from order_status_plugin.signals import customer_notified
from order_status_plugin.tracking.models import Fulfillment, OrderContact

from .shop import EMAIL, place, scan

pytestmark = pytest.mark.django_db

State = OutboxMessage.State


def with_settings(**more: Any) -> Any:
    return override_settings(ORDER_STATUS={**settings.ORDER_STATUS, **more})


def row() -> OutboxMessage:
    return OutboxMessage.objects.get()


def come_due() -> None:
    OutboxMessage.objects.update(due_at=timezone.now() - dt.timedelta(seconds=1))


def forget_leases() -> None:
    OutboxMessage.objects.update(leased_until=timezone.now() - dt.timedelta(seconds=1))


def test_each_milestone_leaves_once() -> None:
    place()
    assert drain() == 1
    assert drain() == 0
    place(parcels=1)
    scan(ParcelStatus.DELIVERED)
    assert drain() == 2
    assert [letter.extra_headers["X-Order-Status"] for letter in mail.outbox] == ["confirmed", "shipped", "delivered"]
    assert {letter.to[0] for letter in mail.outbox} == {EMAIL}
    assert set(OutboxMessage.objects.values_list("state", "reason", "lease")) == {("sent", "", "")}
    sent = OutboxMessage.objects.first()
    assert sent is not None
    assert sent.sent_at
    assert sent.provider_id.startswith(f"<{sent.key}@")
    assert list(sent.tries.values_list("outcome", flat=True)) == ["sent"]


def test_the_kill_switch_keeps_everything_and_says_why() -> None:
    with with_settings(MESSAGES=False):
        place()
        assert drain() == 0
        assert (row().state, row().reason) == (State.PENDING, relay.SWITCHED_OFF)
    assert mail.outbox == []
    assert drain() == 1
    assert (row().state, row().reason) == (State.SENT, "")


def days_later(days: float) -> Any:
    return time_machine.travel(timezone.now() + dt.timedelta(days=days), tick=False)


def test_what_waited_behind_a_switch_until_it_was_no_news_is_not_told() -> None:
    with with_settings(MESSAGES=False):
        place()
        drain()
    with days_later(6):
        assert drain() == 0
        assert (row().state, row().reason) == (State.HELD, OVER)
        assert replay.count(OutboxMessage.objects.all()).messages == 1
        assert replay.send_again(OutboxMessage.objects.all(), replay.NOT_ARRIVED) == 1
        assert drain() == 1, "staff know why"


def test_a_try_that_failed_is_made_again_and_not_after_days(provider: Any) -> None:
    place()
    place(ref="2")
    provider.answers = [TemporaryFailure("421")] * 2
    with with_settings(MESSAGES_MAX_AGE=dt.timedelta(minutes=11)):
        drain()
        OutboxMessage.objects.filter(order__reference="1").update(due_at=timezone.now() + dt.timedelta(hours=1))
        with days_later(1 / 24):
            assert drain() == 1, "it waited for its next try"
            assert OutboxMessage.objects.get(order__reference="2").reason == OVER


def test_the_toggle_also_counts_after_the_row_was_written() -> None:
    place(parcels=1)
    Fulfillment.objects.update(notify_customer=False)
    assert drain() == 1  # the confirmation is not about that shipment
    assert [letter.extra_headers["X-Order-Status"] for letter in mail.outbox] == ["confirmed"]
    assert OutboxMessage.objects.get(milestone="shipped").state == State.HELD


@pytest.mark.parametrize("topic", ["", "confirmed"])
def test_what_the_customer_switched_off_is_held(topic: str) -> None:
    say(place(), "email", is_given=False, source=ConsentSource.PAGE, topic=topic)
    assert drain() == 0
    assert (row().state, bool(row().reason)) == (State.HELD, True)


def test_the_narrower_word_wins_and_the_wider_one_replaces_it() -> None:
    order = place()
    say(order, "email", is_given=False, source=ConsentSource.PAGE)
    say(order, "email", is_given=True, source=ConsentSource.PAGE, topic="confirmed")
    say(order, "sms", is_given=False, source=ConsentSource.PAGE, topic="confirmed")
    assert drain() == 1
    say(order, "email", is_given=False, source=ConsentSource.LINK)
    assert not is_wanted(order.pk, "email", "confirmed")
    assert ConsentEntry.objects.count() == 4, "every word stays"


def test_the_address_is_read_when_the_message_leaves() -> None:
    order = place()
    OrderContact.objects.filter(order=order).update(email="new@example.org")
    drain()
    assert mail.outbox[0].to == ["new@example.org"]


def test_an_address_that_went_away_holds_the_message() -> None:
    order = place()
    OrderContact.objects.filter(order=order).delete()
    assert drain() == 0
    assert row().state == State.HELD


def test_an_order_erased_in_between_is_told_nothing() -> None:
    order = place()
    order.erased_at = timezone.now()
    order.save()
    assert drain() == 0
    assert row().state == State.HELD


def test_a_hitch_is_tried_again_later_and_each_try_is_kept(provider: Any) -> None:
    provider.answers = [TemporaryFailure("greylisted noor@example.org"), Receipt("p-1")]
    place()
    assert drain() == 0
    assert (row().state, row().reason, row().attempts, row().lease) == (State.PENDING, "greylisted …", 1, "")
    wait = row().due_at - timezone.now()
    assert dt.timedelta(seconds=1) < wait < dt.timedelta(seconds=21)
    assert drain() == 0  # not yet
    come_due()
    assert drain() == 1
    assert row().provider_id == "p-1"
    assert list(MessageAttempt.objects.values_list("outcome", "detail")) == [
        ("temporary", "greylisted …"),
        ("sent", ""),
    ]
    assert len({messages[0].key for messages in provider.seen}) == 1


def test_the_other_side_may_ask_for_more_patience(provider: Any) -> None:
    provider.answers = [TemporaryFailure("slow down", retry_after=7200)]
    place()
    drain()
    assert row().due_at - timezone.now() > dt.timedelta(minutes=119)


def test_a_refusal_is_final(provider: Any) -> None:
    provider.answers = [PermanentFailure("no such user")]
    place()
    drain()
    assert (row().state, row().reason) == (State.DEAD, "no such user")
    come_due()
    assert drain() == 0
    assert len(provider.seen) == 1


def test_after_so_many_tries_it_is_given_up(provider: Any) -> None:
    provider.answers = [TemporaryFailure("down")] * 5
    place()
    with override_settings(ORDER_STATUS={**settings.ORDER_STATUS, "MESSAGES_MAX_ATTEMPTS": 3}):
        for _ in range(5):
            come_due()
            drain()
    assert (row().state, row().attempts, len(provider.seen)) == (State.DEAD, 3, 3)


@pytest.mark.parametrize("answer", [RuntimeError("bug"), {}, {"other": Receipt("x")}])
def test_a_provider_that_misbehaves_loses_nothing(provider: Any, answer: Any) -> None:
    provider.answers = [answer]
    place()
    assert drain() == 0
    assert row().state == State.PENDING
    come_due()
    assert drain() == 1


def test_one_bad_message_stops_no_other(knowing: Any) -> None:
    place(ref="1")
    place(ref="2")
    bad = OutboxMessage.objects.get(order__reference="1")
    good = OutboxMessage.objects.get(order__reference="2")
    knowing.answers = [{bad.key: PermanentFailure("no"), good.key: Receipt("yes")}]
    assert drain() == 1
    assert len(knowing.seen) == 1  # one batch, one connection
    assert dict(OutboxMessage.objects.values_list("order__reference", "state")) == {"1": "dead", "2": "sent"}


def test_a_message_that_cannot_be_written_waits_and_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    first = place(ref="1")
    place(ref="2")
    real = delivery.compose

    def compose(row: OutboxMessage, known: Any = None) -> Message:
        if row.order_id == first.pk:
            raise ZeroDivisionError("template")
        return real(row, known)

    monkeypatch.setattr(delivery, "compose", compose)
    assert drain() == 1
    monkeypatch.undo()
    come_due()
    assert drain() == 1


def test_a_channel_that_was_removed_waits_for_its_return() -> None:
    place()
    with with_settings(CHANNELS={}):
        assert drain() == 0
    assert row().state == State.PENDING
    assert "email" in row().reason
    come_due()
    assert drain() == 1


def test_a_held_lease_is_respected_and_an_expired_one_is_taken_over(provider: Any) -> None:
    place()
    (leased,) = lease.claim(5, timezone.now())
    assert drain() == 0
    tries.start([leased])
    forget_leases()
    assert drain() == 1
    unknown, known = MessageAttempt.objects.order_by("pk")
    assert (unknown.outcome, unknown.ended_at, unknown.detail) == ("unknown", None, tries.BROKE_OFF)
    assert known.outcome == "sent"
    assert provider.seen[0][0].key == leased.key  # the provider, and the mailbox, can tell that it is the same


def test_killed_relays_say_nothing_against_the_provider(provider: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    place()
    for _ in range(6):
        tries.start(lease.claim(5, timezone.now()))
        forget_leases()
    monkeypatch.setattr("random.uniform", lambda low, high: high)
    provider.answers = [TemporaryFailure("greylisted"), TemporaryFailure("greylisted")]
    for seconds in (20, 40):
        drain()
        assert round((row().due_at - timezone.now()).total_seconds()) == seconds
        come_due()
    assert row().attempts == 8


def test_a_row_that_kills_its_relay_is_given_up_in_the_end(provider: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        pass

    place()
    monkeypatch.setattr(provider, "send", lambda *args: (_ for _ in ()).throw(Killed()))
    with override_settings(ORDER_STATUS={**settings.ORDER_STATUS, "MESSAGES_MAX_ATTEMPTS": 2}):
        for _ in range(2):
            with pytest.raises(Killed):
                drain()
            forget_leases()
        assert drain() == 0
    assert (row().state, row().attempts) == (State.DEAD, 2)


def test_two_parcels_in_the_window_are_one_message() -> None:
    place(parcels=2)
    drain()
    OutboxMessage.objects.all().delete()
    mail.outbox.clear()
    scan(ParcelStatus.OUT_FOR_DELIVERY, parcel=0)
    scan(ParcelStatus.OUT_FOR_DELIVERY, parcel=1)
    assert drain() == 0  # the window is open
    come_due()
    assert drain() == 1
    assert len(mail.outbox) == 1
    assert "Parcel 1 of 2" in mail.outbox[0].body
    assert "Parcel 2 of 2" in mail.outbox[0].body
    one, two = OutboxMessage.objects.order_by("pk")
    assert (one.state, two.state) == (State.SENT, State.SENT)
    assert (one.told_by_id, two.told_by_id) == (None, one.pk)


def test_parcels_further_apart_are_two_messages() -> None:
    place(parcels=2)
    drain()
    OutboxMessage.objects.all().delete()
    scan(ParcelStatus.OUT_FOR_DELIVERY, parcel=0)
    OutboxMessage.objects.update(created_at=timezone.now() - dt.timedelta(minutes=5))
    scan(ParcelStatus.OUT_FOR_DELIVERY, parcel=1)
    come_due()
    assert drain() == 2


def test_two_attempts_at_one_parcel_are_two_messages() -> None:
    place(parcels=2)
    drain()
    OutboxMessage.objects.all().delete()
    scan(ParcelStatus.ATTEMPTED_DELIVERY, ago=90)
    scan(ParcelStatus.OUT_FOR_DELIVERY, ago=80)
    scan(ParcelStatus.ATTEMPTED_DELIVERY, ago=10)
    come_due()
    assert OutboxMessage.objects.filter(milestone="attempted_delivery").count() == 2
    drain()
    assert [letter.extra_headers["X-Order-Status"] for letter in mail.outbox].count("attempted_delivery") == 2


def test_nothing_is_added_to_a_message_that_may_have_arrived(provider: Any) -> None:
    place(parcels=2)
    drain()
    OutboxMessage.objects.all().delete()
    provider.seen.clear()
    provider.answers = [TemporaryFailure("down")]
    scan(ParcelStatus.OUT_FOR_DELIVERY, parcel=0)
    come_due()
    drain()
    scan(ParcelStatus.OUT_FOR_DELIVERY, parcel=1)
    come_due()
    assert drain() == 2


def test_a_joined_message_is_tried_again_as_one(provider: Any) -> None:
    place(parcels=2)
    drain()
    OutboxMessage.objects.all().delete()
    provider.answers = [TemporaryFailure("down")]
    scan(ParcelStatus.OUT_FOR_DELIVERY, parcel=0)
    scan(ParcelStatus.OUT_FOR_DELIVERY, parcel=1)
    come_due()
    assert drain() == 0
    come_due()
    assert lease.due(timezone.now()).count() == 1
    assert drain() == 1
    assert set(OutboxMessage.objects.values_list("state", flat=True)) == {"sent"}


def test_two_relays_that_saw_the_same_row_do_not_both_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    place()
    monkeypatch.setattr(lease, "due", lambda now: OutboxMessage.objects.all())  # both looked before either took it
    assert len(lease.claim(5, timezone.now())) == 1
    assert lease.claim(5, timezone.now()) == []


def test_what_a_held_message_would_have_told_is_told_by_itself() -> None:
    place(parcels=2)
    drain()
    OutboxMessage.objects.all().delete()
    mail.outbox.clear()
    scan(ParcelStatus.OUT_FOR_DELIVERY, parcel=0)
    scan(ParcelStatus.OUT_FOR_DELIVERY, parcel=1)
    come_due()
    first = OutboxMessage.objects.order_by("pk").first()
    assert first is not None
    OutboxMessage.objects.filter(pk=first.pk).update(subject="fulfillment:0")
    other = Fulfillment.objects.get()
    quiet = Fulfillment.objects.create(
        order=other.order, reference="quiet", sent_at=other.sent_at, notify_customer=False
    )
    OutboxMessage.objects.filter(pk=first.pk).update(subject=f"fulfillment:{quiet.pk}")
    assert drain() == 1
    assert list(OutboxMessage.objects.order_by("pk").values_list("state", flat=True)) == ["held", "sent"]


def test_others_hear_that_a_message_left_and_cannot_break_it() -> None:
    heard: list[tuple[Any, ...]] = []

    def listen(sender: Any, **said: Any) -> None:
        heard.append((said["order"].number, said["milestone"], said["channel"], said["message_id"]))
        raise ValueError("somebody else's bug")

    customer_notified.connect(listen)
    try:
        place()
        assert drain() == 1
    finally:
        customer_notified.disconnect(listen)
    assert heard == [("TS-20411", "confirmed", "email", row().pk)]
    assert row().state == State.SENT


def test_a_backlog_leaves_in_batches_and_the_rest_wakes_the_worker(
    knowing: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[str] = []
    monkeypatch.setattr(relay, "wake", lambda name, func: woken.append(name))
    monkeypatch.setattr(relay, "BATCH", 2)
    for number in range(5):
        place(ref=str(number))
    assert drain(3) == 3
    assert [len(batch) for batch in knowing.seen] == [2, 1]
    assert woken == ["outbox"]
    assert drain() == 2
    assert woken == ["outbox"]


def test_the_command_sends_and_counts(capsys: pytest.CaptureFixture[str]) -> None:
    place(ref="1")
    place(ref="2", parcels=1, notify_customer=False)
    call_command("order_status_send", "--limit", "1")
    assert "1 sent now, 1 waiting, 1 not sent on purpose, 0 given up." in capsys.readouterr().out
    with with_settings(MESSAGES=False):
        call_command("order_status_send")
    assert "switched off" in capsys.readouterr().out
