"""What is drawn, and the drawing."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.safestring import SafeString

from ..events import Point


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One place of a journey, as people call it. City level at the finest."""

    point: Point
    label: str  # beside the mark: "Cologne"
    place: str = ""  # in the sentence: "Cologne, Germany"; "" takes the label

    def __str__(self) -> str:
        """Return how the sentence calls it."""
        return self.place or self.label


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """Where a parcel was, is and goes. Equal journeys are drawn once."""

    origin: Stop | None = None  # of the first scan
    visited: tuple[Stop, ...] = ()  # between origin and last, in the order of travel
    last: Stop | None = None  # of the newest scan
    destination: Stop | None = None  # the city only; None where nobody knows it, or the parcel goes there no more
    has_arrived: bool = False  # nothing is left of the way
    language: str = "en"  # of the sentence

    @property
    def stops(self) -> tuple[Stop, ...]:
        """Return all stops in the order of travel."""
        return tuple(stop for stop in (self.origin, *self.visited, self.last, self.destination) if stop)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A map, and the words that say the same."""

    svg: SafeString
    sentence: str
