"""From a place as a source named it to a point on the map, without asking anybody: city level, or none.

In this order: the source's own coordinates, rounded; city, region and country; city and country; region; country. A
street is never looked up, and a city is never taken from another country than the one that is named: rather the
country's middle, or nothing.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable
from dataclasses import replace
from functools import lru_cache
from typing import Protocol

from ..events import Place, PlacePrecision, Point
from . import regions
from .country_names import CITY_STATES, country_of, named_country
from .hubs import HUBS
from .names import key, words
from .read import Reading, readings
from .table import City, Unreadable, table

#: A city without a country is the one that is meant if it is this many times larger than the next of its name.
OVERWHELMING = 10
#: And has this many people, or half of them where no other bears the name.
LARGE = 100_000
#: Inside a named country the largest city of a name is meant, if the next is clearly smaller.
CLEARLY = 1.5
#: Names found after words were left out must be of a town, not of a hamlet that is called like a word.
TOWN = 15_000
#: Kilometres: coordinates further from any town name none.
NEAR = 40.0
#: Kilometres, and how many towns are looked at.
WITHIN = 4.0
TOWNS_ASKED = 24
#: Kilometres between two entries that are one city.
SAME = 40.0
#: ä, ö, ü as a keyboard without them writes them.
_SPELLED_OUT = re.compile(r"(?<=[aou])e(?!$)")
_UMLAUTS = frozenset({"DE", "AT", "CH", "LI", "LU", "DK", "NO", "SE", "FI"})


class PlaceResolver(Protocol):
    """What ``ORDER_STATUS["GEOCODER"]`` names: a class without arguments that has this."""

    def resolve(self, place: Place, country_hint: str = "") -> Point | None:
        """Return the point of a place, None where it is not known. ``country_hint``: alpha-2, weaker than any word."""


class OfflinePlaces:
    """The default: the table that comes with the plugin."""

    def resolve(self, place: Place, country_hint: str = "") -> Point | None:
        """Return the point of a place, None where it is not known."""
        return resolve(place, country_hint=country_hint)


def resolve(place: Place, *, country_hint: str = "") -> Point | None:
    """Return where a place lies, None where its words do not tell. Raises nothing, whatever is in them.

    ``country_hint`` (alpha-2) helps with a city that no word puts into a country, if no larger one stands against it.
    """
    try:
        return _resolve(place, country_hint.strip().upper())
    except Unreadable:
        return None  # a system check says so


@lru_cache(maxsize=8192)
def _resolve(place: Place, hint: str) -> Point | None:
    told = country_of(place.country) if place.country.strip() else ""
    spot = _by_words(place, told, hint)
    position = _position(place)
    return spot if position is None else _at(position, spot, told)


def _by_words(place: Place, told: str, hint: str) -> Point | None:
    country = told or _country_in(place.text)
    found: list[Point] = []
    for text in dict.fromkeys((place.city, place.text)):
        if not words(text):
            continue
        if told and text != place.city and told not in CITY_STATES and country_of(text) == told:
            found += filter(None, [_area(told, "")])
            continue
        said = country if text == place.city else told
        point = _best(list(readings(text, said, place.region, place.postcode)), hint)
        if point is None and text == place.city and country and _names_another(text, country):
            return None
        if point and point.precision is PlacePrecision.CITY:
            return point
        if point:
            found.append(point)
    if not words(place.city) and not words(place.text) and told:
        inner = regions.territory(told, place.region, place.postcode)
        code = table().region(inner, key(place.region)) or regions.of_postcode(inner, place.postcode)
        return _area(inner, code)
    return min(found, key=lambda point: list(PlacePrecision).index(point.precision), default=None)


def _names_another(text: str, country: str) -> bool:
    named = next((n for part in text.split(",") if (n := named_country(part))), "")
    return bool(named) and named != country


def _country_in(text: str) -> str:
    """Return the country that the whole text ends in, "" where it is not plain."""
    found = {reading.country for reading in readings(text, "", "", "") if reading.is_sure} if words(text) else set()
    return found.pop() if len(found) == 1 else ""


def _best(several: list[Reading], hint: str) -> Point | None:
    """Return the point that the readings agree on; a guess counts if a city bears it out."""
    if several and several[0].is_sure and several[0].country:
        return _point(several[0])
    guesses = [reading for reading in several if not reading.is_sure and reading.country]
    cities = sorted(filter(None, map(_city, guesses)), key=_weight, reverse=True)
    if cities:
        rivals = [city for city in cities if city.country != cities[0].country]
        is_clear = all(_weight(cities[0]) >= OVERWHELMING * _weight(city) for city in rivals)
        return _city_point(cities[0]) if is_clear else None
    if any(reading.is_apart for reading in guesses):
        # "Somewhere, FR": the code alone says where, unless it may be a state's.
        return _area(guesses[0].country, guesses[0].region) if len({guess.country for guess in guesses}) == 1 else None
    for reading in several:
        if not reading.country and (city := _anywhere(reading, hint)):
            return _city_point(city)
    return None


def _point(reading: Reading) -> Point | None:
    city = _city(reading)
    return _city_point(city) if city else _area(reading.country, reading.region)


def _city(reading: Reading) -> City | None:
    """Return the city of a reading whose country is known: there, or in a territory that is filed under it."""
    if hub := _hub(reading):
        return hub
    for family in ({reading.country}, regions.BELONGS.get(reading.country, frozenset())):
        for name, is_cut in reading.candidates if family else ():
            if city := _inside(name, family, reading, is_cut=is_cut):
                return city
    return _hub_at_end(reading)


def _inside(name: str, family: Collection[str], reading: Reading, *, is_cut: bool) -> City | None:
    for spelled in _spellings(name, reading.country):
        inside = [city for city in table().cities(spelled) if city.country in family]
        if reading.region:
            inside = [city for city in inside if city.region == reading.region]
        elif is_cut:
            inside = [city for city in inside if city.population >= TOWN]
        if inside and (city := _largest(inside, CLEARLY)):
            return city
    return _city_of(name, reading) if is_cut else None


def _spellings(name: str, country: str) -> Iterable[str]:
    """Yield a key, and the same with ä, ö, ü that were written ae, oe, ue."""
    yield name
    if (country in _UMLAUTS or not country) and (short := _SPELLED_OUT.sub("", name)) != name:
        yield short
    if country in ("DK", "NO", "SE", "FI") and "aa" in name:
        yield name.replace("aa", "a")


def _hub(reading: Reading) -> City | None:
    """Return the city of an airport or hub that a part names in whole."""
    names = [name for name, is_cut in reading.candidates if not is_cut]
    for part in reading.parts:
        is_code = len(part) == 3 and part.isupper() and (reading.country or not country_of(part))
        names += [part] if is_code else [key(part)]
    return next(filter(None, (_city_of(name, reading) for name in names)), None)


def _hub_at_end(reading: Reading) -> City | None:
    """Return the city of an airport's code behind words that say nothing: "GATEWAY CVG"."""
    last = [part.split()[-1] for part in reading.parts if len(part.split()) > 1]
    return next(filter(None, (_city_of(word, reading) for word in last if len(word) == 3 and word.isupper())), None)


