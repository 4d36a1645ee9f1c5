from __future__ import annotations

import datetime as dt
import io
import time
from typing import Any

import pytest
from django.core.checks import Error
from django.core.management import CommandError, call_command
from django.utils import timezone

from order_status_plugin import checks, flow
from order_status_plugin.access import holds, retention
from order_status_plugin.access.models import AuditEntry, Device, Grant, MailedCode, ShareLink, StaffView
from order_status_plugin.conf import conf
from order_status_plugin.events import (
    FulfillmentSnapshot,
    Headline,
    LineSnapshot,
    OrderSnapshot,
    OrderState,
    ParcelStatus,
)
from order_status_plugin.hosts.demo import DemoHost
from order_status_plugin.intake.models import InboxMessage
from order_status_plugin.tracking import record
from order_status_plugin.tracking.models import Order, OrderContact
from tests import orders as plain

from . import canaries
from .orders import let_in

pytestmark = pytest.mark.django_db

START = dt.datetime(2026, 3, 2, 10, 0, tzinfo=dt.UTC)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    def set_to(**later: float) -> None:
        monkeypatch.setattr(timezone, "now", lambda: START + dt.timedelta(**later))

    set_to()
    return set_to


def snapshot(**more: Any) -> OrderSnapshot:
    return plain.snapshot(placed_at=START - dt.timedelta(hours=1), **more)


def sent() -> tuple[FulfillmentSnapshot, ...]:
    return (plain.sent(sent_at=START),)


def scanned(status: ParcelStatus) -> None:
    local = (timezone.now() + dt.timedelta(hours=1)).replace(tzinfo=None)
    record.tracking("aftership", plain.update(plain.scan(status, local_time=local)))


def delivered() -> Order:
    order = record.order("shop", snapshot(fulfillments=sent()))
    scanned(ParcelStatus.DELIVERED)
    return order


def cancelled() -> Order:
    return record.order("shop", snapshot(state=OrderState.CANCELLED))


def lost() -> Order:
    order = record.order("shop", snapshot(fulfillments=sent()))
    scanned(ParcelStatus.LOST)
    return order


def returned() -> Order:
    order = record.order("shop", snapshot(fulfillments=sent()))
    scanned(ParcelStatus.RETURNED)
    return order


def digital() -> Order:
    line = LineSnapshot(reference="a", title="A pattern to print", quantity=1, is_physical=False)
    return record.order("shop", snapshot(lines=(line,), state=OrderState.COMPLETE))


def silent() -> Order:
    order = record.order("shop", snapshot(fulfillments=sent()))
    scanned(ParcelStatus.IN_TRANSIT)
    return order


def never_sent() -> Order:
    return record.order("shop", snapshot())


def never_read() -> Order:
    return record.first_sight("shop", "1")


#: What ends an order, the headline it has then, and the days after which its person is erased.
ANCHORS = [
    (delivered, Headline.DELIVERED, 90),
    (cancelled, Headline.CANCELLED, 90),
    (lost, Headline.LOST, 90),
    (returned, Headline.RETURNED, 90),
    (digital, Headline.DELIVERED, 90),
    (silent, Headline.IN_TRANSIT, 270),
    (never_sent, Headline.CONFIRMED, 270),
    (never_read, Headline.CONFIRMED, 270),
]


@pytest.mark.parametrize(("place", "headline", "days"), ANCHORS, ids=lambda value: getattr(value, "__name__", ""))
def test_every_order_ages(clock: Any, place: Any, headline: Headline, days: int) -> None:
    order = place()
    order.refresh_from_db()
    assert order.headline == headline
    let_in(order)
    clock(days=days - 60, minutes=-1)
    assert (retention.run().grants_ended, Grant.objects.count()) == (0, 1)
    clock(days=days - 60, minutes=1)
    assert (retention.run().grants_ended, Grant.objects.count(), Device.objects.count()) == (1, 0, 0)
    clock(days=days, minutes=-1)
    assert retention.run().erased == 0
    clock(days=days, minutes=1)
    assert retention.run().erased == 1
    order.refresh_from_db()
    assert (order.erased_at, order.number, order.headline) == (timezone.now(), "", headline)
    assert not OrderContact.objects.exists()


def test_the_earliest_of_the_ends_counts(clock: Any) -> None:
    order = delivered()
    clock(days=80)
    record.order("shop", snapshot(fulfillments=sent(), shipping_method="Express"))
    order.refresh_from_db()
    assert order.last_activity_at == timezone.now()
    clock(days=90, minutes=1)
    assert retention.run().erased == 1


def test_an_order_that_came_alive_again_is_young(clock: Any) -> None:
    delivered()
    clock(days=89)
    scanned(ParcelStatus.OUT_FOR_DELIVERY)
    assert Order.objects.get().delivered_at is None
    clock(days=91)
    assert retention.run().erased == 0


