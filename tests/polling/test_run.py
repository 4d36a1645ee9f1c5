"""Who is asked, when, and what becomes of it."""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from order_status_plugin import flow
from order_status_plugin.access import erase, export
from order_status_plugin.events import Nudge, ParcelStatus
from order_status_plugin.intake.models import InboxMessage
from order_status_plugin.polling import condition, follow, lease, run
from order_status_plugin.polling.models import Poll, SourceState
from order_status_plugin.testing.provider import Reply
from order_status_plugin.tracking import record
from order_status_plugin.tracking.models import Parcel

from .conftest import START, Shop
from .provider import Known


def post(client: Client, *numbers: str) -> Any:
    body = "{" + ", ".join(f'"{number}": []' for number in numbers) + "}"
    return client.post(reverse("order_status:hook", args=["little"]), body, content_type="application/json")


def test_a_parcel_that_appears_is_asked_about_at_once(shop: Shop, known: Known) -> None:
    known.scan("A1", "in_transit", START)
    [parcel] = shop.send("A1")
    assert flow.drain_polls() == 1
    parcel.refresh_from_db()
    assert (parcel.status, parcel.last_checked_at) == ("in_transit", START)
    assert flow.drain_polls() == 0
    assert known.asked == [["A1"]]


def test_an_answer_that_says_nothing_new_leaves_nothing_behind(shop: Shop, known: Known) -> None:
    [parcel] = shop.send("A1")
    known.scan("A1", "in_transit", START)
    flow.drain_polls()
    assert InboxMessage.objects.count() == 1
    version = shop.order().version
    shop.live(0.5)
    parcel.refresh_from_db()
    assert len(known.asked) > 3
    assert InboxMessage.objects.count() == 1
    assert shop.order().version == version
    assert parcel.last_checked_at > START + dt.timedelta(hours=6)
    # The same words are news to a parcel that came since.
    [twin] = shop.send("A1", reference="2")
    flow.drain_polls()
    twin.refresh_from_db()
    assert twin.status == "in_transit"


def test_a_nudge_is_answered_by_the_worker_and_not_in_the_request(shop: Shop, known: Known, client: Client) -> None:
    [parcel] = shop.send("A1")
    flow.drain_polls()
    known.scan("A1", "delivered", START)
    shop.later(minutes=5)
    assert post(client, "A1").status_code == 200
    assert len(known.asked) == 1
    assert flow.drain_polls() == 1
    parcel.refresh_from_db()
    assert parcel.status == "delivered"
    assert Poll.objects.get().hastened_at is None


def poll(parcel: Parcel) -> Poll:
    return Poll.objects.get(parcel=parcel)


def due_in(parcel: Parcel) -> dt.timedelta | None:
    due = poll(parcel).due_at
    return None if due is None else due - timezone.now()


def test_two_orders_under_one_number_are_one_question(shop: Shop, known: Known) -> None:
    known.scan("A1", "in_transit", START)
    [one] = shop.send("A1", reference="1")
    [other] = shop.send("A1", reference="2")
    assert flow.drain_polls() == 2
    assert known.asked == [["A1"]]
    for parcel in (one, other):
        parcel.refresh_from_db()
        assert parcel.last_checked_at == START


# --- whom, and until when ---------------------------------------------------------------------------


def test_parcels_are_asked_about_in_batches(shop: Shop, known: Known) -> None:
    shop.send(*(f"A{n}" for n in range(10)))
    assert flow.drain_polls() == 10
    assert [len(numbers) for numbers in known.asked] == [4, 4, 2]


def test_a_journey_is_asked_about_often_near_its_end_and_then_no_more(shop: Shop, known: Known) -> None:
    [parcel] = shop.send("A1")
    known.scan("A1", "in_transit", START)
    shop.live(0.7)
    by_road = known.count
    known.scan("A1", "out_for_delivery", timezone.now())
    shop.live(0.3)
    seen = known.count
    shop.live(0.2)  # from eight in the morning
    assert known.count - seen > 14 > by_road > 5
    known.scan("A1", "delivered", timezone.now())
    shop.live(0.02)
    before = known.count
    shop.live(5, minutes=30)
    assert known.count - before == 3
    assert poll(parcel).due_at is None
    shop.live(5, minutes=60)
    assert known.count - before == 3


