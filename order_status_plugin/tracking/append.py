"""From what was said of a parcel to its rows. Called inside the transaction of ``record``, and nowhere else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from ..events import TrackingScan, TrackingUpdate
from ..places import locate
from .identity import RESOLVER, identify, names
from .models import DeliveryEstimate, Parcel, TrackingEvent
from .told import Told


def events(
    told: Told,
    source: str,
    scans: Iterable[TrackingScan],
    *,
    message_id: int | None,
    received_at: dt.datetime,
) -> int:
    """Add the events that are new and return how many there were."""
    new: dict[str, TrackingEvent] = {}
    for scan in scans:
        _digest, fingerprint = names(source, told.parcel.number_key, scan)
        if not told.is_known(fingerprint):
            new[fingerprint] = event(told.parcel, source, scan, message_id=message_id, received_at=received_at)
    if new:
        told.add_events(new.values())
    return len(new)


def event(
    parcel: Parcel, source: str, scan: TrackingScan, *, message_id: int | None, received_at: dt.datetime
) -> TrackingEvent:
    """Return the row of one scan, not saved."""
    point = locate(scan.place)
    identity = identify(source, parcel.number_key, scan, received_at, zone=point.zone if point else "")
    return TrackingEvent(
        parcel=parcel,
        source=source,
        source_id=scan.source_id[:190],
        digest=identity.digest,
        fingerprint=identity.fingerprint,
        status=scan.status or "",
        overlay=scan.overlay,
        reason=scan.reason,
        raw_code=scan.raw_code[:190],
        message=scan.message[:1000],
        rule=scan.rule[:190],
        local_time=scan.local_time.replace(tzinfo=None).isoformat(timespec="seconds"),
        utc_offset=scan.utc_offset,
        occurred_at=identity.occurred_at,
        time_rule=identity.time_rule,
        precision=scan.precision,
        received_at=received_at,
        place_text=scan.place.text[:255],
        city=scan.place.city[:190],
        region=scan.place.region[:190],
        postcode=scan.place.postcode[:40],
        country=scan.place.country[:2].upper(),
        latitude=_city_level(scan.place.latitude),
        longitude=_city_level(scan.place.longitude),
        point_latitude=point.latitude if point else None,
        point_longitude=point.longitude if point else None,
        point_name=point.name[:190] if point else "",
        point_country=point.country[:2] if point else "",
        place_precision=point.precision if point else "",
        zone=point.zone[:60] if point else "",
        sequence=min(max(scan.sequence, 0), 10**15),
        sort_key=identity.sort_key,
        resolver=RESOLVER,
        message_id=message_id,
    )


def _city_level(degrees: float | None) -> float | None:
    """Return a coordinate to about a kilometre: where somebody lives is not for us to keep."""
    return None if degrees is None else round(degrees, 2)


def estimate(told: Told, source: str, update: TrackingUpdate, received_at: dt.datetime) -> bool:
    """Add what the source says of the day of delivery; return whether that says anything new."""
    if update.window is None and not update.estimate_ends:
        return False
    window = update.window
    return told.add_estimate(
        DeliveryEstimate(
            parcel=told.parcel,
            source=source,
            stated_at=window.stated_at if window else received_at,
            earliest=_iso(window.earliest) if window else "",
            latest=_iso(window.latest) if window else "",
            reason=window.reason[:500] if window else "",
            received_at=received_at,
        )
    )


def _iso(value: dt.date | dt.datetime) -> str:
    """Return a date, or a local time without offset."""
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=None).isoformat(timespec="seconds")
    return value.isoformat()


def _https(url: str) -> str:
    """Return an address that a customer may be sent to, "" for every other one."""
    return url if url.startswith("https://") and len(url) <= 1000 and url.isprintable() else ""


def details(parcel: Parcel, update: TrackingUpdate, received_at: dt.datetime) -> bool:
    """Take over what the source says beside events; an older message does not overwrite a newer one."""
    stated_at = update.window.stated_at if update.window else received_at
    if parcel.details_at is not None and stated_at < parcel.details_at:
        return False
    given = {
        "next_step": update.next_step[:500],
        "signed_by": update.signed_by[:190],
        "left_at": update.left_at[:190],
        "proof_url": _https(update.proof_url),
        "pickup_place": update.pickup_place[:500],
        "pickup_hours": update.pickup_hours[:1000],
        "handed_to": update.handed_to[:190],
        "handed_number": update.handed_number[:190],
        "pickup_until": update.pickup_until,
    }
    changed = {name: value for name, value in given.items() if value and getattr(parcel, name) != value}
    for name, value in changed.items():
        setattr(parcel, name, value)
    if changed:
        parcel.details_at = stated_at
    return bool(changed)
