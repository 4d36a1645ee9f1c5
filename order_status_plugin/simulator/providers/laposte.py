"""La Poste's side of the wire: Suivi v2."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from ...events import Overlay, ParcelStatus, TrackingScan, TrackingUpdate
from .base import Call, Play, Reply, written

S = ParcelStatus

#: Event code and label, by what is told. La Poste has no word of its own for a van on its way, and none for an attempt.
SAID: dict[tuple[ParcelStatus | None, Overlay], tuple[str, str]] = {
    (S.LABEL_CREATED, Overlay.NONE): ("DR1", "Votre colis va bientôt nous être confié."),
    (S.PICKED_UP_BY_CARRIER, Overlay.NONE): ("PC1", "Votre colis a été déposé dans un point postal."),
    (S.IN_TRANSIT, Overlay.NONE): ("ET1", "Votre colis est en cours d'acheminement."),
    (S.IN_TRANSIT, Overlay.DELAYED): ("DO3", "Votre colis est retenu en douane."),
    (S.OUT_FOR_DELIVERY, Overlay.NONE): ("MD2", "Votre colis est dans le site qui dessert votre adresse."),
    (S.ATTEMPTED_DELIVERY, Overlay.NONE): ("ND1", "Votre colis n'a pas pu être livré."),
    (S.READY_FOR_PICKUP, Overlay.NONE): ("AG1", "Votre colis vous attend dans votre point de retrait."),
    (S.DELIVERED, Overlay.NONE): ("DI1", "Votre colis est livré."),
    (S.COLLECTED, Overlay.NONE): ("DI1", "Votre colis est livré."),
    (S.RETURNING, Overlay.NONE): ("RE1", "Votre colis est retourné à son expéditeur."),
    (S.RETURNED, Overlay.NONE): ("DI2", "Votre colis a été remis à son expéditeur."),
    (S.UNKNOWN, Overlay.NONE): ("ZZ9", "Votre colis est en lévitation."),
    (None, Overlay.NONE): ("ID0", "Votre colis est dédouané."),
    (None, Overlay.DELAYED): ("DI3", "La livraison de votre colis est retardée."),
    (None, Overlay.EXCEPTION): ("PB1", "Un incident est survenu."),
}
ENDS = frozenset({S.DELIVERED, S.COLLECTED, S.RETURNED})


class LaPostePlay(Play):
    """Answers about up to ten numbers at once."""

    said = SAID

    def reply(self, call: Call, known: Mapping[str, TrackingUpdate]) -> Reply:
        """Answer one number with an object, several with a list."""
        if not call.headers.get("x-okapi-key"):
            return Reply.of({"code": "UNAUTHORIZED", "message": "No key"}, 401)
        numbers = [unquote(number) for number in call.path.rpartition("/")[2].split(",")]
        told = [_told(known.get(number), number) for number in numbers]
        if len(told) > 1:
            return Reply.of(told, 207)
        return Reply.of(told[0], told[0]["returnCode"])


def _told(update: TrackingUpdate | None, number: str) -> dict[str, Any]:
    if update is None:
        return {"lang": "fr_FR", "scope": "open", "returnCode": 404, "returnMessage": "Inconnu.", "idShip": number}
    last = update.scans[-1] if update.scans else None
    is_final = last is not None and last.status in ENDS
    shipment: dict[str, Any] = {
        "idShip": number,
        "holder": 4,
        "product": "colissimo",
        "isFinal": is_final,
        "event": [_event(scan) for scan in reversed(update.scans)],
        "contextData": {
            "deliveryChoice": {"deliveryChoice": 0},
            "originCountry": "FR",
            "arrivalCountry": last.place.country if last and last.place.country else "FR",
            "removalPoint": {"name": update.pickup_place, "type": "BP"} if update.pickup_place else None,
        },
        "url": f"https://www.laposte.fr/outils/suivre-vos-envois?code={number}",
    }
    if is_final and last is not None:
        shipment["deliveryDate"] = shipment["estimDate"] = written(last)
    elif update.window is not None:
        shipment["estimDate"] = f"{update.window.latest.isoformat()[:10]}T12:00:00+01:00"
    return {"lang": "fr_FR", "scope": "open", "returnCode": 200, "shipment": shipment}


def _event(scan: TrackingScan) -> dict[str, str]:
    unknown = SAID[S.UNKNOWN, Overlay.NONE]
    code, label = SAID.get((scan.status, scan.overlay)) or SAID.get((scan.status, Overlay.NONE), unknown)
    return {"code": code, "label": scan.message or label, "date": written(scan)}
