"""Shippo: webhooks that nudge, and its tracks.

https://docs.goshippo.com/tracking/tracking · https://docs.goshippo.com/tracking/webhook-security
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar
from urllib.parse import quote

from .. import reading
from ..carriers import catalogue
from ..events import (
    DeliveryWindow,
    Nudge,
    Overlay,
    ParcelStatus,
    Place,
    Reason,
    TrackedParcel,
    TrackingScan,
    TrackingUpdate,
)
from ..exceptions import UnreadableMessage, UntrustedWebhook
from ..http import Api
from ..places.countries import alpha_2
from .base import Budget, NudgedSource, Webhook, in_our_slugs, their_code

S = ParcelStatus
Meaning = tuple[ParcelStatus | None, Overlay]

_INFO: Meaning = (None, Overlay.NONE)
_DELAYED: Meaning = (None, Overlay.DELAYED)
_EXCEPTION: Meaning = (None, Overlay.EXCEPTION)

STATUSES: dict[str, Meaning] = {
    "UNKNOWN": _INFO,  # "the package has not been found via the carrier's tracking system"
    "PRE_TRANSIT": (S.LABEL_CREATED, Overlay.NONE),
    "TRANSIT": (S.IN_TRANSIT, Overlay.NONE),
    "DELIVERED": (S.DELIVERED, Overlay.NONE),
    "RETURNED": (S.RETURNING, Overlay.NONE),  # "en route back to the sender, or was returned": the earlier of both
    "FAILURE": _EXCEPTION,
}

#: ``substatus.code``, where it says more: https://docs.goshippo.com/docs/tracking/tracking/#event-definitions
SUBSTATUSES: dict[str, Meaning] = {
    "information_received": (S.LABEL_CREATED, Overlay.NONE),
    "address_issue": _EXCEPTION,
    "contact_carrier": _EXCEPTION,
    "delayed": _DELAYED,
    "delivery_attempted": (S.ATTEMPTED_DELIVERY, Overlay.NONE),
    "delivery_rescheduled": _DELAYED,
    "delivery_scheduled": _INFO,
    "location_inaccessible": (S.ATTEMPTED_DELIVERY, Overlay.EXCEPTION),
    "notice_left": (S.ATTEMPTED_DELIVERY, Overlay.NONE),
    "out_for_delivery": (S.OUT_FOR_DELIVERY, Overlay.NONE),
    "package_accepted": (S.PICKED_UP_BY_CARRIER, Overlay.NONE),
    "package_arrived": (S.IN_TRANSIT, Overlay.NONE),
    "package_damaged": _EXCEPTION,
    "package_departed": (S.IN_TRANSIT, Overlay.NONE),
    "package_forwarded": (S.IN_TRANSIT, Overlay.NONE),
    "package_held": _EXCEPTION,
    "package_processed": (S.IN_TRANSIT, Overlay.NONE),
    "package_processing": (S.IN_TRANSIT, Overlay.NONE),
    "pickup_available": (S.READY_FOR_PICKUP, Overlay.NONE),
    "reschedule_delivery": _EXCEPTION,
    "delivered": (S.DELIVERED, Overlay.NONE),
    "return_to_sender": (S.RETURNING, Overlay.NONE),
    "package_unclaimed": (S.RETURNING, Overlay.EXCEPTION),
    "package_undeliverable": _EXCEPTION,
    "package_disposed": _EXCEPTION,
    "package_lost": (S.LOST, Overlay.NONE),
}

#: Why, by ``substatus.code``.
REASONS: dict[str, Reason] = {
    "address_issue": Reason.ADDRESS,
    "package_damaged": Reason.DAMAGED,
    "package_unclaimed": Reason.MISSED_PICKUP,
}

#: https://docs.goshippo.com/docs/tracking/trackingcarriers
CARRIERS = in_our_slugs(
    {
        "apc_postal": "APC",
        "asendia_us": "Asendia USA",
        "australia_post": "australia-post",
        "bring": "postnord-no",
        "canada_post": "canada-post",
        "cdl": "CDL Last Mile",
        "chronopost": "chronopost",
        "colissimo": "colissimo",
        "correios_br": "Correios",
        "correos_espana": "correos",
        "deutsche_post": "deutsche-post",
        "dhl_ecommerce": "dhl-ecommerce",
        "dhl_express": "dhl-express",
        "dhl_germany": "dhl-paket",
        "dpd_de": "dpd",
        "dpd_uk": "dpd-uk",
        "fedex": "fedex",
        "hermes_germany_b2c": "hermes-de",
        "hermes_uk": "evri",
        "la_poste": "La Poste Colissimo",
        "lasership": "Lasership",
        "lso": "Lone Star Overnight",
        "mondial_relay": "mondial-relay",
        "new_zealand_post": "New Zealand Post",
        "ontrac": "ontrac",
        "parcelforce": "parcelforce",
        "pitney_bowes": "Pitney Bowes",
        "poste_italiane": "poste-italiane",
        "purolator": "purolator",
        "royal_mail": "royal-mail",
        "sendle": "Sendle",
        "uds": "United Delivery Service",
        "ups": "ups",
        "usps": "usps",
    }
)
_KNOWN = frozenset(CARRIERS.values())


class Shippo(NudgedSource):
    """Shippo. ``OPTIONS``: ``secrets`` (each the last part of an address), ``api_key`` (the API token).

    Tracks are made for parcels unless ``register`` is False: labels that were bought there have one, and each other
    number is charged. Where Shippo was asked to sign webhooks, its HMAC secret stands among ``secrets`` too.
    """

    label = "Shippo"
    allowed: ClassVar[tuple[Budget, ...]] = (Budget(10, dt.timedelta(seconds=1)),)
    url: ClassVar[str] = "https://api.goshippo.com"

    def knows(self, carrier: str) -> bool:
        """Say whether Shippo follows this carrier."""
        return carrier in _KNOWN

    def verify(self, webhook: Webhook) -> None:
        """Compare the secret in the address, and the signature where there is one: ``t=<seconds>,v1=<hex>``."""
        super().verify(webhook)
        header = webhook.headers.get("shippo-auth-signature")
        if header is None:
            return
        fields = dict(part.strip().partition("=")[::2] for part in header.split(","))
        signed = fields.get("t", "").encode() + b"." + webhook.body
        given = fields.get("v1", "").lower().encode()
        macs = [hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in self.secrets()]
        matches = [hmac.compare_digest(given, mac.encode()) for mac in macs]
        if not any(matches):
            raise UntrustedWebhook()

    def parse(self, webhook: Webhook) -> Iterator[TrackingUpdate | Nudge]:
        """Yield a nudge for ``track_updated``, nothing for other events, and the track of an answer."""
        payload = reading.load(webhook.body)
        if not isinstance(payload, dict):
            raise UnreadableMessage(f"The body must be an object, not {reading.kind(payload)}.")
        if webhook.is_answer:
            yield _update(payload)
            return
        event = reading.text(payload.get("event"), 60)
        if not event:
            raise UnreadableMessage(f"'event' must be a text, not {reading.kind(payload.get('event'))}.")
        if event == "track_updated":
            track = reading.mapping(payload.get("data"))
            carrier = reading.text(track.get("carrier"), 60)
            number = _number(track, "data.")
            yield Nudge(tracking_number=number, carrier=CARRIERS.get(carrier, ""), carrier_text=carrier)

    def fetch(self, parcels: Sequence[TrackedParcel]) -> Iterable[Webhook]:
        """Yield the track of each number; one that Shippo does not know (404) says nothing."""
        for parcel in parcels:
            path = f"/tracks/{their_code(CARRIERS, parcel.carrier)}/{quote(parcel.tracking_number, safe='')}"
            answer = self._api().call("GET", path, accept=(200, 404))
            if answer.status_code == 200:
                yield Webhook(body=answer.content, headers={}, is_answer=True)

    def register(self, parcels: Sequence[TrackedParcel]) -> None:
        """Have Shippo post when something happens to these parcels."""
        for parcel in parcels:
            track = {"carrier": their_code(CARRIERS, parcel.carrier), "tracking_number": parcel.tracking_number}
            self._api().call("POST", "/tracks", json=track)

    def _api(self) -> Api:
        headers = {"Authorization": f"ShippoToken {self.option('api_key')}", "Shippo-API-Version": "2018-02-08"}
        return Api(self.option("url", self.url), headers=headers)


def meaning(status: str, substatus: str) -> tuple[ParcelStatus | None, Overlay, str]:
    """Return status, overlay and the rule that gave them."""
    if substatus in SUBSTATUSES:
        return (*SUBSTATUSES[substatus], "substatus")
    if status in STATUSES:
        return (*STATUSES[status], "status")
    return (S.UNKNOWN, Overlay.NONE, "unknown status") if status else (*_INFO, "no status")


def _number(track: dict[str, Any], where: str = "") -> str:
    number = reading.text(track.get("tracking_number"), 190)
    if not catalogue.normalise_number(number):
        said = reading.kind(track.get("tracking_number"))
        raise UnreadableMessage(f"'{where}tracking_number' must be a text, not {said}.")
    return number


def _update(track: dict[str, Any]) -> TrackingUpdate:
    number = _number(track)
    history = track.get("tracking_history")
    if history is not None and not isinstance(history, list):
        raise UnreadableMessage(f"'tracking_history' must be a list, not {reading.kind(history)}.")
    # The latest status is in the history as a rule; where it is not, it is one more event.
    told = [*reading.rows(history), reading.mapping(track.get("tracking_status"))]
    scans = list({(scan.local_time, scan.raw_code, scan.message): scan for scan in map(_scan, told) if scan}.values())
    carrier = reading.text(track.get("carrier"), 60)
    next_step = next((step for step in map(_next_step, reversed(told)) if step is not None), "")
    return TrackingUpdate(
        tracking_number=number,
        carrier=CARRIERS.get(carrier, ""),
        carrier_text=carrier,
        scans=tuple(scans),
        window=_window(track, scans),
        next_step=next_step,
    )


def _scan(event: dict[str, Any]) -> TrackingScan | None:
    """Read one event; None for one without a time, which nothing else tells."""
    sub = reading.mapping(event.get("substatus"))
    status, code = reading.text(event.get("status"), 60), reading.text(sub.get("code"), 100)
    said, overlay, rule = meaning(status, code)
    when = reading.clock(event.get("status_date"))
    if when is None:
        when = reading.clock(event.get("object_created"))
        said, overlay, rule = None, Overlay.NONE, "unreadable status_date"
    if when is None:
        return None
    local, offset, precision = when
    location = reading.mapping(event.get("location"))
    return TrackingScan(
        status=said,
        overlay=overlay,
        local_time=local,
        utc_offset=offset,  # "displayed in UTC"
        precision=precision,
        raw_code="/".join(filter(None, (status, code))),
        message=reading.text(event.get("status_details"), 1000) or reading.text(sub.get("text"), 1000),
        rule=f"shippo {rule}",
        place=Place(
            city=reading.text(location.get("city"), 190),
            region=reading.text(location.get("state"), 190),
            postcode=reading.text(location.get("zip"), 40),
            country=alpha_2(reading.text(location.get("country"), 60)),
        ),
        reason=REASONS.get(code, Reason.NONE) if said or overlay else Reason.NONE,
    )


def _next_step(event: dict[str, Any]) -> str | None:
    """Return what somebody must do by the latest event that has a substatus, "" for nothing; None where it has none."""
    sub = reading.mapping(event.get("substatus"))
    if not sub:
        return None
    return reading.text(sub.get("text"), 500) if sub.get("action_required") is True else ""


def _window(track: dict[str, Any], scans: list[TrackingScan]) -> DeliveryWindow | None:
    """Read the estimate. An hour would be one in UTC, which nobody's clock shows: the day is what is kept."""
    found = reading.span(reading.text(track.get("eta"), 40)[:10], None)
    latest = reading.mapping(track.get("tracking_status"))
    stated = [reading.aware(latest.get(name)) for name in ("object_updated", "status_date")]
    stated += [scan.local_time.replace(tzinfo=dt.UTC) for scan in scans]
    stated_at = max((when for when in stated if when), default=None)
    return DeliveryWindow(earliest=found[0], latest=found[1], stated_at=stated_at) if found and stated_at else None
