"""One line of the doctor's screen."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone


@dataclass(frozen=True)
class Fact:
    """What was looked at, what it says, and whether that is well."""

    about: str
    says: str
    is_well: bool = True


def ago(moment: dt.datetime | None) -> str:
    """Return how long ago it was, in the largest unit that fits twice."""
    if moment is None:
        return "never"
    return f"{lasting((timezone.now() - moment).total_seconds())} ago"


def lasting(seconds: float) -> str:
    """Return a time in the largest unit that fits twice."""
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{int(seconds // size)} {unit}"
    return f"{max(0, int(seconds))} s"
