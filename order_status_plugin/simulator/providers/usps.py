"""USPS's side of the wire: notifications of Subscriptions-Tracking, Tracking v3 and its tokens."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from ...events import Overlay, ParcelStatus, Precision, TrackingScan, TrackingUpdate
from .base import Call, Play, Reply

S = ParcelStatus

#: Event code and type, by what is told.
SAID: dict[tuple[ParcelStatus | None, Overlay], tuple[str, str]] = {
    (S.LABEL_CREATED, Overlay.NONE): ("GX", "Shipping Label Created, USPS Awaiting Item"),
    (S.PICKED_UP_BY_CARRIER, Overlay.NONE): ("03", "USPS in possession of item"),
    (S.IN_TRANSIT, Overlay.NONE): ("10", "Arrived at USPS Regional Facility"),
    (S.OUT_FOR_DELIVERY, Overlay.NONE): ("OF", "Out for Delivery"),
    (S.ATTEMPTED_DELIVERY, Overlay.NONE): ("56", "Notice Left (No Authorized Recipient Available)"),
    (S.READY_FOR_PICKUP, Overlay.NONE): ("16", "Available for Pickup"),
    (S.DELIVERED, Overlay.NONE): ("01", "Delivered, Front Door/Porch"),
    (S.COLLECTED, Overlay.NONE): ("01", "Delivered, Individual Picked Up at Post Office"),
    (S.RETURNING, Overlay.NONE): ("09", "Return to Sender"),
    (S.RETURNED, Overlay.NONE): ("01", "Delivered, To Original Sender"),
    (S.UNKNOWN, Overlay.NONE): ("?!", "Levitating"),
    (None, Overlay.NONE): ("DX", "Awaiting Delivery Scan"),
    (None, Overlay.DELAYED): ("71", "Rescheduled to Next Delivery Day"),
    (None, Overlay.EXCEPTION): ("05", "Undeliverable as Addressed"),
}


class UspsPlay(Play):
    """Signs a timestamp with the text behind it, and answers about one item at a time."""

    said = SAID

    def body(self, update: TrackingUpdate, delivery: str) -> bytes:
        """Return a notification: the item stands in it as a text."""
        envelope = {
            "subscriptionId": "b6c8e311-4206-4d81-8b6b-e95e78b07e31",
            "subscriptionType": "TRACKING",
            "timestamp": "2026-11-24T10:00:00Z",
            "payload": json.dumps(_item(update)),
            "links": [],
        }
        return json.dumps(envelope).encode()

    def headers(self, body: bytes, secret: str) -> Mapping[str, str]:
        """Return the signature of what stands in the envelope."""
        try:
            envelope = json.loads(body)
            signed = f"{envelope['timestamp']}{envelope['payload']}"
        except (ValueError, KeyError, TypeError):
            signed = ""
        mac = hmac.new(secret.encode(), signed.encode("utf-8", "surrogatepass"), hashlib.sha256)
        return {"X-HMAC": base64.b64encode(mac.digest()).decode()}

    def reply(self, call: Call, known: Mapping[str, TrackingUpdate]) -> Reply:
        """Answer for a token, a subscription, and one item."""
        if call.path == "/oauth2/v3/token":
            return Reply.of({"access_token": "a token", "token_type": "Bearer", "expires_in": 28799})
        if call.headers.get("authorization") != "Bearer a token":
            return Reply.of({"error": {"code": "401", "message": "Unauthorized"}}, 401)
        if call.method == "POST":
            return Reply.of({"subscriptionId": "b6c8e311-4206-4d81-8b6b-e95e78b07e31"}, 201)
        number = unquote(call.path.rpartition("/")[2])
        if number not in known:
            return Reply.of({"error": {"code": "404", "message": "Tracking number not found"}}, 404)
        return Reply.of(_item(known[number]))


def _item(update: TrackingUpdate) -> dict[str, Any]:
    last = update.scans[-1] if update.scans else None
    item: dict[str, Any] = {
        "trackingNumber": update.tracking_number,
        "status": _said(last)[1] if last else None,
        "statusCategory": "Levitating" if last and last.status is S.UNKNOWN else "In Transit",
        "trackingEvents": [_event(scan, update) for scan in reversed(update.scans)],
    }
    window = update.window
    if window is not None:
        item["predictedDeliveryDate"] = window.latest.isoformat()[:10]
        if isinstance(window.earliest, dt.datetime) and isinstance(window.latest, dt.datetime):
            item["predictedDeliveryWindowStartTime"] = f"{window.earliest:%H:%M}"
            item["predictedDeliveryWindowEndTime"] = f"{window.latest:%H:%M}"
    if update.pickup_until is not None:
        item["returnDateNotice"] = (update.pickup_until + dt.timedelta(days=1)).isoformat()
    return item


def _event(scan: TrackingScan, update: TrackingUpdate) -> dict[str, Any]:
    code, phrase = _said(scan)
    local = scan.local_time.replace(microsecond=0)
    event: dict[str, Any] = {
        "eventType": phrase,
        "eventTimestamp": local.date().isoformat() if scan.precision is Precision.DATE else local.isoformat(),
        "eventCountry": None if scan.place.country in ("", "US") else scan.place.country,
        "eventCity": scan.place.city.upper() or None,
        "eventState": scan.place.region or None,
        "eventZIP": scan.place.postcode or None,
        "firm": None,
        "name": update.signed_by or None if scan.status is S.DELIVERED else None,
        "authorizedAgent": "false",
        "eventCode": code,
    }
    if scan.utc_offset is not None:
        hours, minutes = divmod(abs(scan.utc_offset), 60)
        event["GMTOffset"] = f"{'-' if scan.utc_offset < 0 else '+'}{hours}:{minutes:02d}"
        event["GMTTimestamp"] = f"{(local - dt.timedelta(minutes=scan.utc_offset)).isoformat()}Z"
    return event


def _said(scan: TrackingScan) -> tuple[str, str]:
    unknown = SAID[S.UNKNOWN, Overlay.NONE]
    return SAID.get((scan.status, scan.overlay)) or SAID.get((scan.status, Overlay.NONE), unknown)
