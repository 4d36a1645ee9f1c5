"""What becomes of the orders of a shop: the scenarios as hours on a clock, by how often each is lived through."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ...events import OrderState, ParcelStatus
from ..scenarios import SCENARIOS, Scan, Ship, Step

#: From the order to the parcel's leaving, in hours.
PACKING = 18.0
#: From a scan to the one that is not in the story, in hours.
GOES_ON = 1.5
#: What a carrier notes after what a story tells.
_THEN = {
    "Picked up": "Processed at the depot",
    "Arrived at facility": "Departed from facility",
    "Arrived at the air hub": "Departed from the air hub",
    "Arrived at delivery facility": "Sorted for delivery",
}


@dataclass(frozen=True, slots=True)
class Moment:
    """One step of a story, so many hours after the order was placed."""

    hours: float
    step: Ship | Scan


@dataclass(frozen=True, slots=True, eq=False)
class Story:
    """What becomes of one order. There is one of each: it is itself alone."""

    name: str
    moments: tuple[Moment, ...] = ()
    state: OrderState = OrderState.OPEN
    is_physical: bool = True

    def until(self, hours: float) -> int:
        """Return how many of its moments have passed, so many hours after the order was placed."""
        return sum(moment.hours <= hours for moment in self.moments)

    @property
    def length(self) -> float:
        """Return its hours."""
        return self.moments[-1].hours if self.moments else 0.0


def _moments(steps: tuple[Step, ...]) -> tuple[Moment, ...]:
    """Put the steps on a clock, and between them the scans that a story leaves out and a carrier does not."""
    hours, found = PACKING, []
    for step in steps:
        hours += step.pause
        if not isinstance(step, (Ship, Scan)):
            continue
        found.append(Moment(hours, step))
        if isinstance(step, Scan) and (message := _THEN.get(step.message)):
            hours += GOES_ON
            found.append(
                Moment(hours, replace(step, status=ParcelStatus.IN_TRANSIT, message=message, due_in_days=None))
            )
    return tuple(found)


def _story(name: str) -> Story:
    return Story(name, _moments(SCENARIOS[name].steps))


#: Of a hundred orders, so many go like this.
SHARES: tuple[tuple[int, Story], ...] = (
    (58, _story("calm")),
    (10, _story("express")),
    (9, _story("attempt")),
    (6, _story("split")),
    (5, _story("ocean")),
    (4, _story("returned")),
    (1, _story("lost")),
    (2, _story("corrected")),
    (2, Story("unfollowed", _moments((Ship(carrier="CTT"),)))),
    (1, Story("digital", state=OrderState.COMPLETE, is_physical=False)),
    (2, Story("cancelled", state=OrderState.CANCELLED)),
)

#: The story of each of a hundred orders.
EVERY: tuple[Story, ...] = tuple(story for share, story in SHARES for _ in range(share))
