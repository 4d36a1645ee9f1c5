"""DHL: Shipment Tracking - Unified, and its Push, for all divisions.

https://developer.dhl.com/api-reference/shipment-tracking · https://developer.dhl.com/api-reference/dhl-unified-push
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, ClassVar
from urllib.parse import quote, urlsplit

from django.core.checks import CheckMessage

from .. import reading
from ..carriers import catalogue
from ..events import DeliveryWindow, Overlay, ParcelStatus, Place, TrackedParcel, TrackingScan, TrackingUpdate
from ..exceptions import UnreadableMessage, UntrustedWebhook
from ..http import Api
from ..places.countries import alpha_2
from .base import Budget, Source, Webhook, answer, answered_at

S = ParcelStatus
Meaning = tuple[ParcelStatus | None, Overlay]

#: ``statusCode``, the one word that all divisions share. The text beside it says anything, in any language.
CODES: dict[str, Meaning] = {
    "pre-transit": (S.LABEL_CREATED, Overlay.NONE),
    "transit": (S.IN_TRANSIT, Overlay.NONE),
    "delivered": (S.DELIVERED, Overlay.NONE),
    "failure": (None, Overlay.EXCEPTION),
    "unknown": (None, Overlay.NONE),
}

#: ``service`` of a subscription, by carrier.
SERVICES = {
    "dhl-express": "express",
    "dhl-paket": "parcel-de",
    "dhl-ecommerce": "ecommerce",
    "deutsche-post": "post-de",
}

_TAG = re.compile(r"<[^<>]*>")


class Dhl(Source):
    """DHL. ``OPTIONS``: ``api_key`` of an app at developer.dhl.com.

    For Push: ``secrets`` (tokens that we make up and DHL sends in the header ``header``, newest first). With
    ``listener_url``, the address of our webhook, each parcel is subscribed to.
    """

    label = "DHL"
    kept_headers: ClassVar[tuple[str, ...]] = ("date", "tracking-number")
    #: What an app may ask before DHL raises its quota.
    allowed: ClassVar[tuple[Budget, ...]] = (Budget(1, dt.timedelta(seconds=1)), Budget(250, dt.timedelta(days=1)))
    url: ClassVar[str] = "https://api-eu.dhl.com"

    def check(self) -> list[CheckMessage]:
        """Say which credentials are missing."""
        found = self.check_texts("api_key", hint="Copy the API key of your app at developer.dhl.com.")
        if "secrets" in self.options or self.option("listener_url"):
            found += self.check_secrets("Make up a long token: DHL sends it with each message of a subscription.")
        return found

    def knows(self, carrier: str) -> bool:
        """Say whether it is a division of DHL that the unified API holds."""
        return carrier in SERVICES

    # --- it tells us ----------------------------------------------------------------------------------

    def is_pushed(self) -> bool:
        """Say whether messages of Push can be told from others' posts."""
        return bool(self.secrets())

    def verify(self, webhook: Webhook) -> None:
        """Compare the token, which stands in the header that we chose, or in the address: DHL signs nothing."""
        given = (webhook.headers.get(self.header(), ""), webhook.secret)
        if not any(self.is_secret(one) for one in given):
            raise UntrustedWebhook("The token of this message is missing or wrong.")

    def header(self) -> str:
        """Return the name of the header with the token, in lower case."""
        return self.option("header", "x-order-status-token").lower()

    def parse(self, webhook: Webhook) -> Iterator[TrackingUpdate]:
        """Yield each shipment of an answer or a message. A new subscription is confirmed, as DHL asks."""
        payload = reading.load(webhook.body)
        if not isinstance(payload, dict):
            raise UnreadableMessage(f"The body must be an object, not {reading.kind(payload)}.")
        told = reading.mapping(payload)
        scope = "" if webhook.is_answer else reading.text(told.get("scope"), 60)
        if scope in ("subscription.validate", "subscription.ready"):
            if scope == "subscription.validate":
                self._confirm(told)
            return
        if not isinstance(told.get("shipments"), list):
            raise UnreadableMessage(f"'shipments' must be a list, not {reading.kind(told.get('shipments'))}.")
        shipments = reading.rows(told["shipments"])
        if not webhook.is_answer:
            yield from (_update(shipment, _number(shipment), None) for shipment in shipments)
            return
        # One asked about by the number of a piece is answered under the number of its shipment.
        asked = webhook.headers.get("tracking-number", "")
        same = [
            row for row in shipments if catalogue.normalise_number(_number(row)) == catalogue.normalise_number(asked)
        ]
        for shipment in same or (shipments if len(shipments) == 1 or not asked else []):
            yield _update(shipment, asked or _number(shipment), answered_at(webhook))

    def _confirm(self, told: dict[str, Any]) -> None:
        """Send back the secret of a new subscription: it is dead until then."""
        name, secret = (reading.text(told.get(key), 500) for key in ("self", "secret"))
        identity = quote(urlsplit(name).path.rpartition("/")[2] if "/" in name else name, safe="")
        if not (identity and secret and secret.isascii() and secret.isprintable()):
            raise UnreadableMessage("'self' and 'secret' must be texts.")
        path = f"/tracking/push/v1/subscription/{identity}"
        self._api().call("POST", path, accept=(200, 201, 202, 204), headers={"DHL-API-Hook-Secret": secret})

    # --- we ask it ------------------------------------------------------------------------------------

    def is_asked(self) -> bool:
        """Say whether there is a key."""
        return bool(self.option("api_key"))

    def fetch(self, parcels: Sequence[TrackedParcel]) -> Iterable[Webhook]:
        """Yield what DHL knows of each number; one that it does not know (404) says nothing."""
        for parcel in parcels:
            query = {"trackingNumber": parcel.tracking_number.strip(), "language": self.option("language", "en")}
            response = self._api().call("GET", "/track/shipments", accept=(200, 404), params=query)
            if response.status_code == 200:
                told = answer(response)
                yield replace(told, headers={**told.headers, "tracking-number": parcel.tracking_number})

    def needs_registration(self) -> bool:
        """Say whether each parcel is subscribed to."""
        return self.is_asked() and self.is_pushed() and bool(self.option("listener_url"))

    def register(self, parcels: Sequence[TrackedParcel]) -> None:
        """Subscribe to these parcels."""
        for parcel in parcels:
            key = {"type": "ApiKeyAuthentication", "header": self.header(), "token": self.secrets()[0]}
            body = {
                "type": "Shipment",
                "format": "Default",
                "service": self.option("service", SERVICES.get(parcel.carrier, "express")),
                "shipmentIDs": [parcel.tracking_number.strip()],
                "events": list(CODES),
                "hook": {"uri": self.option("listener_url"), "authentication": key},
            }
            self._api().call("POST", "/tracking/push/v1/subscription", json=body)

    def _api(self) -> Api:
        return Api(self.option("url", self.url), headers={"DHL-API-Key": self.option("api_key")})


