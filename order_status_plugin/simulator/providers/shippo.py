"""Shippo's side of the wire."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from ...events import Overlay, ParcelStatus, TrackingScan, TrackingUpdate
from .base import Call, Play, Reply, written

S = ParcelStatus

#: ``status`` and ``substatus.code``, by what is told.
SAID: dict[tuple[ParcelStatus | None, Overlay], tuple[str, str]] = {
    (S.CONFIRMED, Overlay.NONE): ("UNKNOWN", ""),
    (S.LABEL_CREATED, Overlay.NONE): ("PRE_TRANSIT", "information_received"),
    (S.PICKED_UP_BY_CARRIER, Overlay.NONE): ("TRANSIT", "package_accepted"),
    (S.IN_TRANSIT, Overlay.NONE): ("TRANSIT", "package_arrived"),
    (S.OUT_FOR_DELIVERY, Overlay.NONE): ("TRANSIT", "out_for_delivery"),
    (S.ATTEMPTED_DELIVERY, Overlay.NONE): ("TRANSIT", "delivery_attempted"),
    (S.READY_FOR_PICKUP, Overlay.NONE): ("TRANSIT", "pickup_available"),
    (S.DELIVERED, Overlay.NONE): ("DELIVERED", "delivered"),
    (S.COLLECTED, Overlay.NONE): ("DELIVERED", "delivered"),
    (S.RETURNING, Overlay.NONE): ("RETURNED", "return_to_sender"),
    (S.RETURNED, Overlay.NONE): ("RETURNED", "return_to_sender"),
    (S.LOST, Overlay.NONE): ("FAILURE", "package_lost"),
    (S.CANCELLED, Overlay.NONE): ("FAILURE", "package_undeliverable"),
    (S.UNKNOWN, Overlay.NONE): ("LEVITATING", "levitating"),
    (None, Overlay.DELAYED): ("TRANSIT", "delayed"),
    (None, Overlay.EXCEPTION): ("TRANSIT", "contact_carrier"),
}

CARRIERS = {"evri": "hermes_uk", "correos": "correos_espana", "dhl-paket": "dhl_germany", "dpd": "dpd_de"}


class ShippoPlay(Play):
    """Posts ``track_updated`` and answers ``/tracks``."""

    said = SAID

    def carrier_name(self, carrier: str) -> str:
        """Return Shippo's token of a carrier."""
        return CARRIERS.get(carrier, carrier.replace("-", "_"))

    def body(self, update: TrackingUpdate, delivery: str) -> bytes:
        """Return an event with the whole track. Shippo gives its deliveries no id."""
        return json.dumps({"event": "track_updated", "test": False, "data": self._track(update)}).encode()

    def reply(self, call: Call, known: Mapping[str, TrackingUpdate]) -> Reply:
        """Answer a track by carrier and number, and the making of one."""
        if not call.headers.get("authorization", "").startswith("ShippoToken "):
            return Reply.of({"detail": "Authentication credentials were not provided."}, 401)
        number = str(call.json()["tracking_number"]) if call.method == "POST" else unquote(call.path.rpartition("/")[2])
        return Reply.of(self._track(known.get(number) or TrackingUpdate(tracking_number=number)))

    def _track(self, update: TrackingUpdate) -> dict[str, Any]:
        history = [self._event(scan) for scan in update.scans]
        window = update.window
        latest = {**history[-1]} if history else None
        if latest and window:
            latest["object_updated"] = window.stated_at.astimezone(dt.UTC).isoformat()
        return {
            "carrier": self.carrier_name(update.carrier),
            "tracking_number": update.tracking_number,
            "eta": f"{window.latest.isoformat()[:10]}T00:00:00Z" if window else None,
            "original_eta": f"{window.latest.isoformat()[:10]}T00:00:00Z" if window else None,
            "tracking_status": latest,
            "tracking_history": history,
            "messages": [],
            "metadata": None,
        }

    def _event(self, scan: TrackingScan) -> dict[str, Any]:
        status, code = SAID.get((scan.status, scan.overlay)) or SAID.get((scan.status, Overlay.NONE), ("UNKNOWN", ""))
        place = scan.place
        return {
            "status": status,
            "status_details": scan.message or code.replace("_", " "),
            "status_date": written(scan).replace("+00:00", "Z"),
            "substatus": {"code": code, "text": code.replace("_", " "), "action_required": False} if code else None,
            "location": {
                "city": place.city,
                "state": place.region,
                "zip": place.postcode,
                "country": place.country,
            }
            if place
            else None,
        }
