"""A world in which customers agree, refuse, answer STOP, move and are erased; and a model of what may be sent in it.

The model knows nothing of the plugin: it keeps what was said and looks at the clock on the wall.
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from order_status_plugin.events import Address

#: Where orders go, whose number it is, and the clock on the wall there.
PLACES = (
    (Address(city="New York", region="NY", country="US"), "+351912345678", "America/New_York"),
    (Address(city="Lisbon", country="PT"), "+12125551234", "Europe/Lisbon"),
    (Address(city="Sydney", region="NSW", country="AU"), "", "Australia/Sydney"),
    (Address(city="Berlin", country="DE"), "+12125551234", "Europe/Berlin"),
    (Address(), "+12125551234", "America/New_York"),
    (Address(), "no number", "Europe/Lisbon"),  # the shop's
)
#: Nights, and days before a clock was changed somewhere.
DAYS = (
    dt.datetime(2026, 3, 7, 12, tzinfo=dt.UTC),
    dt.datetime(2026, 3, 28, 12, tzinfo=dt.UTC),
    dt.datetime(2026, 4, 4, 6, tzinfo=dt.UTC),
    dt.datetime(2026, 10, 3, 6, tzinfo=dt.UTC),
    dt.datetime(2026, 10, 24, 12, tzinfo=dt.UTC),
    dt.datetime(2026, 10, 31, 12, tzinfo=dt.UTC),
    dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC),
)
NIGHTS = (("21:00", "08:00"), ("22:30", "07:15"), ("23:00", "02:30"), ("00:00", "06:00"), ("01:30", "03:00"))
TOPICS = ("", "shipped", "delivered")


@dataclass
class Model:
    """What may be sent to one customer: everything that was said, in the order in which it was heard."""

    zone: ZoneInfo
    night: tuple[dt.time, dt.time]
    rings: bool
    needs_yes: bool
    is_erased: bool = False
    words: list[tuple[dt.datetime, int, str, str, bool]] = field(default_factory=list)
    starts: dict[str, list[dt.datetime]] = field(default_factory=dict)
    reports: dict[str, list[tuple[str, dt.datetime]]] = field(default_factory=dict)

    def say(self, at: dt.datetime, recipient: str, topic: str, *, is_yes: bool) -> None:
        self.words.append((at, len(self.words), recipient, topic, is_yes))

    def answer(self, at: dt.datetime, recipient: str, *, is_stop: bool) -> None:
        if is_stop:
            self.report(at, recipient, "stop")
        else:
            self.starts.setdefault(recipient, []).append(at)

    def report(self, at: dt.datetime, recipient: str, reason: str) -> None:
        self.reports.setdefault(recipient, []).append((reason, at))

    def lift(self, recipient: str) -> None:
        self.reports.pop(recipient, None)

    def is_stopped(self, recipient: str) -> bool:
        last = max(self.starts.get(recipient, []), default=dt.datetime.min.replace(tzinfo=dt.UTC))
        return any(reason in ("bounced", "complained") or at >= last for reason, at in self.reports.get(recipient, []))

    def is_night(self, now: dt.datetime) -> bool:
        start, end = self.night
        wall = now.astimezone(self.zone).time()
        return start <= wall < end if start < end else not end <= wall < start

    def may_send(self, now: dt.datetime, recipient: str, milestone: str) -> bool:
        return self.agrees(recipient, milestone) and not (self.rings and self.is_night(now))

    def agrees(self, recipient: str, milestone: str) -> bool:
        if self.is_erased or self.is_stopped(recipient):
            return False
        words = sorted(word for word in self.words if word[3] in ("", milestone))
        if words and not words[-1][4]:
            return False
        own = [word for word in words if word[2] == recipient]
        return not self.needs_yes or bool(own and own[-1][4])


def begin(rng: random.Random, *, rings: bool, needs_yes: bool) -> tuple[Model, dt.datetime, Address, list[str]]:
    """Return a world, when it begins, where the order goes, and the customer's two addresses."""
    address, phone, zone = rng.choice(PLACES)
    start, end = rng.choice(NIGHTS)
    model = Model(ZoneInfo(zone), (dt.time.fromisoformat(start), dt.time.fromisoformat(end)), rings, needs_yes)
    return model, rng.choice(DAYS), address, [phone or "+12125551234", f"{phone}9" if address.country else phone]
