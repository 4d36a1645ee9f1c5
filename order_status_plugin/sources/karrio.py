"""Karrio: a server of one's own that follows some forty carriers, over its REST API.

https://docs.karrio.io/reference/api/trackers. Its packages (LGPL) are neither imported nor needed here.

What it says is less sure than a carrier's own word: it drops offsets and labels the clock of the place UTC, and reads
some statuses from English words. So the seven carriers that have a source of their own are left to them unless
``OPTIONS["carriers"]`` names them.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from django.core.checks import CheckMessage

from .. import reading
from ..carriers import catalogue
from ..events import (
    DeliveryWindow,
    Nudge,
    Overlay,
    ParcelStatus,
    Place,
    Precision,
    Reason,
    TrackedParcel,
    TrackingScan,
    TrackingUpdate,
)
from ..exceptions import UnreadableMessage, UntrustedWebhook
from ..http import Api
from .base import Budget, NudgedSource, Webhook, answer, answered_at, in_our_slugs, their_code

S = ParcelStatus
Meaning = tuple[ParcelStatus | None, Overlay]

_INFO: Meaning = (None, Overlay.NONE)
_EXCEPTION: Meaning = (None, Overlay.EXCEPTION)

STATUSES: dict[str, Meaning] = {
    "pending": (S.LABEL_CREATED, Overlay.NONE),
    "picked_up": (S.PICKED_UP_BY_CARRIER, Overlay.NONE),
    "in_transit": (S.IN_TRANSIT, Overlay.NONE),
    "out_for_delivery": (S.OUT_FOR_DELIVERY, Overlay.NONE),
    "ready_for_pickup": (S.READY_FOR_PICKUP, Overlay.NONE),
    "delivered": (S.DELIVERED, Overlay.NONE),
    "return_to_sender": (S.RETURNING, Overlay.NONE),
    "delivery_delayed": (None, Overlay.DELAYED),
    "delivery_failed": _EXCEPTION,
    "on_hold": _EXCEPTION,
    "cancelled": (S.CANCELLED, Overlay.NONE),
    "unknown": _INFO,
}
#: Reasons of a failed delivery that say that somebody stood at the door.
AT_THE_DOOR = frozenset({"consignee_not_available", "consignee_not_home", "consignee_business_closed"})
#: Why: Karrio has one list of reasons for all carriers.
REASONS = {
    "carrier_address_not_found": Reason.ADDRESS,
    "carrier_damaged_parcel": Reason.DAMAGED,
    "carrier_not_enough_time": Reason.CAPACITY,
    "carrier_sorting_error": Reason.CAPACITY,
    "carrier_vehicle_issue": Reason.CAPACITY,
    "consignee_incorrect_address": Reason.ADDRESS,
    "consignee_refused": Reason.REFUSED,
    **dict.fromkeys(AT_THE_DOOR, Reason.ABSENT),
    "customs_delay": Reason.CUSTOMS,
    "customs_documentation": Reason.DOCUMENTS,
    "customs_duties_unpaid": Reason.PAYMENT,
    "natural_disaster": Reason.OTHER,
    "weather_delay": Reason.WEATHER,
}
ENDED = frozenset({"delivered", "return_to_sender", "cancelled"})

CARRIERS = in_our_slugs(
    {
        "ups": "ups",
        "usps": "usps",
        "fedex": "fedex",
        "dhl_universal": "dhl-ecommerce",
        "dhl_express": "dhl-express",
        "dhl_parcel_de": "dhl-paket",
        "laposte": "La Poste Colissimo",
        "colissimo": "colissimo",
        "chronopost": "chronopost",
        "canadapost": "canada-post",
        "aramex": "Aramex",
        "asendia": "Asendia",
        "asendia_us": "Asendia USA",
        "australiapost": "australia-post",
        "bpost": "bpost",
        "canpar": "Canpar",
        "dpd": "dpd",
        "geodis": "Geodis",
        "gls": "gls",
        "hermes": "hermes-de",
        "landmark": "Landmark",
        "purolator": "purolator",
        "royalmail": "royal-mail",
        "sendle": "Sendle",
        "tnt": "TNT",
        "veho": "Veho",
    }
)
#: Carriers that have a source of their own.
DIRECT = frozenset(
    "ups usps fedex dhl-express dhl-paket dhl-ecommerce deutsche-post la-poste colissimo chronopost canada-post".split()  # noqa: SIM905
)
_KNOWN = frozenset(CARRIERS.values()) - DIRECT

_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::\d{2})?\s*([AaPp][Mm])?")


class Karrio(NudgedSource):
    """A Karrio server. ``OPTIONS``: ``url`` of the server, ``api_key`` (a token), ``secrets`` of its webhooks.

    Its webhooks carry their secret in clear: they nudge, and the server's answer is what counts.
    """

    label = "Karrio"
    kept_headers: ClassVar[tuple[str, ...]] = ("date", "tracking-number")
    allowed: ClassVar[tuple[Budget, ...]] = (Budget(10, dt.timedelta(seconds=1)),)
    secrets_hint: ClassVar[str] = "Copy the secret that the Karrio server shows for its webhook."
    key_hint: ClassVar[str] = "Copy an API key of the Karrio server, and give the server's address as 'url'."

    def check(self) -> list[CheckMessage]:
        """Say what is missing; a server that only answers needs no secrets."""
        found = self.check_texts("url", "api_key", hint=self.key_hint)
        return found + (self.check_secrets(self.secrets_hint) if "secrets" in self.options else [])

    def knows(self, carrier: str) -> bool:
        """Say whether Karrio follows this carrier, and no source of its own does."""
        return carrier in _KNOWN

    def is_pushed(self) -> bool:
        """Say whether webhooks are set up."""
        return bool(self.secrets())

    def is_asked(self) -> bool:
        """Say whether there is a server with a key."""
        return bool(self.option("api_key") and self.option("url"))

    def verify(self, webhook: Webhook) -> None:
        """Compare the secret, which stands in ``X-Event-Id`` (Karrio's name for it) or in the address."""
        if not (self.is_secret(webhook.headers.get("x-event-id", "")) or self.is_secret(webhook.secret)):
            raise UntrustedWebhook("The secret of this webhook is missing or wrong.")

    def parse(self, webhook: Webhook) -> Iterator[TrackingUpdate | Nudge]:
        """Yield a nudge for an event about a tracker, nothing for other events, and the trackers of an answer."""
        payload = reading.load(webhook.body)
        if not isinstance(payload, dict):
            raise UnreadableMessage(f"The body must be an object, not {reading.kind(payload)}.")
        told = reading.mapping(payload)
        if not webhook.is_answer:
            event = reading.text(told.get("event"), 60)
            if not event:
                raise UnreadableMessage(f"'event' must be a text, not {reading.kind(told.get('event'))}.")
            if event.startswith("tracker"):
                tracker = reading.mapping(told.get("data"))
                name = reading.text(tracker.get("carrier_name"), 60)
                yield Nudge(tracking_number=_number(tracker), carrier=CARRIERS.get(name, ""), carrier_text=name)
            return
        if not isinstance(told.get("results"), list):
            raise UnreadableMessage(f"'results' must be a list, not {reading.kind(told.get('results'))}.")
        asked = catalogue.normalise_number(webhook.headers.get("tracking-number", ""))
        for tracker in reading.rows(told["results"]):
            # The server looks for the number anywhere in its own: only the same one is meant.
            if not asked or catalogue.normalise_number(_number(tracker)) == asked:
                yield _update(tracker, answered_at(webhook))

    def fetch(self, parcels: Sequence[TrackedParcel]) -> Iterable[Webhook]:
        """Yield the trackers with each number; one without a tracker is an empty list."""
        for parcel in parcels:
            query = {"tracking_number": parcel.tracking_number}
            if name := their_code(CARRIERS, parcel.carrier):
                query["carrier_name"] = name
            told = answer(self._api().call("GET", "/v1/trackers", params=query))
            yield replace(told, headers={**told.headers, "tracking-number": parcel.tracking_number})

    def register(self, parcels: Sequence[TrackedParcel]) -> None:
        """Have the server follow these parcels, whether the carrier has scanned them yet or not."""
        for parcel in parcels:
            if name := their_code(CARRIERS, parcel.carrier):
                tracker = {"tracking_number": parcel.tracking_number, "carrier_name": name}
                self._api().call("POST", "/v1/trackers", json=tracker, params={"pending_pickup": "true"})

    def _api(self) -> Api:
        return Api(self.option("url"), headers={"Authorization": f"Token {self.option('api_key')}"})


def meaning(status: str, reason: str) -> tuple[ParcelStatus | None, Overlay, str]:
    """Return status, overlay and the rule that gave them."""
    if status in ("delivery_failed", "on_hold") and reason in AT_THE_DOOR:
        return S.ATTEMPTED_DELIVERY, Overlay.NONE, "status and reason"
    if status in STATUSES:
        return (*STATUSES[status], "status")
    return (S.UNKNOWN, Overlay.NONE, "unknown status") if status else (*_INFO, "no status")


def _number(tracker: dict[str, Any]) -> str:
    number = reading.text(tracker.get("tracking_number"), 190)
    if not catalogue.normalise_number(number):
        raise UnreadableMessage(
            f"'tracking_number' must be a text, not {reading.kind(tracker.get('tracking_number'))}."
        )
    return number


def _update(tracker: dict[str, Any], asked_at: dt.datetime | None) -> TrackingUpdate:
    name = reading.text(tracker.get("carrier_name"), 60)
    scans = [scan for event in reading.rows(tracker.get("events")) if (scan := _scan(event))]
    meta = reading.mapping(tracker.get("meta"))
    links = (reading.text(tracker.get(key), 1000) for key in ("delivery_image_url", "signature_image_url"))
    # After the delivery it is set to that day: then it is none any more.
    is_over = tracker.get("delivered") is True or reading.text(tracker.get("status"), 60) in ENDED
    due = None if is_over else reading.span(tracker.get("estimated_delivery"), None)
    latest = max((scan.local_time for scan in scans), default=None)
    stated_at = asked_at or (latest.replace(tzinfo=dt.UTC) if latest else None)
    return TrackingUpdate(
        tracking_number=_number(tracker),
        carrier=CARRIERS.get(name, ""),
        carrier_text=name,
        scans=tuple(scans),
        window=DeliveryWindow(earliest=due[0], latest=due[1], stated_at=stated_at) if due and stated_at else None,
        signed_by=reading.text(reading.mapping(tracker.get("info")).get("signed_by"), 190),
        proof_url=next((link for link in links if link.startswith("https://")), ""),
        handed_to=reading.text(meta.get("last_mile_carrier"), 100),
        handed_number=reading.text(meta.get("last_mile_tracking_number"), 100),
    )


def _scan(event: dict[str, Any]) -> TrackingScan | None:
    """Read one event; None for one without a date."""
    when = _clock(event)
    if when is None:
        return None
    status, reason = reading.text(event.get("status"), 60), reading.text(event.get("reason"), 60)
    code = reading.text(event.get("code"), 100)
    said, overlay, rule = meaning(status, reason)
    latitude, longitude = reading.point(event.get("latitude"), event.get("longitude"))
    return TrackingScan(
        status=said,
        overlay=overlay,
        local_time=when[0],
        utc_offset=None,  # the Z behind its timestamps is none: the carrier's offset was dropped
        precision=when[1],
        raw_code=code,  # the carrier's own: Karrio changes its status of an event from one call to the next
        message=reading.text(event.get("description"), 1000),
        rule=f"karrio {rule}",
        place=Place(text=reading.text(event.get("location"), 255), latitude=latitude, longitude=longitude),
        reason=REASONS.get(reason, Reason.NONE) if overlay or said is S.ATTEMPTED_DELIVERY else Reason.NONE,
    )


def _clock(event: dict[str, Any]) -> tuple[dt.datetime, Precision] | None:
    """Read the clock of the place from ``timestamp``, else from ``date`` and ``time`` ("18:07 PM" is seven past six)."""
    when = reading.moment(event.get("timestamp")) if isinstance(event.get("timestamp"), str) else None
    if isinstance(when, dt.datetime):
        return when.replace(tzinfo=None), Precision.INSTANT
    day = reading.moment(event.get("date")) if isinstance(event.get("date"), str) else None
    if day is None:
        return None
    day = day.date() if isinstance(day, dt.datetime) else day
    found = _TIME.fullmatch(reading.text(event.get("time"), 20))
    if found is None:
        return dt.datetime.combine(day, dt.time()), Precision.DATE
    hour = int(found[1])
    if found[3] and hour <= 12:
        hour = hour % 12 + (12 if found[3].lower() == "pm" else 0)
    try:
        return dt.datetime.combine(day, dt.time(hour, int(found[2]))), Precision.MINUTE
    except ValueError:
        return dt.datetime.combine(day, dt.time()), Precision.DATE
