"""DHL's side of the wire: Push, and Shipment Tracking - Unified."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ...events import Overlay, ParcelStatus, TrackingScan, TrackingUpdate
from .base import Call, Play, Reply, written

S = ParcelStatus

#: ``statusCode``, ``status`` and ``statusDetailed``, by what is told. DHL has no code of its own for an attempt.
SAID: dict[tuple[ParcelStatus | None, Overlay], tuple[str, str, str]] = {
    (S.LABEL_CREATED, Overlay.NONE): ("pre-transit", "VA", ""),
    (S.PICKED_UP_BY_CARRIER, Overlay.NONE): ("transit", "AA", ""),
    (S.IN_TRANSIT, Overlay.NONE): ("transit", "EE", ""),
    (S.OUT_FOR_DELIVERY, Overlay.NONE): ("transit", "PO", "SRTED_NRQRD_PO"),
    (S.ATTEMPTED_DELIVERY, Overlay.NONE): ("failure", "Recipient not available", ""),
    (S.READY_FOR_PICKUP, Overlay.NONE): ("transit", "LA", "HLDCC_LDPCK_LA"),
    (S.DELIVERED, Overlay.NONE): ("delivered", "ZU", ""),
    (S.COLLECTED, Overlay.NONE): ("delivered", "ZU", ""),
    (S.RETURNING, Overlay.NONE): ("failure", "Returned to shipper", ""),
    (S.UNKNOWN, Overlay.NONE): ("levitating", "Levitating", ""),
    (None, Overlay.NONE): ("unknown", "Note", ""),
    (None, Overlay.EXCEPTION): ("failure", "Shipment on hold", ""),
}
TOKEN = "x-order-status-token"  # noqa: S105 - the header's name


class DhlPlay(Play):
    """Posts whole shipments with the token that we chose, and answers about one number at a time."""

    said = SAID

    def body(self, update: TrackingUpdate, delivery: str) -> bytes:
        """Return a message of a subscription."""
        told = {
            "scope": "subscription.push",
            "self": "https://api-eu.dhl.com/tracking/push/v1/subscription/2b7e1516",
            "shipments": [_shipment(update)],
        }
        return json.dumps(told).encode()

    def headers(self, body: bytes, secret: str) -> Mapping[str, str]:
        """Return the token, in clear."""
        return {TOKEN: secret}

    def reply(self, call: Call, known: Mapping[str, TrackingUpdate]) -> Reply:
        """Answer about a number, and take subscriptions and their confirmation."""
        if not call.headers.get("dhl-api-key"):
            return Reply.of({"status": 401, "title": "Unauthorized"}, 401)
        if call.method == "POST":
            return Reply(status=204) if "dhl-api-hook-secret" in call.headers else Reply.of({"self": "2b7e1516"}, 201)
        number = call.query.get("trackingNumber", [""])[0]
        if number not in known:
            return Reply.of({"title": "No result found", "status": 404, "detail": "No shipment found."}, 404)
        return Reply.of({"url": call.path, "shipments": [_shipment(known[number])]})


def _shipment(update: TrackingUpdate) -> dict[str, Any]:
    events = [_event(scan) for scan in reversed(update.scans)]
    shipment: dict[str, Any] = {
        "id": update.tracking_number,
        "service": "parcel-de",
        "status": {**events[0], "nextSteps": update.next_step} if events else {},
        "details": {},
        "events": events,
    }
    if update.window is not None:
        first, last = (edge.isoformat() for edge in (update.window.earliest, update.window.latest))
        shipment["estimatedDeliveryTimeFrame"] = {"estimatedFrom": first, "estimatedThrough": last}
        shipment["status"]["remark"] = update.window.reason
    if update.signed_by or update.proof_url:
        signed = {"@type": "Person", "name": update.signed_by}
        shipment["details"]["proofOfDelivery"] = {"documentUrl": update.proof_url, "signed": signed}
    return shipment


def _event(scan: TrackingScan) -> dict[str, Any]:
    unknown = SAID[S.UNKNOWN, Overlay.NONE]
    code, status, detail = SAID.get((scan.status, scan.overlay)) or SAID.get((scan.status, Overlay.NONE), unknown)
    place = scan.place
    event: dict[str, Any] = {
        "timestamp": written(scan),
        "location": {
            "address": {"countryCode": place.country, "postalCode": place.postcode, "addressLocality": place.city}
        },
        "statusCode": code,
        "status": status,
        "description": scan.message or status,
    }
    return event | ({"statusDetailed": detail} if detail else {})
