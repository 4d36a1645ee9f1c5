"""From TrackingMore's JSON to tracking updates. A bad event never costs the good ones beside it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from ... import reading
from ...carriers import catalogue
from ...events import DeliveryWindow, Place, TrackingScan, TrackingUpdate
from ...exceptions import UnreadableMessage
from ...places.countries import alpha_2
from .codes import CARRIERS, S, meaning, reason


def number_of(tracking: dict[str, Any]) -> str:
    """Return the number that something is about. Raises UnreadableMessage."""
    number = reading.text(tracking.get("tracking_number"), 190)
    if not catalogue.normalise_number(number):
        said = reading.kind(tracking.get("tracking_number"))
        raise UnreadableMessage(f"'data.tracking_number' must be a text, not {said}.")
    return number


def update_of(tracking: dict[str, Any]) -> TrackingUpdate:
    """Read one tracking. Raises UnreadableMessage."""
    first, last = reading.mapping(tracking.get("origin_info")), reading.mapping(tracking.get("destination_info"))
    told = [*reading.rows(first.get("trackinfo")), *reading.rows(last.get("trackinfo"))]
    scans = [scan for scan in map(_scan, told) if scan is not None]
    scans += _about_the_whole(tracking, scans)
    stated = [reading.aware(tracking.get(name)) for name in ("update_at", "updated_at", "update_date")]
    stated += [scan.local_time.replace(tzinfo=dt.UTC) for scan in scans]
    stated_at = max((when for when in stated if when), default=None)
    found = reading.span(tracking.get("scheduled_delivery_date"), None)
    courier = reading.text(tracking.get("courier_code"), 60)
    other = reading.text(last.get("courier_code"), 60)
    carrier = catalogue.get(CARRIERS.get(other, ""))
    is_handed = bool(told and other and other != courier)
    return TrackingUpdate(
        tracking_number=number_of(tracking),
        carrier=CARRIERS.get(courier, ""),
        carrier_text=courier,
        scans=tuple(scans),
        window=DeliveryWindow(earliest=found[0], latest=found[1], stated_at=stated_at) if found and stated_at else None,
        signed_by=reading.text(tracking.get("signed_by"), 190),
        handed_to=(carrier.name if carrier else other) if is_handed else "",
        handed_number=reading.text(last.get("reference_number"), 190) if is_handed else "",
    )


def _scan(point: dict[str, Any]) -> TrackingScan | None:
    status = reading.text(point.get("checkpoint_delivery_status"), 60)
    sub = reading.text(point.get("checkpoint_delivery_substatus"), 60)
    when = reading.clock(point.get("checkpoint_date"))
    if when is None:
        return None
    said, overlay, rule = meaning(status, sub)
    local, offset, precision = when
    return TrackingScan(
        status=said,
        overlay=overlay,
        local_time=local,
        utc_offset=offset,
        precision=precision,
        raw_code=sub or status,
        message=reading.text(point.get("tracking_detail"), 1000),
        rule=f"trackingmore {rule}",
        place=Place(
            text=reading.text(point.get("location"), 255),
            city=reading.text(point.get("city"), 190),
            region=reading.text(point.get("state"), 190),
            postcode=reading.text(point.get("zip"), 40),
            country=alpha_2(reading.text(point.get("country_iso2"), 60)),
        ),
        reason=reason(sub),
    )


def _about_the_whole(tracking: dict[str, Any], scans: list[TrackingScan]) -> Iterator[TrackingScan]:
    """Yield that the parcel goes back, or was cancelled, where the whole says so and no checkpoint does."""
    status, sub = reading.text(tracking.get("delivery_status"), 60), reading.text(tracking.get("substatus"), 60)
    said, _overlay, _rule = meaning(status, sub)
    last = max(scans, key=lambda scan: scan.local_time, default=None)
    if last is None or said not in (S.RETURNING, S.RETURNED, S.CANCELLED):
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
        source_id=f"substatus {sub}",
        raw_code=sub or status,
        rule="trackingmore substatus of the tracking",
        place=last.place,
    )
