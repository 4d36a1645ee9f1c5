"""Ship24's side of the wire."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from ...events import Overlay, ParcelStatus, TrackingScan, TrackingUpdate
from .base import Call, Play, Reply, written

S = ParcelStatus

#: ``statusCode`` and ``statusMilestone``, by what is told.
SAID: dict[tuple[ParcelStatus | None, Overlay], tuple[str | None, str]] = {
    (S.CONFIRMED, Overlay.NONE): (None, "pending"),
    (S.LABEL_CREATED, Overlay.NONE): ("data_order_created", "info_received"),
    (S.PICKED_UP_BY_CARRIER, Overlay.NONE): ("transit_handover", "in_transit"),
    (S.IN_TRANSIT, Overlay.NONE): (None, "in_transit"),
    (S.OUT_FOR_DELIVERY, Overlay.NONE): ("delivery_out_for_delivery", "out_for_delivery"),
    (S.ATTEMPTED_DELIVERY, Overlay.NONE): ("delivery_attempted", "failed_attempt"),
    (S.READY_FOR_PICKUP, Overlay.NONE): ("delivery_available_for_pickup", "available_for_pickup"),
    (S.DELIVERED, Overlay.NONE): ("delivery_delivered", "delivered"),
    (S.COLLECTED, Overlay.NONE): ("delivery_delivered", "delivered"),
    (S.RETURNING, Overlay.NONE): ("exception_return", "exception"),
    (S.RETURNED, Overlay.NONE): ("delivery_delivered", "exception"),
    (S.LOST, Overlay.NONE): ("exception_lost", "exception"),
    (S.CANCELLED, Overlay.NONE): ("data_order_cancelled", "info_received"),
    (S.UNKNOWN, Overlay.NONE): ("levitation_begun", "levitating"),
    (None, Overlay.DELAYED): ("customs_exception", "in_transit"),
    (None, Overlay.EXCEPTION): ("delivery_exception", "in_transit"),
}

CARRIERS = {
    "usps": "us-post",
    "royal-mail": "gb-post",
    "canada-post": "ca-post",
    "poste-italiane": "it-post",
    "dhl-express": "dhl",
}


class Ship24Play(Play):
    """Posts ``tracking/events``, one event a message, and answers ``/trackers``."""

    said = SAID

    def carrier_name(self, carrier: str) -> str:
        """Return Ship24's code of a courier."""
        return CARRIERS.get(carrier, carrier)

    def body(self, update: TrackingUpdate, delivery: str) -> bytes:
        """Return a webhook with the latest event."""
        tracking = self._tracking(update)
        tracking["events"] = tracking["events"][:1]
        tracking["metadata"] = {"messageId": delivery, "topic": "tracking/events"}
        # Trackers in webhooks name no courier.
        tracking["tracker"].pop("courierCode")
        return json.dumps({"trackings": [tracking]}).encode()

    def headers(self, body: bytes, secret: str) -> Mapping[str, str]:
        """Return the secret as a bearer's token."""
        return {"Authorization": f"Bearer {secret}"}

    def reply(self, call: Call, known: Mapping[str, TrackingUpdate]) -> Reply:
        """Answer the results of a number, and the making of a tracker."""
        if not call.headers.get("authorization", "").startswith("Bearer "):
            return Reply.of({"errors": [{"code": "auth_invalid"}], "data": None}, 401)
        if call.method == "POST":
            return Reply.of({"data": {"tracker": {"trackingNumber": call.json()["trackingNumber"]}}}, 201)
        number = unquote(call.path.split("/")[-2])
        if number not in known:
            return Reply.of({"errors": [{"code": "tracker_not_found"}], "data": None}, 404)
        return Reply.of({"data": {"trackings": [self._tracking(known[number])]}})

    def _tracking(self, update: TrackingUpdate) -> dict[str, Any]:
        # Newest first.
        events = [self._event(update, scan, order) for order, scan in enumerate(update.scans)][::-1]
        window = update.window
        stated_at = window.stated_at.astimezone(dt.UTC).isoformat() if window else None
        return {
            "metadata": {"generatedAt": stated_at},
            "tracker": {
                "trackerId": hashlib.sha256(update.tracking_number.encode()).hexdigest()[:32],
                "trackingNumber": update.tracking_number,
                "courierCode": [self.carrier_name(update.carrier)],
                "isSubscribed": True,
            },
            "shipment": {
                "statusMilestone": events[0]["statusMilestone"] if events else "pending",
                "delivery": {
                    "estimatedDeliveryDate": window.latest.isoformat() if window else None,
                    "courierEstimatedDeliveryDate": {
                        "from": window.earliest.isoformat(),
                        "to": window.latest.isoformat(),
                    }
                    if window
                    else None,
                    "signedBy": update.signed_by or None,
                },
            },
            "events": events,
        }

    def _event(self, update: TrackingUpdate, scan: TrackingScan, order: int) -> dict[str, Any]:
        code, milestone = SAID.get((scan.status, scan.overlay)) or SAID.get(
            (scan.status, Overlay.NONE), (None, "pending")
        )
        place = scan.place
        identity = f"{update.tracking_number} {written(scan)} {code} {milestone}"
        return {
            "eventId": scan.source_id or hashlib.sha256(identity.encode()).hexdigest()[:36],
            "trackingNumber": update.tracking_number,
            "eventTrackingNumber": update.handed_number or update.tracking_number,
            "status": scan.message or code or milestone,
            "occurrenceDatetime": written(scan),
            "order": order,
            "location": place.text or ", ".join(filter(None, (place.city, place.region, place.country))) or None,
            "courierCode": update.handed_to or self.carrier_name(update.carrier),
            "statusCode": code,
            "statusCategory": code.partition("_")[0] if code else None,
            "statusMilestone": milestone,
        }
