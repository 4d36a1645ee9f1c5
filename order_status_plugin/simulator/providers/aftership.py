"""AfterShip's side of the wire, version 2026-07."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from ...events import Overlay, ParcelStatus, TrackingScan, TrackingUpdate
from .base import Call, Play, Reply, written

S = ParcelStatus

#: Tag and subtag, by what is told.
SAID: dict[tuple[ParcelStatus | None, Overlay], tuple[str, str]] = {
    (S.CONFIRMED, Overlay.NONE): ("Pending", "Pending_001"),
    (S.LABEL_CREATED, Overlay.NONE): ("InfoReceived", "InfoReceived_001"),
    (S.PICKED_UP_BY_CARRIER, Overlay.NONE): ("InTransit", "InTransit_002"),
    (S.IN_TRANSIT, Overlay.NONE): ("InTransit", "InTransit_003"),
    (S.OUT_FOR_DELIVERY, Overlay.NONE): ("OutForDelivery", "OutForDelivery_001"),
    (S.ATTEMPTED_DELIVERY, Overlay.NONE): ("AttemptFail", "AttemptFail_002"),
    (S.READY_FOR_PICKUP, Overlay.NONE): ("AvailableForPickup", "AvailableForPickup_001"),
    (S.DELIVERED, Overlay.NONE): ("Delivered", "Delivered_001"),
    (S.COLLECTED, Overlay.NONE): ("Delivered", "Delivered_002"),
    (S.RETURNING, Overlay.NONE): ("Exception", "Exception_010"),
    (S.RETURNED, Overlay.NONE): ("Exception", "Exception_011"),
    (S.LOST, Overlay.NONE): ("Exception", "Exception_013"),
    (S.CANCELLED, Overlay.NONE): ("Exception", "Exception_020"),
    (S.UNKNOWN, Overlay.NONE): ("Levitating", "Levitating_001"),
    (None, Overlay.DELAYED): ("Exception", "Exception_005"),
    (None, Overlay.EXCEPTION): ("Exception", "Exception_001"),
}

CARRIERS = {
    "ups": "ups",
    "usps": "usps",
    "fedex": "fedex",
    "dhl-express": "dhl",
    "dhl-paket": "dhl-germany",
    "dhl-ecommerce": "dhl-global-mail",
    "deutsche-post": "deutsch-post",
    "mondial-relay": "mondialrelay",
    "ctt": "portugal-ctt",
    "ctt-express": "tourline",
    "seur": "spanish-seur",
    "correos": "spain-correos-es",
    "evri": "myhermes-uk",
    "chronopost": "chronopost-france",
    "postnord-se": "sweden-posten",
    "postnord-dk": "danmark-post",
}


class AfterShipPlay(Play):
    """Posts ``tracking_update`` and answers ``/trackings``."""

    said = SAID

    def carrier_name(self, carrier: str) -> str:
        """Return AfterShip's slug."""
        return CARRIERS.get(carrier, carrier)

    def body(self, update: TrackingUpdate, delivery: str) -> bytes:
        """Return a webhook with the whole history."""
        tracking = self._tracking(update)
        event = "edd_revise" if update.window and not update.scans else "tracking_update"
        ts = int(dt.datetime.fromisoformat(tracking["updated_at"]).timestamp())
        return json.dumps({"event": event, "event_id": delivery, "msg": tracking, "ts": ts}).encode()

    def headers(self, body: bytes, secret: str) -> Mapping[str, str]:
        """Return the signature, base64 of HMAC-SHA256."""
        mac = hmac.new(secret.encode(), body, hashlib.sha256).digest()
        return {"as-webhook-version": "2026-07", "aftership-hmac-sha256": base64.b64encode(mac).decode()}

    def reply(self, call: Call, known: Mapping[str, TrackingUpdate]) -> Reply:
        """Answer ``GET`` with what is known of a number, and ``POST`` with 4003 where that is something already."""
        if call.headers.get("as-api-key", "") == "":
            return Reply.of({"meta": {"code": 401, "type": "Unauthorized"}, "data": {}}, 401)
        if call.method == "POST":
            number = str(call.json().get("tracking_number"))
            if number in known:
                return Reply.of(
                    {"meta": {"code": 4003, "type": "BadRequest"}, "data": {"tracking_number": number}}, 400
                )
            return Reply.of({"meta": {"code": 201}, "data": {"tracking_number": number, "tag": "Pending"}}, 201)
        numbers = ",".join(call.query.get("tracking_numbers", [])).split(",")
        found = [self._tracking(known[number]) for number in numbers if number in known]
        return Reply.of({"meta": {"code": 200}, "data": {"pagination": {"total": len(found)}, "trackings": found}})

    def _tracking(self, update: TrackingUpdate) -> dict[str, Any]:
        points = [self._checkpoint(update, scan) for scan in update.scans]
        last = points[-1] if points else {"tag": "Pending", "subtag": "Pending_001", "subtag_message": "Pending"}
        window = update.window
        return {
            "id": hashlib.sha256(update.tracking_number.encode()).hexdigest()[:24],
            "tracking_number": update.tracking_number,
            "slug": self.carrier_name(update.carrier) or None,
            "updated_at": (window.stated_at if window else _latest(update)).isoformat(),
            "tag": last["tag"],
            "subtag": last["subtag"],
            "subtag_message": last["subtag_message"],
            "return_to_sender": any(scan.status in (S.RETURNING, S.RETURNED) for scan in update.scans),
            "courier_estimated_delivery_date": {
                "estimated_delivery_date": window.latest.isoformat(),
                "estimated_delivery_date_min": window.earliest.isoformat(),
                "estimated_delivery_date_max": window.latest.isoformat(),
            }
            if window
            else None,
            "latest_estimated_delivery": {"revise_reason": window.reason} if window and window.reason else None,
            "signed_by": update.signed_by or None,
            "pickup_location": update.pickup_place or None,
            "pickup_note": update.next_step or None,
            "last_mile": {"slug": update.handed_to, "tracking_number": update.handed_number}
            if update.handed_to
            else None,
            "proof_of_delivery": [{"url": update.proof_url}] if update.proof_url else None,
            "checkpoints": points,
        }

    def _checkpoint(self, update: TrackingUpdate, scan: TrackingScan) -> dict[str, Any]:
        tag, subtag = SAID.get((scan.status, scan.overlay)) or SAID.get((scan.status, Overlay.NONE), ("Pending", ""))
        place = scan.place
        identity = f"{update.tracking_number} {written(scan)} {subtag} {place.city}"
        return {
            "slug": self.carrier_name(update.carrier) or None,
            "hash": scan.source_id or hashlib.sha256(identity.encode()).hexdigest()[:40],
            "created_at": f"{scan.local_time.isoformat()}+00:00",
            "checkpoint_time": written(scan),
            "location": place.text or ", ".join(filter(None, (place.city, place.region, place.country))) or None,
            "city": place.city or None,
            "state": place.region or None,
            "postal_code": place.postcode or None,
            "coordinate": None
            if place.latitude is None
            else {"latitude": place.latitude, "longitude": place.longitude},
            "country_region": place.country or None,
            "message": scan.message or subtag,
            "tag": tag,
            "subtag": subtag,
            "subtag_message": scan.message or subtag,
        }


def _latest(update: TrackingUpdate) -> dt.datetime:
    times = [scan.local_time.replace(tzinfo=dt.UTC) for scan in update.scans]
    return max(times, default=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
