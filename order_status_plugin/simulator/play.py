"""Play a scenario for one order: ship, wait, scan, wait."""

from __future__ import annotations

import datetime as dt
import secrets
import time
import zoneinfo
from collections.abc import Callable
from dataclasses import dataclass, field

from ..exceptions import OrderStatusError
from ..tracking.models import Order, Parcel
from .scenarios import DESTINATIONS, ELSEWHERE, Scan, Scenario, Ship
from .send import AfterShipSender, Checkpoint, Tracking

#: Hours of the story that pass in one hour of ours, unless somebody says otherwise.
SPEED = 3600.0


class CannotPlay(OrderStatusError):
    """The scenario cannot be played for this order."""


@dataclass(slots=True)
class Sent:
    """A parcel that the scenario speaks of, and what was told of it so far."""

    carrier: str
    number: str
    is_live: bool
    checkpoints: list[Checkpoint] = field(default_factory=list)
    due: dt.date | None = None


class Simulator:
    """Plays for one order. A shop that can ship overrides :meth:`ship`."""

    def __init__(
        self,
        order: Order,
        sender: AfterShipSender,
        *,
        speed: float = SPEED,
        say: Callable[[str], object] = print,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        """Take the order and who sends; ``speed`` is how many times faster than life."""
        self.order = order
        self.sender = sender
        self.speed = speed
        self.say = say
        self.sleep = sleep
        self.sent: dict[int, Sent] = {}

    def ship(self, what: str, carrier: str, number: str) -> str:
        """Record at the shop that items were sent; return what the shop says of it, "" when nothing is left to send.

        ``what`` is "all", "half" or "rest". Raises CannotPlay where the shop must do that itself.
        """
        raise CannotPlay(f"Nothing of {self.order} was sent yet. Record a shipment with a tracking number at the shop.")

    def play(self, scenario: Scenario) -> None:
        """Run to the end. Raises CannotPlay, TemporaryFailure, PermanentFailure."""
        waiting = self._already_sent()
        for step in scenario.steps:
            if isinstance(step, Ship) and waiting:
                self.sent[step.parcel] = waiting.pop(0)
                continue
            self.sleep(step.pause * 3600 / self.speed)
            if isinstance(step, Ship):
                self._ship(step)
            elif isinstance(step, Scan):
                self._scan(step)
        self.say(f"{scenario.title}: over.")

    def _already_sent(self) -> list[Sent]:
        parcels = Parcel.objects.filter(order=self.order, is_withdrawn=False).exclude(tracking_number="")
        live_first = sorted(parcels, key=lambda parcel: (not parcel.source, parcel.position, parcel.pk))
        return [
            Sent(parcel.carrier or parcel.carrier_text, parcel.tracking_number, bool(parcel.source))
            for parcel in live_first
        ]

    def _ship(self, step: Ship) -> None:
        number = ups_number() if step.is_live else s10_number("PT")
        said = self.ship(step.what, step.carrier, number)
        if said:
            self.sent[step.parcel] = Sent(step.carrier.casefold(), number, step.is_live)
            self.say(said)

    def _scan(self, step: Scan) -> None:
        parcel = self.sent.get(step.parcel)
        if parcel is None or not parcel.is_live:
            raise CannotPlay(f"{self.order} has no parcel that a source tracks live.")
        stop = step.stop or DESTINATIONS.get(self.order.country, ELSEWHERE)
        now = dt.datetime.now(zoneinfo.ZoneInfo(stop.zone)).replace(microsecond=0)
        if parcel.checkpoints:
            # However fast it plays, one scan comes after the other: at the same second, order would be guessed.
            now = max(now, parcel.checkpoints[-1].at.astimezone(now.tzinfo) + dt.timedelta(seconds=1))
        if step.due_in_days is not None:
            parcel.due = now.date() + dt.timedelta(days=step.due_in_days)
        parcel.checkpoints.append(
            Checkpoint(
                at=now,
                tag=step.tag,
                subtag=step.subtag,
                message=step.message,
                city=stop.city,
                country=stop.country,
                latitude=stop.latitude,
                longitude=stop.longitude,
            )
        )
        self.sender.send(
            Tracking(
                carrier=parcel.carrier,
                number=parcel.number,
                checkpoints=tuple(parcel.checkpoints),
                due=parcel.due,
                next_step=step.next_step,
                signed_by=step.signed_by,
            )
        )
        self.say(f"{parcel.carrier} {parcel.number}: {step.message} ({stop.city}).")


def ups_number() -> str:
    """Return a tracking number of UPS's form with a right check digit."""
    body = "999AA1" + f"{secrets.randbelow(10**9):09d}"
    total = 0
    for position, char in enumerate(body):
        value = int(char) if char.isdigit() else (ord(char) - 63) % 10
        total += value * (2 if position % 2 else 1)
    return f"1Z{body}{-total % 10}"


def s10_number(country: str) -> str:
    """Return a number as the world's posts write it, with a right check digit."""
    digits = f"{secrets.randbelow(10**8):08d}"
    rest = 11 - sum(int(digit) * weight for digit, weight in zip(digits, (8, 6, 4, 2, 3, 5, 9, 7), strict=True)) % 11
    return f"RC{digits}{ {10: 0, 11: 5}.get(rest, rest) }{country}"
