"""A provider that is down is left in peace by every relay, and tried with one message at a time."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from order_status_plugin.channels.base import Receipt
from order_status_plugin.exceptions import AccessDenied, PermanentFailure, TemporaryFailure
from order_status_plugin.messages import breaker, relay
from order_status_plugin.messages.models import ChannelState, MessageAttempt, OutboxMessage
from order_status_plugin.messages.relay import drain

from .provider import KnowsKeys, by
from .shop import place
from .test_relay import come_due, with_settings

pytestmark = pytest.mark.django_db

State = OutboxMessage.State


def owe(count: int) -> None:
    for number in range(count):
        place(ref=str(number))


def let_pass() -> None:
    """Let the pause pass, and every message's own."""
    ChannelState.objects.update(open_until=timezone.now() - dt.timedelta(seconds=1))
    come_due()


def open_it(provider: Any) -> None:
    owe(8)
    provider.answers = [TemporaryFailure("503")] * breaker.THRESHOLD
    assert drain() == 0
    assert len(provider.seen) == breaker.THRESHOLD


def test_failures_in_a_row_open_it_and_the_rest_uses_up_no_try(provider: Any) -> None:
    open_it(provider)
    state = ChannelState.objects.get()
    assert state.open_until is not None
    assert state.open_until > timezone.now()
    assert MessageAttempt.objects.count() == breaker.THRESHOLD
    assert OutboxMessage.objects.filter(attempts=0, lease="").count() == 3
    come_due()
    assert drain() == 0  # another relay looks at the same breaker
    assert not relay.is_due()
    assert len(provider.seen) == breaker.THRESHOLD


def test_one_message_is_the_probe_and_one_relay_sends_it(provider: Any) -> None:
    open_it(provider)
    let_pass()
    assert relay.is_due()
    states = breaker.open_channels()
    assert breaker.probe(states, timezone.now()) == "email"
    assert breaker.probe(states, timezone.now()) == ""  # another relay, a moment later
    let_pass()
    provider.answers = [TemporaryFailure("still")]
    assert drain() == 0
    assert len(provider.seen) == breaker.THRESHOLD + 1
    let_pass()
    assert drain() == 8
    assert ChannelState.objects.get().failures == 0
    assert breaker.open_channels() == {}


def test_the_pause_grows_with_each_failed_probe_and_not_with_what_was_under_way(provider: Any) -> None:
    open_it(provider)
    opened = ChannelState.objects.get()
    for _ in range(20):  # other relays' calls, which began before it opened
        assert breaker.failed("email", TemporaryFailure("503"), "503")
    after = ChannelState.objects.get()
    assert (after.failures, after.open_until) == (breaker.THRESHOLD, opened.open_until)
    ChannelState.objects.update(last_failure_at=timezone.now() - breaker.SHORTEST)
    assert breaker.failed("email", TemporaryFailure("503"), "503")  # a probe
    assert ChannelState.objects.get().failures == breaker.THRESHOLD + 1


def test_a_provider_that_names_a_time_is_believed_in_the_middle_of_a_burst(provider: Any) -> None:
    open_it(provider)
    breaker.failed("email", TemporaryFailure("429", retry_after=1200), "429")
    until = ChannelState.objects.get().open_until
    assert until is not None
    assert until > timezone.now() + dt.timedelta(minutes=19)


def test_without_a_message_nobody_probes(provider: Any) -> None:
    open_it(provider)
    let_pass()
    OutboxMessage.objects.update(state=State.HELD)
    before = ChannelState.objects.get().open_until
    assert drain() == 0
    assert ChannelState.objects.get().open_until == before


def test_another_channel_goes_on(provider: Any) -> None:
    open_it(provider)
    come_due()
    OutboxMessage.objects.filter(attempts=0).update(channel="other")
    channels = {
        "email": {"BACKEND": "tests.messages.provider.Answers"},
        "other": {"BACKEND": "tests.messages.provider.Answers"},
    }
    with with_settings(CHANNELS=channels):
        assert drain() == 3


def test_a_message_that_leaves_in_between_and_one_that_is_refused(provider: Any) -> None:
    owe(12)
    down, refused = TemporaryFailure("503"), PermanentFailure("no such user")
    provider.answers = [down] * 4 + [Receipt("x")] + [down] * 4 + [refused, Receipt("y"), down]
    assert drain() == 2
    assert len(provider.seen) == 12
    assert ChannelState.objects.get().failures == 1


def test_credentials_that_are_refused_cost_no_message(provider: Any) -> None:
    owe(3)
    provider.answers = [AccessDenied("401")]
    assert drain() == 0
    assert set(OutboxMessage.objects.values_list("state", flat=True)) == {State.PENDING}
    assert len(provider.seen) == 1
    pause = ChannelState.objects.get().open_until
    assert pause is not None
    assert pause - timezone.now() > dt.timedelta(minutes=14)


def test_credentials_may_be_refused_more_often_than_a_message_has_tries(provider: Any) -> None:
    place()
    provider.answers = [TemporaryFailure("421"), *[AccessDenied("401")] * 5]
    with with_settings(MESSAGES_MAX_ATTEMPTS=2):
        for tried in range(1, 7):
            assert drain() == 0
            assert len(provider.seen) == tried
            let_pass()
        assert OutboxMessage.objects.get().attempts == 1
        assert MessageAttempt.objects.count() == 6
        assert drain() == 1


def test_it_rests_as_long_as_it_is_asked_to(provider: Any) -> None:
    owe(6)
    provider.answers = [TemporaryFailure("429", retry_after=7200)] * breaker.THRESHOLD
    drain()
    pause = ChannelState.objects.get().open_until
    assert pause is not None
    assert pause - timezone.now() > dt.timedelta(minutes=119)


def test_the_pause_grows_and_ends(provider: Any) -> None:
    for _ in range(60):
        breaker.failed("email", TemporaryFailure("503"), "503")
    pause = ChannelState.objects.get().open_until
    assert pause is not None
    assert breaker.SHORTEST - dt.timedelta(seconds=1) < pause - timezone.now() <= breaker.LONGEST


def test_a_batch_is_one_failure(provider: Any) -> None:
    with by(KnowsKeys):
        owe(6)
        provider.answers = [TemporaryFailure("503")]
        drain()
    assert ChannelState.objects.get().failures == 1


def test_no_address_stands_in_its_last_error(provider: Any) -> None:
    provider.answers = [TemporaryFailure("550 noor@example.org is greylisted")]
    owe(1)
    drain()
    assert ChannelState.objects.get().last_error == "550 … is greylisted"


def test_health_names_it(provider: Any) -> None:
    assert breaker.report() == ({"channels_left_in_peace": []}, [])
    open_it(provider)
    assert breaker.report() == ({"channels_left_in_peace": ["email"]}, [])
