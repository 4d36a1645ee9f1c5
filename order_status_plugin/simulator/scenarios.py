"""What can happen to an order, as data. Pauses are in hours of the story; the speed is the player's."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A place on the way."""

    city: str
    country: str  # ISO 3166-1 alpha-2
    zone: str
    latitude: float
    longitude: float


PORTO = Stop(city="Porto", country="PT", zone="Europe/Lisbon", latitude=41.15, longitude=-8.61)
VITORIA = Stop(city="Vitoria-Gasteiz", country="ES", zone="Europe/Madrid", latitude=42.85, longitude=-2.67)
PARIS = Stop(city="Paris", country="FR", zone="Europe/Paris", latitude=48.85, longitude=2.35)

#: Where the last van drives, by the order's destination country: coarse on purpose, an address is nobody's play.
DESTINATIONS = {
    "AT": Stop(city="Vienna", country="AT", zone="Europe/Vienna", latitude=48.21, longitude=16.37),
    "BE": Stop(city="Brussels", country="BE", zone="Europe/Brussels", latitude=50.85, longitude=4.35),
    "CH": Stop(city="Zurich", country="CH", zone="Europe/Zurich", latitude=47.38, longitude=8.54),
    "DE": Stop(city="Cologne", country="DE", zone="Europe/Berlin", latitude=50.94, longitude=6.96),
    "ES": Stop(city="Madrid", country="ES", zone="Europe/Madrid", latitude=40.42, longitude=-3.7),
    "FR": Stop(city="Lyon", country="FR", zone="Europe/Paris", latitude=45.76, longitude=4.84),
    "GB": Stop(city="London", country="GB", zone="Europe/London", latitude=51.51, longitude=-0.13),
    "IE": Stop(city="Dublin", country="IE", zone="Europe/Dublin", latitude=53.35, longitude=-6.26),
    "IT": Stop(city="Milan", country="IT", zone="Europe/Rome", latitude=45.46, longitude=9.19),
    "NL": Stop(city="Amsterdam", country="NL", zone="Europe/Amsterdam", latitude=52.37, longitude=4.9),
    "PT": Stop(city="Lisbon", country="PT", zone="Europe/Lisbon", latitude=38.72, longitude=-9.14),
    "US": Stop(city="New York", country="US", zone="America/New_York", latitude=40.71, longitude=-74.01),
}
ELSEWHERE = DESTINATIONS["BE"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing, so many hours after the one before it."""

    pause: float = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ship(Step):
    """The shop sends: all, the first half, or the rest of the items."""

    what: str = "all"
    carrier: str
    is_live: bool = True  # somebody scans it for us
    parcel: int = 1  # by this number the scans below speak of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan(Step):
    """The carrier scans. ``stop`` None is the destination."""

    tag: str
    subtag: str
    message: str
    stop: Stop | None = None
    parcel: int = 1
    due_in_days: int | None = None  # a delivery date, stated with this scan
    next_step: str = ""
    signed_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A story with a name."""

    name: str
    title: str
    tells: str
    steps: tuple[Step, ...] = field(default_factory=tuple)


def _journey(parcel: int = 1) -> tuple[Scan, ...]:
    """Return the way from the studio to the town of the customer."""
    return (
        Scan(pause=2, tag="InfoReceived", subtag="InfoReceived_001", message="Shipper created a label, carrier has not received the package yet.", stop=PORTO, parcel=parcel, due_in_days=2),
        Scan(pause=6, tag="InTransit", subtag="InTransit_002", message="Picked up", stop=PORTO, parcel=parcel),
        Scan(pause=9, tag="InTransit", subtag="InTransit_003", message="Arrived at facility", stop=VITORIA, parcel=parcel),
        Scan(pause=9, tag="InTransit", subtag="InTransit_007", message="Departed from facility", stop=PARIS, parcel=parcel),
        Scan(pause=8, tag="InTransit", subtag="InTransit_003", message="Arrived at delivery facility", parcel=parcel),
    )  # fmt: skip


def _van(parcel: int = 1) -> Scan:
    return Scan(pause=10, tag="OutForDelivery", subtag="OutForDelivery_001", message="Out for delivery", parcel=parcel, due_in_days=0)  # fmt: skip


SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        Scenario(
            name="calm",
            title="A calm delivery",
            tells="One parcel with UPS: label, five scans on the way, out for delivery, delivered.",
            steps=(
                Ship(carrier="UPS"),
                *_journey(),
                _van(),
                Scan(pause=5, tag="Delivered", subtag="Delivered_003", message="Delivered, signed for", signed_by="N. de Vries"),
            ),
        ),
        Scenario(
            name="attempt",
            title="A failed attempt, then pickup",
            tells="Nobody opens; the parcel waits at a pickup point and is collected there.",
            steps=(
                Ship(carrier="UPS"),
                *_journey(),
                _van(),
                Scan(pause=5, tag="AttemptFail", subtag="AttemptFail_002", message="Delivery attempted, nobody was home", next_step="Pick it up from 17:00 at the access point on your card."),
                Scan(pause=6, tag="AvailableForPickup", subtag="AvailableForPickup_001", message="Available for pickup at the access point"),
                Scan(pause=14, tag="Delivered", subtag="Delivered_002", message="Picked up by the customer"),
            ),
        ),
        Scenario(
            name="split",
            title="Split in two, one carrier unsupported",
            tells="Half the items go with UPS, the rest with a carrier that shares no live tracking.",
            steps=(
                Ship(what="half", carrier="UPS", parcel=1),
                *_journey(),
                Ship(pause=2, what="rest", carrier="CTT", is_live=False, parcel=2),
                _van(),
                Scan(pause=5, tag="Delivered", subtag="Delivered_001", message="Delivered"),
            ),
        ),
    )
}  # fmt: skip
