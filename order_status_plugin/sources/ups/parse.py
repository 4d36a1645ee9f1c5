"""From UPS's answers and alerts to tracking updates. A bad activity never costs the good ones beside it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

from ... import reading
from ...carriers import catalogue
from ...events import DeliveryWindow, Place, Precision, TrackingScan, TrackingUpdate
from ...exceptions import UnreadableMessage
from ...places.countries import alpha_2
from .codes import meaning, reason

#: Which date counts: the one that a change set, then the first one.
DATES = ("RDD", "SDD")
#: Times that are hours of a window; EOD and CMT ("by 10:30") are not.
WINDOWS = frozenset({"EDW", "CDW", "IDW"})


def answer(payload: object, asked_at: dt.datetime | None) -> Iterator[TrackingUpdate]:
    """Yield the parcels of an answer of the Track API. Raises UnreadableMessage."""
    body = reading.mapping(reading.mapping(payload).get("track_response"))
    if not isinstance(body.get("shipment"), list):
        raise UnreadableMessage(f"'trackResponse.shipment' must be a list, not {reading.kind(body.get('shipment'))}.")
    for shipment in reading.rows(body["shipment"]):
        asked = reading.text(shipment.get("inquiry_number"), 190)
        packages = reading.rows(shipment.get("package"))
        for package in packages:
            number = reading.text(package.get("tracking_number"), 190) or asked
            # The other parcels of one shipment come along, and are asked about by their own numbers.
            is_other = bool(asked) and catalogue.normalise_number(number) != catalogue.normalise_number(asked)
            if catalogue.normalise_number(number) and not (is_other and len(packages) > 1):
                yield _package(package, asked or number, asked_at)


def alert(payload: object) -> TrackingUpdate:
    """Return the one event of a Track Alert. Raises UnreadableMessage."""
    if not isinstance(payload, dict):
        raise UnreadableMessage(f"The body must be an object, not {reading.kind(payload)}.")
    body = reading.mapping(payload)
    number = reading.text(body.get("tracking_number"), 190)
    if not catalogue.normalise_number(number):
        raise UnreadableMessage(f"'trackingNumber' must be a text, not {reading.kind(body.get('tracking_number'))}.")
    scan = _scan(
        status=reading.mapping(body.get("activity_status")),
        local=_clock(body.get("local_activity_date"), body.get("local_activity_time")),
        gmt=_clock(body.get("gmt_activity_date"), body.get("gmt_activity_time")),
        offset=body.get("gmt_offset"),
        address=reading.mapping(body.get("activity_location")),
    )
    if scan is None:
        raise UnreadableMessage("'localActivityDate' must be a date as YYYYMMDD.")
    day = None if reading.text(body.get("actual_delivery_date"), 20) else _day(body.get("scheduled_delivery_date"))
    return TrackingUpdate(
        tracking_number=number,
        carrier="ups",
        carrier_text="UPS",
        scans=(scan,),
        window=_window(day, body.get("delivery_start_time"), body.get("delivery_end_time"), _instant(scan)),
        signed_by=reading.text(body.get("received_by"), 190),
    )


def _package(package: dict[str, Any], number: str, asked_at: dt.datetime | None) -> TrackingUpdate:
    scans = [
        scan
        for activity in reading.rows(package.get("activity"))
        if (
            scan := _scan(
                status=reading.mapping(activity.get("status")),
                local=_clock(activity.get("date"), activity.get("time")),
                gmt=_clock(activity.get("gmt_date"), activity.get("gmt_time")),
                offset=activity.get("gmt_offset"),
                address=reading.mapping(reading.mapping(activity.get("location")).get("address")),
            )
        )
    ]
    days = {
        reading.text(item.get("type"), 10): _day(item.get("date"))
        for item in reading.rows(package.get("delivery_date"))
    }
    day = None if days.get("DEL") else next((days[kind] for kind in DATES if days.get(kind)), None)
    hours = reading.mapping(package.get("delivery_time"))
    if reading.text(hours.get("type"), 10) not in WINDOWS:
        hours = {}
    stated_at = asked_at or max((when for scan in scans if (when := _instant(scan))), default=None)
    handed = next(
        (
            reading.text(item.get("number"), 100)
            for item in reading.rows(package.get("alternate_tracking_number"))
            if item.get("type") == "USPS_PIC"
        ),
        "",
    )
    delivery = reading.mapping(package.get("delivery_information"))
    point = reading.mapping(package.get("access_point_information"))
    return TrackingUpdate(
        tracking_number=number,
        carrier="ups",
        carrier_text="UPS",
        scans=tuple(scans),
        window=_window(day, hours.get("start_time"), hours.get("end_time"), stated_at),
        signed_by=reading.text(delivery.get("received_by"), 190),
        left_at=reading.text(delivery.get("location"), 190),
        pickup_place=_pickup_place(package),
        pickup_until=_day(point.get("pickup_by_date")),
        handed_to="USPS" if handed else "",
        handed_number=handed,
    )


def _scan(
    *,
    status: dict[str, Any],
    local: tuple[dt.datetime, Precision] | None,
    gmt: tuple[dt.datetime, Precision] | None,
    offset: object,
    address: dict[str, Any],
) -> TrackingScan | None:
    """Read one activity; None for one without a date."""
    if local is None:
        return None
    kind, code = (reading.text(status.get(name), 20).upper() for name in ("type", "code"))
    # The Track API and the alerts name the three digits differently.
    detail = reading.text(status.get("status_code") or status.get("description_code"), 20)
    said, overlay, rule = meaning(kind, code, detail)
    when, precision = local
    return TrackingScan(
        status=said,
        overlay=overlay,
        local_time=when,
        utc_offset=_offset(offset, local, gmt),
        precision=precision,
        # UPS gives no id, and answer and alert tell one event in different spellings.
        source_id=f"{kind} {code} {when:%Y%m%d%H%M%S}",
        raw_code=" ".join(filter(None, (kind, code, detail))),
        message=reading.text(status.get("description"), 1000),
        rule=f"ups {rule}",
        place=Place(
            city=reading.text(address.get("city"), 190),
            region=reading.text(address.get("state_province"), 190),
            postcode=reading.text(address.get("postal_code"), 40),
            country=alpha_2(reading.text(address.get("country_code") or address.get("country"), 60)),
        ),
        reason=reason(kind, code),
    )


def _clock(date: object, time: object) -> tuple[dt.datetime, Precision] | None:
    """Read YYYYMMDD and HHMMSS; without hours it is a date. Zeros in front get lost on their way ("74700")."""
    day = _day(date)
    if day is None:
        return None
    digits = re.sub(r"[^0-9]", "", reading.text(time, 20)).zfill(6)
    try:
        hour = dt.time.fromisoformat(f"{digits[:2]}:{digits[2:4]}:{digits[4:6]}")
    except ValueError:
        hour = None
    if hour is None or not reading.text(time, 20):
        return dt.datetime.combine(day, dt.time()), Precision.DATE
    return dt.datetime.combine(day, hour), Precision.INSTANT


def _day(value: object) -> dt.date | None:
    given = reading.text(value, 20)
    found = reading.moment(f"{given[:4]}-{given[4:6]}-{given[6:]}" if len(given) == 8 else given)
    return found if found is None or not isinstance(found, dt.datetime) else found.date()


def _offset(
    given: object, local: tuple[dt.datetime, Precision], gmt: tuple[dt.datetime, Precision] | None
) -> int | None:
    """Return the offset as given ("-05:00", "-04.00"), else what the two clocks are apart."""
    minutes = reading.minutes_east(given)
    if minutes is not None or gmt is None or Precision.DATE in (local[1], gmt[1]):
        return minutes
    apart = round((local[0] - gmt[0]).total_seconds() / 60)
    return apart if abs(apart) <= 14 * 60 and apart % 15 == 0 else None


def _instant(scan: TrackingScan) -> dt.datetime | None:
    if scan.utc_offset is None:
        return None
    return (scan.local_time - dt.timedelta(minutes=scan.utc_offset)).replace(tzinfo=dt.UTC)


def _window(day: dt.date | None, start: object, end: object, stated_at: dt.datetime | None) -> DeliveryWindow | None:
    if day is None or stated_at is None:
        return None
    first, last = _clock(f"{day:%Y%m%d}", start), _clock(f"{day:%Y%m%d}", end)
    if first and last and Precision.DATE not in (first[1], last[1]) and first[0] <= last[0]:
        return DeliveryWindow(earliest=first[0], latest=last[0], stated_at=stated_at)
    return DeliveryWindow(earliest=day, latest=day, stated_at=stated_at)


def _pickup_place(package: dict[str, Any]) -> str:
    """Return name and address of the access point. The other addresses are the shipper's and the customer's."""
    for given in reading.rows(package.get("package_address")):
        if "ACCESS_POINT" in reading.text(given.get("type"), 60).upper():
            address = reading.mapping(given.get("address"))
            names = ("address_line1", "address_line2", "address_line3", "postal_code", "city", "state_province")
            parts = [reading.text(given.get("name"), 190), *(reading.text(address.get(name), 190) for name in names)]
            return ", ".join(filter(None, parts))[:500]
    return ""