def test_a_correction_after_the_end_is_heard_and_followed(shop: Shop, known: Known) -> None:
    [parcel] = shop.send("A1")
    known.scan("A1", "delivered", START)
    flow.drain_polls()
    shop.later(minutes=30)
    known.scan("A1", "attempted_delivery", timezone.now())
    shop.live(0.1)
    parcel.refresh_from_db()
    assert parcel.status == "attempted_delivery"
    assert poll(parcel).ended_at is None
    assert due_in(parcel) is not None


def test_a_parcel_that_is_too_old_is_given_up(shop: Shop, known: Known) -> None:
    known.scan("A1", "in_transit", START)
    [parcel] = shop.send("A1")
    shop.live(3, minutes=120)
    shop.later(days=88)
    flow.drain_polls()
    assert poll(parcel).due_at is None


def test_a_withdrawn_number_is_asked_about_no_more_and_the_right_one_is(shop: Shop, known: Known) -> None:
    shop.send("A1")
    flow.drain_polls()
    shop.send("A2")
    shop.live(1, minutes=30)
    assert known.asked[0] == ["A1"]
    assert {number for numbers in known.asked[1:] for number in numbers} == {"A2"}


def test_a_row_that_should_have_gone_with_its_parcel_asks_nobody(shop: Shop, known: Known) -> None:
    shop.send("A1", "A2")
    Parcel.objects.filter(number_key="A1").update(is_withdrawn=True)
    assert flow.drain_polls() == 1
    assert known.asked == [["A2"]]
    assert Poll.objects.count() == 1


def test_nobody_is_asked_about_an_erased_order(shop: Shop, known: Known) -> None:
    shop.send("A1")
    erase.erase(shop.order(), actor="a test")
    assert not Poll.objects.exists()
    flow.take_order("shop", "1")
    flow.sweep()
    assert flow.drain_polls() == 0
    assert known.asked == []


def test_what_is_kept_of_an_order_says_when_it_was_asked_about(shop: Shop) -> None:
    shop.send("A1")
    flow.drain_polls()
    [row] = export.export([shop.order()], actor="a test")["orders"][0]["polls"]
    assert row["alias"] == "little"
    assert row["asked_at"] == START


def test_a_delivery_that_somebody_else_told_ends_the_asking(shop: Shop, known: Known) -> None:
    shop.send("A1")
    flow.drain_polls()
    [parcel] = shop.send("A1", host_status=ParcelStatus.DELIVERED)
    assert parcel.status == "delivered"
    shop.live(5, minutes=30)
    assert known.count <= 1 + 3
    assert poll(parcel).due_at is None


def test_orders_of_before_our_time_are_followed_where_they_may_still_travel(shop: Shop, known: Known) -> None:
    shop.send("A1", reference="1", is_import=True, sent_at=START - dt.timedelta(days=30))
    shop.send("A2", reference="2", is_import=True, sent_at=START - dt.timedelta(days=3))
    shop.send(
        "A3",
        reference="3",
        is_import=True,
        sent_at=START - dt.timedelta(days=3),
        host_status=ParcelStatus.DELIVERED,
        host_status_at=START - dt.timedelta(days=1),
    )
    follow.missed()
    flow.drain_polls()
    assert known.asked == [["A2"]]


@pytest.mark.parametrize("options", [{"url": ""}])
def test_a_source_without_its_credentials_is_not_asked(shop: Shop, client: Client) -> None:
    shop.send("A1")
    assert not Poll.objects.exists()
    assert post(client, "A1").status_code == 200
    assert flow.drain_polls() == 0


def test_what_was_missed_is_found_by_the_sweep(shop: Shop, known: Known, options: dict[str, Any]) -> None:
    url, options["url"] = options["url"], ""
    [parcel] = shop.send("A1")
    options["url"] = url
    flow.sweep()
    assert flow.drain_polls() == 1
    # Given up too early, as when it was asked about no more and then moved on by another's word.
    Poll.objects.update(due_at=None)
    flow.sweep()
    assert poll(parcel).due_at is not None


