"""From a verified body to tracking updates. A bad checkpoint never costs the good ones beside it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from ... import reading
from ...carriers import catalogue
from ...events import DeliveryWindow, Overlay, ParcelStatus, Place, Precision, TrackingScan, TrackingUpdate
from ...exceptions import UnreadableMessage
from ...places.countries import alpha_2
from .codes import CARRIERS, GOES_BACK, IS_BACK, meaning

#: Which of several estimates counts: the carrier's own word, then the merchant's, then AfterShip's forecast.
ESTIMATES = (
    "courier_estimated_delivery_date",
    "custom_estimated_delivery_date",
    "latest_estimated_delivery",
    "aftership_estimated_delivery_date",
    "first_estimated_delivery",
    "expected_delivery",
    "order_promised_delivery_date",
)


def updates(payload: object) -> Iterator[TrackingUpdate]:
    """Yield the update of one webhook body. Raises UnreadableMessage."""
    if not isinstance(payload, dict):
        raise UnreadableMessage(f"The body must be an object, not {reading.kind(payload)}.")
    body = reading.mapping(payload)
    if not isinstance(body.get("msg"), dict):
        raise UnreadableMessage(f"'msg' must be an object, not {reading.kind(body.get('msg'))}.")
    msg = reading.mapping(body["msg"])
    number = reading.text(msg.get("tracking_number"), 190)
    if not catalogue.normalise_number(number):
        raise UnreadableMessage(
            f"'msg.tracking_number' must be a text, not {reading.kind(msg.get('tracking_number'))}."
        )
    given = msg.get("checkpoints")
    if given is not None and not isinstance(given, list):
        raise UnreadableMessage(f"'msg.checkpoints' must be a list, not {reading.kind(given)}.")
    stated = [when for when in (reading.aware(msg.get("updated_at")), reading.aware(body.get("ts"))) if when]
    stated_at = max(stated, default=None)
    scans = [_scan(reading.mapping(item), stated_at) for item in given or [] if isinstance(item, dict)]
    readable = [scan for scan in scans if scan is not None]
    readable += _about_the_whole(msg, readable, stated_at)
    if not readable and given:
        raise UnreadableMessage(
            "Not one of 'msg.checkpoints' has a time, and neither 'msg.updated_at' nor 'ts' is one."
        )
    window = _window(msg, body.get("event"), stated_at or _latest(readable))
    slug = reading.text(msg.get("slug"), 60).lower()
    yield TrackingUpdate(
        tracking_number=number,
        carrier=_carrier(slug),
        carrier_text=slug,
        scans=tuple(readable),
        window=window,
        next_step=reading.text(msg.get("pickup_note"), 500),
        signed_by=reading.text(msg.get("signed_by"), 190),
        pickup_place=reading.text(msg.get("pickup_location"), 500),
        estimate_ends=window is None and body.get("event") == "edd_revise" and _says_no_estimate(msg),
    )


def _carrier(slug: str) -> str:
    found = catalogue.find(slug) if slug not in CARRIERS else None
    return CARRIERS.get(slug) or (found.slug if found else "")


def _scan(checkpoint: dict[str, Any], stated_at: dt.datetime | None) -> TrackingScan | None:
    """Read one checkpoint; None when not even a time can be given to it."""
    tag, subtag = reading.text(checkpoint.get("tag"), 60), reading.text(checkpoint.get("subtag"), 100)
    status, overlay, rule = meaning(tag, subtag)
    when = reading.moment(checkpoint.get("checkpoint_time"))
    if when is None:
        # Kept for people to read, at the time when AfterShip noted it; it moves nothing.
        when = reading.aware(checkpoint.get("created_at")) or stated_at
        status, overlay, rule = None, Overlay.NONE, "unreadable checkpoint_time"
    if when is None:
        return None
    local, offset, precision = _local(when)
    return TrackingScan(
        status=status,
        overlay=overlay,
        local_time=local,
        utc_offset=offset,
        precision=precision,
        source_id=reading.text(checkpoint.get("hash"), 190),
        raw_code=subtag or tag,
        message=reading.text(checkpoint.get("message"), 1000) or reading.text(checkpoint.get("subtag_message"), 1000),
        rule=f"aftership {rule}",
        place=_place(checkpoint),
    )


def _local(when: dt.datetime | dt.date) -> tuple[dt.datetime, int | None, Precision]:
    """Return the clock on the wall, its offset where given ("2021-01-14T00:52:00" gives none), and how exact."""
    if not isinstance(when, dt.datetime):
        return dt.datetime.combine(when, dt.time()), None, Precision.DATE
    shift = when.utcoffset()
    offset = None if shift is None else round(shift.total_seconds() / 60)
    return when.replace(tzinfo=None), offset, Precision.INSTANT


def _place(checkpoint: dict[str, Any]) -> Place:
    point = reading.mapping(checkpoint.get("coordinate") or checkpoint.get("coordinates"))
    latitude, longitude = reading.degrees(point.get("latitude"), 90), reading.degrees(point.get("longitude"), 180)
    if latitude is None or longitude is None or (latitude == 0 and longitude == 0):
        latitude = longitude = None
    countries = (reading.text(checkpoint.get(name), 60) for name in ("country_region", "country_iso3", "country"))
    return Place(
        text=reading.text(checkpoint.get("location"), 255),
        city=reading.text(checkpoint.get("city"), 190),
        region=reading.text(checkpoint.get("state"), 190),
        postcode=reading.text(checkpoint.get("postal_code") or checkpoint.get("zip"), 40),
        country=next((code for code in map(alpha_2, countries) if code), ""),
        latitude=latitude,
        longitude=longitude,
    )


def _about_the_whole(
    msg: dict[str, Any], scans: list[TrackingScan], stated_at: dt.datetime | None
) -> Iterator[TrackingScan]:
    """Yield what the tracking says beyond its checkpoints.

    A trap: a parcel that went back ends with a checkpoint "Delivered" (to the sender), under a tracking that is
    tagged Exception, even with the subtag of a wrong address, and has ``return_to_sender``. The scan made of it
    stands before that last checkpoint, so that what follows is a delivery on the way back.
    """
    tag, subtag = reading.text(msg.get("tag"), 60), reading.text(msg.get("subtag"), 100)
    last = max(scans, key=_moment_of, default=None)
    if last is not None and (msg.get("return_to_sender") is True or subtag in GOES_BACK):
        is_back = subtag == IS_BACK and last.status not in (ParcelStatus.DELIVERED, ParcelStatus.COLLECTED)
        status = ParcelStatus.RETURNED if is_back else ParcelStatus.RETURNING
        if last.status not in (status, ParcelStatus.RETURNED):
            yield TrackingScan(
                status=status,
                local_time=last.local_time,
                utc_offset=last.utc_offset,
                precision=last.precision,
                source_id="returned" if is_back else "return_to_sender",
                raw_code=subtag or tag,
                message=reading.text(msg.get("subtag_message"), 1000),
                rule="aftership return_to_sender",
                place=last.place,
            )
        return
    said, overlay, rule = meaning(tag, subtag)
    is_said = any(scan.status is not None or scan.overlay is not Overlay.NONE for scan in scans)
    if stated_at is None or is_said or (said is None and overlay is Overlay.NONE):
        return
    # No checkpoint tells it, but the tracking as a whole has a tag.
    local, offset, precision = _local(stated_at)
    yield TrackingScan(
        status=said,
        overlay=overlay,
        local_time=local,
        utc_offset=offset,
        precision=precision,
        source_id=f"tag {subtag or tag}",
        raw_code=subtag or tag,
        message=reading.text(msg.get("subtag_message"), 1000),
        rule=f"aftership {rule} of the tracking",
    )


def _moment_of(scan: TrackingScan) -> tuple[dt.datetime, bool]:
    """Order scans of one message: by instant where the offset is known, an arrival last among equals."""
    when = scan.local_time - dt.timedelta(minutes=scan.utc_offset or 0)
    return when, scan.status in (ParcelStatus.DELIVERED, ParcelStatus.COLLECTED)


def _latest(scans: list[TrackingScan]) -> dt.datetime | None:
    return max((_moment_of(scan)[0].replace(tzinfo=dt.UTC) for scan in scans), default=None)


def _window(msg: dict[str, Any], event: object, stated_at: dt.datetime | None) -> DeliveryWindow | None:
    names = list(ESTIMATES)
    if event == "edd_revise":  # what was just revised is in this one
        names.insert(0, "latest_estimated_delivery")
    for name in names:
        found = _estimate(msg.get(name))
        if found and stated_at:
            reason = reading.text(reading.mapping(msg.get("latest_estimated_delivery")).get("revise_reason"), 500)
            return DeliveryWindow(earliest=found[0], latest=found[1], stated_at=stated_at, reason=reason)
    return None


def _says_no_estimate(msg: dict[str, Any]) -> bool:
    return any(name in msg for name in ESTIMATES) and not any(msg.get(name) for name in ESTIMATES)


def _estimate(given: object) -> tuple[dt.date | dt.datetime, dt.date | dt.datetime] | None:
    """Read one estimate: a text, or an object with an instant, a range, or both."""
    if not isinstance(given, dict):
        single = _at_the_place(given)
        return (single, single) if single else None
    fields = reading.mapping(given)
    for prefix in ("estimated_delivery_date", "datetime"):
        single = _at_the_place(fields.get(prefix))
        first = _at_the_place(fields.get(f"{prefix}_min")) or single
        last = _at_the_place(fields.get(f"{prefix}_max")) or single
        if first and last:
            return _ordered(first, last)
        if first or last:
            edge = first or last
            return (edge, edge) if edge else None
    return None


def _at_the_place(given: object) -> dt.date | dt.datetime | None:
    """Return a date, or a time on the clock of the place. Midnight is how a date is written as a time."""
    when = reading.moment(given) if isinstance(given, str) else None
    if not isinstance(when, dt.datetime):
        return when
    local = when.replace(tzinfo=None)
    is_day = local.time() == dt.time() or local.time() >= dt.time(23, 59)
    return local.date() if is_day else local


def _ordered(
    first: dt.date | dt.datetime, last: dt.date | dt.datetime
) -> tuple[dt.date | dt.datetime, dt.date | dt.datetime]:
    """Return both as dates or both as times, the earlier one first."""
    if isinstance(first, dt.datetime) != isinstance(last, dt.datetime):
        first = first.date() if isinstance(first, dt.datetime) else first
        last = last.date() if isinstance(last, dt.datetime) else last
    return (first, last) if first <= last else (last, first)
