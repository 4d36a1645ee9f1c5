"""When to ask next, for every parcel there could be."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from order_status_plugin.events import Overlay, ParcelStatus
from order_status_plugin.polling import schedule
from order_status_plugin.polling.schedule import DAY, HOUR, MINIMUM, MINUTE, Facts, next_due
from order_status_plugin.tracking.fold import ENDED

NOON = dt.datetime(2026, 6, 3, 12, tzinfo=dt.UTC)
UNTIL = 90 * DAY
S = ParcelStatus

#: The nearer to the customer, the later in this list.
NEARER = (S.LABEL_CREATED, S.IN_TRANSIT, S.READY_FOR_PICKUP, S.OUT_FOR_DELIVERY)

ages = st.timedeltas(min_value=dt.timedelta(), max_value=30 * DAY)
windows = st.none() | st.tuples(
    st.timedeltas(min_value=-5 * DAY, max_value=9 * DAY), st.timedeltas(min_value=dt.timedelta(), max_value=2 * DAY)
)


@st.composite
def facts(draw: st.DrawFn, statuses: tuple[ParcelStatus, ...] = tuple(S)) -> Facts:
    window = draw(windows)
    status = draw(st.sampled_from(statuses))
    return Facts(
        status=status,
        overlay=draw(st.sampled_from(list(Overlay))),
        sent_at=NOON - draw(st.timedeltas(min_value=-DAY, max_value=100 * DAY)),
        news_at=NOON - draw(ages) if draw(st.booleans()) else None,
        utc_offset=draw(st.integers(-720, 840)),
        window=None if window is None else (NOON + window[0], NOON + window[0] + window[1]),
        asked_at=draw(st.none() | st.timedeltas(min_value=-DAY, max_value=9 * DAY).map(lambda ago: NOON - ago)),
        registered_at=draw(st.none() | ages.map(lambda ago: NOON - ago)),
        ended_at=draw(ages.map(lambda ago: NOON - ago)) if status in ENDED else None,
        is_pushed=draw(st.booleans()),
    )


@given(facts(), st.floats(0, 1))
def test_never_sooner_than_the_minimum_nor_later_than_a_look_after_the_end(known: Facts, jitter: float) -> None:
    due = next_due(known, NOON, until=UNTIL, jitter=jitter)
    if NOON - known.sent_at > UNTIL:
        assert due is None
    elif known.status in ENDED:
        assert due is None or NOON + MINIMUM <= due <= NOON + 3 * DAY
    else:
        assert due is not None
        assert NOON + MINIMUM <= due <= NOON + 1.2 * DAY


@given(facts(tuple(set(S) - ENDED)), st.sampled_from(range(len(NEARER) - 1)))
def test_the_nearer_the_oftener_by_status(known: Facts, index: int) -> None:
    noon = replace(known, utc_offset=0)  # by day
    far, near = (schedule.pause(replace(noon, status=status), NOON) for status in NEARER[index : index + 2])
    # What moves right now may come sooner than what waits to be fetched.
    if NEARER[index] is not S.IN_TRANSIT:
        assert near <= far


@given(facts((S.LABEL_CREATED, S.IN_TRANSIT, S.OUT_FOR_DELIVERY)), st.timedeltas(dt.timedelta(), 9 * DAY))
def test_the_nearer_the_oftener_by_window(known: Facts, farther: dt.timedelta) -> None:
    near = replace(known, is_pushed=False, window=(NOON, NOON + DAY))
    far = replace(near, window=(NOON + farther, NOON + farther + DAY))
    assert schedule.pause(near, NOON) <= schedule.pause(far, NOON)


@given(facts((S.IN_TRANSIT, S.PICKED_UP_BY_CARRIER, S.UNKNOWN)), ages, ages)
def test_the_quieter_the_rarer(known: Facts, one: dt.timedelta, other: dt.timedelta) -> None:
    waits = [
        schedule.pause(replace(known, is_pushed=False, window=None, news_at=NOON - age), NOON)
        for age in sorted((one, other))
    ]
    assert waits[0] <= waits[1]


@pytest.mark.parametrize(
    ("status", "quiet", "least", "most"),
    [
        (S.OUT_FOR_DELIVERY, 2 * HOUR, 10 * MINUTE, 15 * MINUTE),
        (S.ATTEMPTED_DELIVERY, 2 * HOUR, 2 * HOUR, 4 * HOUR),
        (S.READY_FOR_PICKUP, 2 * DAY, 2 * HOUR, 4 * HOUR),
        (S.IN_TRANSIT, 2 * HOUR, HOUR, 2 * HOUR),
        (S.IN_TRANSIT, 16 * HOUR, 4 * HOUR, 4 * HOUR),
        (S.IN_TRANSIT, 4 * DAY, 12 * HOUR, 12 * HOUR),
        (S.LABEL_CREATED, 2 * HOUR, 6 * HOUR, 6 * HOUR),
        (S.IN_TRANSIT, 11 * DAY, DAY, DAY),
        (S.OUT_FOR_DELIVERY, 11 * DAY, DAY, DAY),
    ],
)
def test_how_often(status: ParcelStatus, quiet: dt.timedelta, least: dt.timedelta, most: dt.timedelta) -> None:
    known = Facts(status=status, sent_at=NOON - 20 * DAY, news_at=NOON - quiet)
    assert least <= schedule.pause(known, NOON) <= most


def test_nobody_delivers_at_night() -> None:
    known = Facts(status=S.OUT_FOR_DELIVERY, sent_at=NOON - DAY, news_at=NOON - HOUR)
    by_day = schedule.pause(known, NOON)
    assert schedule.pause(replace(known, utc_offset=720), NOON) > by_day  # midnight there


@given(facts(tuple(ENDED)))
def test_it_stops_after_the_end(known: Facts) -> None:
    """Asked whenever it is due, a parcel that ended is soon asked about no more."""
    known, now = replace(known, sent_at=NOON - DAY, asked_at=None, ended_at=NOON), NOON
    looks = 0
    while (due := next_due(known, now, until=UNTIL)) is not None:
        looks, now = looks + 1, due
        known = replace(known, asked_at=now)
    assert looks == (1 if known.is_pushed else 3)
    assert now <= NOON + 3 * DAY


def test_looks_that_a_sleeping_worker_missed_are_made_once() -> None:
    known = Facts(status=S.DELIVERED, sent_at=NOON - 9 * DAY, ended_at=NOON - 5 * DAY, asked_at=NOON - 5 * DAY)
    assert next_due(known, NOON, until=UNTIL) == NOON + MINIMUM
    assert next_due(replace(known, asked_at=NOON), NOON + MINUTE, until=UNTIL) is None


def test_a_pushed_source_is_asked_for_what_it_may_have_missed() -> None:
    known = Facts(status=S.OUT_FOR_DELIVERY, sent_at=NOON - DAY, news_at=NOON - HOUR, is_pushed=True)
    assert schedule.pause(known, NOON) == 12 * HOUR
    assert schedule.pause(replace(known, news_at=NOON - 7 * HOUR), NOON) == 6 * HOUR


@given(st.timedeltas(min_value=MINIMUM, max_value=2 * DAY))
def test_a_pace_is_no_longer_than_its_pause(wait: dt.timedelta) -> None:
    assert schedule.pace(wait) in schedule.PACES
    assert schedule.pace(wait) <= max(wait.total_seconds(), schedule.PACES[0])
