"""Play a scenario for one order: ship, wait, scan, wait."""

from __future__ import annotations

import datetime as dt
import time
import zoneinfo
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from ..carriers import catalogue
from ..events import DeliveryWindow, Place, Precision, TrackingScan, TrackingUpdate
from ..tracking.models import Order, Parcel
from .numbers import s10_number, ups_number
from .scenarios import DESTINATIONS, ELSEWHERE, Scan, Scenario, Ship, Stop
from .tell import CannotPlay

#: Hours of the story that pass in one hour of ours, unless somebody says otherwise.
SPEED = 3600.0


class Telling(Protocol):
    """Who carries the news to the shop."""

    def tell(self, alias: str, update: TrackingUpdate) -> None:
        """Tell what is known of a parcel by now."""
        ...


@dataclass(slots=True)
class Sent:
    """A parcel that the scenario speaks of, and what was told of it so far."""

    carrier: str
    number: str
    source: str  # alias, "" where nobody follows it
    scans: list[TrackingScan] = field(default_factory=list)
    due: DeliveryWindow | None = None


class Simulator:
    """Plays for one order. A shop that can ship overrides :meth:`ship`."""

    def __init__(
        self,
        order: Order,
        teller: Telling,
        *,
        speed: float = SPEED,
        say: Callable[[str], object] = print,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        """Take the order and who tells; ``speed`` is how many times faster than life."""
        self.order = order
        self.teller = teller
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
            Sent(parcel.carrier or parcel.carrier_text, parcel.tracking_number, parcel.source) for parcel in live_first
        ]

    def _ship(self, step: Ship) -> None:
        number = ups_number() if step.is_live else s10_number("PT")
        said = self.ship(step.what, step.carrier, number)
        if said:
            key = catalogue.normalise_number(number)
            parcel = Parcel.objects.filter(order=self.order, number_key=key).first()
            carrier, source = (parcel.carrier, parcel.source) if parcel else (step.carrier, "")
            self.sent[step.parcel] = Sent(carrier, number, source)
            self.say(said)

    def _scan(self, step: Scan) -> None:
        parcel = self.sent.get(step.parcel)
        if parcel is None or not parcel.source:
            raise CannotPlay(f"{self.order} has no parcel that a source tracks live.")
        stop = step.stop or DESTINATIONS.get(self.order.country, ELSEWHERE)
        now = dt.datetime.now(zoneinfo.ZoneInfo(stop.zone)).replace(microsecond=0)
        if parcel.scans:
            # However fast it plays, one scan comes after the other: at the same second, order would be guessed.
            now = max(now, moment_of(parcel.scans[-1]).astimezone(now.tzinfo) + dt.timedelta(seconds=1))
        if step.due_in_days is not None:
            day = now.date() + dt.timedelta(days=step.due_in_days)
            parcel.due = DeliveryWindow(earliest=day, latest=day, stated_at=now, reason=step.reason)
        parcel.scans.append(scan(step, stop, now))
        self.teller.tell(
            parcel.source,
            TrackingUpdate(
                tracking_number=parcel.number,
                carrier=parcel.carrier,
                scans=tuple(parcel.scans),
                window=parcel.due,
                **step.details,
            ),
        )
        name = catalogue.get(parcel.carrier)
        self.say(f"{name.name if name else parcel.carrier} {parcel.number}: {step.message} ({stop.city}).")


def scan(step: Scan, stop: Stop, at: dt.datetime) -> TrackingScan:
    """Return what the carrier notes at an aware time on the clock of the place."""
    shift = at.utcoffset()
    return TrackingScan(
        status=step.status,
        overlay=step.overlay,
        local_time=at.replace(tzinfo=None),
        utc_offset=None if shift is None else round(shift.total_seconds() / 60),
        precision=Precision.INSTANT,
        message=step.message,
        place=Place(
            text=f"{stop.city}, {stop.country}",
            city=stop.city,
            region=stop.region,
            country=stop.country,
            latitude=stop.latitude,
            longitude=stop.longitude,
        ),
    )


def moment_of(scan: TrackingScan) -> dt.datetime:
    """Return the instant of a scan of ours."""
    return scan.local_time.replace(tzinfo=dt.timezone(dt.timedelta(minutes=scan.utc_offset or 0)))
