"""A Karrio server's side of the wire."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ...events import Overlay, ParcelStatus, Precision, TrackingScan, TrackingUpdate
from .base import Call, Play, Reply

S = ParcelStatus

#: ``status`` and ``reason`` of an event, by what is told.
SAID: dict[tuple[ParcelStatus | None, Overlay], tuple[str, str]] = {
    (S.LABEL_CREATED, Overlay.NONE): ("pending", ""),
    (S.PICKED_UP_BY_CARRIER, Overlay.NONE): ("picked_up", ""),
    (S.IN_TRANSIT, Overlay.NONE): ("in_transit", ""),
    (S.OUT_FOR_DELIVERY, Overlay.NONE): ("out_for_delivery", ""),
    (S.ATTEMPTED_DELIVERY, Overlay.NONE): ("delivery_failed", "consignee_not_home"),
    (S.READY_FOR_PICKUP, Overlay.NONE): ("ready_for_pickup", ""),
    (S.DELIVERED, Overlay.NONE): ("delivered", ""),
    (S.COLLECTED, Overlay.NONE): ("delivered", ""),
    (S.RETURNING, Overlay.NONE): ("return_to_sender", ""),
    (S.RETURNED, Overlay.NONE): ("return_to_sender", ""),
    (S.CANCELLED, Overlay.NONE): ("cancelled", ""),
    (S.UNKNOWN, Overlay.NONE): ("levitating", ""),
    (None, Overlay.NONE): ("unknown", ""),
    (None, Overlay.DELAYED): ("delivery_delayed", "weather_delay"),
    (None, Overlay.EXCEPTION): ("on_hold", "customs_documentation"),
}
CARRIERS = {"royal-mail": "royalmail", "australia-post": "australiapost", "hermes-de": "hermes"}


class KarrioPlay(Play):
    """Posts ``tracker_updated`` with its secret in clear, and answers ``/v1/trackers``."""

    said = SAID

    def carrier_name(self, carrier: str) -> str:
        """Return Karrio's name of a carrier."""
        return CARRIERS.get(carrier, carrier.replace("-", "_"))

    def body(self, update: TrackingUpdate, delivery: str) -> bytes:
        """Return an event with the whole tracker. Karrio gives its deliveries no id."""
        return json.dumps({"event": "tracker_updated", "data": self._tracker(update)}).encode()

    def headers(self, body: bytes, secret: str) -> Mapping[str, str]:
        """Return the secret, in clear, in what is called an event's id."""
        return {"X-Event-Id": secret}

    def reply(self, call: Call, known: Mapping[str, TrackingUpdate]) -> Reply:
        """Answer a list by number, and the making of a tracker."""
        if not call.headers.get("authorization", "").startswith("Token "):
            return Reply.of({"errors": [{"code": "authentication_required"}]}, 401)
        if call.method == "POST":
            told = call.json()
            return Reply.of({"tracking_number": told["tracking_number"], "carrier_name": told["carrier_name"]}, 202)
        number = call.query.get("tracking_number", [""])[0]
        found = [self._tracker(update) for key, update in known.items() if number in key]
        return Reply.of({"count": len(found), "next": None, "previous": None, "results": found})

    def _tracker(self, update: TrackingUpdate) -> dict[str, Any]:
        events = [_event(scan) for scan in reversed(update.scans)]
        return {
            "id": "trk_f5a2b6c8e3114206",
            "carrier_name": self.carrier_name(update.carrier),
            "carrier_id": self.carrier_name(update.carrier),
            "tracking_number": update.tracking_number,
            "info": {"signed_by": update.signed_by or None},
            "events": events,
            "delivered": bool(events) and events[0]["status"] == "delivered",
            "status": events[0]["status"] if events else "pending",
            "estimated_delivery": update.window.latest.isoformat()[:10] if update.window else None,
            "meta": {"last_mile_carrier": update.handed_to, "last_mile_tracking_number": update.handed_number},
            "delivery_image_url": update.proof_url or None,
            "test_mode": False,
        }


def _event(scan: TrackingScan) -> dict[str, Any]:
    unknown = SAID[S.UNKNOWN, Overlay.NONE]
    status, reason = SAID.get((scan.status, scan.overlay)) or SAID.get((scan.status, Overlay.NONE), unknown)
    place = scan.place
    event: dict[str, Any] = {
        "date": scan.local_time.date().isoformat(),
        "status": status,
        "reason": reason or None,
        "code": scan.raw_code or status.upper(),
        "description": scan.message or status,
        "location": ", ".join(filter(None, (place.city, place.region, place.country))),
        "latitude": None,
        "longitude": None,
    }
    if scan.precision is not Precision.DATE:
        # Whatever the offset is: Karrio drops it, and puts a Z there.
        event |= {"time": f"{scan.local_time:%H:%M %p}", "timestamp": f"{scan.local_time:%Y-%m-%dT%H:%M:%S}.000Z"}
    return event
