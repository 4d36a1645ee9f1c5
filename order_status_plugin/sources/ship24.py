"""Ship24: webhooks that nudge, and its trackers.

https://docs.ship24.com/status · https://docs.ship24.com/webhooks/overview · https://docs.ship24.com/tracking-api-reference
"""

from __future__ import annotations

import datetime as dt
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
    Precision,
    Reason,
    TrackedParcel,
    TrackingScan,
    TrackingUpdate,
)
from ..exceptions import UnreadableMessage, UntrustedWebhook
from ..http import Api
from .base import Budget, NudgedSource, Webhook, in_our_slugs, their_code

S = ParcelStatus
Meaning = tuple[ParcelStatus | None, Overlay]

_INFO: Meaning = (None, Overlay.NONE)
_DELAYED: Meaning = (None, Overlay.DELAYED)
_EXCEPTION: Meaning = (None, Overlay.EXCEPTION)

#: ``statusCode``, what this very event means.
CODES: dict[str, Meaning] = {
    "data_order_created": (S.LABEL_CREATED, Overlay.NONE),
    "data_order_cancelled": (S.CANCELLED, Overlay.NONE),
    "data_delivery_proposed": _INFO,
    "data_delivery_decided": _INFO,
    "transit_handover": (S.PICKED_UP_BY_CARRIER, Overlay.NONE),
    "transit_origin_country_departure": (S.IN_TRANSIT, Overlay.NONE),
    "destination_arrival": (S.IN_TRANSIT, Overlay.NONE),
    "customs_received": (S.IN_TRANSIT, Overlay.NONE),
    "customs_exception": _DELAYED,
    "customs_rejected": _EXCEPTION,
    "customs_cleared": (S.IN_TRANSIT, Overlay.NONE),
    "delivery_available_for_pickup": (S.READY_FOR_PICKUP, Overlay.NONE),
    "delivery_out_for_delivery": (S.OUT_FOR_DELIVERY, Overlay.NONE),
    "delivery_attempted": (S.ATTEMPTED_DELIVERY, Overlay.NONE),
    "delivery_exception": _EXCEPTION,
    "delivery_refused": _EXCEPTION,
    "delivery_delivered": (S.DELIVERED, Overlay.NONE),
    "exception_return": (S.RETURNING, Overlay.NONE),  # "will be or being returned"
    "exception_lost": (S.LOST, Overlay.NONE),
    "exception_discarded": _EXCEPTION,
}

#: Why, by ``statusCode``.
REASONS: dict[str, Reason] = {
    "customs_exception": Reason.CUSTOMS,
    "customs_rejected": Reason.CUSTOMS,
    "delivery_refused": Reason.REFUSED,
}

#: ``statusMilestone``, where the parcel was at the time of an event without a code of its own: what only a code can
#: tell anew (an attempt, an exception) is not told again by it.
MILESTONES: dict[str, Meaning] = {
    "pending": _INFO,
    "info_received": (S.LABEL_CREATED, Overlay.NONE),
    "in_transit": (S.IN_TRANSIT, Overlay.NONE),
    "out_for_delivery": (S.OUT_FOR_DELIVERY, Overlay.NONE),
    "failed_attempt": _INFO,
    "available_for_pickup": (S.READY_FOR_PICKUP, Overlay.NONE),
    "delivered": (S.DELIVERED, Overlay.NONE),
    "exception": _INFO,
}

#: Posts are ``<country>-post`` there; the codes are those of its documents' samples and of public integrations, as
#: its list (``GET /couriers``) is given to accounts alone.
CARRIERS = in_our_slugs(
    {
        "4px": "4PX",
        "au-post": "australia-post",
        "be-post": "bpost",
        "br-post": "Correios",
        "ca-post": "canada-post",
        "ch-post": "swiss-post",
        "cn-post": "China Post",
        "cy-post": "Cyprus Post",
        "de-post": "deutsche-post",
        "dhl": "dhl-express",
        "es-post": "correos",
        "fedex": "fedex",
        "gb-post": "royal-mail",
        "gls": "gls",
        "ie-post": "an-post",
        "il-post": "Israel Post",
        "it-post": "poste-italiane",
        "jp-post": "Japan Post (EN)",
        "nl-post": "postnl",
        "nz-post": "New Zealand Post",
        "sg-post": "Singapore Post",
        "ups": "ups",
        "us-post": "usps",
    }
)
_KNOWN = frozenset(CARRIERS.values())