def test_history_that_is_taken_in_has_aged_already(clock: Any) -> None:
    clock(days=100)
    order = record.order("shop", snapshot(state=OrderState.CANCELLED), is_import=True)
    assert order.closed_at == START - dt.timedelta(hours=1)
    recent = snapshot(reference="2", state=OrderState.CANCELLED, changed_at=START + dt.timedelta(days=50))
    record.order("shop", recent, is_import=True)
    live = record.order("shop", snapshot(reference="3", fulfillments=sent()), is_import=True)
    assert live.last_activity_at == START
    assert retention.run().erased == 1
    order.refresh_from_db()
    assert order.erased_at is not None


def test_history_that_goes_on_is_young_again(clock: Any) -> None:
    clock(days=100)
    record.order("shop", snapshot(fulfillments=sent()), is_import=True)
    scanned(ParcelStatus.IN_TRANSIT)
    assert Order.objects.get().last_activity_at == timezone.now()


def test_every_edge_of_four_hundred_days_is_kept_by_a_daily_run(clock: Any) -> None:
    order = canaries_at_start()
    seen: dict[str, int] = {}
    for day in range(400):
        clock(days=day)
        flow.retain()
        order.refresh_from_db()
        facts = {
            "grants": order.grants_ended_at is not None,
            "contact": order.erased_at is not None,
            "inbox": not InboxMessage.objects.exclude(state="redacted").exists(),
            "staff_views": not StaffView.objects.exists(),
        }
        for name, is_over in facts.items():
            if is_over:
                seen.setdefault(name, day)
    assert seen == {"grants": 30, "contact": 90, "inbox": 14, "staff_views": 365}
    assert canaries.found() == {}


def canaries_at_start() -> Order:
    """Everything, delivered at the start."""
    order = canaries.everything()
    Order.objects.update(delivered_at=START, headline=Headline.DELIVERED)
    InboxMessage.objects.update(received_at=START)
    StaffView.objects.update(at=START)
    AuditEntry.objects.update(at=START)
    order.refresh_from_db()
    return order


def test_what_age_erases_is_all_there_is(clock: Any) -> None:
    canaries_at_start()
    clock(days=91)
    flow.retain()
    assert canaries.found() == {}


def test_a_dry_run_changes_nothing_and_says_what_a_real_one_does(clock: Any) -> None:
    canaries_at_start()
    clock(days=366)
    before, rows = canaries.found(), list(Order.objects.values())
    said = command("--dry-run")
    assert (canaries.found(), list(Order.objects.values())) == (before, rows)
    assert not AuditEntry.objects.exists()
    for line in (
        "access would end: 1",
        "orders to erase: 1; on legal hold: 0",
        "to erase: 3",
        "looks of staff to delete: 1",
    ):
        assert line in said
    done = command()
    for line in ("access ended: 1", "orders erased: 1; on legal hold: 0", "erased: 3", "looks of staff deleted: 1"):
        assert line in done


def test_a_second_run_has_nothing_to_do(clock: Any) -> None:
    canaries_at_start()
    clock(days=91)
    retention.run()
    rows, log = list(Order.objects.values()), AuditEntry.objects.count()
    again = retention.run()
    assert (again.erased, again.grants_ended) == (0, 0)
    assert (list(Order.objects.values()), AuditEntry.objects.count()) == (rows, log)
    assert list(AuditEntry.objects.order_by("pk").values_list("action", "actor", "detail")) == [
        ("grants_ended", "system", "retention"),
        ("erased", "system", "retention"),
    ]


def test_a_held_order_keeps_everything(clock: Any) -> None:
    order = canaries_at_start()
    holds.hold(order, "", "sam")
    before = canaries.found()
    clock(days=300)
    assert "would end: 0" in command("--dry-run")
    report = retention.run()
    flow.retain()
    assert (report.held, report.erased, report.grants_ended) == (1, 0, 0)
    after = canaries.found()
    # What no event of the order came from is nobody's evidence.
    assert after.pop("inboxmessage") <= before.pop("inboxmessage")
    assert InboxMessage.objects.get(key="event-1").state == "handled"
    assert after == before
    holds.lift(order, "sam")
    flow.retain()
    assert canaries.found() == {}


def test_shared_links_and_codes_end_with_access(clock: Any) -> None:
    canaries_at_start()
    clock(days=31)
    assert ShareLink.objects.exists()
    retention.run()
    assert not ShareLink.objects.exists()
    assert not MailedCode.objects.exists()
    assert OrderContact.objects.exists()