def _city_of(name: str, reading: Reading) -> City | None:
    hub = HUBS.get(name)
    if hub is None or reading.country not in ("", hub.country):
        return None
    inside = [city for city in table().cities(key(hub.city)) if city.country == hub.country]
    inside = [city for city in inside if hub.region in ("", city.region) and reading.region in ("", city.region)]
    return max(inside, key=_weight, default=None)


def _anywhere(reading: Reading, hint: str) -> City | None:
    """Return the city that is meant where no word names a country: only one that is overwhelmingly the one."""
    hub = _hub(reading)
    if hub:
        return hub
    for name, is_cut in reading.candidates:
        if len(name) < 3 and name.isascii():
            continue
        for spelled in _spellings(name, ""):
            several = table().cities(spelled)
            if not several:
                continue
            here = [city for city in several if city.country == hint]
            if here and (city := _largest(here, CLEARLY)):
                others = [other for other in several if other.country != hint]
                if is_cut and city.population < TOWN:
                    continue
                return None if any(_weight(other) >= OVERWHELMING * _weight(city) for other in others) else city
            first = max(several, key=_weight)
            rivals = [other for other in several if _apart(first, other) > SAME]
            floor = LARGE if rivals or is_cut else LARGE / 5
            if first.is_alias and any(not rival.is_alias and rival.population >= TOWN for rival in rivals):
                return None  # what others call it is somebody's own name: New Amsterdam
            times = OVERWHELMING if reading.is_whole else OVERWHELMING**2
            if first.population >= floor and all(_weight(first) >= times * _weight(r) for r in rivals):
                return first
            if not is_cut:
                return None  # a name that several cities bear: a part of it tells no more
    return None


