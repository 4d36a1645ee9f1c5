"""Play a scenario for one order: ship, wait, scan, wait."""

from __future__ import annotations

import datetime as dt
import time
import zoneinfo
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from ..backends import get_source, source_for
from ..carriers import catalogue
from ..events import DeliveryWindow, Overlay, ParcelStatus, Place, Precision, TrackingScan, TrackingUpdate
from ..tracking.models import Order, Parcel
from .numbers import number_for
from .scenarios import Scan, Scenario, Ship
from .stops import DESTINATIONS, ELSEWHERE, Stop
from .tell import CannotPlay

#: Hours of the story that pass in one hour of ours, unless somebody says otherwise.
SPEED = 3600.0

#: Whom a story's parcels go with, the first that the source follows: these have numbers that look right.
_USUAL = ("ups", "fedex", "usps", "colissimo", "canada-post")
#: A carrier that no catalogue knows, for a source that follows nobody in particular.
_NOBODY = "Own Courier"


class Telling(Protocol):
    """Who carries the news to the shop."""

    def says(self, alias: str, status: ParcelStatus | None, overlay: Overlay) -> bool:
        """Say whether the provider of this source has a word for that."""
        ...

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

    @property
    def name(self) -> str:
        """Return it in words."""
        found = catalogue.get(self.carrier)
        return f"{found.name if found else self.carrier} {self.number}"


class Simulator:
    """Plays for one order. A shop that can ship overrides :meth:`ship`."""

    def __init__(
        self,
        order: Order,
        teller: Telling,
        *,
        through: str = "",
        speed: float = SPEED,
        say: Callable[[str], object] = print,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        """Take the order and who tells.

        ``through`` is the alias of the source that hears it, "" for the one that follows the parcel; ``speed`` is how
        many times faster than life.
        """
        self.order = order
        self.teller = teller
        self.through = through
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
        for place, step in enumerate(scenario.steps):
            if isinstance(step, Ship) and waiting:
                self.sent[step.parcel] = waiting.pop(0)
                continue
            self.sleep(step.pause * 3600 / self.speed)
            if isinstance(step, Ship):
                self._ship(step)
            elif isinstance(step, Scan):
                self._scan(step, left=sum(isinstance(later, Scan) for later in scenario.steps[place + 1 :]))
        self.say(f"{scenario.title}: over.")

    def _already_sent(self) -> list[Sent]:
        parcels = Parcel.objects.filter(order=self.order, is_withdrawn=False).exclude(tracking_number="")
        sent = [
            Sent(parcel.carrier or parcel.carrier_text, parcel.tracking_number, self._source_of(parcel))
            for parcel in parcels.order_by("position", "pk")
        ]
        return sorted(sent, key=lambda one: not one.source)

    def _source_of(self, parcel: Parcel) -> str:
        """Return who tells of a parcel: whom we were asked to play where that one can follow it."""
        if not self.through:
            return parcel.source
        return self.through if not parcel.carrier or get_source(self.through).tracks(parcel.carrier) else ""

    def _ship(self, step: Ship) -> None:
        carrier = step.carrier or self._followed()
        found = catalogue.find(carrier)
        number = number_for(found.slug if found else "")
        said = self.ship(step.what, found.name if found else carrier, number)
        if said:
            key = catalogue.normalise_number(number)
            parcel = Parcel.objects.filter(order=self.order, number_key=key).first()
            slug = found.slug if found else carrier
            source = "" if parcel is None or step.carrier else self._source_of(parcel)
            self.sent[step.parcel] = Sent(slug, number, source)
            self.say(said)

    def _followed(self) -> str:
        """Return the carrier of a parcel that is followed live: its slug, or a name that no catalogue knows."""
        slugs = (*_USUAL, *(carrier.slug for carrier in catalogue.every()))
        if not self.through:
            return next((slug for slug in slugs if source_for(slug)), _USUAL[0])
        source = get_source(self.through)
        return next((slug for slug in slugs if source.tracks(slug)), _NOBODY)

    def _scan(self, step: Scan, left: int) -> None:
        parcel = self.sent.get(step.parcel)
        if parcel is None or not parcel.source:
            raise CannotPlay(f"{self.order} has no parcel that {self.through or 'a source'} tracks live.")
        if not self.teller.says(parcel.source, step.status, step.overlay):
            self.say(f"{parcel.name}: {step.message}; but {parcel.source} has no word for that, and tells nothing.")
            return
        stop = step.stop or DESTINATIONS.get(self.order.country, ELSEWHERE)
        # However fast it plays, its scans lie a minute or more apart: within one minute, order would be guessed, and
        # the same word twice would be one scan. The last one is now.
        now = dt.datetime.now(zoneinfo.ZoneInfo(stop.zone)).replace(microsecond=0) - dt.timedelta(minutes=left)
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
                next_step=step.next_step,
                signed_by=step.signed_by,
                left_at=step.left_at,
                pickup_place=step.pickup_place,
                pickup_hours=step.pickup_hours,
            ),
        )
        self.say(f"{parcel.name}: {step.message} ({stop.city}).")


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
