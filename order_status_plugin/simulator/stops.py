"""Places on the way, for stories."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A place on the way."""

    city: str
    country: str  # ISO 3166-1 alpha-2
    zone: str
    latitude: float
    longitude: float
    region: str = ""  # state or province, as carriers there write it


PORTO = Stop(city="Porto", country="PT", zone="Europe/Lisbon", latitude=41.15, longitude=-8.61)
LISBON = Stop(city="Lisbon", country="PT", zone="Europe/Lisbon", latitude=38.72, longitude=-9.14)
VITORIA = Stop(city="Vitoria-Gasteiz", country="ES", zone="Europe/Madrid", latitude=42.85, longitude=-2.67)
PARIS = Stop(city="Paris", country="FR", zone="Europe/Paris", latitude=48.85, longitude=2.35)
LEIPZIG = Stop(city="Leipzig", country="DE", zone="Europe/Berlin", latitude=51.34, longitude=12.37)
LOUISVILLE = Stop(
    city="Louisville", region="KY", country="US", zone="America/New_York", latitude=38.25, longitude=-85.76
)
NEW_YORK = Stop(city="New York", region="NY", country="US", zone="America/New_York", latitude=40.71, longitude=-74.01)

#: Where the last van drives, by the order's destination country: coarse on purpose, an address is nobody's play.
DESTINATIONS = {
    "AE": Stop(city="Dubai", country="AE", zone="Asia/Dubai", latitude=25.2, longitude=55.27),
    "AT": Stop(city="Vienna", country="AT", zone="Europe/Vienna", latitude=48.21, longitude=16.37),
    "BE": Stop(city="Brussels", country="BE", zone="Europe/Brussels", latitude=50.85, longitude=4.35),
    "CA": Stop(city="Toronto", region="ON", country="CA", zone="America/Toronto", latitude=43.7, longitude=-79.42),
    "CH": Stop(city="Zurich", country="CH", zone="Europe/Zurich", latitude=47.38, longitude=8.54),
    "DE": Stop(city="Cologne", country="DE", zone="Europe/Berlin", latitude=50.94, longitude=6.96),
    "ES": Stop(city="Madrid", country="ES", zone="Europe/Madrid", latitude=40.42, longitude=-3.7),
    "FR": Stop(city="Lyon", country="FR", zone="Europe/Paris", latitude=45.76, longitude=4.84),
    "GB": Stop(city="London", country="GB", zone="Europe/London", latitude=51.51, longitude=-0.13),
    "IE": Stop(city="Dublin", country="IE", zone="Europe/Dublin", latitude=53.35, longitude=-6.26),
    "IT": Stop(city="Milan", country="IT", zone="Europe/Rome", latitude=45.46, longitude=9.19),
    "NL": Stop(city="Amsterdam", country="NL", zone="Europe/Amsterdam", latitude=52.37, longitude=4.9),
    "PT": LISBON,
    "US": Stop(
        city="Los Angeles", region="CA", country="US", zone="America/Los_Angeles", latitude=34.05, longitude=-118.24
    ),
}
ELSEWHERE = DESTINATIONS["BE"]