def _weight(city: City) -> float:
    """Return how likely a city is meant: its own name counts more than what others call it."""
    return max(city.population, 1) / (5 if city.is_alias else 1)


def _largest(several: list[City], clearly: float) -> City | None:
    first = max(several, key=lambda city: (_weight(city), city.latitude, city.longitude))
    rivals = [city for city in several if _apart(first, city) > SAME]
    is_clear = all(_weight(first) >= clearly * _weight(city) for city in rivals)
    return first if is_clear else None


def _apart(one: City, other: City) -> float:
    return _distance(one.latitude, one.longitude, other.latitude, other.longitude)


def _distance(latitude: float, longitude: float, to_latitude: float, to_longitude: float) -> float:
    """Return kilometres on the sphere."""
    a, b = math.radians(latitude), math.radians(to_latitude)
    c = math.radians(to_longitude - longitude)
    inner = math.sin((b - a) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(c / 2) ** 2
    return 12742.0 * math.asin(math.sqrt(min(inner, 1.0)))


def _city_point(city: City) -> Point:
    area = table().area(city.country, city.region) if city.region else None
    return Point(
        latitude=city.latitude,
        longitude=city.longitude,
        name=city.name,
        region=area.name if area else "",
        country=city.country,
        precision=PlacePrecision.CITY,
        zone=city.zone,
    )


def _area(country: str, region: str) -> Point | None:
    """Return the middle of a region, else of a country: approximate, and said so by its precision."""
    inner = table().area(country, region) if country and region else None
    if area := inner or (table().area(country) if country else None):
        return Point(
            latitude=area.latitude,
            longitude=area.longitude,
            name=area.name,
            region=area.name if inner else "",
            country=country,
            precision=PlacePrecision.REGION if inner else PlacePrecision.COUNTRY,
            zone=area.zone,
        )
    return None


def _position(place: Place) -> tuple[float, float] | None:
    """Return a source's own coordinates at city level, None where they are none."""
    latitude, longitude = place.latitude, place.longitude
    if latitude is None or longitude is None or not (math.isfinite(latitude) and math.isfinite(longitude)):
        return None
    if abs(latitude) > 90 or abs(longitude) > 180 or (latitude == 0 and longitude == 0):
        return None
    return round(latitude, 2), round(longitude, 2)


def _at(position: tuple[float, float], spot: Point | None, told: str) -> Point | None:
    """Return the point of coordinates: named by the place's words where these are near, else by the nearest town."""
    latitude, longitude = position
    is_city = spot is not None and spot.precision is PlacePrecision.CITY
    if spot and is_city and _distance(latitude, longitude, spot.latitude, spot.longitude) <= 2 * NEAR:
        return replace(spot, latitude=latitude, longitude=longitude)
    here = Point(
        latitude=latitude, longitude=longitude, name="", region="", country="", precision=PlacePrecision.CITY, zone=""
    )
    wanted = told or (spot.country if spot else "")
    near = _nearest(latitude, longitude)
    if wanted:
        family = {wanted} | regions.BELONGS.get(wanted, frozenset())
        inside = [(away, town) for away, town in near if town.country in family]
        if not inside:
            # No town of that country anywhere near. Where others are, the words stand against the numbers.
            return spot or (_area(wanted, "") if near else replace(here, country=wanted))
        near = inside
    if not near:
        return here
    away, town = near[0]
    # Of a town and its quarters, the town.
    town = max((t for kilometres, t in near if kilometres <= away + WITHIN and t.country == town.country), key=_weight)
    rivals = [other for distance, other in near if distance < 2 * away + 5]
    if not wanted and any(other.country != town.country for other in rivals):
        return here  # near a border: the next town may be abroad
    zone = town.zone if all(other.zone == town.zone for other in rivals) else ""
    return replace(_city_point(town), latitude=latitude, longitude=longitude, zone=zone)


def _nearest(latitude: float, longitude: float) -> list[tuple[float, City]]:
    """Return the towns within reach, the nearest first, with their distances in kilometres."""
    reach = min(int(NEAR / 111.0 / max(math.cos(math.radians(latitude)), 0.01) * 100) + 1, 9000)
    away = sorted(
        (_distance(latitude, longitude, *at), number) for *at, number in table().towns(latitude, longitude, reach)
    )
    return [(kilometres, table().town(number)) for kilometres, number in away[:TOWNS_ASKED] if kilometres <= NEAR]
