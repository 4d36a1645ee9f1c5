from __future__ import annotations

import datetime as dt
from typing import Any
from unittest import mock

import pytest
from django.db import DataError, OperationalError, connection
from django.utils import timezone

from order_status_plugin.exceptions import PermanentFailure, TemporaryFailure, UnknownParcel
from order_status_plugin.intake import inbox
from order_status_plugin.intake.models import InboxMessage
from order_status_plugin.sources.base import Source, Webhook

pytestmark = pytest.mark.django_db
State = InboxMessage.State


class Plain(Source):
    kept_headers = ("x-kept",)


def put(number: int = 1, **fields: object) -> InboxMessage:
    body = b"body %d" % number
    message, is_new = inbox.store(
        "plain", Webhook(body=body, headers={"x-kept": "a\x00b", "x": "y"}), Plain("plain", {})
    )
    assert is_new
    InboxMessage.objects.filter(pk=message.pk).update(**fields)
    return message


def done(pk: int) -> str:
    return ""


def ago(**span: float) -> dt.datetime:
    return timezone.now() - dt.timedelta(**span)


def test_a_source_reads_what_was_stored() -> None:
    message = InboxMessage.objects.get(pk=put().pk)
    assert inbox.as_webhook(message) == Webhook(body=b"body 1", headers={"x-kept": "ab"})


def test_drain_takes_what_is_due_oldest_first() -> None:
    rows = [put(number) for number in range(5)]
    InboxMessage.objects.filter(pk=rows[0].pk).update(due_at=ago(hours=-1))
    InboxMessage.objects.filter(pk=rows[1].pk).update(state=State.FAILED)
    InboxMessage.objects.filter(pk=rows[4].pk).update(due_at=ago(hours=1))
    seen: list[int] = []

    def handle(pk: int) -> str:
        seen.append(pk)
        return ""

    assert inbox.drain(handle) == 3
    assert seen == [rows[4].pk, rows[2].pk, rows[3].pk]
    assert inbox.drain(handle) == 0


def test_drain_goes_through_many_batches_and_stops_at_its_limit() -> None:
    for number in range(inbox.BATCH * 2 + 1):
        put(number)
    assert inbox.drain(done, limit=inbox.BATCH + 1) == inbox.BATCH + 1
    assert inbox.drain(done) == inbox.BATCH


def test_a_claimed_message_belongs_to_one_worker() -> None:
    put(1), put(2)
    first = inbox.claim(1)
    second = inbox.claim(5)
    assert len(first) == len(second) == 1
    assert first[0].pk != second[0].pk
    assert inbox.claim(5) == []
    assert first[0].attempts == 1


def test_the_rows_of_a_killed_worker_are_free_after_a_while() -> None:
    put()
    (dead,) = inbox.claim()
    InboxMessage.objects.update(leased_until=ago(seconds=1))
    (alive,) = inbox.claim()
    assert (alive.pk, alive.attempts) == (dead.pk, 2)
    # The first one was only slow: what it says now changes nothing.
    inbox.fail(dead, "too late")
    assert InboxMessage.objects.get().state == State.RECEIVED
    inbox.finish(alive)
    assert InboxMessage.objects.get().state == State.HANDLED


def test_two_workers_that_look_at_the_same_moment() -> None:
    put()
    real = inbox.InboxMessage.objects.filter
    taken = []

    def meanwhile(*args: object, **kwargs: object):  # type: ignore[no-untyped-def]
        if "pk__in" in kwargs and "leased_until" not in kwargs and not taken:
            taken.append(True)
            real(pk__in=kwargs["pk__in"]).update(leased_until=ago(seconds=-20), attempts=1)
        return real(*args, **kwargs)

    with mock.patch.object(inbox.InboxMessage.objects, "filter", meanwhile):
        assert inbox.claim() == []
    assert taken


