"""The journey of one parcel as a map: from the places of its scans and the city that it goes to."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language

from ..events import ParcelStatus, PlacePrecision, Point
from ..maps.draw import draw
from ..maps.journey import Journey, Stop
from ..places import destination
from .facts import OrderFacts, ParcelFacts
from .model import MapPlace, MapView
from .money import country_name

#: It goes to the customer no more.
TURNED = frozenset(
    {ParcelStatus.RETURNING, ParcelStatus.RETURNED, ParcelStatus.LOST, ParcelStatus.CANCELLED, ParcelStatus.COLLECTED}
)


def parcel_map(facts: OrderFacts, parcel: ParcelFacts) -> MapView | None:
    """Return the map of a parcel; None where nobody follows it, no place of it is known, or the tier may not see it."""
    if not facts.picture.has_points or not parcel.is_live:
        return None
    points = passed(parcel)
    if not points:
        return None
    journey = journey_of(points, _goal(facts, parcel), has_arrived=parcel.has_arrived)
    drawing = draw(journey)
    return MapView(svg=drawing.svg, sentence=drawing.sentence, places=_places(journey)) if drawing else None


def passed(parcel: ParcelFacts) -> list[Point]:
    """Return where a parcel was, in the order of travel, one after the other never the same place.

    What a carrier took back is left out. A region or a country says something only while no city in it is known: its
    middle would be a detour that nobody took.
    """
    told = [
        _point(event)
        for event in reversed(parcel.events)
        if event.place_precision and event.point_latitude is not None and event.digest not in parcel.state.taken_back
    ]
    with_city = {point.country for point in told if point.precision is PlacePrecision.CITY}
    kept: list[Point] = []
    for point in told:
        if point.precision is not PlacePrecision.CITY and point.country in with_city:
            continue
        if not kept or kept[-1] != point:
            kept.append(point)
    return kept


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


def _goal(facts: OrderFacts, parcel: ParcelFacts) -> Point | None:
    """Return the city that the parcel goes to; in public the country alone, for a city is a part of an address."""
    if parcel.status in TURNED:
        return None
    contact = facts.picture.contact
    if contact is not None:
        return destination(contact.shipping_address or {})
    country = facts.picture.order.country
    return destination({"country": country}) if country else None


def _point(event: Any) -> Point:
    return Point(
        latitude=event.point_latitude,
        longitude=event.point_longitude,
        name=event.point_name,
        region="",
        country=event.point_country,
        precision=PlacePrecision(event.place_precision),
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
