"""From EasyPost's JSON to tracking updates. A bad event never costs the good ones beside it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from ... import reading
from ...carriers import catalogue
from ...events import DeliveryWindow, Overlay, Place, Reason, TrackingScan, TrackingUpdate
from ...exceptions import UnreadableMessage
from ...places.countries import alpha_2
from .codes import CARRIERS, REASONS, S, meaning


def update_of(tracker: dict[str, Any], name: str) -> TrackingUpdate:
    """Read one tracker; ``name`` is where it stood. Raises UnreadableMessage."""
    number = reading.text(tracker.get("tracking_code"), 190)
    if not catalogue.normalise_number(number):
        said = reading.kind(tracker.get("tracking_code"))
        raise UnreadableMessage(f"'{name}.tracking_code' must be a text, not {said}.")
    details = tracker.get("tracking_details")
    if details is not None and not isinstance(details, list):
        raise UnreadableMessage(f"'{name}.tracking_details' must be a list, not {reading.kind(details)}.")
    stated_at = reading.aware(tracker.get("updated_at"))
    scans = [scan for scan in (_scan(detail, stated_at) for detail in reading.rows(details)) if scan]
    carrier = reading.text(tracker.get("carrier"), 60)
    return TrackingUpdate(
        tracking_number=number,
        carrier=CARRIERS.get(carrier, ""),
        carrier_text=carrier,
        scans=(*scans, *_about_the_whole(tracker, scans, stated_at)),
        window=_window(tracker, stated_at),
        signed_by=reading.text(tracker.get("signed_by"), 190),
    )


def _scan(detail: dict[str, Any], stated_at: dt.datetime | None) -> TrackingScan | None:
    status, more = reading.text(detail.get("status"), 60), reading.text(detail.get("status_detail"), 60)
    said, overlay, rule = meaning(status, more)
    when = reading.clock(detail.get("datetime"))
    if when is None:
        if stated_at is None:
            return None
        # Kept for people to read, at the time when EasyPost said it; it moves nothing.
        when = reading.clock(stated_at.isoformat())
        said, overlay, rule = None, Overlay.NONE, "unreadable datetime"
    if when is None:
        return None
    place = _place(reading.mapping(detail.get("tracking_location")))
    local, offset, precision = when
    if offset == 0 and not _has_zone(place):
        # "When location information is incomplete, timestamps default to UTC": it is some clock, and not known which.
        offset = None
    message = reading.text(detail.get("message"), 1000) or reading.text(detail.get("description"), 1000)
    return TrackingScan(
        status=said,
        overlay=overlay,
        local_time=local,
        utc_offset=offset,
        precision=precision,
        raw_code="/".join(filter(None, (status, more))),
        message=message,
        rule=f"easypost {rule}",
        place=place,
        reason=REASONS.get(more, Reason.NONE) if said or overlay else Reason.NONE,
    )


def _place(location: dict[str, Any]) -> Place:
    return Place(
        city=reading.text(location.get("city"), 190),
        region=reading.text(location.get("state"), 190),
        postcode=reading.text(location.get("zip"), 40),
        country=alpha_2(reading.text(location.get("country"), 60)),
    )


def _has_zone(place: Place) -> bool:
    """Say whether a time zone can be told from this: a town or a postcode, and where that is."""
    return bool((place.city or place.postcode) and (place.region or place.country))


def _about_the_whole(
    tracker: dict[str, Any], scans: list[TrackingScan], stated_at: dt.datetime | None
) -> Iterator[TrackingScan]:
    """Yield what the tracker says beyond its scans: that it goes back, or a status where no scan tells one.

    A parcel that went back ends with a scan "delivered", to the sender, under a tracker with ``return_to_sender``.
    """
    status, more = reading.text(tracker.get("status"), 60), reading.text(tracker.get("status_detail"), 60)
    said, overlay, _rule = meaning(status, more)
    if said is S.RETURNING:
        last = max(scans, key=lambda scan: scan.local_time, default=None)
        if last is not None and all(scan.status is not S.RETURNING for scan in scans):
            yield TrackingScan(
                status=S.RETURNING,
                local_time=last.local_time,
                utc_offset=last.utc_offset,
                precision=last.precision,
                source_id="return_to_sender",
                raw_code=status,
                rule="easypost status of the tracker",
                place=last.place,
            )
            return
    is_said = any(scan.status is not None or scan.overlay is not Overlay.NONE for scan in scans)
    if is_said or stated_at is None or (said is None and overlay is Overlay.NONE):
        return
    yield TrackingScan(
        status=said,
        overlay=overlay,
        local_time=stated_at.replace(tzinfo=None),
        utc_offset=0,
        source_id=f"tracker {status}",
        raw_code="/".join(filter(None, (status, more))),
        rule="easypost status of the tracker",
    )


def _window(tracker: dict[str, Any], stated_at: dt.datetime | None) -> DeliveryWindow | None:
    """Read the estimate: the local one, else the day of the one in UTC, whose hour is nobody's clock."""
    local = reading.mapping(tracker.get("carrier_detail"))
    day, hour = (
        reading.text(local.get("est_delivery_date_local"), 40),
        reading.text(local.get("est_delivery_time_local"), 40),
    )
    found = reading.span(f"{day}T{hour}", None) if day and hour else None
    found = (
        found or reading.span(day, None) or reading.span(reading.text(tracker.get("est_delivery_date"), 40)[:10], None)
    )
    return DeliveryWindow(earliest=found[0], latest=found[1], stated_at=stated_at) if found and stated_at else None
