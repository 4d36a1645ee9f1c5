"""AfterShip's side of the wire: a webhook of its 2026-07 version, signed and posted as it does."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import json
import uuid
from dataclasses import dataclass
from typing import Any

import requests

from ..exceptions import PermanentFailure, TemporaryFailure
from ..sources.aftership.codes import CARRIERS


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """One scan."""

    at: dt.datetime  # aware, in the zone of the place
    tag: str
    subtag: str
    message: str
    city: str
    country: str
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracking:
    """One parcel as AfterShip knows it: always with its whole history."""

    carrier: str  # slug of ours
    number: str
    checkpoints: tuple[Checkpoint, ...]
    due: dt.date | None = None
    next_step: str = ""
    pickup_place: str = ""
    signed_by: str = ""


def slug(carrier: str) -> str:
    """Return AfterShip's name of a carrier: the first of those that mean it."""
    return next((theirs for theirs, ours in CARRIERS.items() if ours == carrier), carrier)


def body(tracking: Tracking, *, stated_at: dt.datetime | None = None) -> dict[str, Any]:
    """Return the JSON of one webhook."""
    last = tracking.checkpoints[-1]
    name = slug(tracking.carrier)
    now = stated_at or dt.datetime.now(dt.UTC)
    return {
        "event": "tracking_update",
        "event_id": str(uuid.uuid4()),
        "is_tracking_first_tag": all(point.tag != last.tag for point in tracking.checkpoints[:-1]),
        "msg": {
            "id": hashlib.sha256(f"{name} {tracking.number}".encode()).hexdigest()[:24],
            "tracking_number": tracking.number,
            "slug": name,
            "active": last.tag != "Delivered",
            "tag": last.tag,
            "subtag": last.subtag,
            "subtag_message": last.message,
            "title": tracking.number,
            "created_at": _utc(tracking.checkpoints[0].at),
            "updated_at": _utc(now),
            "courier_estimated_delivery_date": {
                "estimated_delivery_date": tracking.due.isoformat(),
                "estimated_delivery_date_min": None,
                "estimated_delivery_date_max": None,
            }
            if tracking.due
            else None,
            "signed_by": tracking.signed_by or None,
            "pickup_location": tracking.pickup_place or None,
            "pickup_note": tracking.next_step or None,
            "return_to_sender": last.subtag in {"Exception_010", "Exception_011"},
            "failed_delivery_attempts": sum(point.tag == "AttemptFail" for point in tracking.checkpoints),
            "checkpoints": [_checkpoint(name, tracking.number, point) for point in tracking.checkpoints],
        },
        "ts": int(now.timestamp()),
    }


def _checkpoint(name: str, number: str, point: Checkpoint) -> dict[str, Any]:
    identity = f"{name} {number} {point.at.isoformat()} {point.subtag} {point.city}"
    return {
        "slug": name,
        "hash": hashlib.sha256(identity.encode()).hexdigest()[:40],
        "created_at": _utc(point.at),
        "checkpoint_time": point.at.isoformat(),
        "location": f"{point.city}, {point.country}",
        "city": point.city,
        "state": None,
        "postal_code": None,
        "coordinate": None if point.latitude is None else {"latitude": point.latitude, "longitude": point.longitude},
        "country_region": point.country,
        "message": point.message,
        "tag": point.tag,
        "subtag": point.subtag,
        "subtag_message": point.message,
        "raw_tag": point.subtag,
        "events": [],
        "source": "carrier_api",
    }


def _utc(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).replace(microsecond=0).isoformat()


def sign(secret: str, raw: bytes) -> dict[str, str]:
    """Return the headers that AfterShip puts on a body."""
    mac = hmac.new(secret.encode(), raw, hashlib.sha256).digest()
    return {
        "Content-Type": "application/json",
        "User-Agent": "AfterShipTrackingWebhook/4.0.0",
        "as-webhook-version": "2026-07",
        "aftership-hmac-sha256": base64.b64encode(mac).decode(),
    }


class AfterShipSender:
    """Posts to one webhook address."""

    def __init__(self, url: str, secret: str, timeout: float = 20.0) -> None:
        """Take the address and the secret that the source is configured with."""
        self.url = url
        self.secret = secret
        self.timeout = timeout

    def send(self, tracking: Tracking) -> None:
        """Post one webhook. Raises TemporaryFailure, PermanentFailure with what the other side said."""
        raw = json.dumps(body(tracking), ensure_ascii=False).encode()
        try:
            answer = requests.post(self.url, data=raw, headers=sign(self.secret, raw), timeout=self.timeout)
        except requests.RequestException as error:
            raise TemporaryFailure(f"{self.url} cannot be reached: {error}") from error
        if answer.status_code >= 500:
            raise TemporaryFailure(f"{self.url} answered {answer.status_code}.")
        if answer.status_code >= 300:
            raise PermanentFailure(f"{self.url} answered {answer.status_code}: {answer.text[:200]}")
