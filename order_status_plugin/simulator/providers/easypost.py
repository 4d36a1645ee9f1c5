"""EasyPost's side of the wire, version 2."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import unicodedata
from collections.abc import Mapping
from typing import Any

from ...events import Overlay, ParcelStatus, TrackingScan, TrackingUpdate
from .base import Call, Play, Reply, written

S = ParcelStatus

#: ``status`` and ``status_detail``, by what is told.
SAID: dict[tuple[ParcelStatus | None, Overlay], tuple[str, str]] = {
    (S.CONFIRMED, Overlay.NONE): ("unknown", "status_update"),
    (S.LABEL_CREATED, Overlay.NONE): ("pre_transit", "label_created"),
    (S.PICKED_UP_BY_CARRIER, Overlay.NONE): ("in_transit", "received_at_origin_facility"),
    (S.IN_TRANSIT, Overlay.NONE): ("in_transit", "arrived_at_facility"),
    (S.IN_TRANSIT, Overlay.DELAYED): ("in_transit", "delayed"),
    (S.OUT_FOR_DELIVERY, Overlay.NONE): ("out_for_delivery", "out_for_delivery"),
    # EasyPost has no word of its own for an attempt.
    (S.ATTEMPTED_DELIVERY, Overlay.NONE): ("failure", "delivery_exception"),
    (S.READY_FOR_PICKUP, Overlay.NONE): ("available_for_pickup", "arrived_at_pickup_location"),
    (S.DELIVERED, Overlay.NONE): ("delivered", "arrived_at_destination"),
    (S.COLLECTED, Overlay.NONE): ("delivered", "arrived_at_destination"),
    (S.RETURNING, Overlay.NONE): ("return_to_sender", "return"),
    (S.RETURNED, Overlay.NONE): ("return_to_sender", "return"),
    (S.LOST, Overlay.NONE): ("failure", "lost"),
    (S.CANCELLED, Overlay.NONE): ("cancelled", "cancelled"),
    (S.UNKNOWN, Overlay.NONE): ("levitating", "levitating"),
    (None, Overlay.DELAYED): ("unknown", "delayed"),
    (None, Overlay.EXCEPTION): ("failure", "transit_exception"),
}

CARRIERS = {
    "ups": "UPS",
    "usps": "USPS",
    "fedex": "FedEx",
    "dhl-express": "DHLExpress",
    "dhl-ecommerce": "DhlEcs",
    "dpd": "DPD",
    "dpd-uk": "DPDUK",
    "royal-mail": "RoyalMail",
    "canada-post": "CanadaPost",
    "evri": "Evri",
    "postnl": "PostNL",
}


class EasyPostPlay(Play):
    """Posts ``tracker.updated`` and answers ``/trackers``."""

    said = SAID

    def carrier_name(self, carrier: str) -> str:
        """Return EasyPost's name of a carrier."""
        return CARRIERS.get(carrier, carrier)

    def body(self, update: TrackingUpdate, delivery: str) -> bytes:
        """Return an event with the whole history."""
        event = {
            "id": f"evt_{delivery}",
            "object": "Event",
            "description": "tracker.updated",
            "mode": "production",
            "previous_attributes": {"status": "unknown"},
            "result": self._tracker(update),
            "status": "pending",
        }
        return json.dumps(event).encode()

    def headers(self, body: bytes, secret: str) -> Mapping[str, str]:
        """Return the signature of version 1."""
        key = unicodedata.normalize("NFKD", secret).encode()
        return {"X-Hmac-Signature": "hmac-sha256-hex=" + hmac.new(key, body, hashlib.sha256).hexdigest()}

    def reply(self, call: Call, known: Mapping[str, TrackingUpdate]) -> Reply:
        """Answer a list by code and carrier, and the making of a tracker."""
        if not call.headers.get("authorization", "").startswith("Basic "):
            return Reply.of({"error": {"code": "APIKEY.MISSING", "message": "Unauthorized"}}, 401)
        if call.method == "POST":
            code = str(call.json()["tracker"]["tracking_code"])
            return Reply.of(self._tracker(known.get(code) or TrackingUpdate(tracking_number=code)), 201)
        codes = call.query.get("tracking_code", [])
        return Reply.of(
            {"trackers": [self._tracker(known[code]) for code in codes if code in known], "has_more": False}
        )

    def _tracker(self, update: TrackingUpdate) -> dict[str, Any]:
        details = [self._detail(update, scan) for scan in update.scans]
        window = update.window
        times = [scan.local_time.replace(tzinfo=dt.UTC) for scan in update.scans]
        stated_at = window.stated_at if window else max(times, default=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
        due = window.latest if window else None
        return {
            "id": "trk_" + hashlib.sha256(update.tracking_number.encode()).hexdigest()[:32],
            "object": "Tracker",
            "tracking_code": update.tracking_number,
            "carrier": self.carrier_name(update.carrier),
            "status": details[-1]["status"] if details else "unknown",
            "status_detail": details[-1]["status_detail"] if details else "unknown",
            "updated_at": stated_at.astimezone(dt.UTC).isoformat().replace("+00:00", "Z"),
            "signed_by": update.signed_by or None,
            "est_delivery_date": f"{due.isoformat()[:10]}T00:00:00Z" if due else None,
            "tracking_details": details,
            "carrier_detail": {
                "object": "CarrierDetail",
                "est_delivery_date_local": due.isoformat()[:10] if due else None,
                "est_delivery_time_local": due.time().isoformat() if isinstance(due, dt.datetime) else None,
            },
        }

    def _detail(self, update: TrackingUpdate, scan: TrackingScan) -> dict[str, Any]:
        status, detail = SAID.get((scan.status, scan.overlay)) or SAID.get((scan.status, Overlay.NONE), ("unknown", ""))
        place = scan.place
        return {
            "object": "TrackingDetail",
            "message": scan.message or detail,
            "status": status,
            "status_detail": detail,
            "datetime": written(scan).replace("+00:00", "Z"),
            "source": self.carrier_name(update.carrier),
            "tracking_location": {
                "object": "TrackingLocation",
                "city": place.city or None,
                "state": place.region or None,
                "country": place.country or None,
                "zip": place.postcode or None,
            },
        }
