"""Anybody's side of the wire: our own JSON, signed by the Standard Webhooks specification."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from ...events import TrackingScan, TrackingUpdate
from .base import Play, written


class StandardPlay(Play):
    """Posts ``parcel.updated``."""

    def carrier_name(self, carrier: str) -> str:
        """Return the slug: it is our own format."""
        return carrier

    def body(self, update: TrackingUpdate, delivery: str) -> bytes:
        """Return a message with all that is told."""
        window = update.window
        data: dict[str, Any] = {
            "tracking_number": update.tracking_number,
            "carrier": update.carrier,
            "events": [self._event(scan) for scan in update.scans],
            "next_step": update.next_step,
            "signed_by": update.signed_by,
            "left_at": update.left_at,
            "proof_url": update.proof_url,
            "pickup": {
                "place": update.pickup_place,
                "hours": update.pickup_hours,
                "until": update.pickup_until.isoformat() if update.pickup_until else None,
            },
            "handed_to": {"carrier": update.handed_to, "tracking_number": update.handed_number},
        }
        if window:
            data["window"] = {
                "earliest": window.earliest.isoformat(),
                "latest": window.latest.isoformat(),
                "reason": window.reason,
            }
        elif update.estimate_ends:
            data["window"] = None
        times = [scan.local_time.replace(tzinfo=dt.UTC) for scan in update.scans]
        stated_at = window.stated_at if window else max(times, default=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
        return json.dumps({"type": "parcel.updated", "timestamp": stated_at.isoformat(), "data": data}).encode()

    def headers(self, body: bytes, secret: str) -> Mapping[str, str]:
        """Return id, time and signature."""
        message_id = "msg_" + hashlib.sha256(body).hexdigest()[:24]
        timestamp = str(int(dt.datetime.now(dt.UTC).timestamp()))
        mac = hmac.new(_key(secret), f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
        return {
            "webhook-id": message_id,
            "webhook-timestamp": timestamp,
            "webhook-signature": "v1," + base64.b64encode(mac).decode(),
        }

    def _event(self, scan: TrackingScan) -> dict[str, Any]:
        place = scan.place
        # A play says a word that nobody documents for what is unknown.
        status = "levitating" if scan.status == "unknown" else scan.status
        return {
            "id": scan.source_id,
            "status": str(status) if status else None,
            "overlay": str(scan.overlay),
            "time": written(scan),
            "code": scan.raw_code,
            "message": scan.message,
            "place": {
                "text": place.text,
                "city": place.city,
                "region": place.region,
                "postcode": place.postcode,
                "country": place.country,
                "latitude": place.latitude,
                "longitude": place.longitude,
            },
        }


def _key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix("whsec_"))
    except ValueError:
        return secret.encode()
