"""Land, lakes and borders of one frame as SVG paths: the same for every journey in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from .atlas import SCALE, Line, read
from .frame import HEIGHT, MARGIN, WIDTH, Frame, Position, Spot

#: Up to how many kilometres a unit each level of detail is drawn.
LEVELS = ((5.0, "near"), (17.0, "middle"), (float("inf"), "far"))
#: Steps of the paths in one unit: coasts stay smooth on a screen with small pixels.
GRID = 2
#: Rings smaller than this many square units are specks.
SMALLEST = 4.0
#: Longer edges are bent as the projection bends them, in degrees.
STRAIGHT = 5.0

Inside = Callable[[Spot], bool]
Cross = Callable[[Spot, Spot], Spot]


@dataclass(frozen=True, slots=True)
class Ground:
    """Paths: what their ``d`` says, "" for nothing to draw."""

    land: str
    lakes: str
    borders: str
    provinces: str


@lru_cache(maxsize=64)
def ground(frame: Frame) -> Ground:
    """Return the ground of a frame."""
    level = read(next(name for km, name in LEVELS if frame.km <= km))
    bounds = frame.bounds()
    if bounds is None:
        raise ValueError("a frame that reaches too far has no ground")
    west, south, east, north = (round(value * SCALE) for value in bounds)
    box = (west, south, east, north)
    edges = (-MARGIN, -MARGIN, WIDTH + MARGIN, HEIGHT + MARGIN)

    def fill(rings: Iterable[Line]) -> str:
        found = []
        for ring in rings:
            # First on the globe: beyond the horizon a ring would come back on the other side.
            positions = _bent(clip(ring, box)) if frame.is_round else [(x / SCALE, y / SCALE) for x, y in ring]
            spots = clip(frame.project(positions), edges)
            if len(spots) > 2 and _area(spots) >= SMALLEST:
                found.append(path(spots, is_closed=True))
        return "".join(found)

    def stroke(lines: Iterable[Line]) -> str:
        found = []
        for line in lines:
            spots = frame.project((x / SCALE, y / SCALE) for x, y in line)
            found += [path(run, is_closed=False) for run in _visible(spots, edges)]
        return "".join(found)

    return Ground(
        land=fill(level.land.rings(box)),
        lakes=fill(level.lakes.rings(box)),
        borders=stroke(level.borders.lines(box)),
        provinces=stroke(level.provinces.lines(box)),
    )


def clip(ring: Sequence[Spot], box: tuple[float, float, float, float]) -> list[Spot]:
    """Return the part of a ring inside of a box: Sutherland and Hodgman's way."""
    west, low, east, high = box

    def at_x(x: float) -> Cross:
        return lambda a, b: (x, a[1] + (b[1] - a[1]) * (x - a[0]) / (b[0] - a[0]))

    def at_y(y: float) -> Cross:
        return lambda a, b: (a[0] + (b[0] - a[0]) * (y - a[1]) / (b[1] - a[1]), y)

    sides: tuple[tuple[Inside, Cross], ...] = (
        (lambda p: p[0] >= west, at_x(west)),
        (lambda p: p[0] <= east, at_x(east)),
        (lambda p: p[1] >= low, at_y(low)),
        (lambda p: p[1] <= high, at_y(high)),
    )
    for is_inside, cross in sides:
        flags = [is_inside(point) for point in ring]
        if all(flags):
            continue
        kept: list[Spot] = []
        before, was_inside = (ring[-1], flags[-1]) if ring else ((0.0, 0.0), False)
        for point, inside in zip(ring, flags, strict=True):
            if inside != was_inside:
                kept.append(cross(before, point))
            if inside:
                kept.append(point)
            before, was_inside = point, inside
        ring = kept
    return list(ring)


def _bent(ring: list[Spot]) -> list[Position]:
    """Return a ring in degrees, with points put into its long edges."""
    if not ring:
        return []
    found: list[Position] = []
    far = STRAIGHT * SCALE
    ax, ay = ring[-1]
    for bx, by in ring:
        length = max(abs(bx - ax), abs(by - ay))
        if length > far:
            steps = int(length / far) + 1
            for step in range(1, steps):
                found.append(((ax + (bx - ax) * step / steps) / SCALE, (ay + (by - ay) * step / steps) / SCALE))
        found.append((bx / SCALE, by / SCALE))
        ax, ay = bx, by
    return found


def _visible(spots: list[Spot], edges: tuple[float, float, float, float]) -> list[list[Spot]]:
    """Return the runs of a line that touch the drawing, each with one point more at its ends."""
    west, top, east, bottom = edges
    runs: list[list[Spot]] = []
    run: list[Spot] = []
    is_shown = False
    for spot in spots:
        inside = west <= spot[0] <= east and top <= spot[1] <= bottom
        run.append(spot)
        if inside:
            is_shown = True
            continue
        if is_shown:
            runs.append(run)
            is_shown = False
        run = [spot]
    return [*runs, run] if is_shown and len(run) > 1 else runs


def _area(ring: list[Spot]) -> float:
    total = 0.0
    ax, ay = ring[-1]
    for bx, by in ring:
        total += ax * by - bx * ay
        ax, ay = bx, by
    return abs(total) / 2


def path(spots: Iterable[Spot], *, is_closed: bool) -> str:
    """Return a path in whole steps of the grid and relative moves: short, and it shrinks well."""
    moves: list[tuple[int, int]] = []
    first = True
    px = py = x0 = y0 = 0
    for x, y in spots:
        ix, iy = round(x * GRID), round(y * GRID)
        if first:
            x0, y0, first = ix, iy, False
        elif (ix, iy) != (px, py):
            dx, dy = ix - px, iy - py
            if moves and moves[-1][0] * dy == moves[-1][1] * dx and moves[-1][0] * dx + moves[-1][1] * dy > 0:
                dx, dy = dx + moves[-1][0], dy + moves[-1][1]
                moves.pop()
            moves.append((dx, dy))
        else:
            continue
        px, py = ix, iy
    if len(moves) < (2 if is_closed else 1):
        return ""
    told = "".join(f"{dx:+d}{dy:+d}" for dx, dy in moves).replace("+", " ")
    return f"M{x0} {y0}l{told.lstrip()}{'z' if is_closed else ''}"
