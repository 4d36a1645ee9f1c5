"""EasyPost: signed webhooks of trackers, and its API v2.

https://docs.easypost.com/docs/trackers · https://docs.easypost.com/guides/webhooks-guide
"""

from __future__ import annotations

import datetime as dt
import email.utils
import hashlib
import hmac
import json
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar

from django.core.checks import CheckMessage
from django.utils import timezone

from .. import reading
from ..carriers import catalogue
from ..events import DeliveryWindow, Overlay, ParcelStatus, Place, TrackedParcel, TrackingScan, TrackingUpdate
from ..exceptions import UnreadableMessage, UntrustedWebhook
from ..http import Api
from ..places.countries import alpha_2
from .base import Budget, Source, Webhook, in_our_slugs, their_code

S = ParcelStatus
Meaning = tuple[ParcelStatus | None, Overlay]

_INFO: Meaning = (None, Overlay.NONE)

STATUSES: dict[str, Meaning] = {
    "unknown": _INFO,
    "pre_transit": (S.LABEL_CREATED, Overlay.NONE),
    "in_transit": (S.IN_TRANSIT, Overlay.NONE),
    "out_for_delivery": (S.OUT_FOR_DELIVERY, Overlay.NONE),
    "delivered": (S.DELIVERED, Overlay.NONE),
    "available_for_pickup": (S.READY_FOR_PICKUP, Overlay.NONE),
    "return_to_sender": (S.RETURNING, Overlay.NONE),
    "failure": (None, Overlay.EXCEPTION),
    "cancelled": (S.CANCELLED, Overlay.NONE),
    "error": _INFO,  # EasyPost could not find out: nothing happened to the parcel
}

#: What ``status_detail`` says beside the status, which keeps its word on where the parcel is.
TROUBLES: dict[str, Overlay] = {
    "delayed": Overlay.DELAYED,
    "missorted": Overlay.DELAYED,
    "weather_delay": Overlay.DELAYED,
    "address_correction": Overlay.EXCEPTION,
    "awaiting_information": Overlay.EXCEPTION,
    "damaged": Overlay.EXCEPTION,
    "delivery_exception": Overlay.EXCEPTION,
    "held": Overlay.EXCEPTION,
    "refused": Overlay.EXCEPTION,
    "transit_exception": Overlay.EXCEPTION,
}

#: Where ``status_detail`` says more than a ``failure`` does.
FAILURES: dict[str, Meaning] = {
    "arrived_at_pickup_location": (S.READY_FOR_PICKUP, Overlay.NONE),
    "cancelled": (S.CANCELLED, Overlay.NONE),
    "lost": (S.LOST, Overlay.NONE),
    "return": (S.RETURNING, Overlay.NONE),
    "expired": _INFO,
}

#: The carriers that EasyPost's documents, fixtures and public integrations spell like this, and ours.
CARRIERS = in_our_slugs(
    {
        "USPS": "usps",
        "UPS": "ups",
        "UPSDAP": "ups",
        "FedEx": "fedex",
        "FedExDefault": "fedex",
        "DHLExpress": "dhl-express",
        "DhlEcs": "dhl-ecommerce",
        "DHLEcommerceAsia": "DHL eCommerce Asia",
        "DHLPaket": "dhl-paket",
        "DeutschePost": "deutsche-post",
        "DPD": "dpd",
        "DPDUK": "dpd-uk",
        "GLS": "gls",
        "RoyalMail": "royal-mail",
        "Parcelforce": "parcelforce",
        "Evri": "evri",
        "Hermes": "evri",
        "Yodel": "yodel",
        "PostNL": "postnl",
        "CanadaPost": "canada-post",
        "Purolator": "purolator",
        "Canpar": "Canpar",
        "OnTrac": "ontrac",
        "OnTracV3": "ontrac",
        "LaserShipV2": "Lasership",
        "LSO": "Lone Star Overnight",
        "AustraliaPost": "australia-post",
        "StarTrack": "StarTrack",
        "Sendle": "Sendle",
        "AsendiaUsa": "Asendia USA",
        "APC": "APC",
        "SFExpress": "SF Express",
        "UDS": "United Delivery Service",
    }
)
_KNOWN = frozenset(CARRIERS.values())

#: A signature of version 2 is worth nothing after this: what it signs was sent then.
TOLERANCE = dt.timedelta(minutes=15)


