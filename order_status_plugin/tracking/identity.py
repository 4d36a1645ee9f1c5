"""When two tellings are one event, and where an event stands among the others."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from ..conf import conf
from ..events import ParcelStatus, Place, Precision, TrackingScan

#: Version of the rules below. Rows keep the order that they were given.
RESOLVER = 2

#: Breaks ties of time: the further along a parcel is, the later the event is taken to be.
PROGRESS: dict[ParcelStatus | None, int] = {
    None: 0,
    ParcelStatus.UNKNOWN: 0,
    ParcelStatus.CONFIRMED: 5,
    ParcelStatus.LABEL_CREATED: 10,
    ParcelStatus.PICKED_UP_BY_CARRIER: 20,
    ParcelStatus.IN_TRANSIT: 30,
    ParcelStatus.OUT_FOR_DELIVERY: 40,
    ParcelStatus.ATTEMPTED_DELIVERY: 50,
    ParcelStatus.READY_FOR_PICKUP: 60,
    ParcelStatus.RETURNING: 70,
    ParcelStatus.LOST: 80,
    ParcelStatus.CANCELLED: 80,
    ParcelStatus.DELIVERED: 90,
    ParcelStatus.COLLECTED: 90,
    ParcelStatus.RETURNED: 95,
}


@dataclass(frozen=True, slots=True)
class Identity:
    """What ``record`` stores of a scan beside its own fields."""

    digest: str
    fingerprint: str
    occurred_at: dt.datetime | None
    time_rule: str  # how ``occurred_at`` was found: "told", by the "zone" of the place, or ""
    sort_key: str


def hashed(*parts: object) -> str:
    """Return SHA-256 in hex over the parts, each with its length."""
    sha = hashlib.sha256()
    for part in parts:
        raw = ("" if part is None else str(part)).encode()
        sha.update(len(raw).to_bytes(8, "big") + raw)
    return sha.hexdigest()


def names(source: str, number_key: str, scan: TrackingScan) -> tuple[str, str]:
    """Return digest and fingerprint of a scan: what makes two scans one event, and two tellings of it the same.

    They never hold what we derived, a status, a point or a zone: a better table later is not another event.
    """
    local = scan.local_time.replace(tzinfo=None)
    digest = hashed(
        source,
        number_key,
        scan.raw_code,
        local.isoformat(timespec="minutes") if scan.precision is not Precision.DATE else local.date().isoformat(),
        normalise_place(scan.place),
        " ".join(scan.message.casefold().split()),
    )
    fingerprint = hashed(
        scan.source_id,
        digest,
        scan.status,
        scan.overlay,
        scan.reason,
        scan.utc_offset,
        scan.precision,
        local.isoformat(),
        scan.sequence,
        scan.place.latitude,
        scan.place.longitude,
    )
    return digest, fingerprint


def identify(source: str, number_key: str, scan: TrackingScan, received_at: dt.datetime, *, zone: str = "") -> Identity:
    """Return identity, instant and place in the order of one scan. ``zone`` (IANA) is that of its place, "" unknown."""
    digest, fingerprint = names(source, number_key, scan)
    local = scan.local_time.replace(tzinfo=None)
    occurred_at, time_rule = _instant(local, scan.utc_offset), "told"
    if occurred_at is None and scan.utc_offset is None and scan.precision is not Precision.DATE:
        occurred_at, time_rule = _instant_of_zone(local, zone), "zone"
    if occurred_at is None:
        time_rule = ""
    sort_key = _sort_key(scan, local, occurred_at, digest, received_at)
    return Identity(digest, fingerprint, occurred_at, time_rule, sort_key)


def normalise_place(place: Place) -> str:
    """Return the place in the form in which two spellings of it are equal."""
    words = " ".join((place.text or "", place.city, place.region, place.postcode, place.country))
    return re.sub(r"[\W_]+", " ", words).casefold().strip()


def _instant(local: dt.datetime, offset: int | None) -> dt.datetime | None:
    """Return UTC where the offset is known: never guessed."""
    if offset is None:
        return None
    try:
        return (local - dt.timedelta(minutes=offset)).replace(tzinfo=dt.UTC)
    except OverflowError:
        return None


def _instant_of_zone(local: dt.datetime, zone: str) -> dt.datetime | None:
    """Return UTC by the clock of a zone, None where there is no such zone.

    An hour that comes twice, when summer time ends, is taken as its first; one that never comes, when it begins, by
    the clock of before.
    """
    if not zone:
        return None
    try:
        return local.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(dt.UTC)
    except (KeyError, ValueError, OSError, OverflowError):  # a system without this zone, a year out of range
        return None


def _sort_key(
    scan: TrackingScan, local: dt.datetime, occurred_at: dt.datetime | None, digest: str, received_at: dt.datetime
) -> str:
    """Return the total order: UTC or local time, the source's own sequence, progress; the digest breaks the rest."""
    received = received_at.astimezone(dt.UTC).replace(tzinfo=None)
    if scan.precision is Precision.DATE:
        # A day without an hour comes after the hours of that day: it is usually the day's result.
        when = local.replace(hour=23, minute=59, second=59, microsecond=0)
        ahead = when.date() > received.date() + dt.timedelta(days=1)
    else:
        when = occurred_at.replace(tzinfo=None) if occurred_at else local
        # Without an offset the clock of the place may be up to 14 hours ahead of UTC and still be right.
        slack = conf.FUTURE_TOLERANCE if occurred_at else conf.FUTURE_TOLERANCE + dt.timedelta(hours=14)
        ahead = when - received > slack
    if ahead:
        when = received
    sequence = min(max(scan.sequence, 0), 10**15)
    return f"{when.isoformat(timespec='microseconds')}|{sequence:016d}|{PROGRESS[scan.status]:02d}|{digest[:12]}"