# --- the clock --------------------------------------------------------------------------------------


def test_a_clock_that_was_far_ahead_stops_nothing(shop: Shop, known: Known, clock: Any) -> None:
    [parcel] = shop.send("A1")
    clock.shift(dt.timedelta(days=30))
    flow.drain_polls()
    lease.take("little")  # by a worker that is killed there
    clock.shift(-dt.timedelta(days=30))
    flow.sweep()
    assert due_in(parcel) <= dt.timedelta(days=1.3)  # type: ignore[operator]
    shop.live(1.5, minutes=60)
    assert known.count > 1


def test_a_clock_that_goes_back_does_not_take_a_check_back(shop: Shop, clock: Any) -> None:
    [parcel] = shop.send("A1")
    flow.drain_polls()
    clock.shift(-dt.timedelta(hours=2))
    record.check_in([parcel], timezone.now())
    parcel.refresh_from_db()
    assert parcel.last_checked_at == START


# --- registration -----------------------------------------------------------------------------------


@pytest.mark.parametrize("options", [{"registers": True, "budgets": [[1000, 60]]}])
def test_each_parcel_is_registered_once_and_then_asked_about(shop: Shop, known: Known) -> None:
    shop.send("A1", "A2")
    flow.drain_polls()
    assert (known.registered, known.asked) == ([["A1", "A2"]], [])
    flow.take_order("shop", "1")
    shop.live(3, minutes=30)
    assert known.registered == [["A1", "A2"]]
    assert known.count > 10


@pytest.mark.parametrize("options", [{"registers": True, "registration_days": 10, "budgets": [[1000, 60]]}])
def test_a_registration_is_renewed_before_it_ends_and_never_after_the_journey(shop: Shop, known: Known) -> None:
    shop.send("A1")
    known.scan("A1", "in_transit", START)
    shop.live(25, minutes=240)
    assert known.registered == [["A1"]] * 3
    known.scan("A1", "delivered", timezone.now())
    shop.live(20, minutes=240)
    assert known.registered == [["A1"]] * 3


@pytest.mark.parametrize("options", [{"registers": True, "budgets": [[1000, 60]]}])
def test_a_refused_registration_stops_no_other(shop: Shop, known: Known) -> None:
    parcels = shop.send("A1", "A2", "A3", "A4")
    known.refused = {"A3"}
    flow.drain_polls()
    assert [poll(parcel).registered_at is not None for parcel in parcels] == [True, True, False, True]
    assert "400" in poll(parcels[2]).reason
    known.refused = set()
    shop.live(0.1)
    assert poll(parcels[2]).registered_at is not None


def test_registration_that_is_switched_on_later_reaches_those_that_travel(
    shop: Shop, known: Known, options: dict[str, Any]
) -> None:
    shop.send("A1")
    flow.drain_polls()
    options["registers"] = True
    flow.sweep()
    flow.drain_polls()
    assert known.registered == [["A1"]]


# --- nudges -----------------------------------------------------------------------------------------


def test_a_flood_of_forged_nudges_asks_each_parcel_once_a_minute(shop: Shop, known: Known, client: Client) -> None:
    shop.send("A1")
    flow.drain_polls()
    known.asked.clear()
    for second in range(0, 600, 5):
        shop.later(seconds=5)
        assert post(client, f"A1{' ' * second}").status_code in (200, 202)
        flow.drain_polls()
    assert 5 <= known.count <= 10


@pytest.mark.parametrize("options", [{"budgets": [[5, 60]]}])
def test_a_flood_of_nudges_keeps_to_the_budget(shop: Shop, known: Known, client: Client) -> None:
    numbers = [f"A{n}" for n in range(60)]
    shop.send(*numbers)
    for _ in range(12):
        post(client, *numbers)
        shop.later(seconds=10)
        flow.drain_polls()
    assert len(known.asked) <= 2 * 5 + 1


