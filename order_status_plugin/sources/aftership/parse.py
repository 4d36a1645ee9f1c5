"""From a verified body to tracking updates. A bad checkpoint never costs the good ones beside it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from ... import reading
from ...carriers import catalogue
from ...events import DeliveryWindow, Overlay, ParcelStatus, Place, Precision, Reason, TrackingScan, TrackingUpdate
from ...exceptions import UnreadableMessage
from ...places.countries import alpha_2
from .codes import CARRIERS, GOES_BACK, IS_BACK, meaning
from .reasons import REVISED, reason

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


def answers(payload: object) -> Iterator[TrackingUpdate]:
    """Yield the update of each tracking in an answer of ``GET /trackings``. Raises UnreadableMessage."""
    data = reading.mapping(reading.mapping(payload).get("data"))
    if not isinstance(data.get("trackings"), list):
        raise UnreadableMessage(f"'data.trackings' must be a list, not {reading.kind(data.get('trackings'))}.")
    for tracking in data["trackings"]:
        yield from updates({"msg": tracking})


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
    handed_to, handed_number = _last_mile(msg, slug, number)
    yield TrackingUpdate(
        tracking_number=number,
        carrier=_carrier(slug),
        carrier_text=slug,
        scans=tuple(readable),
        window=window,
        next_step=reading.text(msg.get("pickup_note"), 500),
        signed_by=reading.text(msg.get("signed_by"), 190),
        left_at=reading.text(msg.get("delivery_location_type"), 190).replace("_", " "),
        proof_url=_proof(msg.get("proof_of_delivery")),
        pickup_place=reading.text(msg.get("pickup_location"), 500),
        handed_to=handed_to,
        handed_number=handed_number,
        estimate_ends=window is None and body.get("event") == "edd_revise" and _says_no_estimate(msg),
    )


def _carrier(slug: str) -> str:
    found = catalogue.find(slug) if slug not in CARRIERS else None
    return CARRIERS.get(slug) or (found.slug if found else "")


def _last_mile(msg: dict[str, Any], slug: str, number: str) -> tuple[str, str]:
    """Return the carrier of the last mile and its number, where it is another one."""
    last = reading.mapping(msg.get("last_mile"))
    theirs, other = reading.text(last.get("slug"), 60).lower(), reading.text(last.get("tracking_number"), 190)
    if theirs in ("", slug) and other in ("", number):
        return "", ""
    found = catalogue.get(_carrier(theirs))
    return (found.name if found else theirs), ("" if other == number else other)


def _proof(given: object) -> str:
    """Return the first address in what is documented only by its name: a text, an object with one, or a list of them."""
    for item in given if isinstance(given, list) else [given]:
        fields = reading.mapping(item)
        for found in (item, fields.get("url"), fields.get("image_url"), fields.get("signature_url")):
            address = reading.text(found, 1000)
            if address.startswith("https://"):
                return address
    return ""


def _scan(checkpoint: dict[str, Any], stated_at: dt.datetime | None) -> TrackingScan | None:
    """Read one checkpoint; None when not even a time can be given to it."""
    tag, subtag = reading.text(checkpoint.get("tag"), 60), reading.text(checkpoint.get("subtag"), 100)
    status, overlay, rule = meaning(tag, subtag)
    when = reading.clock(checkpoint.get("checkpoint_time"))
    if when is None:
        # Kept for people to read, at the time when AfterShip noted it; it moves nothing.
        noted = reading.aware(checkpoint.get("created_at")) or stated_at
        when = _noted(noted) if noted else None
        status, overlay, rule = None, Overlay.NONE, "unreadable checkpoint_time"
    if when is None:
        return None
    local, offset, precision = when
    return TrackingScan(
        status=status,
        overlay=overlay,
        reason=reason(subtag) if status or overlay else Reason.NONE,
        local_time=local,
        utc_offset=offset,
        precision=precision,
        source_id=reading.text(checkpoint.get("hash"), 190),
        raw_code=subtag or tag,
        message=reading.text(checkpoint.get("message"), 1000) or reading.text(checkpoint.get("subtag_message"), 1000),
        rule=f"aftership {rule}",
        place=_place(checkpoint),
    )


def _noted(moment: dt.datetime) -> tuple[dt.datetime, int | None, Precision]:
    return moment.astimezone(dt.UTC).replace(tzinfo=None), 0, Precision.INSTANT


def _place(checkpoint: dict[str, Any]) -> Place:
    point = reading.mapping(checkpoint.get("coordinate") or checkpoint.get("coordinates"))
    latitude, longitude = reading.point(point.get("latitude"), point.get("longitude"))
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
    local, offset, precision = _noted(stated_at)
    yield TrackingScan(
        status=said,
        overlay=overlay,
        reason=reason(subtag),
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
            why = reading.text(reading.mapping(msg.get("latest_estimated_delivery")).get("revise_reason"), 500)
            return DeliveryWindow(
                earliest=found[0], latest=found[1], stated_at=stated_at, reason=REVISED.get(why) or why
            )
    return None


def _says_no_estimate(msg: dict[str, Any]) -> bool:
    return any(name in msg for name in ESTIMATES) and not any(msg.get(name) for name in ESTIMATES)


def _estimate(given: object) -> tuple[dt.date | dt.datetime, dt.date | dt.datetime] | None:
    """Read one estimate: a text, or an object with an instant, a range, or both."""
    if not isinstance(given, dict):
        return reading.span(given, given)
    fields = reading.mapping(given)
    for prefix in ("estimated_delivery_date", "datetime"):
        single = fields.get(prefix)
        first, last = fields.get(f"{prefix}_min") or single, fields.get(f"{prefix}_max") or single
        found = reading.span(first, last) or reading.span(single, single)
        if found:
            return found
    return None