def meaning(code: str, short: str, detail: str) -> tuple[ParcelStatus | None, Overlay, str]:
    """Return status, overlay and the rule that gave them.

    DHL Paket calls everything between the first scan and the delivery "transit", and adds codes that hang on no
    language: ``status`` PO and LA, ``statusDetailed`` of three parts, whose first says what was done.
    """
    if code == "transit" and detail.startswith("HLDCC_"):
        return S.READY_FOR_PICKUP, Overlay.NONE, "status code and detail"
    if code == "transit" and short == "PO" and detail.endswith("_PO"):  # loaded into the van
        return S.OUT_FOR_DELIVERY, Overlay.NONE, "status code and detail"
    if code in CODES:
        return (*CODES[code], "status code")
    return (S.UNKNOWN, Overlay.NONE, "unknown status code") if code else (None, Overlay.NONE, "no status code")


def _number(shipment: dict[str, Any]) -> str:
    number = reading.text(shipment.get("id"), 190)
    if not catalogue.normalise_number(number):
        raise UnreadableMessage(f"'shipments.id' must be a text, not {reading.kind(shipment.get('id'))}.")
    return number


def _update(shipment: dict[str, Any], number: str, asked_at: dt.datetime | None) -> TrackingUpdate:
    latest = reading.mapping(shipment.get("status"))
    # The status repeats the latest event, at times with a Z behind the clock of the place.
    scans = [scan for event in reading.rows(shipment.get("events")) or [latest] if (scan := _scan(event))]
    proof = reading.mapping(reading.mapping(shipment.get("details")).get("proof_of_delivery"))
    links = (reading.text(proof.get(name), 1000) for name in ("document_url", "signature_url"))
    return TrackingUpdate(
        tracking_number=number,
        # The shop may call a division otherwise than DHL does: the number is what both mean.
        carrier_text=reading.text(shipment.get("service"), 100),
        scans=tuple(scans),
        window=None if latest.get("status_code") == "delivered" else _window(shipment, latest, scans, asked_at),
        next_step=reading.text(latest.get("next_steps"), 500),
        signed_by=reading.text(reading.mapping(proof.get("signed")).get("name"), 190),
        proof_url=next((link for link in links if link.startswith("https://")), ""),
    )