def test_a_nudge_for_an_unknown_parcel_waits_until_it_comes(shop: Shop, known: Known, client: Client) -> None:
    assert post(client, "A1").status_code == 202
    assert InboxMessage.objects.get().state == InboxMessage.State.WAITING
    known.scan("A1", "in_transit", START)
    [parcel] = shop.send("A1")
    flow.drain_inbox()
    assert InboxMessage.objects.get().state == InboxMessage.State.HANDLED
    assert flow.drain_polls() == 1
    parcel.refresh_from_db()
    assert parcel.status == "in_transit"


def test_a_nudge_while_we_ask_is_answered_after(shop: Shop, known: Known, client: Client) -> None:
    [parcel] = shop.send("A1")

    def ask(alias: str, parcels: Any) -> None:
        flow.ask(alias, parcels)
        shop.later(seconds=1)
        flow.hasten("little", Nudge(tracking_number="A1"))

    run.drain(ask=ask, register=flow.register)
    assert due_in(parcel) == dt.timedelta(minutes=1)


def test_a_nudge_of_a_source_that_does_not_follow_the_parcel_is_answered_once(
    shop: Shop, known: Known, client: Client
) -> None:
    [parcel] = shop.send("A1")
    Parcel.objects.filter(pk=parcel.pk).update(source="another")
    Poll.objects.update(alias="another")
    post(client, "A1")
    assert flow.drain_polls() == 1
    assert not Poll.objects.filter(alias="little").exists()


# --- when it does not work --------------------------------------------------------------------------


def test_one_refused_parcel_is_found_and_the_others_are_asked_about(shop: Shop, known: Known) -> None:
    parcels = shop.send("A1", "A2", "A3", "A4")
    known.refused = {"A3"}
    flow.drain_polls()
    assert [poll(parcel).asked_at is not None and not poll(parcel).reason for parcel in parcels] == [
        True, True, False, True,
    ]  # fmt: skip
    assert due_in(parcels[2]) == run.FIRST_REFUSAL
    assert not SourceState.objects.get().failures


def test_a_source_that_refuses_everything_is_left_in_peace(shop: Shop, known: Known) -> None:
    numbers = [f"A{n}" for n in range(60)]
    shop.send(*numbers)
    known.refused = set(numbers)
    flow.drain_polls()
    calls = len(known.asked)
    assert calls < 40
    shop.live(0.03)
    assert len(known.asked) == calls
    known.refused = set()
    shop.live(0.1)
    assert {number for asked in known.asked[calls:] for number in asked} == set(numbers)


def test_retry_after_is_a_pause_of_the_whole_source(shop: Shop, known: Known) -> None:
    shop.send(*(f"A{n}" for n in range(12)))
    known.instead = [Reply(status=429, headers={"Retry-After": "900"})]
    flow.drain_polls()
    shop.later(seconds=890)
    flow.drain_polls()
    assert len(known.asked) == 1
    shop.later(seconds=15)
    assert flow.drain_polls() == 12


def test_a_source_that_is_down_is_tried_with_one_batch(shop: Shop, known: Known) -> None:
    shop.send(*(f"A{n}" for n in range(40)))
    known.instead = [Reply(status=500)] * 4
    flow.drain_polls()
    assert len(known.asked) == 3
    state = SourceState.objects.get()
    assert state.open_until is not None
    assert state.last_error
    shop.clock.move_to(state.open_until)
    flow.drain_polls()
    assert len(known.asked) == 4  # the try failed
    state.refresh_from_db()
    shop.clock.move_to(max(state.open_until, timezone.now() + dt.timedelta(hours=1)))
    assert flow.drain_polls() == 40
    state.refresh_from_db()
    assert (state.failures, state.open_until, state.last_error) == (0, None, "")


def test_refused_credentials_stop_the_source_for_an_hour(
    shop: Shop, known: Known, caplog: pytest.LogCaptureFixture
) -> None:
    shop.send("A1", "A2")
    known.instead = [Reply(status=401)] * 2
    shop.live(1.9 / 24)
    assert len(known.asked) == 2
    assert [entry.levelname for entry in caplog.records].count("ERROR") == 1
    shop.live(0.1)
    assert len(known.asked) > 2
    assert not SourceState.objects.get().is_denied


