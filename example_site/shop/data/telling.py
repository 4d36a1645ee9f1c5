"""What a demo order is made of. Days count from the day of the order; clocks are those of the place."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from dataclasses import dataclass

from order_status_plugin.events import Overlay, ParcelStatus
from order_status_plugin.simulator.scenarios import SCENARIOS
from order_status_plugin.simulator.stops import (
    DESTINATIONS,
    PARIS,
    PORTO,
    VITORIA,
    Stop,
)

S = ParcelStatus
SHOP_ZONE = zoneinfo.ZoneInfo("Europe/Lisbon")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who ordered. Nobody real: numbers and domains are the ones kept free for fiction."""

    first: str
    last: str
    email: str
    phone: str
    street: str
    postcode: str
    city: str
    country: str
    card: str  # last four digits


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One scan."""

    day: int
    clock: str
    status: ParcelStatus | None
    message: str
    stop: Stop
    overlay: Overlay = Overlay.NONE
    due: int | None = None  # delivery day stated with it
    reason: str = ""  # why that day is another one than before
    pickup_place: str = ""
    pickup_hours: str = ""
    next_step: str = ""
    signed_by: str = ""
    left_at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracked:
    """One parcel, and what was said of it."""

    carrier: str
    number: str
    seen: tuple[Seen, ...] = ()
    source: str = ""  # who tells of it, where the carrier alone would not say


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending(Tracked):
    """One shipping event: a parcel, or several."""

    day: int
    clock: str
    items: dict[str, int]
    also: tuple[Tracked, ...] = ()

    @property
    def parcels(self) -> tuple[Tracked, ...]:
        """Return every parcel of it."""
        return (self, *self.also)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOrder:
    """One order."""

    number: str
    scenario: str
    tells: str
    person: Person
    basket: dict[str, int]
    days_ago: int
    clock: str = "14:20"
    language: str = "en"
    sendings: tuple[Sending, ...] = ()
    ends: str = ""  # Oscar's status in the end
    is_account: bool = False  # a registered customer
    is_express: bool = False

    @property
    def is_waiting(self) -> bool:
        """Say whether its story is still to be played: by the simulator, once somebody asks."""
        return self.scenario in SCENARIOS and not self.sendings


NL, DE, FR, GB, ES, PT, IT, IE, BE, US, CA, DUBAI = (
    DESTINATIONS[code] for code in ("NL", "DE", "FR", "GB", "ES", "PT", "IT", "IE", "BE", "US", "CA", "AE")
)


def moment(placed: dt.datetime, day: int, clock: str, zone: zoneinfo.ZoneInfo = SHOP_ZONE) -> dt.datetime:
    """Return a time on the clock of a place, so many days after the day of the order."""
    local = placed.astimezone(SHOP_ZONE).date() + dt.timedelta(days=day)
    return dt.datetime.combine(local, dt.time.fromisoformat(clock), zone)


def label(day: int, clock: str = "16:40", due: int | None = None) -> Seen:
    return Seen(day=day, clock=clock, status=S.LABEL_CREATED, message="Shipper created a label", stop=PORTO, due=due)


def picked_up(day: int, clock: str = "18:20") -> Seen:
    return Seen(day=day, clock=clock, status=S.PICKED_UP_BY_CARRIER, message="Picked up", stop=PORTO)


def moving(day: int, clock: str, message: str, stop: Stop, due: int | None = None) -> Seen:
    return Seen(day=day, clock=clock, status=S.IN_TRANSIT, message=message, stop=stop, due=due)


def van(day: int, stop: Stop, clock: str = "07:48") -> Seen:
    return Seen(day=day, clock=clock, status=S.OUT_FOR_DELIVERY, message="Out for delivery", stop=stop, due=day)


def done(day: int, clock: str, stop: Stop, **details: str) -> Seen:
    return Seen(day=day, clock=clock, status=S.DELIVERED, message="Delivered", stop=stop, **details)  # type: ignore[arg-type]


def north(stop: Stop, due: int, first: int = 1) -> tuple[Seen, ...]:
    """Return the usual way out of Portugal, up to the last sorting centre."""
    return (
        label(first, due=due),
        picked_up(first),
        moving(first + 1, "03:10", "Arrived at facility", VITORIA),
        moving(first + 1, "19:25", "Departed from facility", PARIS),
        moving(first + 2, "04:40", "Arrived at delivery facility", stop),
    )


def person(first: str, last: str, email: str, phone: str, street: str, postcode: str, city: str, country: str, card: str) -> Person:  # fmt: skip
    return Person(first=first, last=last, email=email, phone=phone, street=street, postcode=postcode, city=city, country=country, card=card)  # fmt: skip
