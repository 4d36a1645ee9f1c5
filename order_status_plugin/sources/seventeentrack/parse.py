"""From 17TRACK's JSON to tracking updates. A bad event never costs the good ones beside it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from ... import reading
from ...carriers import catalogue
from ...events import (
    DeliveryWindow,
    Place,
    Precision,
    Reason,
    TrackingScan,
    TrackingUpdate,
)
from ...exceptions import UnreadableMessage
from ...places.countries import alpha_2
from .codes import (
    CARRIERS,
    REASONS,
    S,
    meaning,
)


def number_of(item: dict[str, Any]) -> str:
    """Return the number that something is about. Raises UnreadableMessage."""
    number = reading.text(item.get("number"), 190)
    if not catalogue.normalise_number(number):
        raise UnreadableMessage(f"'number' must be a text, not {reading.kind(item.get('number'))}.")
    return number


def update_of(item: dict[str, Any]) -> TrackingUpdate:
    """Read one accepted number of an answer. Raises UnreadableMessage."""
    info = reading.mapping(item.get("track_info"))
    providers = reading.rows(reading.mapping(info.get("tracking")).get("providers"))
    events = [event for provider in providers for event in reading.rows(provider.get("events"))]
    scans = [scan for scan in map(_scan, events) if scan is not None]
    scans += _about_the_whole(reading.mapping(info.get("latest_status")), scans)
    synced = [reading.aware(provider.get("latest_sync_time")) for provider in providers]
    stated_at = max((when for when in synced if when), default=None)
    due = reading.mapping(reading.mapping(info.get("time_metrics")).get("estimated_delivery_date"))
    found = reading.span(due.get("from"), due.get("to"))
    misc = reading.mapping(info.get("misc_info"))
    key = reading.text(item.get("carrier"), 20)
    return TrackingUpdate(
        tracking_number=number_of(item),
        carrier=CARRIERS.get(key, ""),
        carrier_text=key,
        scans=tuple(scans),
        window=DeliveryWindow(earliest=found[0], latest=found[1], stated_at=stated_at) if found and stated_at else None,
        handed_to=reading.text(misc.get("local_provider"), 190),
        handed_number=reading.text(misc.get("local_number"), 190),
    )


def _scan(event: dict[str, Any]) -> TrackingScan | None:
    sub, stage = reading.text(event.get("sub_status"), 100), reading.text(event.get("stage"), 100)
    when = _time(event)
    if when is None:
        return None
    said, overlay, rule = meaning("", sub, stage)
    local, offset, precision = when
    return TrackingScan(
        status=said,
        overlay=overlay,
        local_time=local,
        utc_offset=offset,
        precision=precision,
        raw_code=sub or stage,
        message=reading.text(event.get("description"), 1000),
        rule=f"17track {rule}",
        place=_place(event),
        reason=REASONS.get(sub, Reason.NONE),
    )


def _time(event: dict[str, Any]) -> tuple[dt.datetime, int | None, Precision] | None:
    """Return the time as the carrier said it: the offset in ``time_iso`` may be 17TRACK's guess, ``time_raw`` tells."""
    raw = reading.mapping(event.get("time_raw"))
    day, hour = reading.text(raw.get("date"), 40), reading.text(raw.get("time"), 40)
    found = reading.clock(event.get("time_iso")) or reading.clock(event.get("time_utc"))
    if day and not hour:
        return reading.clock(day) or found
    if day and hour and not reading.text(raw.get("timezone"), 40):
        return reading.clock(f"{day}T{hour}") or found
    return found


def _place(event: dict[str, Any]) -> Place:
    address = reading.mapping(event.get("address"))
    at = reading.mapping(address.get("coordinates"))
    latitude, longitude = reading.point(_angle(at.get("latitude")), _angle(at.get("longitude")))
    return Place(
        text=reading.text(event.get("location"), 255),
        city=reading.text(address.get("city"), 190),
        region=reading.text(address.get("state"), 190),
        postcode=reading.text(address.get("postal_code"), 40),
        country=alpha_2(reading.text(address.get("country"), 60)),
        latitude=latitude,
        longitude=longitude,
    )


def _angle(given: object) -> object:
    """Return a number that may be written as a text."""
    try:
        return float(given) if isinstance(given, str) else given
    except ValueError:
        return None


def _about_the_whole(latest: dict[str, Any], scans: list[TrackingScan]) -> Iterator[TrackingScan]:
    """Yield an end that the whole has and no event tells: a parcel that goes back, is lost or was cancelled."""
    status, sub = reading.text(latest.get("status"), 60), reading.text(latest.get("sub_status"), 100)
    said, _overlay, _rule = meaning(status, sub)
    last = max(scans, key=lambda scan: scan.local_time, default=None)
    if last is None or said not in (S.RETURNING, S.RETURNED, S.LOST, S.CANCELLED):
        return
    if any(scan.status is said for scan in scans) or last.status is S.RETURNED:
        return
    # What is delivered on the way back is delivered to the sender.
    is_back = said is S.RETURNED and last.status is S.DELIVERED
    yield TrackingScan(
        status=S.RETURNING if is_back else said,
        local_time=last.local_time,
        utc_offset=last.utc_offset,
        precision=last.precision,
        source_id=f"latest_status {sub}",
        raw_code=sub or status,
        rule="17track latest_status",
        place=last.place,
    )
