"""The journey of one parcel as a map: from the places of its scans and the city that it goes to."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from operator import attrgetter
from typing import Any

from django.utils.translation import get_language

from ..events import ParcelStatus, PlacePrecision, Point
from ..maps.draw import draw
from ..maps.journey import Journey, Stop
from ..places import destination
from ..tracking.queries import POINT
from .facts import OrderFacts, ParcelFacts
from .marks import Values, made_of
from .model import MapPlace, MapView
from .money import country_name
from .personal import MarkedPicture

#: It goes to the customer no more.
TURNED = frozenset(
    {ParcelStatus.RETURNING, ParcelStatus.RETURNED, ParcelStatus.LOST, ParcelStatus.CANCELLED, ParcelStatus.COLLECTED}
)

#: How a way ends, in the name of a map: at the goal, elsewhere, or it is still to be gone.
_ARRIVED, _ELSEWHERE, _AHEAD = "arrived", "elsewhere", "ahead"
#: What of a row and of an address says where.
_POINT = attrgetter(*POINT)
_GOAL = ("city", "region", "postcode", "country")


def parcel_map(facts: OrderFacts, parcel: ParcelFacts) -> MapView | None:
    """Return the map of a parcel; None where nobody follows it, no place of it is known, or the tier may not see it."""
    if not facts.picture.has_points or not parcel.is_live:
        return None
    seen = _seen(parcel)
    if not seen:
        return None
    ends = _ARRIVED if parcel.has_arrived else _ELSEWHERE if parcel.status in TURNED else _AHEAD
    if isinstance(facts.picture, MarkedPicture) and facts.picture.values:
        name = "_".join(["map", ends, *(str(event.pk) for event in seen)])
        shown: MapView | None = facts.picture.values.mark(name)
        return shown
    return _map(seen, ends, facts.picture)


@made_of("map")
def _of_rows(values: Values, name: list[str]) -> MapView | None:
    ends, *events = name
    return _map([values.known[f"e{event}"] for event in events], ends, values)


def _map(seen: Iterable[Any], ends: str, around: Any) -> MapView | None:
    points = tuple(_POINT(event) for event in seen)
    return drawn(points, ends == _ARRIVED, _goal(around) if ends == _AHEAD else (), get_language())


@lru_cache(maxsize=256)
def drawn(
    points: tuple[tuple[Any, ...], ...], has_arrived: bool, goal: tuple[str, ...], language: str | None
) -> MapView | None:
    """Return the map of these places, of whatever order: kept in this process, as the drawing and the cities' places are."""
    stops = [_point(*point) for point in points]
    address = dict(zip(_GOAL, goal, strict=False))
    journey = journey_of(stops, destination(address) if any(goal) else None, has_arrived=has_arrived)
    drawing = draw(journey)
    return MapView(svg=drawing.svg, sentence=drawing.sentence, places=_places(journey)) if drawing else None


def _seen(parcel: ParcelFacts) -> list[Any]:
    """Return the events that say where a parcel was, in the order of travel, one after the other never the same place.

    What a carrier took back is left out. A region or a country says something only while no city in it is known: its
    middle would be a detour that nobody took.
    """
    told = [
        (event, _point(*_POINT(event)))
        for event in reversed(parcel.events)
        if event.place_precision and event.point_latitude is not None and event.digest not in parcel.state.taken_back
    ]
    with_city = {point.country for _event, point in told if point.precision is PlacePrecision.CITY}
    kept: list[tuple[Any, Point]] = []
    for event, point in told:
        if point.precision is not PlacePrecision.CITY and point.country in with_city:
            continue
        if not kept or kept[-1][1] != point:
            kept.append((event, point))
    return [event for event, _point in kept]


def journey_of(points: list[Point], goal: Point | None, *, has_arrived: bool = False) -> Journey:
    """Return the journey through these points to the goal, in the words of the active language."""
    if has_arrived:
        # Seen at the goal, or in the last place that somebody told: the way is over.
        goal = None
    last = points[-1]
    home = last.country
    return Journey(
        origin=_stop(points[0], home) if len(points) > 1 else None,
        visited=tuple(_stop(point, home) for point in points[1:-1]),
        last=_stop(last),
        destination=_stop(goal, home) if goal else None,
        has_arrived=has_arrived,
        language=get_language() or "en",
    )


def _goal(around: Any) -> tuple[str, ...]:
    """Return the city that the order goes to; in public the country alone, for a city is a part of an address."""
    contact = around.contact
    if contact is None:
        return "", "", "", around.order.country
    address = contact.shipping_address or {}
    return tuple(str(address.get(part) or "") for part in _GOAL)


def _point(latitude: float, longitude: float, name: str, country: str, precision: str) -> Point:
    return Point(
        latitude=latitude,
        longitude=longitude,
        name=name,
        region="",
        country=country,
        precision=PlacePrecision(precision),
        zone="",
    )


def _stop(point: Point, known: str = "") -> Stop:
    """Return a point as people call it; the country that the sentence knows already is not said again."""
    country = country_name(point.country) if point.country else ""
    if point.precision is PlacePrecision.COUNTRY or not point.name:
        return Stop(point=point, label=country or point.name)
    place = f"{point.name}, {country}" if country and point.country != known else point.name
    return Stop(point=point, label=point.name, place=place)


def _places(journey: Journey) -> tuple[MapPlace, ...]:
    named = (
        ("origin", journey.origin),
        *(("passed", stop) for stop in journey.visited),
        ("here", journey.last),
        ("destination", journey.destination),
    )
    return tuple(
        MapPlace(
            kind=kind,
            name=" ".join(str(stop).split()),  # one line each
            latitude=round(stop.point.latitude, 2),
            longitude=round(stop.point.longitude, 2),
        )
        for kind, stop in named
        if stop
    )
