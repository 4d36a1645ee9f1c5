"""The table of places: sorted lines in a file, mapped into memory and searched where they lie.

Nothing is loaded: a process that never looks up a place pays nothing, and all processes share the pages that the
system keeps. The map is read-only and has no state, so threads and forked workers may use it as they like.

A line is one of these, its key first; ``tools/build_places.py`` writes them:

* a city: name, country.region, population, latitude and longitude in hundredths of a degree, zone ("" the usual one)
* another name of a city: key, country.region, ">" and the key of its name
* ``@country`` or ``@country.region``: name, middle, zone ("" where there are several)
* ``%country``: the zone that most of its cities have
* ``=key``: the country that a name means
* ``+country:key``: the region that a name or a few letters mean there
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from . import names

FOLDER = Path(__file__).parent / "data"
FORMAT = "1"
PLACES, TOWNS = "places.tsv", "towns.bin"
_TOWN = struct.Struct("<hhI")  # latitude and longitude in hundredths of a degree, where its line begins


@dataclass(frozen=True, slots=True)
class City:
    """One city of the table."""

    name: str
    country: str  # ISO 3166-1 alpha-2
    region: str  # GeoNames' code of the state or province
    population: int  # to two digits; 0 where unknown
    latitude: float  # degrees
    longitude: float
    zone: str  # IANA
    is_alias: bool = False  # found under another name than its own


@dataclass(frozen=True, slots=True)
class Area:
    """A country or a region: a point inside it, and its zone where it has but one."""

    name: str
    latitude: float
    longitude: float
    zone: str


class Unreadable(Exception):
    """The table is missing, or not the one that this code reads."""


class Table:
    """Both files, mapped. Raises :class:`Unreadable`."""

    def __init__(self, folder: Path) -> None:
        """Map the files, and see that they are of our format and rules."""
        try:
            self._lines = _mapped(folder / PLACES)
            self._towns = _mapped(folder / TOWNS)
        except (OSError, ValueError) as error:
            raise Unreadable(f"{folder}: {error}") from error
        self.built_from = self._head(folder)
        # Each search begins with the same probes: the upper half of its way is remembered.
        self._probe = lru_cache(maxsize=4096)(lambda at, end: _key_of(self._lines[at:end]))

    def _head(self, folder: Path) -> str:
        head = bytes(self._lines[: max(self._lines.find(b"\n"), 0)]).decode(errors="replace").split("\t")
        if head[:3] != ["!", FORMAT, str(names.RULES)] or len(self._towns) % _TOWN.size:
            raise Unreadable(f"{folder / PLACES} was built by another version: run tools/build_places.py")
        return head[3]

    def _rows(self, key: str) -> Iterator[list[str]]:
        """Yield the lines of one key, split into their columns."""
        wanted, lines = key.encode(), self._lines
        low, high = 0, len(lines)
        while low < high:
            middle = lines.rfind(b"\n", low, (low + high) // 2) + 1 or low
            end = lines.find(b"\n", middle)
            if self._probe(middle, end) < wanted:
                low = end + 1
            else:
                high = middle
        while low < len(lines):
            end = lines.find(b"\n", low)
            line = lines[low:end]
            if _key_of(line) != wanted:
                return
            yield line.decode().split("\t")
            low = end + 1

    def _row(self, key: str) -> list[str] | None:
        return next(self._rows(key), None)

    def cities(self, key: str) -> list[City]:
        """Return every city that is written so, in any country: under its own name or another."""
        if not key or key[0] in "!%+=@":
            return []
        found = []
        for row in self._rows(key):
            if row[2].startswith(">"):
                found += [self._city(other, is_alias=True) for other in self._rows(row[2][1:]) if _is_same(other, row)]
            else:
                found.append(self._city(row))
        return found

    def _city(self, row: list[str], *, is_alias: bool = False) -> City:
        name, code, population, latitude, longitude, zone = row
        country, _, region = code.partition(".")
        zone = zone or self._usual_zone(country)
        return City(name, country, region, int(population), int(latitude) / 100, int(longitude) / 100, zone, is_alias)

    def _usual_zone(self, country: str) -> str:
        row = self._row(f"%{country}")
        return row[1] if row else ""

    def area(self, country: str, region: str = "") -> Area | None:
        """Return a country, or one of its regions by GeoNames' code."""
        row = self._row(f"@{country}.{region}" if region else f"@{country}")
        return Area(row[1], int(row[2]) / 100, int(row[3]) / 100, row[4]) if row else None

    def country(self, key: str) -> str:
        """Return the code of the country with this name in one of many languages, "" for none."""
        row = self._row(f"={key}") if key else None
        return row[1] if row else ""

    def region(self, country: str, key: str) -> str:
        """Return GeoNames' code of the region that is called or abbreviated so, "" for none."""
        row = self._row(f"+{country}:{key}") if key else None
        return row[1] if row else ""

    def towns(self, latitude: float, longitude: float, reach: int) -> Iterator[tuple[float, float, int]]:
        """Yield latitude, longitude and number of the larger towns around a point.

        That is up to ``reach`` hundredths of a degree of longitude, and one whole degree of latitude, away.
        """
        here = round(longitude * 100)
        for row in range(int(latitude // 1) - 1, int(latitude // 1) + 2):
            for west, east in _spans(here - reach, here + reach):
                at = self._first_town(row, west)
                while at < len(self._towns):
                    south, along, line = _TOWN.unpack_from(self._towns, at)
                    if south // 100 != row or along > east:
                        break
                    yield south / 100, along / 100, line
                    at += _TOWN.size

    def town(self, number: int) -> City:
        """Return a town by its number."""
        return self._city(self._lines[number : self._lines.find(b"\n", number)].decode().split("\t"))

    def _first_town(self, row: int, longitude: int) -> int:
        low, high = 0, len(self._towns) // _TOWN.size
        while low < high:
            middle = (low + high) // 2
            latitude, along, _line = _TOWN.unpack_from(self._towns, middle * _TOWN.size)
            if (latitude // 100, along) < (row, longitude):
                low = middle + 1
            else:
                high = middle
        return low * _TOWN.size


def _mapped(path: Path) -> mmap.mmap:
    with path.open("rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def _key_of(line: bytes) -> bytes:
    """Return what a line is sorted by: a city's is made from its name."""
    first, _, rest = line.partition(b"\t")
    if first[:1] in (b"!", b"%", b"+", b"=", b"@") or rest.partition(b"\t")[2][:1] == b">":
        return first
    return names.key(first.decode()).encode()


def _is_same(city: list[str], other: list[str]) -> bool:
    """Say whether a line is the city itself that a line of another name means."""
    return len(city) == 6 and city[1] == other[1]


def _spans(west: int, east: int) -> list[tuple[int, int]]:
    """Return one stretch of longitudes as those of the table: the antimeridian cuts it in two."""
    if west < -18000:
        return [(west + 36000, 18000), (-18000, east)]
    if east > 18000:
        return [(west, 18000), (-18000, east - 36000)]
    return [(west, east)]


@lru_cache(maxsize=1)
def table() -> Table:
    """Return the table, opened at the first call. Raises :class:`Unreadable`."""
    return Table(FOLDER)
