"""Never more calls in any window than the provider allows, and not many fewer."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from order_status_plugin.polling import budget
from order_status_plugin.sources.base import Budget


def allow(calls: int, seconds: float) -> Budget:
    return Budget(calls=calls, per=dt.timedelta(seconds=seconds))


def greedy(budgets: list[Budget], steps: list[float]) -> list[float]:
    """Return the moments of the calls of somebody who calls as soon as it is free, after each of these pauses."""
    used: budget.Used = {}
    now, moments = 1_780_000_000.0, []
    for step in steps:
        now += step + budget.wait(used, budgets, now + step)
        now += 1e-6  # the very edge of a part is nobody's
        used = budget.take(used, budgets, now)
        moments.append(now)
    return moments


@given(
    st.lists(
        st.tuples(st.integers(1, 30), st.sampled_from([1.0, 10.0, 60.0, 3600.0, 86400.0])), min_size=1, max_size=3
    ),
    st.lists(st.floats(0, 500), min_size=1, max_size=150),
)
def test_no_window_ever_sees_too_many(given_budgets: list[tuple[int, float]], steps: list[float]) -> None:
    budgets = [allow(*each) for each in given_budgets]
    moments = greedy(budgets, steps)
    for each in budgets:
        length = each.per.total_seconds()
        for index, start in enumerate(moments):
            assert sum(start <= moment < start + length for moment in moments[index:]) <= each.calls


@given(st.integers(1, 5), st.floats(0, 59.9), st.floats(0, 6))
def test_a_window_that_begins_anywhere_is_counted_whole(calls: int, after: float, within: float) -> None:
    """All calls at one moment, anywhere in its part: none more is free until a whole window has gone by."""
    budgets, start = [allow(calls, 60)], 1_780_000_020.0 + within
    used: budget.Used = {}
    for _ in range(calls):
        assert budget.wait(used, budgets, start) == 0
        used = budget.take(used, budgets, start)
    assert start + after + budget.wait(used, budgets, start + after) >= start + 60 - 1e-6


def test_the_last_moment_of_a_part_still_counts_in_the_tenth_after_it() -> None:
    used = budget.take({}, [allow(1, 60)], 1_780_000_025.9)
    assert budget.wait(used, [allow(1, 60)], 1_780_000_025.9 + 55) > 0


def test_most_of_what_is_allowed_can_be_used() -> None:
    moments = greedy([allow(100, 60)], [0.0] * 2000)
    minutes = (moments[-1] - moments[0]) / 60
    assert 100 * minutes * 0.88 <= 2000


def test_the_tightest_decides() -> None:
    budgets = [allow(100, 60), allow(3, 86400)]
    assert budget.left({}, budgets, 1e9) == 3
    used = budget.take({}, budgets, 1e9)
    assert budget.left(used, budgets, 1e9) == 2


def test_a_day_is_not_spent_in_its_first_hour() -> None:
    moments = greedy([allow(500, 86400)], [0.0] * 500)
    assert sum(moment < moments[0] + 3600 for moment in moments) <= 200
    assert moments[-1] - moments[0] > 8 * 3600


def test_a_clock_that_was_far_ahead_blocks_nobody() -> None:
    budgets = [allow(1, 60)]
    used = budget.take({}, budgets, 2e9)
    assert budget.wait(used, budgets, 1.9e9) == 0
    assert budget.wait(used, budgets, 2e9 - 3) > 0  # a little ahead counts


def test_nothing_allowed_is_never() -> None:
    assert budget.wait({}, [allow(0, 1)], 1e9) == float("inf")
