"""How the globe is laid into the drawing: centred on the journey, and as near as the journey allows.

A region up to an ocean is drawn in Lambert's azimuthal equal-area projection around its middle: shapes look as in an
atlas. What would need more than that is drawn in Miller's cylindrical projection, cut where the journey is not.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Position = tuple[float, float]  # longitude, latitude in degrees; longitudes run on over 180
Spot = tuple[float, float]  # in the drawing, y downwards

WIDTH, HEIGHT = 720, 320
#: What a phone still shows of it, and the part in which all stops lie.
PHONE_WIDTH = 440
SAFE_WIDTH, SAFE_HEIGHT = 290, 200
#: How far a mark stays away from the edge.
EDGE = 14
#: How far the ground reaches over the edge, so that no coast is drawn along it.
MARGIN = 8
EARTH = 6371.0  # km
#: Latitudes beyond this are not drawn.
POLAR = 83.5
#: How far from its middle an azimuthal drawing may reach, in radii of the globe; 2 is the other side.
REACH = 1.4


@dataclass(frozen=True, slots=True)
class Frame:
    """A projection and its place in the drawing. Equal frames have the same ground."""

    is_round: bool  # azimuthal, else cylindrical
    longitude: float  # of the middle
    latitude: float  # of the middle; 0 for a cylindrical one
    radius: float  # of the globe, in units of the drawing
    x: float = WIDTH / 2  # where the middle lies
    y: float = HEIGHT / 2

    @property
    def km(self) -> float:
        """Return how many kilometres one unit is, about."""
        return EARTH / self.radius

    def project(self, positions: Iterable[Position]) -> list[Spot]:
        """Return where positions lie in the drawing."""
        return self._round(positions) if self.is_round else self._cylinder(positions)

    def _round(self, positions: Iterable[Position]) -> list[Spot]:
        sin, cos, sqrt, degree = math.sin, math.cos, math.sqrt, math.pi / 180
        s0, c0 = sin(self.latitude * degree), cos(self.latitude * degree)
        middle, radius, x0, y0 = self.longitude * degree, self.radius, self.x, self.y
        found = []
        for longitude, latitude in positions:
            turn, phi = longitude * degree - middle, latitude * degree
            s, c, ct = sin(phi), cos(phi), cos(turn)
            k = radius * sqrt(2 / max(1e-9, 1 + s0 * s + c0 * c * ct))
            found.append((x0 + k * c * sin(turn), y0 - k * (c0 * s - s0 * c * ct)))
        return found

    def _cylinder(self, positions: Iterable[Position]) -> list[Spot]:
        asinh, tan, degree = math.asinh, math.tan, math.pi / 180
        middle, radius, x0, y0 = self.longitude, self.radius, self.x, self.y
        return [
            (
                x0 + radius * (longitude - middle) * degree,
                y0 - 1.25 * radius * asinh(tan(0.8 * max(-POLAR, min(POLAR, latitude)) * degree)),
            )
            for longitude, latitude in positions
        ]

    def bounds(self) -> tuple[float, float, float, float] | None:
        """Return west, south, east and north of all that the drawing shows; None where it reaches too far."""
        if not self.is_round:
            half = math.degrees((WIDTH / 2 + MARGIN + abs(self.x - WIDTH / 2)) / self.radius)
            return self.longitude - half, -90.0, self.longitude + half, 90.0
        across = [-MARGIN + (WIDTH + 2 * MARGIN) * step / 24 for step in range(25)]
        down = [-MARGIN + (HEIGHT + 2 * MARGIN) * step / 12 for step in range(13)]
        edge = [(x, y) for x in across for y in (down[0], down[-1])] + [
            (x, y) for y in down for x in (across[0], across[-1])
        ]
        found = [self._inverse(x, y) for x, y in edge]
        shown = [position for position in found if position is not None]
        pole = self._round([(self.longitude, math.copysign(90, self.latitude))])[0]
        if len(shown) < len(found) or (
            abs(pole[0] - WIDTH / 2) < WIDTH / 2 + 40 and abs(pole[1] - HEIGHT / 2) < HEIGHT / 2 + 40
        ):
            return None
        west, east = min(x for x, _ in shown), max(x for x, _ in shown)
        south, north = min(y for _, y in shown), max(y for _, y in shown)
        pad = 0.02 * (east - west) + 0.2
        return west - pad, max(-90.0, south - pad), east + pad, min(90.0, north + pad)

    def _inverse(self, x: float, y: float) -> Position | None:
        x, y = (x - self.x) / self.radius, (self.y - y) / self.radius
        far = math.hypot(x, y)
        if far > REACH:
            return None
        if far < 1e-12:
            return self.longitude, self.latitude
        angle, phi = 2 * math.asin(far / 2), math.radians(self.latitude)
        latitude = math.asin(math.cos(angle) * math.sin(phi) + y * math.sin(angle) * math.cos(phi) / far)
        turn = math.atan2(
            x * math.sin(angle), far * math.cos(phi) * math.cos(angle) - y * math.sin(phi) * math.sin(angle)
        )
        return self.longitude + math.degrees(turn), math.degrees(latitude)


def fit(positions: Sequence[Position], span: float) -> Frame:
    """Return the frame in which all positions lie safely, ``span`` kilometres high at the least."""
    west, east = _range(x for x, _ in positions)
    south, north = _range(y for _, y in positions)
    # Rounded, so that a place found twice a few metres apart has one ground.
    longitude, latitude = round((west + east) / 2, 1), round(max(-75, min(75, (south + north) / 2)), 1)
    nearest = SAFE_HEIGHT * EARTH / span
    if east - west < 170:
        frame = _fitted(Frame(True, longitude, latitude, 1.0, 0, 0), positions, nearest)
        if frame.bounds() is not None:
            return frame
    return _fitted(Frame(False, longitude, 0.0, 1.0, 0, 0), positions, nearest)


def _fitted(unit: Frame, positions: Sequence[Position], nearest: float) -> Frame:
    spots = unit.project(positions)
    west, east = _range(x for x, _ in spots)
    top, bottom = _range(y for _, y in spots)
    radius = min(nearest, SAFE_WIDTH / max(1e-9, east - west), SAFE_HEIGHT / max(1e-9, bottom - top))
    x, y = WIDTH / 2 - radius * (west + east) / 2, HEIGHT / 2 - radius * (top + bottom) / 2
    if not unit.is_round:
        # The whole world is as high as the drawing at least, and its edges are not inside.
        _, pole = Frame(False, 0, 0, 1.0, 0, 0).project([(0, -POLAR)])[0]
        lowest = min(
            HEIGHT / 2 / pole, (WIDTH - 60) / max(1e-9, east - west), (HEIGHT - 2 * EDGE) / max(1e-9, bottom - top)
        )
        radius = max(radius, lowest)
        x, y = WIDTH / 2 - radius * (west + east) / 2, HEIGHT / 2 - radius * (top + bottom) / 2
        y = max(HEIGHT - radius * pole, min(radius * pole, y)) if radius * pole >= HEIGHT / 2 else HEIGHT / 2
        # A stop near a pole stays in sight, if water must lie beyond the edge of the world.
        y = max(EDGE - radius * top, min(HEIGHT - EDGE - radius * bottom, y))
    return Frame(unit.is_round, unit.longitude, unit.latitude, round(radius, 2), round(x, 1), round(y, 1))


def _range(values: Iterable[float]) -> tuple[float, float]:
    told = list(values)
    return min(told), max(told)
