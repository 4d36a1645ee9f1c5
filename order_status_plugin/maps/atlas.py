"""Land, lakes and borders as ``tools/build_map.py`` stored them: read when first needed, by the part that is looked at.

Coordinates are whole steps of 1/200 degree. Lines run on over the 180th meridian; a look beyond the edge of the
stored world is answered by the same lines, once around the globe.
"""

from __future__ import annotations

import struct
import sys
import zlib
from array import array
from collections.abc import Iterator
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

SCALE = 200
AROUND = 360 * SCALE
DATA = Path(__file__).parent / "data"

Line = list[tuple[int, int]]
Box = tuple[int, int, int, int]  # west, south, east, north


class Layer:
    """The lines of one kind, each cut into pieces whose boxes are known."""

    def __init__(self, pieces: array[int], outer: array[int], sizes: array[int], *rest: array[int]) -> None:
        """Index what was read."""
        self._starts, self._boxes, self._across, self._up = rest
        self._sizes, self._outer = sizes, outer
        self._first = [0, *accumulate(pieces)]
        self._moves = [0, *accumulate(sizes)]

    def rings(self, box: Box) -> Iterator[Line]:
        """Return each ring that may cover a part of the box. Pieces outside are one point: their chord is outside, too."""
        for line, shift, near in self._lines(box):
            ring: Line = []
            for piece in range(self._first[line], self._first[line + 1]):
                ring += self._piece(piece, shift)[:-1] if self._meets(piece, near) else [self._start(piece, shift)]
            if len(ring) > 2:
                yield ring

    def lines(self, box: Box) -> Iterator[Line]:
        """Return the runs of lines near the box."""
        for line, shift, near in self._lines(box):
            run: Line = []
            for piece in range(self._first[line], self._first[line + 1]):
                if self._meets(piece, near):
                    run += self._piece(piece, shift)[1 if run else 0 :]
                elif run:
                    yield run
                    run = []
            if run:
                yield run

    def _lines(self, box: Box) -> Iterator[tuple[int, int, Box]]:
        """Return the lines near the box: the line, how far around the globe it is moved, the box before that."""
        west, south, east, north = box
        outer = self._outer
        for around in range(west // AROUND - 1, east // AROUND + 2):
            shift = around * AROUND
            left, right = west - shift, east - shift
            near = (left, south, right, north)
            for line in range(len(self._first) - 1):
                at = 4 * line
                if outer[at] <= right and outer[at + 2] >= left and outer[at + 1] <= north and outer[at + 3] >= south:
                    yield line, shift, near

    def _meets(self, piece: int, box: Box) -> bool:
        west, south, east, north = self._boxes[4 * piece : 4 * piece + 4]
        return west <= box[2] and east >= box[0] and south <= box[3] and north >= box[1]

    def _start(self, piece: int, shift: int) -> tuple[int, int]:
        return self._starts[2 * piece] + shift, self._starts[2 * piece + 1]

    def _piece(self, piece: int, shift: int) -> Line:
        first, last = self._moves[piece], self._moves[piece + 1]
        x, y = self._start(piece, shift)
        across = accumulate(self._across[first:last], initial=x)
        return list(zip(across, accumulate(self._up[first:last], initial=y), strict=True))


class Level(NamedTuple):
    """One level of detail."""

    land: Layer
    lakes: Layer
    borders: Layer
    provinces: Layer


@cache
def read(name: str) -> Level:
    """Return a level: ``near``, ``middle`` or ``far``."""
    data = zlib.decompress((DATA / f"{name}.bin").read_bytes())
    at, layers = 0, []
    for _ in Level._fields:
        sizes = struct.unpack_from("<7I", data, at)
        at += 28
        parts = []
        for kind, size in zip("HiHiihh", sizes, strict=True):
            part = array(kind)
            end = at + size * part.itemsize
            part.frombytes(data[at:end])
            if sys.byteorder == "big":
                part.byteswap()
            parts.append(part)
            at = end
        layers.append(Layer(*parts))
    return Level(*layers)
