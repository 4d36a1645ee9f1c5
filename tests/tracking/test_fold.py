"""The fold is a pure function of the set of events."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from order_status_plugin.events import Milestone, Overlay, ParcelStatus, Place, Precision, Reason, TrackingScan
from order_status_plugin.tracking.fold import FoldEvent, distinct, fold
from order_status_plugin.tracking.identity import identify

S = ParcelStatus
NOON = dt.datetime(2026, 11, 20, 12, 0)
RECEIVED = dt.datetime(2026, 11, 30, 12, 0, tzinfo=dt.UTC)


def event(
    status: S | None,
    hours: float = 0,
    *,
    overlay: Overlay = Overlay.NONE,
    offset: int | None = 60,
    precision: Precision = Precision.INSTANT,
    source_id: str = "",
    message: str = "",
    source: str = "aftership",
    received: dt.datetime = RECEIVED,
    sequence: int = 0,
) -> FoldEvent:
    scan = TrackingScan(
        status=status,
        local_time=NOON + dt.timedelta(hours=hours),
        utc_offset=offset,
        precision=precision,
        overlay=overlay,
        source_id=source_id,
        raw_code=str(status),
        message=message,
        place=Place(city="Cologne", country="DE"),
        sequence=sequence,
    )
    found = identify(source, "1Z999", scan, received)
    return FoldEvent(
        sort_key=found.sort_key,
        digest=found.digest,
        source=source,
        source_id=source_id,
        status=status,
        overlay=overlay,
        local_time=scan.local_time.isoformat(),
        utc_offset=offset,
        occurred_at=found.occurred_at,
        precision=precision,
        fingerprint=found.fingerprint,
    )


def told(*events: FoldEvent) -> list[tuple[Milestone, int]]:
    return [(t.milestone, t.ordinal) for t in fold(events).transitions]


def test_nothing_is_no_status() -> None:
    assert fold([]).status is None


def test_a_calm_journey_ends_delivered() -> None:
    events = [event(S.LABEL_CREATED), event(S.IN_TRANSIT, 5), event(S.OUT_FOR_DELIVERY, 30), event(S.DELIVERED, 34)]
    assert fold(events).status is S.DELIVERED
    assert told(*events) == [(Milestone.OUT_FOR_DELIVERY, 1), (Milestone.DELIVERED, 1)]


def test_late_information_does_not_take_an_end_back() -> None:
    state = fold([event(S.DELIVERED, 10), event(S.IN_TRANSIT, 12), event(None, 13, overlay=Overlay.DELAYED)])
    assert (state.status, state.overlay, state.taken_back) == (S.DELIVERED, Overlay.NONE, ())


def test_a_later_round_corrects_a_delivery_and_says_so() -> None:
    wrong = event(S.DELIVERED, 10)
    state = fold([wrong, event(S.OUT_FOR_DELIVERY, 30)])
    assert state.status is S.OUT_FOR_DELIVERY
    assert state.taken_back == (wrong.digest,)


def test_an_earlier_round_that_arrives_late_corrects_nothing() -> None:
    assert fold([event(S.DELIVERED, 10), event(S.OUT_FOR_DELIVERY, 6)]).status is S.DELIVERED


def test_a_day_without_hours_does_not_correct_that_day() -> None:
    day = event(S.OUT_FOR_DELIVERY, 0, precision=Precision.DATE)
    assert fold([event(S.DELIVERED, 3), day]).status is S.DELIVERED


def test_an_attempt_stays_the_news_over_night_and_is_counted() -> None:
    state = fold([event(S.OUT_FOR_DELIVERY), event(S.ATTEMPTED_DELIVERY, 4), event(S.IN_TRANSIT, 8)])
    assert (state.status, state.attempts, state.is_attempt_open) == (S.ATTEMPTED_DELIVERY, 1, True)


def test_two_scans_of_one_attempt_are_one_attempt_and_a_new_round_makes_two() -> None:
    first, again = event(S.ATTEMPTED_DELIVERY, 1), event(S.ATTEMPTED_DELIVERY, 2, message="card left")
    assert fold([first, again]).attempts == 1
    second = [event(S.OUT_FOR_DELIVERY, 20), event(S.ATTEMPTED_DELIVERY, 24)]
    assert fold([first, again, *second]).attempts == 2
    assert told(first, again, *second) == [
        (Milestone.ATTEMPTED_DELIVERY, 1),
        (Milestone.OUT_FOR_DELIVERY, 1),
        (Milestone.ATTEMPTED_DELIVERY, 2),
    ]


def test_a_pickup_after_an_attempt_keeps_the_attempt_open_and_collection_ends_it() -> None:
    events = [event(S.ATTEMPTED_DELIVERY), event(S.READY_FOR_PICKUP, 4)]
    assert (fold(events).status, fold(events).is_attempt_open) == (S.READY_FOR_PICKUP, True)
    assert not fold([*events, event(S.COLLECTED, 20)]).is_attempt_open


def test_a_new_round_closes_the_attempt() -> None:
    assert not fold([event(S.ATTEMPTED_DELIVERY), event(S.OUT_FOR_DELIVERY, 20)]).is_attempt_open


def test_delivered_on_the_way_back_is_returned() -> None:
    state = fold([event(S.RETURNING), event(S.OUT_FOR_DELIVERY, 40), event(S.DELIVERED, 44)])
    assert state.status is S.RETURNED
    assert told(event(S.RETURNING), event(S.DELIVERED, 44)) == [(Milestone.RETURNED, 1)]


def test_a_return_after_delivery_is_news_and_no_correction() -> None:
    state = fold([event(S.DELIVERED), event(S.RETURNING, 40)])
    assert (state.status, state.taken_back) == (S.RETURNING, ())


def test_what_was_lost_is_found_by_a_scan() -> None:
    assert fold([event(S.IN_TRANSIT), event(S.LOST, 100), event(S.IN_TRANSIT, 120)]).status is S.IN_TRANSIT


def test_an_overlay_clears_with_the_next_progress_only() -> None:
    late = event(None, 5, overlay=Overlay.DELAYED)
    assert fold([event(S.IN_TRANSIT), late]).overlay is Overlay.DELAYED
    assert fold([event(S.IN_TRANSIT), late, event(None, 6)]).overlay is Overlay.DELAYED
    assert fold([event(S.IN_TRANSIT), late, event(S.IN_TRANSIT, 7)]).overlay is Overlay.NONE


def test_a_label_after_movement_is_no_step_back() -> None:
    assert fold([event(S.IN_TRANSIT), event(S.LABEL_CREATED, 3)]).status is S.IN_TRANSIT


def test_unknown_codes_neither_guess_nor_overwrite() -> None:
    assert fold([event(S.UNKNOWN)]).status is S.UNKNOWN
    assert fold([event(S.IN_TRANSIT), event(S.UNKNOWN, 3)]).status is S.IN_TRANSIT


def test_the_same_id_or_the_same_words_are_one_event() -> None:
    by_id = [event(S.ATTEMPTED_DELIVERY, source_id="h1"), event(S.ATTEMPTED_DELIVERY, 30, source_id="h1")]
    assert len(distinct(by_id)) == 1
    by_words = [event(S.IN_TRANSIT, source_id="h1"), event(S.IN_TRANSIT, source_id="")]
    assert len(distinct(by_words)) == 1


def test_a_telling_with_its_offset_wins_over_one_without() -> None:
    (kept,) = distinct([event(S.IN_TRANSIT, offset=None), event(S.IN_TRANSIT, offset=60)])
    assert kept.utc_offset == 60


def test_an_event_from_the_future_is_ordered_by_when_it_came() -> None:
    absurd = event(S.IN_TRANSIT, 24 * 365 * 20)
    then = event(S.OUT_FOR_DELIVERY, 24 * 11, received=RECEIVED + dt.timedelta(days=2))
    assert absurd.sort_key < then.sort_key


@pytest.mark.parametrize("hours", [-5, 0, 5])
def test_instants_decide_where_offsets_are_known(hours: float) -> None:
    east = event(S.DELIVERED, 0, offset=540)
    west = event(S.OUT_FOR_DELIVERY, hours, offset=-480)
    # 17 hours lie between the two clocks: the western one is the later, whatever it shows.
    assert fold([east, west]).status is S.OUT_FOR_DELIVERY


statuses = st.sampled_from([None, *S])
events = st.builds(
    event,
    statuses,
    st.sampled_from([0, 0.5, 1, 2, 6, 23, 24, 30, 48, 200]),
    overlay=st.sampled_from(list(Overlay)),
    offset=st.sampled_from([None, None, 0, 60, -480, 540]),
    precision=st.sampled_from([Precision.INSTANT, Precision.DATE]),
    source_id=st.sampled_from(["", "", "a", "b", "c"]),
    message=st.sampled_from(["", "", "x"]),
    source=st.sampled_from(["aftership", "host"]),
    sequence=st.sampled_from([0, 0, 1, 2]),
)


def picture(found: list[FoldEvent]) -> tuple[object, ...]:
    state = fold(found)
    return (
        state.status,
        state.overlay,
        state.columns(),
        [(t.milestone, t.ordinal, t.event.digest) for t in state.transitions],
        [e.fingerprint for e in distinct(found)],
    )


@given(st.lists(events, max_size=12).flatmap(lambda es: st.tuples(st.just(es), st.permutations(es))))
def test_any_order_of_arrival_gives_the_same_state(pair: tuple[list[FoldEvent], list[FoldEvent]]) -> None:
    assert picture(pair[0]) == picture(pair[1])


@given(st.lists(events, max_size=10), st.data())
def test_any_duplication_gives_the_same_state(found: list[FoldEvent], data: st.DataObject) -> None:
    again = data.draw(st.lists(st.sampled_from(found), max_size=10)) if found else []
    assert picture(found) == picture([*again, *found, *again])


@given(st.lists(events, max_size=12))
def test_the_end_is_kept_unless_a_later_scan_takes_it_back(found: list[FoldEvent]) -> None:
    state = fold([*found, event(S.DELIVERED, 1000, offset=0), event(S.IN_TRANSIT, 1001, offset=0)])
    assert state.status in (S.DELIVERED, S.COLLECTED, S.RETURNED)


def test_a_better_reason_is_another_telling_of_the_same_event() -> None:
    """As a status is: what we derive is in the fingerprint, and never in the identity."""
    said = TrackingScan(status=None, overlay=Overlay.DELAYED, local_time=NOON, utc_offset=60, raw_code="X")
    plain, told = (
        identify("aftership", "1Z999", scan, RECEIVED) for scan in (said, replace(said, reason=Reason.CUSTOMS))
    )
    assert plain.digest == told.digest
    assert plain.fingerprint != told.fingerprint


def test_the_overlays_reason_is_that_of_its_last_event() -> None:
    first, last = event(None, 1, overlay=Overlay.DELAYED), event(None, 2, overlay=Overlay.EXCEPTION)
    events = [replace(first, reason=Reason.WEATHER), replace(last, reason=Reason.ADDRESS)]
    for order in (events, events[::-1]):
        found = fold(order).overlay_event
        assert found is not None
        assert found.reason is Reason.ADDRESS
    assert fold([*events, event(S.OUT_FOR_DELIVERY, 3)]).overlay_event is None


@pytest.mark.parametrize("fingerprints", [("1", "2"), ("2", "1")])
def test_of_two_tellings_the_one_that_knows_why_is_taken(fingerprints: tuple[str, str]) -> None:
    said = event(None, 1, overlay=Overlay.DELAYED)
    plain, told = fingerprints
    both = [replace(said, fingerprint=plain), replace(said, fingerprint=told, reason=Reason.CUSTOMS)]
    (taken,) = distinct(both)
    assert taken.reason is Reason.CUSTOMS
