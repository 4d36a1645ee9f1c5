"""How many calls a source has left: counted in its row, so that every process knows, and never more in any window.

A budget's time is cut into ten parts, and calls are counted by part. The present part and the ten before it hold
every window that ends now, so that no window of the provider's ever sees too many, wherever it begins.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence

from ..sources.base import Budget

PARTS = 10

#: A budget for so long is not spent at once: each part has at most twice its share, and the evening has some, too.
PACED = dt.timedelta(hours=1)

#: Calls by seconds of the budget and number of the part.
Used = dict[str, dict[str, int]]


def wait(used: Used, budgets: Sequence[Budget], now: float) -> float:
    """Return in how many seconds a call is free, 0.0 for now; ``now`` is in seconds since 1970."""
    return max((_free_at(used, budget, now) - now for budget in budgets), default=0.0)


def take(used: Used, budgets: Sequence[Budget], now: float) -> Used:
    """Return the counts after one call more."""
    taken: Used = {}
    for budget in budgets:
        part = _part(budget, now)
        counts = dict(_counts(used, budget, now))
        counts[part] = counts.get(part, 0) + 1
        taken[_key(budget)] = {str(number): count for number, count in counts.items()}
    return taken


def left(used: Used, budgets: Sequence[Budget], now: float) -> int:
    """Return how many calls are free in all: the tightest budget decides."""
    return max(min((budget.calls - sum(_counts(used, budget, now).values()) for budget in budgets), default=0), 0)


def _free_at(used: Used, budget: Budget, now: float) -> float:
    if budget.calls < 1 or budget.per <= dt.timedelta():  # nothing, or what nobody can mean
        return math.inf
    counts, width, part = _counts(used, budget, now), _width(budget), _part(budget, now)
    free = now
    if budget.per >= PACED and counts.get(part, 0) >= math.ceil(2 * budget.calls / PARTS):
        free = (part + 1) * width
    over = sum(counts.values()) - budget.calls
    for number in sorted(counts):
        if over < 0:
            break
        over -= counts[number]
        free = max(free, (number + PARTS + 1) * width)
    return free


def _counts(used: Used, budget: Budget, now: float) -> dict[int, int]:
    """Return what counts still, by part. A part that is far ahead was counted by a clock that was wrong."""
    part = _part(budget, now)
    stored = used.get(_key(budget)) or {}
    return {int(number): count for number, count in stored.items() if abs(int(number) - part) <= PARTS}


def _key(budget: Budget) -> str:
    return f"{budget.per.total_seconds():g}"


def _width(budget: Budget) -> float:
    return max(budget.per.total_seconds(), 0.001) / PARTS


def _part(budget: Budget, now: float) -> int:
    return math.floor(now / _width(budget))
