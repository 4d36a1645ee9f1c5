"""La Poste: Suivi v2, for its letters and parcels, Colissimo and Chronopost.

https://developer.laposte.fr/products/suivi/latest
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar
from urllib.parse import quote

from django.core.checks import CheckMessage

from .. import reading
from ..carriers import catalogue
from ..events import DeliveryWindow, Overlay, ParcelStatus, Place, Reason, TrackedParcel, TrackingScan, TrackingUpdate
from ..exceptions import UnreadableMessage
from ..http import Api
from ..places.countries import alpha_2
from .base import Budget, Source, Webhook, answer, answered_at

S = ParcelStatus
Meaning = tuple[ParcelStatus | None, Overlay]

_EXCEPTION: Meaning = (None, Overlay.EXCEPTION)
_MOVES: Meaning = (S.IN_TRANSIT, Overlay.NONE)

#: La Poste's whole list, with its own names.
CODES: dict[str, Meaning] = {
    "DR1": (S.LABEL_CREATED, Overlay.NONE),  # "Déclaratif réceptionné"
    "DR2": (S.LABEL_CREATED, Overlay.EXCEPTION),  # "Problème lors de la préparation"
    "PC1": (S.PICKED_UP_BY_CARRIER, Overlay.NONE),  # "Pris en charge"
    "PC2": (S.PICKED_UP_BY_CARRIER, Overlay.NONE),  # "Pris en charge dans le pays d'expédition"
    "ET1": _MOVES,  # "En cours de traitement": often weeks before delivery
    "ET2": _MOVES,
    "ET3": _MOVES,
    "ET4": _MOVES,
    "EP1": _MOVES,  # "En attente de présentation"
    "DO1": _MOVES,  # "Entrée en Douane"
    "DO2": _MOVES,  # "Sortie de Douane"
    "DO3": (S.IN_TRANSIT, Overlay.DELAYED),  # "Retenu en Douane"
    "ID0": (None, Overlay.NONE),  # "Informations douane"
    "PB1": _EXCEPTION,  # "Problème en cours"
    "PB2": _MOVES,  # "Problème résolu"
    # The list says "Mis en distribution", the events that carry it "Nous le préparons pour le mettre en livraison":
    # it is at the site that delivers, and not out yet.
    "MD2": _MOVES,
    "ND1": _EXCEPTION,  # "Non distribuable"
    "AG1": (S.READY_FOR_PICKUP, Overlay.NONE),  # "En attente d'être retiré au guichet"
    "RE1": (S.RETURNING, Overlay.NONE),  # "Retourné à l'expéditeur"
    "DI0": (S.DELIVERED, Overlay.NONE),  # "Distribué en lot"
    "DI1": (S.DELIVERED, Overlay.NONE),  # "Distribué"
    "DI2": (S.RETURNED, Overlay.NONE),  # "Distribué à l'expéditeur"
    "DI3": (None, Overlay.DELAYED),  # "Retardé"
}
#: Why, where a code has one reason.
REASONS = {"DO3": Reason.CUSTOMS}
ENDS = frozenset({"DI0", "DI1", "DI2"})

#: Events have no place. These codes say in which of the two countries of the shipment they happen.
IN_COUNTRY = {"PC2": "origin_country", "ET2": "origin_country", "ET3": "arrival_country", "DI1": "arrival_country"}

#: Numbers that La Poste has nothing about (yet), or that are none of its numbers.
UNKNOWN = frozenset({"104", "400", "404"})


class LaPoste(Source):
    """La Poste. ``OPTIONS["api_key"]`` is the key of an application at developer.laposte.fr with the product Suivi v2."""

    label = "La Poste"
    kept_headers: ClassVar[tuple[str, ...]] = ("date",)
    batch_size: ClassVar[int] = 10
    allowed: ClassVar[tuple[Budget, ...]] = (Budget(100, dt.timedelta(minutes=1)),)
    url: ClassVar[str] = "https://api.laposte.fr"

    def check(self) -> list[CheckMessage]:
        """Say when the key is missing."""
        return self.check_texts("api_key", hint="Copy the production key of your application at developer.laposte.fr.")

    def knows(self, carrier: str) -> bool:
        """Say whether it is of the house of La Poste."""
        return carrier in {"la-poste", "colissimo", "chronopost"}

    def is_asked(self) -> bool:
        """Say whether there is a key."""
        return bool(self.option("api_key"))

    def fetch(self, parcels: Sequence[TrackedParcel]) -> Iterable[Webhook]:
        """Yield what La Poste knows of up to ten numbers: in French for orders in French, else in English."""
        api = Api(self.option("url", self.url), headers={"X-Okapi-Key": self.option("api_key")})
        for language in ("fr_FR", "en_GB"):
            numbers = [
                quote(catalogue.normalise_number(parcel.tracking_number), safe="")
                for parcel in parcels
                if parcel.language.startswith("fr") == (language == "fr_FR")
            ]
            if numbers:
                path = f"/suivi/v2/idships/{','.join(numbers)}"
                response = api.call("GET", path, accept=(200, 207, 400, 404), params={"lang": language})
                if response.status_code in (200, 207):
                    yield answer(response)

    def parse(self, webhook: Webhook) -> Iterator[TrackingUpdate]:
        """Yield each shipment of an answer: one is an object, several are a list."""
        if not webhook.is_answer:
            raise UnreadableMessage("La Poste sends no webhooks.")
        payload = reading.load(webhook.body)
        if not isinstance(payload, (dict, list)):
            raise UnreadableMessage(f"The answer must be an object or a list, not {reading.kind(payload)}.")
        for told in reading.rows(payload if isinstance(payload, list) else [payload]):
            if isinstance(told.get("shipment"), dict):
                yield _update(reading.mapping(told["shipment"]), answered_at(webhook))
            elif reading.text(told.get("return_code"), 10) not in UNKNOWN:
                raise UnreadableMessage(f"'shipment' must be an object, not {reading.kind(told.get('shipment'))}.")


def _update(shipment: dict[str, Any], asked_at: dt.datetime | None) -> TrackingUpdate:
    number = reading.text(shipment.get("id_ship"), 190)
    if not catalogue.normalise_number(number):
        raise UnreadableMessage(f"'shipment.idShip' must be a text, not {reading.kind(shipment.get('id_ship'))}.")
    context = reading.mapping(shipment.get("context_data"))
    scans = [scan for event in reading.rows(shipment.get("event")) if (scan := _scan(event, context))]
    partner = reading.mapping(context.get("partner"))
    return TrackingUpdate(
        tracking_number=number,
        # The shop may call a parcel Colissimo that La Poste calls Chronopost: the number is what both mean.
        carrier_text=reading.text(shipment.get("product"), 100),
        scans=tuple(scans),
        window=_window(shipment, scans, asked_at),
        pickup_place=reading.text(reading.mapping(context.get("removal_point")).get("name"), 500),
        handed_to=reading.text(partner.get("name"), 100),
        handed_number=reading.text(partner.get("reference"), 100),
    )


def meaning(code: str) -> tuple[ParcelStatus | None, Overlay, str]:
    """Return status, overlay and the rule that gave them."""
    if code in CODES:
        return (*CODES[code], "event code")
    return (S.UNKNOWN, Overlay.NONE, "unknown event code") if code else (None, Overlay.NONE, "no event code")


def _scan(event: dict[str, Any], context: dict[str, Any]) -> TrackingScan | None:
    """Read one event; None for one without a date."""
    when = reading.clock(event.get("date"))
    if when is None:
        return None
    local, offset, precision = when
    code = reading.text(event.get("code"), 20).upper()
    status, overlay, rule = meaning(code)
    return TrackingScan(
        status=status,
        overlay=overlay,
        local_time=local,
        utc_offset=offset,
        precision=precision,
        source_id=f"{code} {local:%Y%m%d%H%M%S}",  # La Poste gives none, and its labels follow the language
        raw_code=code,
        message=reading.text(event.get("label"), 1000),
        rule=f"laposte {rule}",
        place=Place(country=alpha_2(reading.text(context.get(IN_COUNTRY.get(code, "")), 10))),
        reason=REASONS.get(code, Reason.NONE),
    )


def _window(shipment: dict[str, Any], scans: list[TrackingScan], asked_at: dt.datetime | None) -> DeliveryWindow | None:
    """Read the estimate. After delivery it is set to the day of the delivery: that is none any more."""
    is_over = shipment.get("is_final") is True or shipment.get("delivery_date")
    if is_over or any(scan.raw_code in ENDS for scan in scans):
        return None
    when = reading.moment(shipment.get("estim_date"))
    day = when.date() if isinstance(when, dt.datetime) else when
    instants = [scan.local_time - dt.timedelta(minutes=scan.utc_offset or 0) for scan in scans]
    stated_at = asked_at or max((moment.replace(tzinfo=dt.UTC) for moment in instants), default=None)
    return DeliveryWindow(earliest=day, latest=day, stated_at=stated_at) if day and stated_at else None