class Ship24(NudgedSource):
    """Ship24. ``OPTIONS``: ``secrets``, ``api_key``.

    A secret is the webhook secret of the dashboard, which Ship24 sends as ``Authorization: Bearer``, or one that was
    made up and stands in the address. Trackers are made for parcels unless ``register`` is False.
    """

    label = "Ship24"
    allowed: ClassVar[tuple[Budget, ...]] = (Budget(10, dt.timedelta(seconds=1)),)
    url: ClassVar[str] = "https://api.ship24.com/public/v1"
    secrets_hint: ClassVar[str] = "Copy the webhook secret from Ship24's dashboard: Integrations, Webhooks."

    def knows(self, carrier: str) -> bool:
        """Say whether we know how Ship24 calls this carrier."""
        return carrier in _KNOWN

    def verify(self, webhook: Webhook) -> None:
        """Accept the secret as a bearer's token, or in the address. A wrong token is refused whatever the address says."""
        scheme, _, token = webhook.headers.get("authorization", "").partition(" ")
        if not scheme:
            super().verify(webhook)
        elif scheme.lower() != "bearer" or not self.is_secret(token.strip()):
            raise UntrustedWebhook("The token of this webhook is wrong.")

    def message_key(self, webhook: Webhook) -> str:
        """Return the id of the only message; grouped ones go by the digest of the body."""
        try:
            payload = reading.load(webhook.body)
        except UnreadableMessage:
            return ""
        told = reading.rows(payload.get("trackings")) if isinstance(payload, dict) else []
        return reading.text(reading.mapping(told[0].get("metadata")).get("message_id"), 150) if len(told) == 1 else ""

    def parse(self, webhook: Webhook) -> Iterator[TrackingUpdate | Nudge]:
        """Yield a nudge for each tracker of a webhook, and what an answer says of each."""
        payload = reading.load(webhook.body)
        holder = reading.mapping(payload).get("data") if webhook.is_answer else payload
        given = reading.mapping(holder).get("trackings")
        if not isinstance(given, list):
            where = "data.trackings" if webhook.is_answer else "trackings"
            raise UnreadableMessage(f"'{where}' must be a list, not {reading.kind(given)}.")
        for tracking in reading.rows(given):
            if webhook.is_answer:
                yield _update(tracking)
            elif reading.mapping(tracking.get("metadata")).get("topic") != "tracking/pod":
                # A proof of delivery comes by webhook alone and cannot be asked for: it is not believed.
                courier = _courier(tracking)
                yield Nudge(tracking_number=_number(tracking), carrier=CARRIERS.get(courier, ""), carrier_text=courier)

    def fetch(self, parcels: Sequence[TrackedParcel]) -> Iterable[Webhook]:
        """Yield what the trackers of each number hold; a number without one (404) says nothing."""
        for parcel in parcels:
            path = f"/trackers/search/{quote(parcel.tracking_number, safe='')}/results"
            answer = self._api().call("GET", path, accept=(200, 404))
            if answer.status_code == 200:
                yield Webhook(body=answer.content, headers={}, is_answer=True)

    def register(self, parcels: Sequence[TrackedParcel]) -> None:
        """Make a tracker for each parcel: the same parameters make no second one."""
        for parcel in parcels:
            tracker: dict[str, Any] = {
                "trackingNumber": parcel.tracking_number,
                "courierCode": [their_code(CARRIERS, parcel.carrier)],
            }
            if parcel.country:
                tracker["destinationCountryCode"] = parcel.country
            # 409: one like it is there, or is being made by another call.
            self._api().call("POST", "/trackers", json=tracker, accept=(200, 201, 409))

    def _api(self) -> Api:
        headers = {"Authorization": f"Bearer {self.option('api_key')}"}
        return Api(self.option("url", self.url), headers=headers)