class EasyPost(Source):
    """Webhooks of EasyPost, and its trackers.

    ``OPTIONS["secrets"]`` lists the ``webhook_secret`` of the webhooks, newest first. With ``OPTIONS["api_key"]``
    trackers are created for parcels (unless ``register`` is False: labels bought there have one) and asked for.
    """

    label = "EasyPost"
    #: EasyPost publishes no figure; it asks for few calls at a time.
    allowed: ClassVar[tuple[Budget, ...]] = (Budget(5, dt.timedelta(seconds=1)),)
    url: ClassVar[str] = "https://api.easypost.com/v2"

    def check(self) -> list[CheckMessage]:
        """Say when webhooks cannot be verified, or too easily forged."""
        return self.check_secrets("Give the webhook a webhook_secret at EasyPost, and the same one here.")

    def knows(self, carrier: str) -> bool:
        """Say whether EasyPost follows this carrier."""
        return carrier in _KNOWN

    # --- it tells us ----------------------------------------------------------------------------------

    def is_pushed(self) -> bool:
        """EasyPost sends webhooks."""
        return True

    def verify(self, webhook: Webhook) -> None:
        """Ask for a signature of version 1, and hold one of version 2 to its word where it is there."""
        headers = webhook.headers
        if not self._is_signed(headers.get("x-hmac-signature", ""), webhook.body):
            raise UntrustedWebhook()
        second = headers.get("x-hmac-signature-v2")
        if second is None:
            return
        stamp, path = headers.get("x-timestamp", ""), headers.get("x-path", "")
        # Most public implementations sign timestamp + method + path + body, one timestamp + body; no official client
        # does either yet. Both bind this body to this time.
        forms = (f"{stamp}POST{path}".encode() + webhook.body, stamp.encode() + webhook.body)
        matches = [self._is_signed(second, signed) for signed in forms]
        if not any(matches):
            raise UntrustedWebhook("The second signature of this webhook is wrong.")
        sent_at = _stamp(stamp)
        if sent_at is None or abs(timezone.now() - sent_at) > TOLERANCE:
            raise UntrustedWebhook("This webhook was signed too long ago.")

    def _is_signed(self, given: str, signed: bytes) -> bool:
        matches = [
            hmac.compare_digest(given.strip().encode(), self.sign(signed, key).encode()) for key in self.secrets()
        ]
        return any(matches)

    def sign(self, signed: bytes, secret: str) -> str:
        """Return the value of a signature header for these bytes."""
        key = unicodedata.normalize("NFKD", secret).encode()
        return "hmac-sha256-hex=" + hmac.new(key, signed, hashlib.sha256).hexdigest()

    def message_key(self, webhook: Webhook) -> str:
        """Return the id of the event, ``evt_…``."""
        try:
            payload: Any = json.loads(webhook.body)
        except (ValueError, RecursionError):
            return ""
        return reading.text(payload.get("id"), 150) if isinstance(payload, dict) else ""

    def parse(self, webhook: Webhook) -> Iterator[TrackingUpdate]:
        """Yield the tracker of an event, or those of an answer. Events about anything else say nothing."""
        payload = reading.load(webhook.body)
        if not isinstance(payload, dict):
            raise UnreadableMessage(f"The body must be an object, not {reading.kind(payload)}.")
        if webhook.is_answer:
            if not isinstance(payload.get("trackers"), list):
                raise UnreadableMessage(f"'trackers' must be a list, not {reading.kind(payload.get('trackers'))}.")
            for tracker in reading.rows(payload["trackers"]):
                yield _update(tracker, "trackers")
            return
        description = reading.text(payload.get("description"), 100)
        if not description:
            raise UnreadableMessage(f"'description' must be a text, not {reading.kind(payload.get('description'))}.")
        if description.startswith("tracker."):
            yield _update(reading.mapping(payload.get("result")), "result")

    # --- we ask it ------------------------------------------------------------------------------------

    def is_asked(self) -> bool:
        """Say whether there is a key to ask with."""
        return bool(self.option("api_key"))

    def fetch(self, parcels: Sequence[TrackedParcel]) -> Iterable[Webhook]:
        """Yield the trackers of this code and carrier: carriers use codes again, so never of the code alone."""
        for parcel in parcels:
            query = {"tracking_code": parcel.tracking_number, "carrier": their_code(CARRIERS, parcel.carrier)}
            answer = self._api().call("GET", "/trackers", params=query)
            yield Webhook(body=answer.content, headers={}, is_answer=True)

    def needs_registration(self) -> bool:
        """Say whether we are to create the trackers."""
        return self.is_asked() and self.options.get("register", True) is not False

    def register(self, parcels: Sequence[TrackedParcel]) -> None:
        """Create a tracker for each parcel; within three months EasyPost returns the one that is there."""
        for parcel in parcels:
            tracker = {"tracking_code": parcel.tracking_number, "carrier": their_code(CARRIERS, parcel.carrier)}
            self._api().call("POST", "/trackers", json={"tracker": tracker})

    def _api(self) -> Api:
        return Api(self.option("url", self.url), auth=(self.option("api_key"), ""))


def meaning(status: str, detail: str) -> tuple[ParcelStatus | None, Overlay, str]:
    """Return status, overlay and the rule that gave them."""
    if status == "failure" and detail in FAILURES:
        return (*FAILURES[detail], "status_detail of a failure")
    if status in STATUSES:
        said, overlay = STATUSES[status]
        trouble = TROUBLES.get(detail, Overlay.NONE)
        return (said, trouble, "status and status_detail") if trouble else (said, overlay, "status")
    return (S.UNKNOWN, Overlay.NONE, "unknown status") if status else (*_INFO, "no status")