def test_an_adapter_that_fails_by_itself_stops_no_other(shop: Shop, known: Known, caplog: Any) -> None:
    shop.send("A1")
    known.instead = [Reply(body=b"[]")]
    flow.drain_polls()
    assert InboxMessage.objects.get().state == InboxMessage.State.FAILED

    def broken(alias: str, parcels: Any) -> None:
        raise KeyError("secret-token")

    shop.later(days=1)
    assert run.drain(ask=broken, register=flow.register).asked == 0
    assert "secret" not in Poll.objects.get().reason + SourceState.objects.get().last_error


# --- budgets ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("options", [{"budgets": [[20, 3600], [200, 86400]]}])
def test_the_budget_is_kept_over_a_day_and_nobody_starves(shop: Shop, known: Known) -> None:
    numbers = [f"A{n}" for n in range(120)]
    shop.send(*numbers)
    for number in numbers:
        known.scan(number, "in_transit", START)
    for number in numbers[:10]:
        known.scan(number, "out_for_delivery", START)
    moments: list[dt.datetime] = []
    end = START + dt.timedelta(days=1)
    while timezone.now() < end:
        before = len(known.asked)
        flow.drain_polls()
        moments += [timezone.now()] * (len(known.asked) - before)
        shop.later(minutes=10)
    for start in moments:
        assert sum(start <= moment < start + dt.timedelta(hours=1) for moment in moments) <= 20
    assert 150 <= len(moments) <= 200
    times = Counter(number for asked in known.asked for number in asked)
    assert set(times) == set(numbers)
    near = [times[number] for number in numbers[:10]]
    far = [times[number] for number in numbers[10:]]
    assert min(near) > 2 * max(far)
    assert min(far) >= 2


@pytest.mark.parametrize(("options", "slept"), [({"budgets": [[1, 1]]}, True), ({"budgets": [[1, 4]]}, False)])
def test_a_call_that_is_free_soon_is_waited_for(
    shop: Shop, known: Known, slept: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        shop.later(seconds=seconds)

    monkeypatch.setattr(time, "sleep", sleep)
    shop.send(*(f"A{n}" for n in range(8)))
    flow.drain_polls()
    assert len(known.asked) == 1 + slept
    assert bool(pauses) == slept


def test_a_task_ends_in_time_and_says_that_there_is_more(shop: Shop, known: Known) -> None:
    shop.send(*(f"A{n}" for n in range(12)))

    def slow(alias: str, parcels: Any) -> None:
        time.sleep(0.2)
        flow.ask(alias, parcels)

    done = run.drain(ask=slow, register=flow.register, seconds=0.3)
    assert not done.is_over
    assert 4 <= done.asked < 12
    assert run.drain(ask=flow.ask, register=flow.register).is_over


# --- leases -----------------------------------------------------------------------------------------


def test_a_source_that_another_worker_asks_is_left_to_it(shop: Shop, known: Known) -> None:
    shop.send("A1")
    state = lease.take("little")
    assert state is not None
    assert lease.take("little") is None
    assert flow.drain_polls() == 0
    lease.end(state)
    assert flow.drain_polls() == 1


def test_a_killed_workers_lease_ends_and_its_calls_are_counted(shop: Shop, known: Known) -> None:
    shop.send("A1")

    def killed(alias: str, parcels: Any) -> None:
        raise SystemExit

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lease, "end", lambda state: None)
        with pytest.raises(SystemExit):
            run.drain(ask=killed, register=flow.register)
    assert condition.every()[0].calls == 999
    assert flow.drain_polls() == 0
    shop.later(minutes=4)
    assert flow.drain_polls() == 1


def test_a_worker_that_lost_its_lease_stops(shop: Shop, known: Known) -> None:
    shop.send(*(f"A{n}" for n in range(12)))

    def slow(alias: str, parcels: Any) -> None:
        flow.ask(alias, parcels)
        shop.later(minutes=10)
        assert lease.take("little") is not None

    assert run.drain(ask=slow, register=flow.register).asked == 4
    assert len(known.asked) == 1
