"""Where the names stand: beside their mark, on no other name, no mark, and off the line where that is possible.

Boxes are counted in the largest size in which the stylesheet shows a name: on a phone. Smaller text stands inside of
them, because it grows from the same point.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from .frame import HEIGHT, PHONE_WIDTH, WIDTH, Spot

#: Sizes of the text in units of the drawing, as status.css has them: of names that a phone shows, and of the others.
SIZE, SMALL = 20.0, 17.0
#: Longer names are cut; the sentence says them whole.
LONGEST = 26
#: How far a name stays away from the edge, and from others beside it.
EDGE, AIR = 6.0, 8.0

Box = tuple[float, float, float, float]  # left, top, right, bottom


@dataclass(frozen=True, slots=True)
class Mark:
    """A stop in the drawing."""

    kind: str  # "origin", "passed", "here", "destination"
    spot: Spot
    radius: float  # of all that is drawn at it
    name: str


@dataclass(frozen=True, slots=True)
class Label:
    """A name and where it stands."""

    kind: str
    name: str
    x: float
    y: float  # of the line that the letters stand on
    anchor: str  # "start", "middle", "end"
    box: Box


#: Who is served first.
RANK = {"here": 0, "destination": 1, "origin": 2, "passed": 3}


def width(name: str, size: float) -> float:
    """Return how wide a name may become, with no font at hand: rather too wide."""
    total = 0.0
    for char in name:
        if unicodedata.combining(char):
            continue
        if unicodedata.east_asian_width(char) in "WF":
            total += 1.05
        elif char in "ijlftrI.,'’()|- ":
            total += 0.4
        elif char in "mwMW@—…":
            total += 0.95
        elif char.isupper():
            total += 0.74
        else:
            total += 0.62
    return total * size


def shortened(name: str) -> str:
    """Return a name that fits, on one line."""
    told = " ".join(name.split())
    return told if len(told) <= LONGEST else told[: LONGEST - 1].rstrip() + "…"


def place(marks: Sequence[Mark], line: Sequence[Spot]) -> list[Label]:
    """Return the names that found a place, the most important ones first. No two boxes overlap.

    ``line`` is the way as points that lie close together.
    """
    found: list[Label] = []
    for mark in sorted((mark for mark in marks if mark.name), key=lambda mark: RANK[mark.kind]):
        others = [other for other in marks if other is not mark]
        best: tuple[float, Label] | None = None
        for turn, label in enumerate(_candidates(mark)):
            if not _fits(label, found, others):
                continue
            left, top, right, bottom = label.box
            touched = sum(left - 3 < x < right + 3 and top - 2 < y < bottom + 2 for x, y in line)
            # A name that stands nearer to another mark would seem to be that one's.
            own = _distance(label.box, mark.spot)
            astray = any(_distance(label.box, other.spot) < own + 4 for other in others)
            cost = touched * 5 + turn * 0.6 + astray * 12
            if best is None or cost < best[0]:
                best = cost, label
        if best:
            found.append(best[1])
    return found


def _candidates(mark: Mark) -> list[Label]:
    """Return the places around a mark, the best ones first."""
    name = shortened(mark.name)
    size = SMALL if mark.kind == "passed" else SIZE
    wide, (x, y) = width(name, size), mark.spot
    found = []
    for away in (mark.radius + 5, mark.radius + 13, mark.radius + 24):
        slant = away * 0.72
        for dx, dy, anchor in (
            (away, 0.35 * size, "start"),
            (-away, 0.35 * size, "end"),
            (0.0, -away, "middle"),
            (0.0, away + 0.75 * size, "middle"),
            (slant, -slant, "start"),
            (-slant, -slant, "end"),
            (slant, slant + 0.75 * size, "start"),
            (-slant, slant + 0.75 * size, "end"),
        ):
            at, base = x + dx, y + dy
            left = at - {"start": 0.0, "middle": wide / 2, "end": wide}[anchor]
            box = (left, base - 0.86 * size, left + wide, base + 0.28 * size)
            found.append(Label(mark.kind, name, at, base, anchor, box))
    return found


def _fits(label: Label, placed: Sequence[Label], others: Sequence[Mark]) -> bool:
    left, top, right, bottom = label.box
    # What a phone shows of the drawing is its middle; passed places have no name there.
    shown = (WIDTH if label.kind == "passed" else PHONE_WIDTH) / 2 - EDGE
    is_far = max((abs(mark.spot[0] - WIDTH / 2) for mark in others), default=0) > shown
    if is_far:  # a journey around the world: the names stand where their marks do
        shown = WIDTH / 2 - EDGE
    if left < WIDTH / 2 - shown or right > WIDTH / 2 + shown or top < EDGE or bottom > HEIGHT - EDGE:
        return False
    if any(overlap(label.box, other.box, AIR) for other in placed):
        return False
    return all(_distance(label.box, mark.spot) >= min(mark.radius, 8) + 1 for mark in others)


def overlap(one: Box, other: Box, air: float = 0.0) -> bool:
    """Say whether two boxes overlap, or come nearer to each other than ``air`` on one line."""
    return one[0] < other[2] + air and other[0] < one[2] + air and one[1] < other[3] and other[1] < one[3]


def _distance(box: Box, spot: Spot) -> float:
    left, top, right, bottom = box
    return math.hypot(max(left - spot[0], 0, spot[0] - right), max(top - spot[1], 0, spot[1] - bottom))