def _scan(event: dict[str, Any]) -> TrackingScan | None:
    """Read one event; None for one without a time."""
    when = reading.clock(event.get("timestamp"))
    if when is None:
        return None
    local, offset, precision = when
    code = reading.text(event.get("status_code"), 40).lower()
    text, detail = reading.text(event.get("status"), 500), reading.text(event.get("status_detailed"), 100)
    short = text if len(text) == 2 and text.isupper() else ""
    status, overlay, rule = meaning(code, short, detail)
    words = (
        reading.text(event.get("description"), 1000),
        "" if short else text,
        reading.text(event.get("remark"), 1000),
    )
    return TrackingScan(
        status=status,
        overlay=overlay,
        local_time=local,
        utc_offset=offset,  # mostly absent: then the place tells it
        precision=precision,
        source_id=f"{detail} {local:%Y%m%d%H%M%S}" if detail else "",
        raw_code="/".join(filter(None, (code, detail or short))),
        message=_TAG.sub("", next(filter(None, words), "")),
        rule=f"dhl {rule}",
        place=_place(reading.mapping(reading.mapping(event.get("location")).get("address"))),
    )


def _place(address: dict[str, Any]) -> Place:
    """Read "Oderweg 2, AMSTERDAM" and "Bremen GVZ, DE": the last part is the town, unless it is a country's code."""
    locality = reading.text(address.get("address_locality"), 255)
    parts = [part.strip() for part in locality.split(",") if part.strip()]
    named = alpha_2(parts[-1]) if len(parts) > 1 else ""
    return Place(
        text=locality,
        city=(parts[-2] if named else parts[-1])[:190] if parts else "",
        postcode=reading.text(address.get("postal_code"), 40),
        country=alpha_2(reading.text(address.get("country_code"), 10)) or named,
    )


def _window(
    shipment: dict[str, Any], latest: dict[str, Any], scans: list[TrackingScan], asked_at: dt.datetime | None
) -> DeliveryWindow | None:
    frame = reading.mapping(shipment.get("estimated_delivery_time_frame"))
    single = shipment.get("estimated_time_of_delivery")
    through = frame.get("estimated_through") or frame.get("estimated_to")
    found = reading.span(frame.get("estimated_from"), through) or reading.span(single, None)
    instants = [scan.local_time - dt.timedelta(minutes=scan.utc_offset or 0) for scan in scans]
    stated_at = asked_at or max((moment.replace(tzinfo=dt.UTC) for moment in instants), default=None)
    if found is None or stated_at is None:
        return None
    # Why it moved; what "By End of Day" says is in the dates already.
    reason = reading.text(latest.get("remark"), 500)
    return DeliveryWindow(earliest=found[0], latest=found[1], stated_at=stated_at, reason=_TAG.sub("", reason))
