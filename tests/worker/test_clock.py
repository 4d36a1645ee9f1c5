"""A clock that was wrong and was put right: nothing waits for a moment that it invented."""

from __future__ import annotations

import datetime as dt
import logging

import pytest
import time_machine
from django.utils import timezone
from django_q.models import Schedule

from order_status_plugin import clocks, flow
from order_status_plugin.intake import inbox
from order_status_plugin.intake.models import InboxMessage
from order_status_plugin.messages import outbox, tries
from order_status_plugin.messages.lease import claim, due
from order_status_plugin.messages.models import ChannelState, MessageAttempt, OutboxMessage
from order_status_plugin.tracking import record
from order_status_plugin.worker import clock
from order_status_plugin.worker.models import Pulse
from tests.messages.shop import place

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


def come_in(key: str, moment: dt.datetime, **more: object) -> InboxMessage:
    return InboxMessage.objects.create(
        alias="aftership", key=key, digest="d", body=b"{}", **{"received_at": moment, "due_at": moment, **more}
    )


def test_what_came_an_hour_ahead_is_handled_now_and_what_waits_for_its_time_waits() -> None:
    now = timezone.now()
    ahead = come_in("ahead", now + HOUR)
    held = come_in("held", now - HOUR, leased_until=now + HOUR)
    busy = come_in("busy", now - HOUR, leased_until=now + inbox.LEASE)
    later = come_in("later", now - HOUR, due_at=now + HOUR)
    assert inbox.claim() == []
    assert clocks.disbelieve() == 2
    assert {message.pk for message in inbox.claim()} == {ahead.pk, held.pk}
    assert clocks.disbelieve() == 0
    assert {busy.pk, later.pk} == set(InboxMessage.objects.filter(attempts=0).values_list("pk", flat=True))


def test_messages_that_were_written_or_tried_an_hour_ahead_leave_now() -> None:
    record.observe("outbox", outbox.write_all)
    for ref in "1234":
        place(ref=ref)
    written, tried, held, waits = OutboxMessage.objects.order_by("pk")
    now = timezone.now()
    rows = OutboxMessage.objects.filter
    rows(pk=written.pk).update(created_at=now + HOUR, due_at=now + HOUR)
    rows(pk=tried.pk).update(attempts=1, due_at=now + HOUR)
    MessageAttempt.objects.create(message=tried, lease="x", started_at=now + HOUR, outcome="temporary")
    rows(pk=held.pk).update(lease="x", leased_until=now + HOUR)
    rows(pk=waits.pk).update(attempts=1, due_at=now + HOUR)  # it was asked to
    MessageAttempt.objects.create(message=waits, lease="x", started_at=now, outcome="temporary")
    ChannelState.objects.create(alias="email", failures=9, open_until=now + HOUR, last_failure_at=now + HOUR)
    assert not due(now).exists()
    assert clocks.disbelieve() == 4
    now = timezone.now()
    assert {row.pk for row in claim(10, now)} == {written.pk, tried.pk, held.pk}
    assert ChannelState.objects.get().open_until <= now
    assert clocks.disbelieve() == 0


def test_schedules_and_questions_go_on() -> None:
    now = timezone.now()
    ours = Schedule.objects.create(func=flow.INBOX, schedule_type=Schedule.MINUTES, minutes=1, next_run=now + HOUR)
    daily = Schedule.objects.create(
        func=flow.RETAIN, schedule_type=Schedule.MINUTES, minutes=24 * 60, next_run=now + 23 * HOUR
    )
    others = Schedule.objects.create(
        func="shop.tasks.count", schedule_type=Schedule.MINUTES, minutes=1, next_run=now + HOUR
    )
    Pulse.objects.create(name="inbox", is_woken=True, woken_at=now + HOUR, beat_at=now + HOUR)
    assert clocks.disbelieve() == 3
    next_run = dict(Schedule.objects.values_list("pk", "next_run"))
    assert next_run[ours.pk] <= timezone.now()
    assert next_run[daily.pk] == now + 23 * HOUR
    assert next_run[others.pk] == now + HOUR
    pulse = Pulse.objects.get()
    assert (pulse.is_woken, pulse.beat_at) == (False, None)


@pytest.mark.postgresql
def test_who_has_the_wrong_clock_itself_puts_nothing_right(caplog: pytest.LogCaptureFixture) -> None:
    come_in("now", timezone.now())
    with time_machine.travel(timezone.now() - HOUR), caplog.at_level(logging.ERROR):
        assert not clock.is_right()
        assert clocks.disbelieve() == 0
    assert "NTP" in caplog.text
    assert clock.is_right()


def test_a_try_of_a_message_is_judged_as_before() -> None:
    """Its time is put right, and its outcome stays."""
    record.observe("outbox", outbox.write_all)
    place()
    row = OutboxMessage.objects.get()
    now = timezone.now()
    OutboxMessage.objects.update(attempts=1, due_at=now + HOUR)
    MessageAttempt.objects.create(message=row, lease="x", started_at=now + HOUR, outcome=tries.UNKNOWN)
    assert clocks.disbelieve() == 1
    attempt = MessageAttempt.objects.get()
    assert (attempt.outcome, attempt.started_at <= timezone.now()) == (tries.UNKNOWN, True)
