"""FedEx's side of the wire: Track and its tokens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from ...events import Overlay, ParcelStatus, TrackingScan, TrackingUpdate
from .base import Call, Play, Reply, written

S = ParcelStatus

#: Event type, derived status code, exception code and words, by what is told.
SAID: dict[tuple[ParcelStatus | None, Overlay], tuple[str, str, str, str]] = {
    (S.LABEL_CREATED, Overlay.NONE): ("OC", "IN", "", "Shipment information sent to FedEx"),
    (S.PICKED_UP_BY_CARRIER, Overlay.NONE): ("PU", "PU", "", "Picked up"),
    (S.IN_TRANSIT, Overlay.NONE): ("AR", "IT", "", "Arrived at FedEx location"),
    (S.OUT_FOR_DELIVERY, Overlay.NONE): ("OD", "IT", "", "On FedEx vehicle for delivery"),
    (S.ATTEMPTED_DELIVERY, Overlay.NONE): ("DE", "DE", "08", "Delivery exception"),
    (S.READY_FOR_PICKUP, Overlay.NONE): ("HP", "HP", "", "Ready for recipient pickup"),
    (S.DELIVERED, Overlay.NONE): ("DL", "DL", "", "Delivered"),
    (S.COLLECTED, Overlay.NONE): ("DL", "DL", "", "Delivered"),
    (S.RETURNING, Overlay.NONE): ("RS", "RS", "", "Returning package to shipper"),
    (S.CANCELLED, Overlay.NONE): ("CA", "CA", "", "Shipment cancelled"),
    (S.UNKNOWN, Overlay.NONE): ("?!", "?!", "", "Levitating"),
    (None, Overlay.NONE): ("AO", "AO", "", "Shipment arriving On-Time"),
    (None, Overlay.DELAYED): ("DY", "DY", "", "Delay"),
    (None, Overlay.EXCEPTION): ("SE", "SE", "A3", "Shipment exception"),
}


class FedExPlay(Play):
    """Answers about up to thirty numbers at once."""

    said = SAID

    def reply(self, call: Call, known: Mapping[str, TrackingUpdate]) -> Reply:
        """Answer for a token, and about numbers."""
        if call.path == "/oauth/token":
            fields = parse_qs(call.body.decode())
            if not (fields.get("client_id") and fields.get("client_secret")):
                return Reply.of({"errors": [{"code": "BAD.REQUEST.ERROR"}]}, 401)
            return Reply.of({"access_token": "a token", "token_type": "bearer", "expires_in": 3599})
        if call.headers.get("authorization") != "Bearer a token":
            return Reply.of({"errors": [{"code": "NOT.AUTHORIZED.ERROR"}]}, 401)
        numbers = [str(row["trackingNumberInfo"]["trackingNumber"]) for row in call.json()["trackingInfo"]]
        results = [{"trackingNumber": number, "trackResults": [_told(known.get(number), number)]} for number in numbers]
        return Reply.of({"transactionId": "a-transaction", "output": {"completeTrackResults": results}})


def _told(update: TrackingUpdate | None, number: str) -> dict[str, Any]:
    result: dict[str, Any] = {"trackingNumberInfo": {"trackingNumber": number, "carrierCode": "FDXE"}}
    if update is None:
        return result | {"error": {"code": "TRACKING.TRACKINGNUMBER.NOTFOUND", "message": "Not found."}}
    result["scanEvents"] = [_event(scan) for scan in reversed(update.scans)]
    result["latestStatusDetail"] = {"ancillaryDetails": [{"action": update.next_step}] if update.next_step else []}
    result["deliveryDetails"] = {"receivedByName": update.signed_by, "locationDescription": update.left_at}
    if update.window is not None:
        window = {"begins": update.window.earliest.isoformat(), "ends": update.window.latest.isoformat()}
        result["estimatedDeliveryTimeWindow"] = {"type": "ESTIMATED_DELIVERY", "window": window}
    if update.pickup_place:
        name, *lines = update.pickup_place.split(", ")
        held = {"contact": {"companyName": name}, "address": {"streetLines": lines}}
        result["holdAtLocation"] = {"locationContactAndAddress": held}
    return result


def _event(scan: TrackingScan) -> dict[str, Any]:
    unknown = SAID[S.UNKNOWN, Overlay.NONE]
    code, derived, exception, words = SAID.get((scan.status, scan.overlay)) or SAID.get(
        (scan.status, Overlay.NONE), unknown
    )
    place = scan.place
    return {
        "date": written(scan),
        "eventType": code,
        "eventDescription": scan.message or words,
        "derivedStatusCode": derived,
        "exceptionCode": exception,
        "exceptionDescription": "",
        "scanLocation": {
            "streetLines": [""],
            "city": place.city.upper(),
            "stateOrProvinceCode": place.region,
            "postalCode": place.postcode,
            "countryCode": place.country,
        },
        "delayDetail": {"status": "DELAYED"} if scan.overlay is Overlay.DELAYED else {},
    }
