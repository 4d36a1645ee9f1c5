"""Draw a journey: a pure function of it, remembered for as long as there is room."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from django.utils import translation
from django.utils.html import escape
from django.utils.safestring import mark_safe

from ..events import PlacePrecision
from .frame import HEIGHT, WIDTH, Spot, fit
from .ground import GRID, ground, path
from .journey import Drawing, Journey, Stop
from .labels import RANK, Label, Mark, place
from .route import angle, legs
from .sentence import sentence

#: The least height of the safe part in kilometres, by how exactly the coarsest stop is known: shapes are told by it.
SPAN = {PlacePrecision.CITY: 340.0, PlacePrecision.REGION: 800.0, PlacePrecision.COUNTRY: 1500.0}
#: Size of the marks, of the halo, and of the ring that says "somewhere here".
RADIUS = {"origin": 4.5, "passed": 3.0, "here": 6.5, "destination": 6.0}
HALO, ABOUT = 15.0, 19.0
#: Stops nearer to each other than this, in degrees, are one.
SAME = 0.02


@lru_cache(maxsize=256)
def draw(journey: Journey) -> Drawing | None:
    """Return the map of a journey and the sentence that says the same, in its language; None without any place.

    Nothing but the journey decides: no clock, no setting, no database. Every text in it is escaped.
    """
    kinds = _kinds(journey)
    if not kinds:
        return None
    with translation.override(journey.language):
        words = sentence(journey)
    positions = [(stop.point.longitude, stop.point.latitude) for stop, _ in kinds]
    ways = legs(positions)
    unrolled = [positions[0], *(way[-1] for way in ways)]
    span = max(SPAN[stop.point.precision] for stop, _ in kinds)
    frame = fit([*unrolled, *(position for way in ways for position in way)], span)
    spots, lines = frame.project(unrolled), [frame.project(way) for way in ways]
    reached = max((at for at, (_, kind) in enumerate(kinds) if kind != "destination"), default=0)
    if journey.has_arrived:
        reached = len(kinds) - 1
    marks = _marks(kinds, spots)
    labels = place([mark for mark, _ in marks], _dense(lines))
    below = ground(frame)
    parts = [
        f'<svg class="os-map" viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="xMidYMid slice" role="img" '
        f'aria-label="{escape(words)}">',
        f'<g transform="scale({1 / GRID:g})">',
        *(
            f'<path class="os-map-{name}" d="{d}"/>'
            for name, d in (
                ("land", below.land),
                ("provinces", below.provinces),
                ("borders", below.borders),
                ("lakes", below.lakes),
                ("left", _way(lines[reached:])),
                ("gone", _way(lines[:reached])),
            )
            if d
        ),
        "</g>",
        *(_circles(mark, is_about) for mark, is_about in marks),
        '<g class="os-map-names">',
        *map(_text, labels),
        "</g></svg>",
    ]
    return Drawing(svg=mark_safe("".join(parts)), sentence=words)  # noqa: S308 - names are escaped, the rest is numbers


def _kinds(journey: Journey) -> list[tuple[Stop, str]]:
    """Return the stops in the order of travel and what each is; one after the other at the same place is one."""
    told = [(stop, "passed") for stop in journey.visited]
    if journey.origin:
        told.insert(0, (journey.origin, "origin"))
    if journey.last:
        told.append((journey.last, "here"))
    if journey.destination:
        told.append((journey.destination, "destination"))
    kept: list[tuple[Stop, str]] = []
    for stop, kind in told:
        if kept and _apart(kept[-1][0], stop) < SAME and not {"here", "destination"} >= {kind, kept[-1][1]}:
            stronger = min(kind, kept[-1][1], key=RANK.__getitem__)
            kept[-1] = (stop if stronger == kind else kept[-1][0], stronger)
        else:
            kept.append((stop, kind))
    return kept


def _apart(one: Stop, other: Stop) -> float:
    return angle((one.point.longitude, one.point.latitude), (other.point.longitude, other.point.latitude))


def _marks(kinds: Sequence[tuple[Stop, str]], spots: Sequence[Spot]) -> list[tuple[Mark, bool]]:
    """Return what is drawn where, the most important on top: one mark for each place, with a name where it is first."""
    found: list[tuple[Mark, bool]] = []
    order = sorted(range(len(kinds)), key=lambda at: (RANK[kinds[at][1]], -at))
    named: list[Spot] = []
    for at in order:
        (stop, kind), (x, y) = kinds[at], spots[at]
        is_about = stop.point.precision is not PlacePrecision.CITY
        radius = ABOUT if is_about else HALO if kind == "here" else RADIUS[kind]
        is_seen = any(abs(x - other[0]) < 2 and abs(y - other[1]) < 2 for other in named)
        if is_seen and kind == "passed":
            continue
        found.append((Mark(kind, (x, y), radius, "" if is_seen else stop.label), is_about))
        named.append((x, y))
    return found[::-1]


def _dense(lines: Sequence[Sequence[Spot]]) -> list[Spot]:
    """Return points along lines, near enough to each other that no name fits between two."""
    found: list[Spot] = []
    for line in lines:
        for (ax, ay), (bx, by) in zip(line, line[1:], strict=False):
            steps = max(1, int(max(abs(bx - ax), abs(by - ay)) / 8))
            found += [(ax + (bx - ax) * step / steps, ay + (by - ay) * step / steps) for step in range(steps + 1)]
    return found


def _way(lines: Sequence[Sequence[Spot]]) -> str:
    """Return lines that follow each other as one path."""
    spots = [spot for number, line in enumerate(lines) for spot in line[1 if number else 0 :]]
    return path(spots, is_closed=False)


def _circles(mark: Mark, is_about: bool) -> str:
    x, y = (_number(value) for value in mark.spot)
    told = ""
    if is_about:
        told += f'<circle class="os-map-about" cx="{x}" cy="{y}" r="{ABOUT:g}"/>'
    if mark.kind == "here":
        told += f'<circle class="os-map-halo" cx="{x}" cy="{y}" r="{HALO:g}"/>'
    return told + f'<circle class="os-map-{mark.kind}" cx="{x}" cy="{y}" r="{RADIUS[mark.kind]:g}"/>'


def _text(label: Label) -> str:
    kind = f' class="os-map-at-{label.kind}"' if label.kind in ("here", "passed") else ""
    return (
        f'<text{kind} x="{_number(label.x)}" y="{_number(label.y)}" text-anchor="{label.anchor}">'
        f"{escape(label.name)}</text>"
    )


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