def test_long_work_is_done_in_parts(clock: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        record.order("shop", snapshot(reference=str(number), number=f"N{number}", state=OrderState.CANCELLED))
    clock(days=91)
    monkeypatch.setattr(retention, "BATCH", 2)
    first = retention.run(most=3)
    assert (first.erased, first.is_complete) == (3, False)
    second = retention.run(most=3)
    assert (second.erased, second.is_complete) == (2, True)


def test_a_run_whose_time_is_over_leaves_the_rest_to_the_next(clock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        record.order("shop", snapshot(reference=str(number), number=f"N{number}", state=OrderState.CANCELLED))
    clock(days=91)
    nothing = retention.run(end=time.monotonic())
    assert (nothing.grants_ended, nothing.erased, nothing.is_complete) == (0, 0, False)
    erased: list[int] = []
    erase = retention.erase

    def counted(order: Order, *args: Any, **more: Any) -> bool:
        erased.append(order.pk)
        return erase(order, *args, **more)

    with monkeypatch.context() as patched:
        patched.setattr(retention, "erase", counted)
        patched.setattr(retention, "is_over", lambda _end: len(erased) == 2)
        first = retention.run()
    assert (first.erased, first.is_complete) == (2, False)
    second = retention.run(end=time.monotonic() + 3600)
    assert (second.erased, second.is_complete) == (1, True)


def test_the_task_ends_in_time_and_wakes_the_next(clock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that django-q2 has to end is gone with its queue, and the schedule comes once a day."""
    cancelled()
    now = timezone.now()
    InboxMessage.objects.create(alias="aftership", key="k", digest="d", body=b"{}", received_at=now, due_at=now)
    clock(days=400)
    woken: list[str] = []
    monkeypatch.setattr(flow.wake, "wake", lambda name, _func: woken.append(name))
    with monkeypatch.context() as patched:
        patched.setattr(flow, "RETAINING", 0.0)
        flow.retain()
    assert woken == ["retention"]
    assert Order.objects.filter(erased_at=None).exists()
    assert InboxMessage.objects.get().body
    flow.retain()
    assert woken == ["retention"]
    assert not Order.objects.filter(erased_at=None).exists()
    assert not InboxMessage.objects.get().body


def test_an_order_that_fails_stops_no_other(clock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = record.order("shop", snapshot(reference="bad", state=OrderState.CANCELLED))
    record.order("shop", snapshot(reference="good", state=OrderState.CANCELLED))
    clock(days=91)
    erase = retention.erase

    def fragile(order: Order, *args: Any, **more: Any) -> bool:
        if order.pk == bad.pk:
            raise RuntimeError("boom")
        return erase(order, *args, **more)

    monkeypatch.setattr(retention, "erase", fragile)
    with pytest.raises(CommandError, match="1 orders could not be erased"):
        command()
    assert list(Order.objects.exclude(erased_at=None).values_list("reference", flat=True)) == ["good"]


def test_an_order_that_changed_between_the_look_and_the_lock_is_left_alone(clock: Any) -> None:
    order = cancelled()
    clock(days=91)
    due = retention.due("contact")
    assert due.filter(pk=order.pk).exists()
    Order.objects.update(closed_at=None)
    assert retention.run().erased == 0


def test_the_settings_say_how_long(clock: Any, settings: Any) -> None:
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "RETENTION": {"contact": dt.timedelta(days=7), "inbox": None}}
    canaries_at_start()
    clock(days=8)
    flow.retain()
    assert not OrderContact.objects.exists()
    assert conf.retention("grants") == dt.timedelta(days=30)
    assert InboxMessage.objects.exclude(state="redacted").exists()


def test_none_keeps_for_ever(clock: Any, settings: Any) -> None:
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "RETENTION": dict.fromkeys(("contact", "grants", "silent"))}
    delivered()
    clock(days=4000)
    assert retention.run().erased == 0
    assert "for ever" in command("--dry-run")


@pytest.mark.parametrize(
    "given", [{"contacts": dt.timedelta(1)}, {"contact": 90}, {"contact": dt.timedelta(-1)}], ids=str
)
def test_a_wrong_setting_is_named(settings: Any, given: dict[str, Any]) -> None:
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "RETENTION": given}
    (found,) = checks.check_settings()
    assert isinstance(found, Error)
    assert next(iter(given)) in found.msg


def command(*options: str) -> str:
    out = io.StringIO()
    call_command("order_status_retention", *options, stdout=out)
    return out.getvalue()


@pytest.fixture(autouse=True)
def _shelf() -> None:
    DemoHost.orders.clear()


def test_orders_of_one_moment_are_each_let_go_once_and_one_that_fails_stops_no_other(
    clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        record.order("shop", snapshot(reference=f"{number}", state=OrderState.CANCELLED))
    for number in range(5, 8):
        record.order("shop", snapshot(reference=f"{number}"))
    monkeypatch.setattr(retention, "BATCH", 2)
    heard: list[int] = []
    clock(days=300)
    assert retention.count() == 16
    failing = Order.objects.get(reference="1").pk
    erase = retention.erase

    def fails_once(order: Order, *args: Any, **more: Any) -> bool:
        if order.pk == failing:
            raise RuntimeError
        return erase(order, *args, **more)

    monkeypatch.setattr(retention, "erase", fails_once)
    report = retention.run(done=heard.append)
    assert (report.grants_ended, report.erased, report.failed, report.is_complete) == (8, 7, 1, True)
    assert (sum(heard), max(heard)) == (16, 2)
    monkeypatch.undo()


def test_a_bounded_run_says_whether_more_is_due_of_either_kind(clock: Any) -> None:
    ended = record.order("shop", snapshot(reference="a", state=OrderState.CANCELLED))
    record.order("shop", snapshot(reference="b"))
    clock(days=300)
    first = retention.run(most=1)
    assert (first.erased, first.is_complete) == (1, False)
    assert Order.objects.get(pk=ended.pk).erased_at is not None
    second = retention.run(most=1)
    assert (second.erased, second.is_complete) == (1, True)
