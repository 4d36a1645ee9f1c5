"""Quiet hours: when a message may ring where its recipient is. By the clock on their wall, whatever it does twice a year."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from zoneinfo import ZoneInfo

import phonenumbers
from phonenumbers import timezone as phone_zones

from ..conf import conf
from ..events import Address, Place
from ..places.resolve import resolve
from ..view.zone import zones_of

#: Where several zones together are never all awake, the first one's morning has to do.
_LONGEST = dt.timedelta(hours=36)


def awake_at(now: dt.datetime, start: dt.time, end: dt.time, zones: Sequence[ZoneInfo]) -> dt.datetime:
    """Return ``now`` where it is no quiet time in any of these zones, else when it has ended in all of them.

    Quiet is from ``start`` until before ``end``, over midnight where ``end`` is the earlier; equal ones are no quiet
    time at all. ``now`` is aware.
    """
    moment = now
    while moment - now <= _LONGEST:
        ends = [until for zone in zones if (until := _end(moment, start, end, zone)) is not None]
        if not ends:
            return moment
        moment = max(ends)
    return _end(now, start, end, zones[0]) or now


def _is_quiet(wall: dt.time, start: dt.time, end: dt.time) -> bool:
    return start <= wall < end if start <= end else wall >= start or wall < end


def _end(moment: dt.datetime, start: dt.time, end: dt.time, zone: ZoneInfo) -> dt.datetime | None:
    """Return when the quiet time that ``moment`` is in ends there; None outside of it.

    A time that a clock shows twice, or never, is tried both ways: the message leaves when the wall says that it may.
    """
    here = moment.astimezone(zone)
    if not _is_quiet(here.time(), start, end):
        return None
    days = [here.date() + dt.timedelta(days=n) for n in range(3)]
    tried = [
        dt.datetime.combine(day, end, tzinfo=zone).replace(fold=fold).astimezone(dt.UTC)
        for day in days
        for fold in (0, 1)
    ]
    return min(at for at in tried if at > moment and not _is_quiet(at.astimezone(zone).time(), start, end))


def zones_for(address: Address | None, phone: str = "") -> list[ZoneInfo]:
    """Return the zones that a recipient may be in: the shipping address's, else the phone number's, else the shop's.

    A country with several zones is narrowed down by the number; what is left is several, and all of them count.
    """
    of_phone = _of_phone(phone)
    if address is not None and address.country:
        place = Place(city=address.city, region=address.region, postcode=address.postcode, country=address.country)
        point = resolve(place)
        if point is not None and point.zone:
            return [ZoneInfo(point.zone)]
        of_country = zones_of(address.country)
        both = [zone for zone in of_country if zone in of_phone]
        if both or of_country:
            return both or of_country
    return of_phone or [conf.zone()]


def _of_phone(phone: str) -> list[ZoneInfo]:
    try:
        number = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        return []
    names = phone_zones.time_zones_for_number(number)
    found = []
    for name in names:
        try:
            found.append(ZoneInfo(name))
        except (KeyError, ValueError, OSError):  # "Etc/Unknown", or one that this machine does not know
            continue
    return found
