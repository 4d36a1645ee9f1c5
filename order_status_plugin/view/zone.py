"""The time zone of a country, where it has but one."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.core import get_global


def zone_of(country: str, local: dt.datetime) -> str:
    """Return the IANA name of the zone whose clock a local time of this country is on, "" where it could be several.

    ``country`` is ISO 3166-1 alpha-2.
    """
    zones = zones_of(country)
    shifts = {local.replace(tzinfo=zone).utcoffset() for zone in zones}
    return zones[0].key if len(shifts) == 1 else ""


def zones_of(country: str) -> list[ZoneInfo]:
    """Return every zone of a country (alpha-2), in the order of their names; none for what is no country."""
    return [zone for name in _names(country) if (zone := _zone(name)) is not None]


@lru_cache(maxsize=256)
def _names(country: str) -> tuple[str, ...]:
    return tuple(sorted(name for name, code in get_global("zone_territories").items() if code == country))


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return None