def _update(tracker: dict[str, Any], name: str) -> TrackingUpdate:
    number = reading.text(tracker.get("tracking_code"), 190)
    if not catalogue.normalise_number(number):
        said = reading.kind(tracker.get("tracking_code"))
        raise UnreadableMessage(f"'{name}.tracking_code' must be a text, not {said}.")
    details = tracker.get("tracking_details")
    if details is not None and not isinstance(details, list):
        raise UnreadableMessage(f"'{name}.tracking_details' must be a list, not {reading.kind(details)}.")
    stated_at = reading.aware(tracker.get("updated_at"))
    scans = [scan for scan in (_scan(detail, stated_at) for detail in reading.rows(details)) if scan]
    carrier = reading.text(tracker.get("carrier"), 60)
    return TrackingUpdate(
        tracking_number=number,
        carrier=CARRIERS.get(carrier, ""),
        carrier_text=carrier,
        scans=(*scans, *_about_the_whole(tracker, scans, stated_at)),
        window=_window(tracker, stated_at),
        signed_by=reading.text(tracker.get("signed_by"), 190),
    )


def _scan(detail: dict[str, Any], stated_at: dt.datetime | None) -> TrackingScan | None:
    status, more = reading.text(detail.get("status"), 60), reading.text(detail.get("status_detail"), 60)
    said, overlay, rule = meaning(status, more)
    when = reading.clock(detail.get("datetime"))
    if when is None:
        if stated_at is None:
            return None
        # Kept for people to read, at the time when EasyPost said it; it moves nothing.
        when = reading.clock(stated_at.isoformat())
        said, overlay, rule = None, Overlay.NONE, "unreadable datetime"
    if when is None:
        return None
    place = _place(reading.mapping(detail.get("tracking_location")))
    local, offset, precision = when
    if offset == 0 and not _has_zone(place):
        # "When location information is incomplete, timestamps default to UTC": it is some clock, and not known which.
        offset = None
    message = reading.text(detail.get("message"), 1000) or reading.text(detail.get("description"), 1000)
    return TrackingScan(
        status=said,
        overlay=overlay,
        local_time=local,
        utc_offset=offset,
        precision=precision,
        raw_code="/".join(filter(None, (status, more))),
        message=message,
        rule=f"easypost {rule}",
        place=place,
    )


def _place(location: dict[str, Any]) -> Place:
    return Place(
        city=reading.text(location.get("city"), 190),
        region=reading.text(location.get("state"), 190),
        postcode=reading.text(location.get("zip"), 40),
        country=alpha_2(reading.text(location.get("country"), 60)),
    )


def _has_zone(place: Place) -> bool:
    """Say whether a time zone can be told from this: a town or a postcode, and where that is."""
    return bool((place.city or place.postcode) and (place.region or place.country))


def _about_the_whole(
    tracker: dict[str, Any], scans: list[TrackingScan], stated_at: dt.datetime | None
) -> Iterator[TrackingScan]:
    """Yield what the tracker says beyond its scans: that it goes back, or a status where no scan tells one.

    A parcel that went back ends with a scan "delivered", to the sender, under a tracker with ``return_to_sender``.
    """
    status, more = reading.text(tracker.get("status"), 60), reading.text(tracker.get("status_detail"), 60)
    said, overlay, _rule = meaning(status, more)
    if said is S.RETURNING:
        last = max(scans, key=lambda scan: scan.local_time, default=None)
        if last is not None and all(scan.status is not S.RETURNING for scan in scans):
            yield TrackingScan(
                status=S.RETURNING,
                local_time=last.local_time,
                utc_offset=last.utc_offset,
                precision=last.precision,
                source_id="return_to_sender",
                raw_code=status,
                rule="easypost status of the tracker",
                place=last.place,
            )
            return
    is_said = any(scan.status is not None or scan.overlay is not Overlay.NONE for scan in scans)
    if is_said or stated_at is None or (said is None and overlay is Overlay.NONE):
        return
    yield TrackingScan(
        status=said,
        overlay=overlay,
        local_time=stated_at.replace(tzinfo=None),
        utc_offset=0,
        source_id=f"tracker {status}",
        raw_code="/".join(filter(None, (status, more))),
        rule="easypost status of the tracker",
    )


def _window(tracker: dict[str, Any], stated_at: dt.datetime | None) -> DeliveryWindow | None:
    """Read the estimate: the local one, else the day of the one in UTC, whose hour is nobody's clock."""
    local = reading.mapping(tracker.get("carrier_detail"))
    day, hour = (
        reading.text(local.get("est_delivery_date_local"), 40),
        reading.text(local.get("est_delivery_time_local"), 40),
    )
    found = reading.span(f"{day}T{hour}", None) if day and hour else None
    found = (
        found or reading.span(day, None) or reading.span(reading.text(tracker.get("est_delivery_date"), 40)[:10], None)
    )
    return DeliveryWindow(earliest=found[0], latest=found[1], stated_at=stated_at) if found and stated_at else None


def _stamp(given: str) -> dt.datetime | None:
    """Read the time of a signature: as mails write it, or ISO 8601."""
    when = reading.aware(given)
    if when is None:
        try:
            parsed = email.utils.parsedate_to_datetime(given)
        except ValueError:
            return None
        when = parsed if parsed.tzinfo else parsed.replace(tzinfo=dt.UTC)
    return when
