"""What can happen to an order, as data. Pauses are in hours of the story; the speed is the player's."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..events import Overlay, ParcelStatus
from .stops import LEIPZIG, LOUISVILLE, NEW_YORK, PARIS, PORTO, VITORIA, Stop

S = ParcelStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing, so many hours after the one before it."""

    pause: float = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ship(Step):
    """The shop sends: all, the first half, or the rest of the items."""

    what: str = "all"
    carrier: str = ""  # one that shares no live tracking; "" for one that is followed
    parcel: int = 1  # by this number the scans below speak of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan(Step):
    """The carrier scans. ``stop`` None is the destination."""

    status: ParcelStatus | None
    message: str
    overlay: Overlay = Overlay.NONE
    stop: Stop | None = None
    parcel: int = 1
    due_in_days: int | None = None  # a delivery date, stated with this scan
    reason: str = ""  # why that date is another one than before
    next_step: str = ""
    signed_by: str = ""
    left_at: str = ""
    pickup_place: str = ""
    pickup_hours: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A story with a name."""

    name: str
    title: str
    tells: str
    steps: tuple[Step, ...] = field(default_factory=tuple)


def _label(due: int, parcel: int = 1) -> Scan:
    return Scan(pause=2, status=S.LABEL_CREATED, message="Shipper created a label, carrier has not received the package yet.", stop=PORTO, parcel=parcel, due_in_days=due)  # fmt: skip


def _picked_up(parcel: int = 1, pause: float = 6) -> Scan:
    return Scan(pause=pause, status=S.PICKED_UP_BY_CARRIER, message="Picked up", stop=PORTO, parcel=parcel)


def _at(stop: Stop | None, message: str = "Arrived at facility", *, pause: float = 9, parcel: int = 1) -> Scan:
    return Scan(pause=pause, status=S.IN_TRANSIT, message=message, stop=stop, parcel=parcel)


def _journey(parcel: int = 1) -> tuple[Scan, ...]:
    """Return the way from the studio to the town of the customer."""
    return (
        _label(2, parcel),
        _picked_up(parcel),
        _at(VITORIA, parcel=parcel),
        _at(PARIS, "Departed from facility", parcel=parcel),
        _at(None, "Arrived at delivery facility", pause=8, parcel=parcel),
    )


def _van(parcel: int = 1) -> Scan:
    return Scan(pause=10, status=S.OUT_FOR_DELIVERY, message="Out for delivery", parcel=parcel, due_in_days=0)


SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        Scenario(
            name="calm",
            title="A calm delivery",
            tells="One parcel: label, five scans on the way, out for delivery, delivered.",
            steps=(
                Ship(),
                *_journey(),
                _van(),
                Scan(pause=5, status=S.DELIVERED, message="Delivered, signed for", signed_by="N. de Vries"),
            ),
        ),
        Scenario(
            name="express",
            title="Express, by air",
            tells="Picked up in the evening, by plane over Leipzig, delivered the next morning.",
            steps=(
                Ship(),
                _picked_up(pause=1),
                _at(LEIPZIG, "Arrived at the air hub", pause=6),
                _at(None, "Arrived at delivery facility", pause=4),
                Scan(pause=2, status=S.OUT_FOR_DELIVERY, message="With the courier", due_in_days=0),
                Scan(pause=2, status=S.DELIVERED, message="Delivered", left_at="Reception"),
            ),
        ),
        Scenario(
            name="attempt",
            title="A failed attempt, then pickup",
            tells="Nobody opens; the parcel waits at a pickup point and is collected there.",
            steps=(
                Ship(),
                *_journey(),
                _van(),
                Scan(
                    pause=5,
                    status=S.ATTEMPTED_DELIVERY,
                    message="Delivery attempted, nobody was home",
                    next_step="Pick it up from 17:00 at the access point on your card.",
                ),
                Scan(
                    pause=6,
                    status=S.READY_FOR_PICKUP,
                    message="Available for pickup at the access point",
                    pickup_place="Kiosk am Eck, Marktplatz 2",
                    pickup_hours="Mon–Fri 8:00–19:00\nSat 9:00–14:00",
                ),
                Scan(pause=14, status=S.COLLECTED, message="Picked up by the customer"),
            ),
        ),
        Scenario(
            name="split",
            title="Split in two, one carrier unsupported",
            tells="Half the items are followed live, the rest go with a carrier that shares no live tracking.",
            steps=(
                Ship(what="half"),
                *_journey(),
                Ship(pause=2, what="rest", carrier="CTT", parcel=2),
                _van(),
                Scan(pause=5, status=S.DELIVERED, message="Delivered"),
            ),
        ),
        Scenario(
            name="ocean",
            title="Across an ocean, held at customs",
            tells="By plane over Leipzig to New York, held at customs, then on to the customer's coast.",
            steps=(
                Ship(),
                _label(4),
                _picked_up(),
                _at(LEIPZIG, "Departed from the air hub"),
                _at(NEW_YORK, "Arrived at the port of entry", pause=11),
                Scan(
                    pause=6,
                    status=None,
                    overlay=Overlay.DELAYED,
                    message="Held at customs",
                    stop=NEW_YORK,
                    due_in_days=3,
                    reason="Customs asked for papers",
                ),
                _at(NEW_YORK, "Released by customs", pause=20),
                _at(LOUISVILLE, pause=10),
                _at(None, "Arrived at delivery facility", pause=12),
                _van(),
                Scan(pause=6, status=S.DELIVERED, message="Delivered", left_at="Front door"),
            ),
        ),
        Scenario(
            name="returned",
            title="Refused, and back again",
            tells="The parcel is refused at the door and travels back to the studio.",
            steps=(
                Ship(),
                *_journey(),
                _van(),
                Scan(pause=5, status=None, overlay=Overlay.EXCEPTION, message="Refused by the recipient"),
                Scan(pause=8, status=S.RETURNING, message="Returning to sender"),
                _at(PARIS, "Departed from facility", pause=14),
                Scan(pause=20, status=S.RETURNED, message="Returned to sender", stop=PORTO),
            ),
        ),
        Scenario(
            name="lost",
            title="Lost on the way",
            tells="The last scan is days old; then the carrier says that it cannot find the parcel.",
            steps=(
                Ship(),
                _label(2),
                _picked_up(),
                _at(VITORIA),
                Scan(pause=30, status=None, overlay=Overlay.EXCEPTION, message="Search begun", stop=PARIS),
                Scan(pause=60, status=S.LOST, message="The parcel cannot be found", stop=PARIS),
            ),
        ),
        Scenario(
            name="corrected",
            title="Delivered, and taken back",
            tells="A scan says delivered by mistake; an hour later the parcel is on the van again, and arrives.",
            steps=(
                Ship(),
                *_journey(),
                _van(),
                Scan(pause=3, status=S.DELIVERED, message="Delivered"),
                Scan(pause=2, status=S.OUT_FOR_DELIVERY, message="Out for delivery"),
                Scan(pause=3, status=S.DELIVERED, message="Delivered, signed for", signed_by="N. de Vries"),
            ),
        ),
    )
}
