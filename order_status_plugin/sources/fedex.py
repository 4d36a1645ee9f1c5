"""FedEx: Track.

https://developer.fedex.com/api/en-us/catalog/track/docs.html
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar

from django.core.checks import CheckMessage

from .. import reading
from ..carriers import catalogue
from ..events import DeliveryWindow, Overlay, ParcelStatus, Place, Reason, TrackedParcel, TrackingScan, TrackingUpdate
from ..exceptions import UnreadableMessage
from ..http import Api, ClientCredentials
from ..places.countries import alpha_2
from .base import Budget, Source, Webhook, answer, answered_at

S = ParcelStatus
Meaning = tuple[ParcelStatus | None, Overlay]

_INFO: Meaning = (None, Overlay.NONE)
_DELAYED: Meaning = (None, Overlay.DELAYED)
_EXCEPTION: Meaning = (None, Overlay.EXCEPTION)

#: https://developer.fedex.com/api/en-us/guides/api-reference.html#trackingstatuscodes
CODES: dict[str, Meaning] = {
    code: meaning
    for meaning, codes in (
        ((S.LABEL_CREATED, Overlay.NONE), "OC OX IN EP"),  # IN: initiated
        ((S.PICKED_UP_BY_CARRIER, Overlay.NONE), "PU PX"),
        ((S.IN_TRANSIT, Overlay.NONE), "AA AC AF AR AX CC CP DP EA EO FD IT IX LO OF OW PF PL PM SF TR"),
        ((S.OUT_FOR_DELIVERY, Overlay.NONE), "AD ED OD"),
        ((S.READY_FOR_PICKUP, Overlay.NONE), "HL HP"),
        ((S.DELIVERED, Overlay.NONE), "DL"),
        ((S.RETURNING, Overlay.NONE), "RS"),
        ((S.CANCELLED, Overlay.NONE), "CA"),
        (_DELAYED, "CD DD DY PD"),
        (_EXCEPTION, "DE SE"),
        (_INFO, "AO AP CH DR DS HA LP RC RD RG RM RP RR RT SP"),  # wishes, return labels, vehicles
    )
    for code in codes.split()
}

#: Reasons of a delivery exception that say that somebody stood at the door.
AT_THE_DOOR = frozenset({"08", "15"})  # "Customer not available or business closed"

#: Why, by ``exceptionCode`` of a delivery exception.
REASONS = {
    "03": Reason.ADDRESS,  # "Incorrect address"
    "07": Reason.REFUSED,  # "Shipment refused by recipient"
    **dict.fromkeys(AT_THE_DOOR, Reason.ABSENT),
}
#: Why, by ``delayDetail.type``; the others ("GENERAL", "LOCAL") tell nothing.
DELAYS = {"CLEARANCE": Reason.CUSTOMS, "OPERATIONAL": Reason.CAPACITY, "WEATHER": Reason.WEATHER}


class FedEx(Source):
    """FedEx. ``OPTIONS``: ``client_id`` and ``client_secret``, the keys of a project with the Track API."""

    label = "FedEx"
    kept_headers: ClassVar[tuple[str, ...]] = ("date",)
    batch_size: ClassVar[int] = 30
    #: FedEx allows far more in ten seconds; its quota of a day hangs on the project.
    allowed: ClassVar[tuple[Budget, ...]] = (Budget(10, dt.timedelta(seconds=1)),)
    url: ClassVar[str] = "https://apis.fedex.com"

    def check(self) -> list[CheckMessage]:
        """Say which credentials are missing."""
        hint = "Copy API key and secret key of your project at developer.fedex.com."
        return self.check_texts("client_id", "client_secret", hint=hint)

    def knows(self, carrier: str) -> bool:
        """Say whether it is FedEx."""
        return carrier == "fedex"

    def is_asked(self) -> bool:
        """Say whether there are credentials."""
        return bool(self.option("client_id") and self.option("client_secret"))

    def fetch(self, parcels: Sequence[TrackedParcel]) -> Iterable[Webhook]:
        """Yield one answer about up to thirty numbers."""
        base = Api(self.option("url", self.url))
        auth = ClientCredentials(
            base,
            "/oauth/token",
            client_id=self.option("client_id"),
            client_secret=self.option("client_secret"),
            in_body=True,
        )
        numbers = [{"trackingNumberInfo": {"trackingNumber": parcel.tracking_number}} for parcel in parcels]
        api = Api(base.base_url, auth=auth, headers={"X-locale": "en_US"})
        body = {"includeDetailedScans": True, "trackingInfo": numbers}
        yield answer(api.call("POST", "/track/v1/trackingnumbers", json=body))

    def parse(self, webhook: Webhook) -> Iterator[TrackingUpdate]:
        """Yield each number of an answer."""
        if not webhook.is_answer:
            raise UnreadableMessage("FedEx's webhooks are not read: nobody publishes how they are signed.")
        payload = reading.mapping(reading.load(webhook.body))
        results = reading.mapping(payload.get("output")).get("complete_track_results")
        if not isinstance(results, list):
            raise UnreadableMessage(f"'output.completeTrackResults' must be a list, not {reading.kind(results)}.")
        for result in reading.rows(results):
            number = reading.text(result.get("tracking_number"), 190)
            if not catalogue.normalise_number(number):
                said = reading.kind(result.get("tracking_number"))
                raise UnreadableMessage(f"'completeTrackResults.trackingNumber' must be a text, not {said}.")
            # FedEx uses numbers again: each use is one of these, and each scan goes to the parcel of its time.
            for told in reading.rows(result.get("track_results")):
                if not told.get("error"):
                    yield _update(told, number, answered_at(webhook))


def meaning(event: str, derived: str, exception: str) -> tuple[ParcelStatus | None, Overlay, str]:
    """Return status, overlay and the rule that gave them, for an event, what FedEx makes of it, and its reason."""
    if event == "DE" and exception in AT_THE_DOOR:
        return S.ATTEMPTED_DELIVERY, Overlay.NONE, "event type and exception code"
    if event in CODES:
        return (*CODES[event], "event type")
    if derived in CODES:
        return (*CODES[derived], "derived status code")
    return (S.UNKNOWN, Overlay.NONE, "unknown event type") if event or derived else (*_INFO, "no event type")


def _update(told: dict[str, Any], number: str, asked_at: dt.datetime | None) -> TrackingUpdate:
    scans = [scan for event in reading.rows(told.get("scan_events")) if (scan := _scan(event))]
    latest = reading.mapping(told.get("latest_status_detail"))
    delivery = reading.mapping(told.get("delivery_details"))
    details = reading.rows(latest.get("ancillary_details"))
    is_over = any(scan.status is S.DELIVERED for scan in scans)
    return TrackingUpdate(
        tracking_number=number,
        carrier="fedex",
        carrier_text="FedEx",
        scans=tuple(scans),
        window=None if is_over else _window(told, scans, asked_at),
        next_step="" if is_over else next((reading.text(row.get("action"), 500) for row in details), ""),
        signed_by=reading.text(delivery.get("received_by_name") or delivery.get("signed_by_name"), 190),
        left_at=reading.text(delivery.get("location_description"), 190) if is_over else "",
        pickup_place=_hold_at(reading.mapping(told.get("hold_at_location"))),
    )


def _scan(event: dict[str, Any]) -> TrackingScan | None:
    """Read one scan; None for one without a time."""
    when = reading.clock(event.get("date"))
    if when is None:
        return None
    local, offset, precision = when
    code, derived, exception = (
        reading.text(event.get(name), 20).upper() for name in ("event_type", "derived_status_code", "exception_code")
    )
    status, overlay, rule = meaning(code, derived, exception)
    delay = reading.mapping(event.get("delay_detail"))
    if overlay is Overlay.NONE and delay.get("status") == "DELAYED":
        overlay, rule = Overlay.DELAYED, f"{rule}, delay detail"
    words = [reading.text(event.get(name), 500) for name in ("event_description", "exception_description")]
    address = reading.mapping(event.get("scan_location"))
    return TrackingScan(
        status=status,
        overlay=overlay,
        local_time=local,
        utc_offset=offset,
        precision=precision,
        raw_code="/".join(filter(None, (code or derived, exception))),
        message=": ".join(filter(None, words)),
        rule=f"fedex {rule}",
        reason=_reason(code, exception, reading.text(delay.get("type"), 40)),
        place=Place(
            city=reading.text(address.get("city"), 190),
            region=reading.text(address.get("state_or_province_code"), 190),
            postcode=reading.text(address.get("postal_code"), 40),
            country=alpha_2(reading.text(address.get("country_code"), 60)),
        ),
    )


def _reason(code: str, exception: str, delay: str) -> Reason:
    if code == "DE":
        return REASONS.get(exception, Reason.NONE)
    return Reason.CUSTOMS if code == "CD" else DELAYS.get(delay, Reason.NONE)


def _window(told: dict[str, Any], scans: list[TrackingScan], asked_at: dt.datetime | None) -> DeliveryWindow | None:
    """Read the estimate: the window of this parcel, its day, else what its service takes."""
    dates = {
        reading.text(row.get("type"), 60): row.get("date_time") for row in reading.rows(told.get("date_and_times"))
    }
    estimated, standard = (
        reading.mapping(reading.mapping(told.get(name)).get("window"))
        for name in ("estimated_delivery_time_window", "standard_transit_time_window")
    )
    found = (
        reading.span(estimated.get("begins"), estimated.get("ends"))
        or reading.span(dates.get("ESTIMATED_DELIVERY"), None)
        or reading.span(standard.get("begins"), standard.get("ends"))
        or reading.span(dates.get("COMMITMENT"), None)
    )
    instants = [scan.local_time - dt.timedelta(minutes=scan.utc_offset or 0) for scan in scans]
    stated_at = asked_at or max((moment.replace(tzinfo=dt.UTC) for moment in instants), default=None)
    return DeliveryWindow(earliest=found[0], latest=found[1], stated_at=stated_at) if found and stated_at else None


def _hold_at(location: dict[str, Any]) -> str:
    """Return name and address of the place where FedEx holds it; never a person's name."""
    both = reading.mapping(location.get("location_contact_and_address"))
    contact, address = reading.mapping(both.get("contact")), reading.mapping(both.get("address"))
    lines = address.get("street_lines")
    parts = [
        reading.text(contact.get("company_name"), 190),
        *(reading.text(line, 190) for line in (lines if isinstance(lines, list) else [])),
        reading.text(address.get("postal_code"), 40),
        reading.text(address.get("city"), 190),
        reading.text(address.get("state_or_province_code"), 60),
    ]
    return ", ".join(filter(None, parts))[:500]
