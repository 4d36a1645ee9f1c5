"""The way between two stops: straight for a short one, along the great circle for a long one. Nobody knows the road."""

from __future__ import annotations

import math
from collections.abc import Sequence

from .frame import Position

#: Shorter legs, in degrees, are straight lines.
SHORT = 9.0
#: Great circles that come nearer to a pole, in degrees of latitude, are drawn as a flatter arc.
HIGH = 76.0


def leg(start: Position, end: Position) -> list[Position]:
    """Return the positions along the way; longitudes run on, so that the way never jumps."""
    far = angle(start, end)
    if far < SHORT:
        return [start, (_near(end[0], start[0]), end[1])]
    steps = max(8, round(far / 2.5))
    if 180 - far > 1:
        found = [start]
        for step in range(1, steps):
            found.append(_along(start, end, math.radians(far), step / steps, found[-1][0]))
        found.append((_near(end[0], found[-1][0]), end[1]))
        if max(abs(latitude) for _, latitude in found) <= max(HIGH, abs(start[1]), abs(end[1])):
            return found
    return _arc(start, (_near(end[0], start[0]), end[1]), steps)


def _along(start: Position, end: Position, far: float, part: float, near: float) -> Position:
    a, b = math.sin((1 - part) * far) / math.sin(far), math.sin(part * far) / math.sin(far)
    x, y, z = (a * p + b * q for p, q in zip(_vector(start), _vector(end), strict=True))
    return _near(math.degrees(math.atan2(y, x)), near), math.degrees(math.atan2(z, math.hypot(x, y)))


def _arc(start: Position, end: Position, steps: int) -> list[Position]:
    """Return an arc that rises towards its own pole, and stays away from it."""
    side = 1 if start[1] + end[1] >= 0 else -1
    top = max(side * start[1], side * end[1])
    rise = side * max(0.0, min(HIGH, top + 30) - top)
    between = [
        (
            start[0] + (end[0] - start[0]) * part,
            start[1] + (end[1] - start[1]) * part + rise * 4 * part * (1 - part),
        )
        for part in (step / steps for step in range(1, steps))
    ]
    return [start, *between, end]


def angle(start: Position, end: Position) -> float:
    """Return how far apart two positions are, in degrees as seen from the middle of the earth."""
    a, b = _vector(start), _vector(end)
    dot = sum(p * q for p, q in zip(a, b, strict=True))
    cross = math.hypot(a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])
    return math.degrees(math.atan2(cross, dot))


def legs(stops: Sequence[Position]) -> list[list[Position]]:
    """Return the ways between stops in their order; each starts where the one before it ends."""
    found: list[list[Position]] = []
    here = stops[0]
    for stop in stops[1:]:
        way = leg(here, (_near(stop[0], here[0]), stop[1]))
        found.append(way)
        here = way[-1]
    return found


def _near(longitude: float, other: float) -> float:
    """Return the same longitude, counted so that the way from the other is the short one."""
    return longitude - 360 * round((longitude - other) / 360)


def _vector(position: Position) -> tuple[float, float, float]:
    longitude, latitude = math.radians(position[0]), math.radians(position[1])
    return math.cos(latitude) * math.cos(longitude), math.cos(latitude) * math.sin(longitude), math.sin(latitude)