def test_temporary_failures_wait_longer_each_time_and_end_some_day() -> None:
    row = put()

    def handle(pk: int) -> str:
        raise TemporaryFailure("The other side sleeps.")

    delays = []
    for _ in range(inbox.MAX_ATTEMPTS):
        before = timezone.now()
        assert inbox.drain(handle) == 1
        row.refresh_from_db()
        delays.append((row.due_at - before).total_seconds())
        if row.state == State.RECEIVED:
            InboxMessage.objects.update(due_at=before)
    assert delays[0] < 5
    assert delays[5] > delays[0] * 8
    assert max(delays) <= inbox.MAX_DELAY * 1.3
    assert (row.state, row.attempts) == (State.FAILED, inbox.MAX_ATTEMPTS)
    assert row.reason.startswith("Given up after 50 attempts. The other side sleeps.")


def test_the_wait_that_the_other_side_asked_for() -> None:
    row = put()

    def handle(pk: int) -> str:
        raise TemporaryFailure("busy", retry_after=600)

    inbox.drain(handle)
    row.refresh_from_db()
    assert row.due_at > ago(seconds=-590)


def test_what_never_works_is_left_to_people() -> None:
    for error, reason in (
        (PermanentFailure("No."), "PermanentFailure: No."),
        (DataError("value too long: ana@example.org"), "It holds something that the database cannot keep."),
    ):
        InboxMessage.objects.all().delete()
        row = put()
        assert inbox.settle(inbox.claim()[0], mock.Mock(side_effect=error)) == State.FAILED
        row.refresh_from_db()
        assert (row.state, row.reason) == (State.FAILED, reason)


def test_a_database_that_fails_even_the_note_leaves_the_row_due() -> None:
    row = put()
    with mock.patch.object(inbox, "_move", side_effect=OperationalError("gone")):
        assert inbox.settle(row, done) == State.RECEIVED
    row.refresh_from_db()
    assert (row.state, row.leased_until) == (State.RECEIVED, None)


def waits(pk: int) -> str:
    raise UnknownParcel("No parcel has this number.", number_key="1ZX")


def test_a_message_waits_for_its_parcel() -> None:
    row, other = put(1), put(2, state=State.WAITING, waits_for="other")
    inbox.drain(waits)
    row.refresh_from_db()
    assert (row.state, row.waits_for) == (State.WAITING, "1ZX")
    assert inbox.drain(done) == 0
    assert inbox.release_waiting("") == 0
    assert inbox.release_waiting("1ZX") == 1
    assert inbox.drain(done) == 1
    row.refresh_from_db()
    other.refresh_from_db()
    assert (row.state, row.reason, row.waits_for) == (State.HANDLED, "", "")
    assert other.state == State.WAITING


def test_a_parcel_that_comes_while_we_look_is_not_missed() -> None:
    row = put()
    with mock.patch.object(inbox.Parcel.objects, "filter") as there:
        there.return_value.exists.return_value = True
        assert inbox.settle(row, waits) == State.RECEIVED
        # It was another carrier's: the second time it waits in earnest.
        assert inbox.drain(waits) == 1
    row.refresh_from_db()
    assert row.state == State.WAITING


def test_replay_starts_anew() -> None:
    row = put(state=State.FAILED, reason="x", attempts=50, due_at=ago(hours=-5))
    assert inbox.replay(InboxMessage.objects.all()) == 1
    assert inbox.drain(done) == 1
    row.refresh_from_db()
    assert (row.state, row.reason, row.attempts) == (State.HANDLED, "", 1)


@pytest.mark.parametrize("before", [State.HANDLED, State.FAILED, State.REDACTED])
def test_what_is_said_once_more_is_handled_anew_also_by_one_who_is_killed_over_it(before: str) -> None:
    row, said = put(state=before, attempts=3), Webhook(body=b"body 1", headers={})
    written: list[str] = []

    def killed(execute: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith("UPDATE") and written:
            raise OperationalError("the process is gone")
        written.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(killed):
        inbox.say_again(row, said)
    row.refresh_from_db()
    assert (row.state, row.attempts, bytes(row.body)) == (State.RECEIVED, 0, b"body 1")
    assert inbox.drain(done) == 1


def test_a_handled_message_is_not_touched_again() -> None:
    row = put()
    (claimed,) = inbox.claim()
    inbox.finish(claimed)
    inbox.fail(row, "late")
    row.refresh_from_db()
    assert row.state == State.HANDLED