def meaning(code: str, milestone: str) -> tuple[ParcelStatus | None, Overlay, str]:
    """Return status, overlay and the rule that gave them."""
    if code in CODES:
        return (*CODES[code], "statusCode")
    if milestone in MILESTONES:
        return (*MILESTONES[milestone], "statusMilestone")
    return (S.UNKNOWN, Overlay.NONE, "unknown code") if code or milestone else (*_INFO, "no code")


def _number(tracking: dict[str, Any]) -> str:
    given = reading.mapping(tracking.get("tracker")).get("tracking_number")
    number = reading.text(given, 190)
    if not catalogue.normalise_number(number):
        raise UnreadableMessage(f"'tracker.trackingNumber' must be a text, not {reading.kind(given)}.")
    return number


def _courier(tracking: dict[str, Any]) -> str:
    """Return the courier of the tracker, where it names one alone; those of events may be of another mile."""
    given = reading.mapping(tracking.get("tracker")).get("courier_code")
    if isinstance(given, list):
        given = given[0] if len(given) == 1 else None
    return reading.text(given, 60)


def _update(tracking: dict[str, Any]) -> TrackingUpdate:
    number, courier = _number(tracking), _courier(tracking)
    events = reading.rows(tracking.get("events"))
    scans = tuple(scan for scan in map(_scan, events) if scan is not None)
    shipment = reading.mapping(tracking.get("shipment"))
    delivery = reading.mapping(shipment.get("delivery"))
    said = reading.mapping(delivery.get("courier_estimated_delivery_date"))
    due = delivery.get("estimated_delivery_date")
    found = reading.span(said.get("from"), said.get("to")) or reading.span(due, due)
    times = [scan.local_time.replace(tzinfo=dt.UTC) for scan in scans]
    stated_at = reading.aware(reading.mapping(tracking.get("metadata")).get("generated_at")) or max(times, default=None)
    handed_to, handed_number = _last_mile(number, events)
    return TrackingUpdate(
        tracking_number=number,
        carrier=CARRIERS.get(courier, ""),
        carrier_text=courier,
        scans=scans,
        window=DeliveryWindow(earliest=found[0], latest=found[1], stated_at=stated_at) if found and stated_at else None,
        signed_by=reading.text(delivery.get("signed_by"), 190),
        handed_to=handed_to,
        handed_number=handed_number,
    )


def _scan(event: dict[str, Any]) -> TrackingScan | None:
    code, milestone = reading.text(event.get("status_code"), 100), reading.text(event.get("status_milestone"), 60)
    when = reading.clock(event.get("occurrence_datetime"))
    if when is None:
        return None
    said, overlay, rule = meaning(code, milestone)
    local, offset, precision = when
    if offset is None and precision is not Precision.DATE:
        offset = _offset(event.get("utc_offset"))
    order = event.get("order")
    return TrackingScan(
        status=said,
        overlay=overlay,
        local_time=local,
        utc_offset=offset,
        precision=Precision.DATE if event.get("has_no_time") is True else precision,
        source_id=reading.text(event.get("event_id"), 190),
        raw_code=code or milestone,
        message=reading.text(event.get("status"), 1000),
        rule=f"ship24 {rule}",
        place=Place(text=reading.text(event.get("location"), 255)),
        sequence=order if isinstance(order, int) and not isinstance(order, bool) else 0,
        reason=REASONS.get(code, Reason.NONE),
    )


def _offset(given: object) -> int | None:
    """Return the minutes of an offset like ``+02:00``, which stood beside the time in older versions."""
    when = reading.clock(f"2000-01-01T00:00:00{given}") if isinstance(given, str) and given else None
    return when[1] if when else None


def _last_mile(number: str, events: list[dict[str, Any]]) -> tuple[str, str]:
    """Return courier and number of the latest events, where they are found under another number. Newest are first."""
    for event in events[:1]:
        other = reading.text(event.get("event_tracking_number"), 190)
        if other and catalogue.normalise_number(other) != catalogue.normalise_number(number):
            code = reading.text(event.get("courier_code"), 60)
            carrier = catalogue.get(CARRIERS.get(code, ""))
            return (carrier.name if carrier else code), other
    return "", ""
