"""UPS's side of the wire: Track Alert's posts, the Track API and its tokens."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from ...events import Overlay, ParcelStatus, Precision, TrackingScan, TrackingUpdate
from .base import Call, Play, Reply

S = ParcelStatus

#: Type, code and the three digits, by what is told.
SAID: dict[tuple[ParcelStatus | None, Overlay], tuple[str, str, str]] = {
    (S.LABEL_CREATED, Overlay.NONE): ("M", "MP", "003"),
    (S.PICKED_UP_BY_CARRIER, Overlay.NONE): ("I", "OR", "160"),
    (S.IN_TRANSIT, Overlay.NONE): ("I", "AR", "005"),
    (S.OUT_FOR_DELIVERY, Overlay.NONE): ("I", "OT", "021"),
    (S.ATTEMPTED_DELIVERY, Overlay.NONE): ("X", "48", "022"),
    (S.READY_FOR_PICKUP, Overlay.NONE): ("D", "2Q", "161"),
    (S.DELIVERED, Overlay.NONE): ("D", "FS", "011"),
    (S.COLLECTED, Overlay.NONE): ("D", "2W", "011"),
    (S.RETURNING, Overlay.NONE): ("X", "KP", "035"),
    (S.RETURNED, Overlay.NONE): ("D", "B0", "034"),
    (S.CANCELLED, Overlay.NONE): ("MV", "VP", "007"),
    (S.LOST, Overlay.NONE): ("X", "S9", "068"),
    (S.UNKNOWN, Overlay.NONE): ("I", "?!", "999"),
    (None, Overlay.NONE): ("U", "UP", "154"),
    (None, Overlay.DELAYED): ("X", "7W", "052"),
    (None, Overlay.EXCEPTION): ("X", "AG", "050"),
}


class UpsPlay(Play):
    """Posts one event at a time, with the credential in ``x-api-key``, and answers questions with the whole history."""

    said = SAID

    def carrier_name(self, carrier: str) -> str:
        """UPS names nobody but itself."""
        return ""

    def body(self, update: TrackingUpdate, delivery: str) -> bytes:
        """Return an alert of the latest scan: Track Alert keeps no history and gives its posts no id."""
        scan, place = update.scans[-1], update.scans[-1].place
        kind, code, detail = _said(scan)
        told: dict[str, Any] = {
            "trackingNumber": update.tracking_number,
            "localActivityDate": f"{scan.local_time:%Y%m%d}",
            "localActivityTime": "" if scan.precision is Precision.DATE else f"{scan.local_time:%H%M%S}",
            "activityLocation": {
                "city": place.city.upper(),
                "stateProvince": place.region,
                "postalCode": place.postcode if scan.status is S.DELIVERED else "",
                "country": place.country,
            },
            "activityStatus": {
                "type": kind,
                "code": code,
                "description": scan.message or code,
                "descriptionCode": detail,
            },
            "receivedBy": update.signed_by,
        }
        if scan.utc_offset is not None:
            gmt = scan.local_time - dt.timedelta(minutes=scan.utc_offset)
            told |= {
                "gmtActivityDate": f"{gmt:%Y%m%d}",
                "gmtActivityTime": f"{gmt:%H%M%S}",
                "gmtOffset": _offset(scan.utc_offset, "."),
            }
        if update.window is not None:
            first, last = update.window.earliest, update.window.latest
            told["scheduledDeliveryDate"] = f"{last:%Y%m%d}"
            if isinstance(first, dt.datetime) and isinstance(last, dt.datetime):
                told |= {"deliveryStartTime": f"{first:%H%M%S}", "deliveryEndTime": f"{last:%H%M%S}"}
        return json.dumps(told).encode()

    def headers(self, body: bytes, secret: str) -> Mapping[str, str]:
        """Return the credential, in clear."""
        return {"x-api-key": secret, "User-Agent": "UPSPubSubTrackingService"}

    def reply(self, call: Call, known: Mapping[str, TrackingUpdate]) -> Reply:
        """Answer for a token, a subscription, and the details of a number."""
        if call.path == "/security/v1/oauth/token":
            return Reply.of({"token_type": "Bearer", "access_token": "a token", "expires_in": "14399"})
        if call.headers.get("authorization") != "Bearer a token":
            return Reply.of({"response": {"errors": [{"code": "250002", "message": "Invalid Authentication"}]}}, 401)
        if call.method == "POST":
            return Reply.of({"validTrackingNumbers": call.json()["trackingNumberList"]})
        number = unquote(call.path.rpartition("/")[2])
        if number not in known:
            errors = [{"code": "TW0001", "message": "Tracking Information Not Found"}]
            return Reply.of({"response": {"errors": errors}}, 404)
        package = _package(known[number])
        return Reply.of({"trackResponse": {"shipment": [{"inquiryNumber": number, "package": [package]}]}})


def _package(update: TrackingUpdate) -> dict[str, Any]:
    package: dict[str, Any] = {
        "trackingNumber": update.tracking_number,
        "activity": [_activity(scan) for scan in reversed(update.scans)],  # the most recent first
        "deliveryDate": [],
        "packageCount": 1,
    }
    if update.window is not None:
        first, last = update.window.earliest, update.window.latest
        package["deliveryDate"] = [{"type": "SDD", "date": f"{last:%Y%m%d}"}]
        package["deliveryTime"] = {"type": "EOD"}
        if isinstance(first, dt.datetime) and isinstance(last, dt.datetime):
            package["deliveryTime"] = {"type": "EDW", "startTime": f"{first:%H%M%S}", "endTime": f"{last:%H%M%S}"}
    if update.signed_by or update.left_at:
        package["deliveryInformation"] = {"receivedBy": update.signed_by, "location": update.left_at}
    if update.pickup_until:
        package["accessPointInformation"] = {"pickupByDate": f"{update.pickup_until:%Y%m%d}"}
    if update.pickup_place:
        name, *rest = update.pickup_place.split(", ")
        address = {"addressLine1": ", ".join(rest)}
        package["packageAddress"] = [{"type": "ACCESS_POINT", "name": name, "address": address}]
    return package


def _activity(scan: TrackingScan) -> dict[str, Any]:
    kind, code, detail = _said(scan)
    place = scan.place
    told: dict[str, Any] = {
        "date": f"{scan.local_time:%Y%m%d}",
        "time": "" if scan.precision is Precision.DATE else f"{scan.local_time:%H%M%S}",
        "status": {"type": kind, "code": code, "description": scan.message or code, "statusCode": detail},
        "location": {
            "address": {
                "city": place.city,
                "stateProvince": place.region,
                "postalCode": place.postcode,
                "countryCode": place.country,
                "country": place.country,
            },
            "slic": "",
        },
    }
    if scan.utc_offset is not None:
        gmt = scan.local_time - dt.timedelta(minutes=scan.utc_offset)
        told |= {
            "gmtDate": f"{gmt:%Y%m%d}",
            "gmtTime": f"{gmt:%H%M%S}",
            "gmtOffset": _offset(scan.utc_offset, ":"),
        }
    return told


def _said(scan: TrackingScan) -> tuple[str, str, str]:
    unknown = SAID[S.UNKNOWN, Overlay.NONE]
    return SAID.get((scan.status, scan.overlay)) or SAID.get((scan.status, Overlay.NONE), unknown)


def _offset(minutes: int, between: str) -> str:
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}{between}{abs(minutes) % 60:02d}"
