"""What was promised and what came of it: every call that was accepted, every page, every message."""

from __future__ import annotations

import math
import re
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

#: What an order is told of, in this order; the page's headline after each, and the messages that each owes.
STEPS = ("order", "in_transit", "out_for_delivery", "delivered")
HEADLINES = ("in_transit", "in_transit", "out_for_delivery", "delivered")
OWED = (("confirmed", "shipped"), (), ("out_for_delivery",), ("delivered",))
CHANNELS = ("keyed", "plain")
NUMBER = re.compile(r"K\d{6}")


@dataclass
class Step:
    """One call on an order: from when it was first sent until everything is as it must be. Times are monotonic."""

    number: str
    place: int
    sent_at: float
    accepted_at: float = 0.0
    shown_at: float = 0.0
    heard_at: float = 0.0
    right_at: float = 0.0
    tries: int = 0


@dataclass
class Told:
    """One order, its page, and its calls."""

    number: str
    link: str = ""
    steps: list[Step] = field(default_factory=list)


class Ledger:
    """Counts. Everything may be called from any thread."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.orders: dict[str, Told] = {}
        #: How often each key of a message came, by order, milestone and channel.
        self.taken: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
        self.taken_at: dict[tuple[str, str, str], float] = {}
        self.open: dict[tuple[str, int], Step] = {}
        self.settled: list[Step] = []
        self.wrong: list[str] = []
        self.posts: Counter[str] = Counter()
        #: From when until when some machine's clock was wrong: what it recorded then and could not tell, nobody looks for.
        self.wrong_clocks: list[list[float]] = []

    def begin(self, number: str, place: int) -> Step:
        """Note that this call is about to be sent."""
        with self.lock:
            told = self.orders.setdefault(number, Told(number))
            step = Step(number, place, time.monotonic())
            told.steps.append(step)
            self.open[number, place] = step
            return step

    def accepted(self, step: Step, link: str = "") -> None:
        """Note that it was answered with success: from here on it may not be lost."""
        with self.lock:
            step.accepted_at = time.monotonic()
            if link:
                self.orders[step.number].link = link

    def took(self, channel: str, number: str, milestone: str, key: str) -> None:
        """Note a message that a receiver accepted."""
        with self.lock:
            about = (number, milestone, channel)
            self.taken[about][key] += 1
            self.taken_at.setdefault(about, time.monotonic())
        self.look(number)

    def shows(self, number: str, headline: str) -> None:
        """Note what an order's page shows to who opens it."""
        with self.lock:
            for step in self._reached(number, headline):
                step.shown_at = step.shown_at or time.monotonic()
        self.look(number)

    def hears(self, number: str, headline: str) -> None:
        """Note what an order's page shows that was open before, once it heard that there is news."""
        with self.lock:
            for step in self._reached(number, headline):
                step.heard_at = step.heard_at or time.monotonic()
        self.look(number)

    def _reached(self, number: str, headline: str) -> list[Step]:
        """Return the steps that a page with this headline shows."""
        if headline not in HEADLINES:
            self.wrong.append(f"{number}: the page shows {headline!r}")
            return []
        reached = max(place for place, name in enumerate(HEADLINES) if name == headline)
        return [step for step in self.orders[number].steps if step.place <= reached]

    def set_clock(self, *, is_right: bool) -> None:
        """Note that a machine's clock is put wrong, or right again."""
        with self.lock:
            if is_right:
                self.wrong_clocks[-1][1] = time.monotonic()
            else:
                self.wrong_clocks.append([time.monotonic(), math.inf])

    def _is_news(self, step: Step) -> bool:
        """Say whether the open page must have heard of it: all clocks were right meanwhile."""
        return not any(began <= step.shown_at and ended >= step.sent_at for began, ended in self.wrong_clocks)

    def look(self, number: str) -> None:
        """Close the steps of an order that are as they must be."""
        with self.lock:
            told = self.orders.get(number)
            for step in told.steps if told else ():
                if step.right_at or not step.accepted_at or not step.shown_at:
                    continue
                if not step.heard_at and self._is_news(step):
                    continue
                times = [self.taken_at.get(about) for about in owed(step)]
                if None not in times:
                    step.right_at = max(step.shown_at, step.heard_at, *(at for at in times if at), step.accepted_at)
                    self.settled.append(step)
                    self.open.pop((step.number, step.place), None)

    def waiting(self) -> list[Step]:
        """Return what is not right yet."""
        with self.lock:
            return list(self.open.values())

    def give_up(self, step: Step) -> str:
        """Count a step as lost, and say what is missing of it."""
        with self.lock:
            missing = [f"{milestone} by {channel}" for about in owed(step) if about not in self.taken_at
                       for _number, milestone, channel in [about]]  # fmt: skip
            if not step.accepted_at:
                missing = ["never accepted"]
            elif not step.shown_at:
                missing.append("not on the page")
            elif not step.heard_at and self._is_news(step):
                missing.append("its open page did not hear of it")
            self.open.pop((step.number, step.place), None)
            return f"{step.number} {STEPS[step.place]} ({step.tries} tries): {', '.join(missing)}"

    def hearing(self) -> list[float]:
        """Return the seconds from when a page showed a webhook to who opened it until it did where it was open, sorted."""
        with self.lock:
            heard = [step for step in self.settled if step.place and step.heard_at]
            return sorted(max(0.0, step.heard_at - step.shown_at) for step in heard)

    def doubled(self) -> Iterator[tuple[tuple[str, str, str], Counter[str]]]:
        """Yield what came more than once, or under two keys."""
        with self.lock:
            for about, keys in self.taken.items():
                if sum(keys.values()) > 1:
                    yield about, Counter(keys)


def owed(step: Step) -> list[tuple[str, str, str]]:
    """Return the messages that a call owes: order, milestone, channel."""
    return [(step.number, milestone, channel) for milestone in OWED[step.place] for channel in CHANNELS]
