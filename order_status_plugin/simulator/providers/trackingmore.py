"""TrackingMore's side of the wire, version 4."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from ...events import Overlay, ParcelStatus, TrackingScan, TrackingUpdate
from .base import Call, Play, Reply, written

S = ParcelStatus

#: Status and sub-status, by what is told.
SAID: dict[tuple[ParcelStatus | None, Overlay], tuple[str, str]] = {
    (S.CONFIRMED, Overlay.NONE): ("pending", ""),
    (S.LABEL_CREATED, Overlay.NONE): ("inforeceived", "inforeceived001"),
    (S.PICKED_UP_BY_CARRIER, Overlay.NONE): ("transit", "transit001"),
    (S.IN_TRANSIT, Overlay.NONE): ("transit", "transit002"),
    (S.OUT_FOR_DELIVERY, Overlay.NONE): ("pickup", "pickup001"),
    (S.ATTEMPTED_DELIVERY, Overlay.NONE): ("undelivered", "undelivered002"),
    (S.READY_FOR_PICKUP, Overlay.NONE): ("pickup", "pickup002"),
    (S.DELIVERED, Overlay.NONE): ("delivered", "delivered001"),
    (S.COLLECTED, Overlay.NONE): ("delivered", "delivered002"),
    (S.RETURNING, Overlay.NONE): ("exception", "exception011"),
    (S.RETURNED, Overlay.NONE): ("exception", "exception010"),
    (S.LOST, Overlay.NONE): ("exception", "exception007"),
    (S.CANCELLED, Overlay.NONE): ("exception", "exception008"),
    (S.UNKNOWN, Overlay.NONE): ("levitating", "levitating001"),
    (None, Overlay.DELAYED): ("exception", "exception006"),
    (None, Overlay.EXCEPTION): ("exception", "exception005"),
}

CARRIERS = {"dhl-express": "dhl", "dhl-paket": "dhl-germany", "evri": "hermes-uk", "correos": "correos-spain"}


class TrackingMorePlay(Play):
    """Posts trackings and answers ``/trackings/get`` and ``/trackings/batch``."""

    said = SAID

    def carrier_name(self, carrier: str) -> str:
        """Return TrackingMore's code of a courier."""
        return CARRIERS.get(carrier, carrier)

    def body(self, update: TrackingUpdate, delivery: str) -> bytes:
        """Return a webhook with the whole history. TrackingMore gives its deliveries no id."""
        return json.dumps({"code": 200, "message": "Success", "data": self._tracking(update)}).encode()

    def reply(self, call: Call, known: Mapping[str, TrackingUpdate]) -> Reply:
        """Answer about the numbers that are known, and take in new ones."""
        if not call.headers.get("tracking-api-key"):
            return Reply.of({"meta": {"code": 401, "message": "Unauthorized"}, "data": []}, 401)
        meta = {"code": 200, "message": "Request response is successful"}
        if call.method == "POST":
            there = [item["tracking_number"] for item in call.json() if item["tracking_number"] in known]
            made = [item["tracking_number"] for item in call.json() if item["tracking_number"] not in known]
            data = {
                "success": [{"tracking_number": number} for number in made],
                "error": [{"tracking_number": number, "error_code": 4101} for number in there],
            }
            return Reply.of({"meta": meta, "data": data})
        numbers = ",".join(call.query.get("tracking_numbers", [])).split(",")
        return Reply.of(
            {"meta": meta, "data": [self._tracking(known[number]) for number in numbers if number in known]}
        )

    def _tracking(self, update: TrackingUpdate) -> dict[str, Any]:
        # Newest first.
        points = [self._point(scan) for scan in reversed(update.scans)]
        window = update.window
        times = [scan.local_time.replace(tzinfo=dt.UTC) for scan in update.scans]
        stated_at = window.stated_at if window else max(times, default=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
        courier = self.carrier_name(update.carrier)
        return {
            "id": hashlib.sha256(update.tracking_number.encode()).hexdigest()[:32],
            "tracking_number": update.tracking_number,
            "courier_code": courier,
            "delivery_status": points[0]["checkpoint_delivery_status"] if points else "pending",
            "substatus": points[0]["checkpoint_delivery_substatus"] if points else "",
            "update_at": stated_at.astimezone(dt.UTC).isoformat(),
            "scheduled_delivery_date": window.latest.isoformat() if window else None,
            "signed_by": update.signed_by or None,
            "origin_info": {"courier_code": courier, "trackinfo": points},
            "destination_info": {
                "courier_code": update.handed_to or None,
                "reference_number": update.handed_number or None,
                "trackinfo": [],
            },
        }

    def _point(self, scan: TrackingScan) -> dict[str, Any]:
        status, sub = SAID.get((scan.status, scan.overlay)) or SAID.get((scan.status, Overlay.NONE), ("pending", ""))
        place = scan.place
        return {
            "checkpoint_date": written(scan),
            "checkpoint_delivery_status": status,
            "checkpoint_delivery_substatus": sub,
            "tracking_detail": scan.message or sub,
            "location": place.text or place.city or None,
            "country_iso2": place.country or None,
            "state": place.region or None,
            "city": place.city or None,
            "zip": place.postcode or None,
        }
