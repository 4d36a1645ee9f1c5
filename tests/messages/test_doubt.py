"""A try that broke off: the message may have arrived. Who can tell, is asked; else it is marked, or left to staff."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

import pytest
from django.utils import timezone

from order_status_plugin.exceptions import TemporaryFailure
from order_status_plugin.messages import lease, replay, tries
from order_status_plugin.messages.models import MessageAttempt, OutboxMessage
from order_status_plugin.messages.relay import drain

from .provider import Answers, KnowsKeys, by
from .shop import place
from .test_relay import come_due, forget_leases, row

# The thread that renews a lease closes its connections; a database in memory stays open for the collector, which Python
# 3.13 remarks on.
pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore:unclosed database:ResourceWarning")]

State = OutboxMessage.State


def break_off(ago: float = 0) -> None:
    """Leave what a relay leaves that was killed while it sent, so many minutes ago."""
    (leased,) = lease.claim(1, timezone.now())
    tries.start([leased])
    MessageAttempt.objects.update(started_at=timezone.now() - dt.timedelta(minutes=ago))
    forget_leases()


def marked() -> list[bool]:
    return list(MessageAttempt.objects.order_by("pk").values_list("may_double", flat=True))


def test_a_receiver_that_knows_the_key_is_sent_the_same_again_silently(knowing: Any) -> None:
    place()
    break_off(ago=58)
    assert drain() == 1
    assert marked() == [False, False]
    assert len({message.key for (message,) in knowing.seen}) == 1


@pytest.mark.parametrize("minutes", [59.75, 61])
def test_one_that_has_forgotten_the_key_may_get_a_second_one(knowing: Any, minutes: float) -> None:
    """The call itself takes a while to get there: what is left must be longer than a lease."""
    place()
    break_off(ago=minutes)
    assert drain() == 1
    assert marked() == [False, True]


def test_one_that_knows_no_keys_may_get_a_second_one(provider: Any) -> None:
    place()
    break_off()
    assert drain() == 1
    assert marked() == [False, True]


def test_the_shop_may_leave_it_to_staff(provider: Any) -> None:
    with by(Answers, after_crash="leave"):
        place()
        break_off()
        assert drain() == 0
        assert (row().state, row().lease, provider.seen) == (State.UNKNOWN, "", [])
        come_due()
        assert drain() == 0


def test_where_keys_are_known_nothing_needs_to_be_left(knowing: Any) -> None:
    with by(KnowsKeys, after_crash="leave"):
        place()
        break_off(ago=10)
        assert drain() == 1


def test_the_option_tells_how_long_a_provider_knows_keys(provider: Any) -> None:
    with by(Answers, knows_keys_for=900):
        place()
        break_off(ago=10)
        assert drain() == 1
    assert marked() == [False, False]


@pytest.mark.parametrize("answer", [TemporaryFailure("timed out", may_have_arrived=True), RuntimeError("bug"), {}])
def test_a_call_that_nobody_knows_the_end_of_is_a_doubt_as_well(provider: Any, answer: Any) -> None:
    provider.answers = [answer]
    place()
    assert drain() == 0
    come_due()
    assert drain() == 1
    assert marked() == [False, True]
    provider.answers = [answer]
    with by(Answers, after_crash="leave"):
        place(ref="2")
        assert drain() == 0
        assert OutboxMessage.objects.get(order__reference="2").state == State.UNKNOWN


def test_a_refused_connection_is_no_doubt(provider: Any) -> None:
    provider.answers = [TemporaryFailure("nobody there")]
    with by(Answers, after_crash="leave"):
        place()
        assert drain() == 0
        come_due()
        assert drain() == 1
    assert marked() == [False, False]


def test_who_lost_the_lease_sends_nothing(provider: Any) -> None:
    place()
    (frozen,) = lease.claim(1, timezone.now())
    forget_leases()
    (taken,) = lease.claim(1, timezone.now())
    assert tries.start([frozen]) == {}
    assert list(tries.start([taken])) == [taken.pk]


def test_what_arrived_has_arrived_whoever_holds_the_row(provider: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relay that was frozen in its call wakes up when another has left the row to staff already."""
    real = provider.send

    def send(self: Any, messages: Any) -> Any:
        answer = real(self, messages)
        OutboxMessage.objects.update(state=State.UNKNOWN, lease="")
        return answer

    monkeypatch.setattr(provider, "send", send)
    place()
    assert drain() == 1
    assert row().state == State.SENT


def test_a_failure_of_one_that_lost_its_lease_changes_nothing(provider: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def send(self: Any, messages: Any) -> Any:
        OutboxMessage.objects.update(lease="another's")
        raise TemporaryFailure("slow")

    monkeypatch.setattr(provider, "send", send)
    place()
    assert drain() == 0
    assert (row().lease, row().reason) == ("another's", "")


@pytest.mark.django_db(transaction=True)
def test_a_long_call_keeps_its_lease(provider: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease, "LEASE", dt.timedelta(seconds=1.5))
    monkeypatch.setattr(lease, "RENEWAL", dt.timedelta(seconds=0.3))
    place()
    (leased,) = lease.claim(1, timezone.now())
    with lease.held(leased.lease):
        time.sleep(2)
        assert lease.claim(1, timezone.now()) == []
    time.sleep(1.6)
    assert lease.claim(1, timezone.now()) == [leased]


def test_staff_send_it_again_or_count_it_as_arrived(provider: Any) -> None:
    with by(Answers, after_crash="leave"):
        place()
        break_off()
        drain()
        assert replay.send_again(OutboxMessage.objects.all()) == 1
        assert drain() == 1
        assert marked() == [False, True]
        place(ref="2")
        break_off()
        drain()
        assert replay.settle(OutboxMessage.objects.all()) == 1
    assert set(OutboxMessage.objects.values_list("state", flat=True)) == {State.SENT}
    assert len(provider.seen) == 1
