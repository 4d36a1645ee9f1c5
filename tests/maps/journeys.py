"""Journeys to draw: near and far, over the 180th meridian, in other scripts, and known by halves."""

from __future__ import annotations

from order_status_plugin.events import PlacePrecision, Point
from order_status_plugin.maps.journey import Journey, Stop


def stop(
    name: str,
    latitude: float,
    longitude: float,
    country: str = "",
    precision: PlacePrecision = PlacePrecision.CITY,
) -> Stop:
    point = Point(
        latitude=latitude,
        longitude=longitude,
        name=name,
        region="",
        country="",
        precision=precision,
        zone="",
    )
    return Stop(point=point, label=name, place=f"{name}, {country}" if country else name)


LYON, DIJON, PARIS = (
    stop("Lyon", 45.76, 4.84),
    stop("Dijon", 47.32, 5.04, "France"),
    stop("Paris", 48.86, 2.35),
)
PORTO, VITORIA = stop("Porto", 41.15, -8.61, "Portugal"), stop("Vitoria-Gasteiz", 42.85, -2.67)
COLOGNE, AMSTERDAM = stop("Cologne", 50.94, 6.96, "Germany"), stop("Amsterdam", 52.37, 4.9, "Netherlands")
SHENZHEN, HONG_KONG = stop("Shenzhen", 22.54, 114.06, "China"), stop("Hong Kong", 22.3, 114.17)
ANCHORAGE = stop("Anchorage", 61.22, -149.9, "United States")
LOS_ANGELES = stop("Los Angeles", 34.05, -118.24)
NEW_YORK, SYDNEY = stop("New York", 40.71, -74.01, "United States"), stop("Sydney", -33.87, 151.21)
GERMANY = stop("Germany", 51.0, 10.0, precision=PlacePrecision.COUNTRY)

JOURNEYS = {
    "domestic": Journey(origin=LYON, last=DIJON, destination=PARIS),
    "european": Journey(origin=PORTO, visited=(VITORIA, PARIS), last=COLOGNE, destination=AMSTERDAM),
    "transpacific": Journey(origin=SHENZHEN, visited=(HONG_KONG,), last=ANCHORAGE, destination=LOS_ANGELES),
    "one-point": Journey(last=stop("Ljubljana", 46.05, 14.51, "Slovenia")),
    "transatlantic": Journey(
        origin=stop("Berlin", 52.52, 13.4, "Germany"),
        visited=(stop("Leipzig", 51.34, 12.37),),
        last=NEW_YORK,
        destination=stop("Chicago", 41.88, -87.63),
    ),
    "american": Journey(
        origin=stop("Seattle", 47.61, -122.33),
        visited=(stop("Denver", 39.74, -104.98),),
        last=stop("Memphis", 35.15, -90.05, "United States"),
        destination=stop("Orlando", 28.54, -81.38),
    ),
    "southern": Journey(
        origin=stop("Madrid", 40.42, -3.7, "Spain"),
        visited=(stop("Dubai", 25.2, 55.27), stop("Singapore", 1.35, 103.82)),
        last=SYDNEY,
        destination=stop("Auckland", -36.85, 174.76, "New Zealand"),
    ),
    "over-180": Journey(
        origin=SYDNEY, last=stop("Suva", -18.14, 178.44, "Fiji"), destination=stop("Apia", -13.83, -171.76, "Samoa")
    ),
    "polar": Journey(
        origin=stop("Helsinki", 60.17, 24.94, "Finland"),
        last=ANCHORAGE,
        destination=stop("Honolulu", 21.31, -157.86),
    ),
    "by-halves": Journey(
        origin=stop("Guangzhou", 23.13, 113.26, "China"), last=GERMANY, destination=stop("Prague", 50.08, 14.43)
    ),
    "arabic": Journey(
        origin=stop("الرياض", 24.71, 46.68), last=stop("الطائف", 21.27, 40.42), destination=stop("جدة", 21.49, 39.19)
    ),
    "japanese": Journey(
        origin=stop("札幌市", 43.06, 141.35),
        last=stop("名古屋市", 35.18, 136.91),
        destination=stop("福岡市", 33.59, 130.4),
    ),
    "cramped": Journey(
        origin=stop("Rotterdam", 51.92, 4.48),
        visited=(stop("The Hague", 52.08, 4.3), stop("Utrecht", 52.09, 5.12)),
        last=stop("Haarlem", 52.38, 4.64, "Netherlands"),
        destination=AMSTERDAM,
    ),
    "arrived": Journey(origin=PORTO, visited=(PARIS,), last=AMSTERDAM, destination=AMSTERDAM, has_arrived=True),
}
