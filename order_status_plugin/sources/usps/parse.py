"""From what USPS says of one item to a tracking update. A bad event never costs the good ones beside it."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from ... import reading
from ...carriers import catalogue
from ...events import DeliveryWindow, ParcelStatus, Place, Precision, TrackingScan, TrackingUpdate
from ...exceptions import UnreadableMessage
from ...places.countries import alpha_2
from .codes import meaning, reason

S = ParcelStatus

_HOUR = re.compile(r"(\d{1,2}):(\d{2})(?::\d{2})?\s*([AaPp])?\.?[Mm]?\.?")


def item(payload: object, asked_at: dt.datetime | None) -> TrackingUpdate:
    """Return what an answer, or the payload of a notification, says of its item. Raises UnreadableMessage."""
    if not isinstance(payload, dict):
        raise UnreadableMessage(f"The item must be an object, not {reading.kind(payload)}.")
    told = reading.mapping(payload)
    number = reading.text(told.get("tracking_number"), 190)
    if not catalogue.normalise_number(number):
        raise UnreadableMessage(f"'trackingNumber' must be a text, not {reading.kind(told.get('tracking_number'))}.")
    events = told.get("tracking_events")
    if events is not None and not isinstance(events, list):
        raise UnreadableMessage(f"'trackingEvents' must be a list, not {reading.kind(events)}.")
    # A notification may be about one event, whose fields then stand in the item itself.
    rows = reading.rows(events) or ([told] if "event_timestamp" in told else [])
    category = reading.text(told.get("status_category"), 60)
    latest = max(rows, key=lambda row: reading.text(row.get("event_timestamp"), 40), default=None)
    scans = [scan for row in rows if (scan := _scan(row, category if row is latest else ""))]
    if rows and not scans:
        raise UnreadableMessage("Not one of 'trackingEvents' has an 'eventTimestamp'.")
    ends = [row for row in rows if reading.text(row.get("event_code"), 10) == "01"]
    back = reading.moment(told.get("return_date_notice"))
    return TrackingUpdate(
        tracking_number=number,
        carrier="usps",
        carrier_text="USPS",
        scans=tuple(scans),
        window=None if ends else _window(told, scans, asked_at),
        signed_by=next((name for row in ends if (name := reading.text(row.get("name"), 190))), ""),
        left_at=next((place for row in ends if (place := _left_at(row))), ""),
        # On that day it goes back: the day before is the last one to fetch it.
        pickup_until=back - dt.timedelta(days=1) if back and not isinstance(back, dt.datetime) else None,
    )


def _scan(event: dict[str, Any], category: str) -> TrackingScan | None:
    """Read one event; None for one without a time."""
    when = reading.clock(event.get("event_timestamp"))
    if when is None:
        return None
    local, given, precision = when
    code, phrase = reading.text(event.get("event_code"), 20).upper(), reading.text(event.get("event_type"), 1000)
    status, overlay, rule = meaning(code, phrase, category)
    return TrackingScan(
        status=status,
        overlay=overlay,
        local_time=local,
        utc_offset=_offset(event, local, given),
        precision=precision,
        source_id=f"{code or phrase[:100]} {local:%Y%m%d%H%M}",  # USPS gives none
        raw_code=code or phrase[:100],
        message=phrase,
        rule=f"usps {rule}",
        # Domestic events name no country. Facilities stand where a city should: that is read where places are.
        place=Place(
            city=reading.text(event.get("event_city"), 190),
            region=reading.text(event.get("event_state"), 190),
            postcode=reading.text(event.get("event_zip"), 40),
            country=alpha_2(reading.text(event.get("event_country"), 60)) or ("US" if _is_domestic(event) else ""),
        ),
        reason=reason(phrase),
    )


def _is_domestic(event: dict[str, Any]) -> bool:
    named = any(reading.text(event.get(name), 60) for name in ("event_city", "event_state", "event_zip"))
    return named and not reading.text(event.get("event_country"), 60)


def _offset(event: dict[str, Any], local: dt.datetime, given: int | None) -> int | None:
    """Return GMTOffset ("-7:00"), else what GMTTimestamp is apart: it has seconds where the local time has none."""
    minutes = reading.minutes_east(event.get("gmtoffset"))
    instant = reading.aware(event.get("gmttimestamp"))
    if minutes is not None or instant is None:
        return minutes if minutes is not None else given
    apart = round((local - instant.replace(tzinfo=None)).total_seconds() / 900) * 15
    return apart if abs(apart) <= 14 * 60 else None


def _left_at(event: dict[str, Any]) -> str:
    """Return "Front Door/Porch" of "Delivered, Front Door/Porch"."""
    phrase = reading.text(event.get("event_type"), 190)
    start, comma, where = phrase.partition(", ")
    is_left = comma and start.casefold() == "delivered" and meaning("01", phrase)[0] is S.DELIVERED
    return where if is_left else ""


def _window(told: dict[str, Any], scans: list[TrackingScan], asked_at: dt.datetime | None) -> DeliveryWindow | None:
    instants = [
        (scan.local_time - dt.timedelta(minutes=scan.utc_offset)).replace(tzinfo=dt.UTC)
        for scan in scans
        if scan.utc_offset is not None and scan.precision is not Precision.DATE
    ]
    stated_at = asked_at or max(instants, default=None)
    if stated_at is None:
        return None
    day = _day(told.get("predicted_delivery_date"))
    if day is not None:
        first = _hour(told.get("predicted_delivery_window_start_time"))
        last = _hour(told.get("predicted_delivery_window_end_time"))
        if first and last and first <= last:
            start, end = dt.datetime.combine(day, first), dt.datetime.combine(day, last)
            return DeliveryWindow(earliest=start, latest=end, stated_at=stated_at)
        return DeliveryWindow(earliest=day, latest=day, stated_at=stated_at)
    # "By 9:00 pm" is the end of a day, not an hour.
    for name in ("expected_delivery_time_stamp", "predicted_delivery_time_stamp", "guaranteed_delivery_time_stamp"):
        if (day := _day(told.get(name))) is not None:
            return DeliveryWindow(earliest=day, latest=day, stated_at=stated_at)
    return None


def _day(value: object) -> dt.date | None:
    when = reading.moment(value) if isinstance(value, str) else None
    return when.date() if isinstance(when, dt.datetime) else when


def _hour(value: object) -> dt.time | None:
    """Read "13:15", "13:15:00" or "1:15 pm"."""
    found = _HOUR.fullmatch(reading.text(value, 20))
    if found is None:
        return None
    hour = int(found[1]) % 12 + (12 if found[3] in ("p", "P") else 0) if found[3] else int(found[1])
    try:
        return dt.time(hour, int(found[2]))
    except ValueError:
        return None
