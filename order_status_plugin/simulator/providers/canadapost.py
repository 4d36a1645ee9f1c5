"""Canada Post's side of the wire: Get Tracking Details, in XML."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import unquote
from xml.sax.saxutils import escape

from ...events import Overlay, ParcelStatus, Precision, TrackingScan, TrackingUpdate
from .base import Call, Play, Reply

S = ParcelStatus

#: Event identifier and description, by what is told.
SAID: dict[tuple[ParcelStatus | None, Overlay], tuple[str, str]] = {
    (S.LABEL_CREATED, Overlay.NONE): ("3000", "Electronic information submitted by shipper"),
    (S.PICKED_UP_BY_CARRIER, Overlay.NONE): ("1302", "Item accepted at the Post Office"),
    (S.IN_TRANSIT, Overlay.NONE): ("0100", "Item processed"),
    (S.OUT_FOR_DELIVERY, Overlay.NONE): ("0174", "Item out for delivery"),
    (S.ATTEMPTED_DELIVERY, Overlay.NONE): ("1479", "Notice card left indicating where and when to pick up item"),
    (S.READY_FOR_PICKUP, Overlay.NONE): ("1701", "Item available for pickup at Post Office"),
    (S.DELIVERED, Overlay.NONE): ("1421", "Delivered to recipient's front door"),
    (S.COLLECTED, Overlay.NONE): ("1406", "Item picked up from automated parcel locker"),
    (S.RETURNING, Overlay.NONE): ("1420", "Item being returned to sender"),
    (S.UNKNOWN, Overlay.NONE): ("9999", "Levitating"),
    (None, Overlay.NONE): ("0020", "Signature available"),
    (None, Overlay.DELAYED): ("0159", "Delivery may be delayed due to extreme weather conditions"),
    (None, Overlay.EXCEPTION): ("1484", "Item on hold"),
}
#: Zones of the winter.
ZONES = {-210: "NST", -240: "AST", -300: "EST", -360: "CST", -420: "MST", -480: "PST"}
XMLNS = "http://www.canadapost.ca/ws/track-v2"


class CanadaPostPlay(Play):
    """Answers about one number at a time."""

    said = SAID

    def reply(self, call: Call, known: Mapping[str, TrackingUpdate]) -> Reply:
        """Answer a number, or say that it has no history."""
        if not call.headers.get("authorization", "").startswith("Basic "):
            return _xml("<messages><message><code>AA001</code></message></messages>", 401)
        number = unquote(call.path.split("/")[-2])
        if number not in known:
            said = "<message><code>004</code><description>No Pin History</description></message>"
            return _xml(f'<messages xmlns="http://www.canadapost.ca/ws/messages">{said}</messages>')
        update = known[number]
        events = "".join(_event(scan, update) for scan in reversed(update.scans))
        due = update.window.latest.isoformat()[:10] if update.window else ""
        reason = escape(update.window.reason) if update.window else ""
        return _xml(
            f'<tracking-detail xmlns="{XMLNS}"><pin>{escape(number)}</pin><active-exists>1</active-exists>'
            f"<changed-expected-date>{due if reason else ''}</changed-expected-date>"
            f"<expected-delivery-date>{due}</expected-delivery-date>"
            f"<changed-expected-delivery-reason>{reason}</changed-expected-delivery-reason>"
            f"<significant-events>{events}</significant-events></tracking-detail>"
        )


def _xml(content: str, status: int = 200) -> Reply:
    body = f'<?xml version="1.0" encoding="UTF-8"?>{content}'.encode()
    return Reply(status=status, body=body, headers={"Content-Type": "application/vnd.cpc.track-v2+xml"})


def _event(scan: TrackingScan, update: TrackingUpdate) -> str:
    unknown = SAID[S.UNKNOWN, Overlay.NONE]
    code, words = SAID.get((scan.status, scan.overlay)) or SAID.get((scan.status, Overlay.NONE), unknown)
    fields = {
        "event-identifier": code,
        "event-date": scan.local_time.date().isoformat(),
        "event-time": "" if scan.precision is Precision.DATE else f"{scan.local_time:%H:%M:%S}",
        "event-time-zone": "" if scan.utc_offset is None else ZONES.get(scan.utc_offset, ""),
        "event-description": scan.message or words,
        "signatory-name": update.signed_by if scan.status is S.DELIVERED else "",
        "event-site": scan.place.city.upper(),
        "event-province": scan.place.region,
        "event-retail-location-id": "",
        "event-retail-name": update.pickup_place if scan.status is S.READY_FOR_PICKUP else "",
    }
    return "<occurrence>" + "".join(f"<{tag}>{escape(text)}</{tag}>" for tag, text in fields.items()) + "</occurrence>"
