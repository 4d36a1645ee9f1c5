"""A source that fails is left in peace, and comes back."""

from __future__ import annotations

import datetime as dt
import logging

import pytest

from order_status_plugin.exceptions import AccessDenied, TemporaryFailure
from order_status_plugin.polling import breaker
from order_status_plugin.polling.models import SourceState

NOW = dt.datetime(2026, 6, 3, 12, tzinfo=dt.UTC)


def after(*errors: Exception, state: SourceState | None = None) -> SourceState:
    state = state or SourceState(alias="little")
    for error in errors:
        for name, value in breaker.failed(state, error, NOW).items():
            setattr(state, name, value)
    return state


def pause(state: SourceState) -> dt.timedelta:
    assert state.open_until is not None
    return state.open_until - NOW


def test_two_failures_are_forgiven_and_three_are_not() -> None:
    assert not breaker.is_open(after(*[TemporaryFailure("no")] * 2), NOW)
    assert breaker.is_open(after(*[TemporaryFailure("no")] * 3), NOW)


def test_pauses_grow_with_full_jitter_up_to_an_hour() -> None:
    for count, longest in ((3, 60), (5, 240), (40, 3600)):
        pauses = [pause(after(*[TemporaryFailure("no")] * count)).total_seconds() for _ in range(200)]
        assert 15 <= min(pauses) < longest / 2 < max(pauses) <= longest


def test_a_wish_to_be_left_alone_is_granted_at_once() -> None:
    assert pause(after(TemporaryFailure("no", retry_after=777))) == dt.timedelta(seconds=777)
    assert pause(after(TemporaryFailure("no", retry_after=10**9))) == breaker.MOST


def test_refused_credentials_are_told_once_and_tried_each_hour(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        state = after(AccessDenied("401"), AccessDenied("401"), AccessDenied("401"))
    assert len(caplog.records) == 1
    assert (state.is_denied, pause(state)) == (True, breaker.DENIED)


def test_an_answer_closes_it_and_a_failure_after_the_pause_opens_it_again() -> None:
    state = after(*[TemporaryFailure("no")] * 3)
    assert state.open_until is not None
    assert not breaker.is_open(state, state.open_until)
    again = after(TemporaryFailure("no"), state=state)
    assert breaker.is_open(again, NOW)
    for name, value in breaker.succeeded(again, NOW).items():
        setattr(again, name, value)
    assert (again.failures, again.open_until, again.last_success_at) == (0, None, NOW)


def test_a_pause_that_no_clock_of_ours_gave_is_none() -> None:
    assert not breaker.is_open(SourceState(alias="little", open_until=NOW + dt.timedelta(days=400)), NOW)
