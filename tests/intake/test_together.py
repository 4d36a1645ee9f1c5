"""A source's messages are handled together, in turns with everybody else's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from unittest import mock

import pytest
from django.db import DataError, OperationalError
from django.test import override_settings
from django.utils import timezone
from django_q.models import OrmQ

from order_status_plugin import flow
from order_status_plugin.events import ParcelSnapshot, ParcelStatus, TrackingUpdate
from order_status_plugin.exceptions import UnreadableMessage
from order_status_plugin.intake import inbox
from order_status_plugin.intake.models import InboxMessage
from order_status_plugin.sources.base import Source, Webhook
from order_status_plugin.tracking import append, record
from order_status_plugin.tracking.models import TrackingEvent
from tests.orders import scan, sent, snapshot, update

pytestmark = pytest.mark.django_db
State = InboxMessage.State
NUMBERS = [f"1Z999AA1{n:010d}" for n in range(6)]


class Words(Source):
    """Takes tracking numbers, one a word; ``!`` is what it cannot read."""

    def knows(self, carrier: str) -> bool:
        return carrier == "ups"

    def parse(self, webhook: Webhook) -> Iterable[TrackingUpdate]:
        for word in webhook.body.decode().split():
            if word == "!":
                raise UnreadableMessage("No number.")
            yield update(scan(ParcelStatus.IN_TRANSIT), number=word)


@pytest.fixture(autouse=True)
def _sources() -> Iterator[None]:
    sources = {alias: {"BACKEND": f"{__name__}.Words"} for alias in ("first", "second")}
    with override_settings(ORDER_STATUS={"SOURCES": sources}):
        for number in NUMBERS:
            parcel = ParcelSnapshot(carrier_text="UPS", tracking_number=number)
            record.order("shop", snapshot(reference=number, fulfillments=(sent(parcels=(parcel,)),)))
        yield


def put(body: str, alias: str = "first") -> InboxMessage:
    message, _is_new = inbox.store(alias, Webhook(body=body.encode(), headers={}), Words(alias, {}))
    return message


def state(message: InboxMessage) -> tuple[str, str]:
    message.refresh_from_db()
    return message.state, message.reason


def told() -> set[str]:
    return set(TrackingEvent.objects.values_list("parcel__number_key", flat=True))


def test_each_message_of_a_batch_has_its_own_end() -> None:
    good, wrong, unknown, also = put(NUMBERS[0]), put("!"), put("1ZNOBODY"), put(f"{NUMBERS[1]} {NUMBERS[2]}")
    half = put(f"{NUMBERS[3]} !")
    with mock.patch.object(record, "tracking_each", wraps=record.tracking_each) as together:
        assert flow.drain_inbox() == 5
    assert together.call_count == 1
    assert state(good) == state(also) == (State.HANDLED, "")
    assert state(wrong) == state(half) == (State.FAILED, "No number.")
    assert state(unknown)[0] == State.WAITING
    unknown.refresh_from_db()
    assert unknown.waits_for == "1ZNOBODY"
    assert told() == set(NUMBERS[:4])
    good.refresh_from_db()
    assert (good.attempts, good.leased_until, good.handled_at is None) == (1, None, False)


def test_what_the_database_cannot_keep_is_put_aside_alone() -> None:
    good, bad, last = put(NUMBERS[0]), put(NUMBERS[1]), put(NUMBERS[2])
    real = append.names

    def names(source: str, number_key: str, scan: object) -> tuple[str, str]:
        if number_key == NUMBERS[1]:
            raise DataError("ana@example.org does not fit")
        return real(source, number_key, scan)  # type: ignore[arg-type]

    with mock.patch.object(append, "names", names):
        flow.drain_inbox()
    assert state(good) == state(last) == (State.HANDLED, "")
    assert state(bad) == (State.FAILED, "It holds something that the database cannot keep.")
    assert told() == {NUMBERS[0], NUMBERS[2]}


def test_a_database_that_fails_leaves_them_all_for_later() -> None:
    messages = [put(number) for number in NUMBERS]
    with mock.patch.object(record, "Batch", side_effect=OperationalError("gone")):
        flow.drain_inbox()
    assert {state(message) for message in messages} == {(State.RECEIVED, "The database failed (OperationalError).")}
    assert InboxMessage.objects.filter(due_at__gt=timezone.now(), leased_until=None).count() == len(messages)
    InboxMessage.objects.update(due_at=timezone.now())
    flow.drain_inbox()
    assert told() == set(NUMBERS)


def test_nobody_waits_behind_a_flood() -> None:
    order: list[str] = []

    def handle(messages: Sequence[InboxMessage]) -> list[str | Exception]:
        order.extend(message.alias for message in messages)
        return [""] * len(messages)

    def alone(pk: int) -> str:
        order.append("third")
        return ""

    for number in range(25):
        put(f"{number}")
    put("late", "second"), put("late", "third")
    earlier = timezone.now() - dt.timedelta(hours=1)
    InboxMessage.objects.filter(alias="first").update(due_at=earlier)
    with mock.patch.object(inbox, "TOGETHER", 10):
        inbox.drain(alone, together={"first": handle, "second": handle}, aliases=["third"])
    assert order[:2] == ["second", "third"]
    assert order[2:] == ["first"] * 25


def test_a_lease_holds_no_more_than_there_is_room_for() -> None:
    bodies = [str(number) * 400 for number in range(5)]
    for body in bodies:
        put(body)
    put("9" * 2000)
    with mock.patch.object(inbox, "MOST_BYTES", 1000):
        sizes = []
        while claimed := inbox.claim(inbox.TOGETHER, "first"):
            sizes.append([len(message.body) for message in claimed])
    assert sizes == [[400, 400], [400, 400], [400], [2000]]


def test_what_is_left_when_the_time_is_over_has_a_worker_woken(django_capture_on_commit_callbacks: Any) -> None:
    for number in NUMBERS:
        put(number)
    with mock.patch.object(inbox, "drain", return_value=0), django_capture_on_commit_callbacks(execute=True):
        assert flow.drain_inbox() == 0
    assert OrmQ.objects.count() == 1
    assert inbox.drain(flow.handle_message, seconds=0) == 0


def test_a_flood_is_drained_whole_while_another_source_is_heard(volume: str) -> None:
    count = {"light": 50, "moderate": 200, "full": 1_000}[volume]
    for number in range(count):
        put(NUMBERS[number % 5] + " " * number if number % 50 else "1ZNOBODY" + " " * number)
    last = put(NUMBERS[5], "second")
    seen: list[int] = []
    real = inbox.settle_together

    def settle(messages: Sequence[InboxMessage], handle: inbox.HandleTogether) -> None:
        seen.append(len(messages))
        real(messages, handle)
        if len(seen) == 1:
            assert state(last)[0] == State.HANDLED

    with mock.patch.object(inbox, "settle_together", settle), mock.patch.object(inbox, "TOGETHER", 40):
        assert flow.drain_inbox() == count + 1
    assert max(seen) <= 40
    waiting = -(-count // 50)
    assert InboxMessage.objects.filter(state=State.WAITING).count() == waiting
    assert InboxMessage.objects.filter(state=State.HANDLED).count() == count + 1 - waiting
    assert told() == set(NUMBERS)
