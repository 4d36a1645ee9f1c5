"""17TRACK's side of the wire, version 2.4."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from ...events import Overlay, ParcelStatus, TrackingScan, TrackingUpdate
from .base import Call, Play, Reply, written

S = ParcelStatus

#: ``sub_status`` and ``stage`` of an event, by what is told.
SAID: dict[tuple[ParcelStatus | None, Overlay], tuple[str, str | None]] = {
    (S.CONFIRMED, Overlay.NONE): ("NotFound_Other", None),
    (S.LABEL_CREATED, Overlay.NONE): ("InfoReceived", "InfoReceived"),
    (S.PICKED_UP_BY_CARRIER, Overlay.NONE): ("InTransit_PickedUp", "PickedUp"),
    (S.IN_TRANSIT, Overlay.NONE): ("InTransit_Other", None),
    (S.OUT_FOR_DELIVERY, Overlay.NONE): ("OutForDelivery_Other", "OutForDelivery"),
    (S.ATTEMPTED_DELIVERY, Overlay.NONE): ("DeliveryFailure_NoBody", None),
    (S.READY_FOR_PICKUP, Overlay.NONE): ("AvailableForPickup_Other", "AvailableForPickup"),
    (S.DELIVERED, Overlay.NONE): ("Delivered_Other", "Delivered"),
    (S.COLLECTED, Overlay.NONE): ("Delivered_Other", "Delivered"),
    (S.RETURNING, Overlay.NONE): ("Exception_Returning", "Returning"),
    (S.RETURNED, Overlay.NONE): ("Exception_Returned", "Returned"),
    (S.LOST, Overlay.NONE): ("Exception_Lost", "Exception"),
    (S.CANCELLED, Overlay.NONE): ("Exception_Cancel", "Exception"),
    (S.UNKNOWN, Overlay.NONE): ("Levitating_Other", "Levitating"),
    (None, Overlay.DELAYED): ("Exception_Delayed", "Exception"),
    (None, Overlay.EXCEPTION): ("Exception_Other", "Exception"),
}

CARRIERS = {
    "ups": 100002,
    "fedex": 100003,
    "usps": 21051,
    "dhl-express": 100001,
    "dhl-paket": 7041,
    "dpd": 100007,
    "gls": 100005,
    "royal-mail": 11031,
    "postnl": 14041,
    "canada-post": 3041,
    "correos": 19181,
}


class SeventeenTrackPlay(Play):
    """Posts ``TRACKING_UPDATED`` and answers ``/register`` and ``/gettrackinfo``."""

    said = SAID

    def carrier_name(self, carrier: str) -> str:
        """Return 17TRACK's number of a carrier."""
        return str(CARRIERS.get(carrier, 0))

    def body(self, update: TrackingUpdate, delivery: str) -> bytes:
        """Return a push. 17TRACK gives its deliveries no id."""
        return json.dumps({"event": "TRACKING_UPDATED", "data": self._item(update)}).encode()

    def reply(self, call: Call, known: Mapping[str, TrackingUpdate]) -> Reply:
        """Answer for each number, accepted or rejected."""
        if not call.headers.get("17token"):
            return Reply.of({"code": -18010002, "data": {"errors": [{"code": -18010002}]}}, 401)
        accepted: list[dict[str, Any]] = []
        rejected: list[dict[str, Any]] = []
        for asked in call.json():
            number = str(asked["number"])
            if call.path.endswith("/register"):
                accepted.append({"origin": 1, "number": number, "carrier": asked.get("carrier", 0)})
            elif number in known:
                accepted.append(self._item(known[number]))
            else:
                error = {"code": -18019902, "message": "The tracking number is not registered."}
                rejected.append({"number": number, "error": error})
        return Reply.of({"code": 0, "data": {"accepted": accepted, "rejected": rejected}})

    def _item(self, update: TrackingUpdate) -> dict[str, Any]:
        # Newest first.
        events = [self._event(scan) for scan in reversed(update.scans)]
        window = update.window
        times = [scan.local_time.replace(tzinfo=dt.UTC) for scan in update.scans]
        synced = window.stated_at if window else max(times, default=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
        key = int(self.carrier_name(update.carrier))
        newest = events[0]["sub_status"] if events else "NotFound_Other"
        return {
            "number": update.tracking_number,
            "carrier": key,
            "param": None,
            "tag": "",
            "track_info": {
                "latest_status": {"status": newest.partition("_")[0], "sub_status": newest, "sub_status_descr": None},
                "latest_event": events[0] if events else None,
                "time_metrics": {
                    "estimated_delivery_date": {
                        "source": "Official" if window else None,
                        "from": window.earliest.isoformat() if window else None,
                        "to": window.latest.isoformat() if window else None,
                    }
                },
                "misc_info": {
                    "local_provider": update.handed_to or None,
                    "local_number": update.handed_number or None,
                },
                "tracking": {
                    "providers": [
                        {
                            "provider": {"key": key, "name": update.carrier},
                            "latest_sync_status": "Success",
                            "latest_sync_time": synced.astimezone(dt.UTC).isoformat().replace("+00:00", "Z"),
                            "events": events,
                        }
                    ]
                },
            },
        }

    def _event(self, scan: TrackingScan) -> dict[str, Any]:
        sub, stage = SAID.get((scan.status, scan.overlay)) or SAID.get((scan.status, Overlay.NONE), ("", None))
        place, local = scan.place, scan.local_time
        day, _, hour = local.isoformat().partition("T")
        return {
            "time_iso": written(scan),
            "time_raw": {
                "date": day,
                "time": None if written(scan) == day else hour,
                "timezone": None if scan.utc_offset is None else written(scan)[-6:],
            },
            "description": scan.message or sub,
            "location": place.text or place.city or None,
            "stage": stage,
            "sub_status": sub,
            "address": {
                "country": place.country or None,
                "state": place.region or None,
                "city": place.city or None,
                "street": None,
                "postal_code": place.postcode or None,
                "coordinates": {"longitude": place.longitude, "latitude": place.latitude},
            },
        }
