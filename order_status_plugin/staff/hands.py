"""What staff's pages may have done by rooms that they do not know: handed over once, where all rooms are wired."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from ..tracking.by_hand_numbers import Did, Given
from ..tracking.models import Order


@dataclass(frozen=True, slots=True)
class Hands:
    """The doors of the other rooms."""

    #: Returns all that came in, to be narrowed.
    inbox: Callable[[], QuerySet[Any]]
    #: Has these messages handled again; returns how many.
    replay_inbox: Callable[[QuerySet[Any]], int]
    #: Has these orders, by key, read again from their hosts, by the worker; returns how many.
    read_later: Callable[[Sequence[int]], int]
    #: Records a tracking number that staff give an order.
    give_number: Callable[[Order, Given], Did]
    #: Has the worker go on with files of such numbers.
    import_later: Callable[[], None]
    #: Returns day, tier and number of the pages opened from one day to the one before another.
    page_views: Callable[[dt.date, dt.date], Iterable[tuple[dt.date, str, int]]]


_given: list[Hands] = []


def hand_over(hands: Hands) -> None:
    """Set them: at start-up, by who wires."""
    _given[:] = [hands]


def hands() -> Hands:
    """Return them."""
    return _given[0]
