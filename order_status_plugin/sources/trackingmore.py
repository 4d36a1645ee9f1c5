"""TrackingMore: webhooks that nudge, and its API v4.

https://www.trackingmore.com/docs/trackingmore/d5ac362fc3cda-api-quick-start
https://www.trackingmore.com/docs/logistics_status.php
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import logging
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar

from .. import reading
from ..carriers import catalogue
from ..events import DeliveryWindow, Nudge, Overlay, ParcelStatus, Place, TrackedParcel, TrackingScan, TrackingUpdate
from ..exceptions import PermanentFailure, UnreadableMessage, UntrustedWebhook
from ..http import Api
from ..places.countries import alpha_2
from .base import Budget, NudgedSource, Webhook, in_our_slugs, their_code

logger = logging.getLogger(__name__)

S = ParcelStatus
Meaning = tuple[ParcelStatus | None, Overlay]

_INFO: Meaning = (None, Overlay.NONE)
_EXCEPTION: Meaning = (None, Overlay.EXCEPTION)
_UNSAID: Meaning = (S.UNKNOWN, Overlay.NONE)

STATUSES: dict[str, Meaning] = {
    "pending": _INFO,
    "notfound": _INFO,
    "inforeceived": (S.LABEL_CREATED, Overlay.NONE),
    "transit": (S.IN_TRANSIT, Overlay.NONE),
    # "Out for delivery or arrived at local facility": two things that a customer must not mistake for each other.
    "pickup": _UNSAID,
    "delivered": (S.DELIVERED, Overlay.NONE),
    "undelivered": (S.ATTEMPTED_DELIVERY, Overlay.NONE),
    "exception": _EXCEPTION,
    "expired": _INFO,  # thirty or sixty days without news: silence is no failure
}

#: Where a sub-status says more. Its numbers for returns are the other way round than AfterShip's.
SUBSTATUSES: dict[str, Meaning] = {
    "notfound001": (S.LABEL_CREATED, Overlay.NONE),  # "the package is about to be picked up"
    "inforeceived001": (S.LABEL_CREATED, Overlay.NONE),
    "pickup001": (S.OUT_FOR_DELIVERY, Overlay.NONE),  # "out for delivery"
    "pickup002": (S.READY_FOR_PICKUP, Overlay.NONE),  # "ready for collection"
    "pickup003": (S.OUT_FOR_DELIVERY, Overlay.NONE),  # "the customer is contacted before the final delivery"
    "delivered002": (S.COLLECTED, Overlay.NONE),  # "picked up by the addressee"
    "undelivered001": (S.ATTEMPTED_DELIVERY, Overlay.EXCEPTION),  # "address-related issues"
    "undelivered003": (S.ATTEMPTED_DELIVERY, Overlay.EXCEPTION),  # "impossible to locate the addressee"
    "exception008": (S.CANCELLED, Overlay.NONE),
    "exception010": (S.RETURNED, Overlay.NONE),  # "has been returned to sender"
    "exception011": (S.RETURNING, Overlay.NONE),  # "is being sent to sender"
}

#: As far as they are known: its documents and SDKs show few, and its list (``/couriers/all``) is given to accounts alone.
CARRIERS = in_our_slugs(
    {
        "4px": "4PX",
        "an-post": "an-post",
        "australia-post": "australia-post",
        "bpost": "bpost",
        "brazil-correios": "Correios",
        "canada-post": "canada-post",
        "canpar": "Canpar",
        "china-post": "China Post",
        "colissimo": "colissimo",
        "correos-spain": "correos",
        "cyprus-post": "Cyprus Post",
        "deutsche-post": "deutsche-post",
        "dhl": "dhl-express",
        "dhl-germany": "dhl-paket",
        "dhlglobalmail": "dhl-ecommerce",
        "dpd": "dpd",
        "dpd-uk": "dpd-uk",
        "fedex": "fedex",
        "gls": "gls",
        "hermes-de": "hermes-de",
        "hermes-uk": "evri",
        "israel-post": "Israel Post",
        "japan-post": "Japan Post (EN)",
        "lasership": "Lasership",
        "mondialrelay": "mondial-relay",
        "new-zealand-post": "New Zealand Post",
        "ontrac": "ontrac",
        "parcel-force": "parcelforce",
        "portugal-ctt": "ctt",
        "poste-italiane": "poste-italiane",
        "postnl-parcels": "postnl",
        "purolator": "purolator",
        "royal-mail": "royal-mail",
        "sendle": "Sendle",
        "sf-express": "SF Express",
        "singapore-post": "Singapore Post",
        "swiss-post": "swiss-post",
        "tnt": "TNT",
        "ups": "ups",
        "usps": "usps",
        "yodel": "yodel",
        "yunexpress": "YunExpress",
    }
)
_KNOWN = frozenset(CARRIERS.values())

#: ``meta.code``: the tracking is there already.
ALREADY_THERE = 4101


class TrackingMore(NudgedSource):
    """TrackingMore. ``OPTIONS``: ``secrets`` (each the last part of an address), ``api_key``.

    Its own webhook secret may stand among ``secrets``: then ``signature`` is checked too. Trackings are made for parcels
    unless ``register`` is False.
    """

    label = "TrackingMore"
    batch_size: ClassVar[int] = 40
    allowed: ClassVar[tuple[Budget, ...]] = (Budget(3, dt.timedelta(seconds=1)),)
    url: ClassVar[str] = "https://api.trackingmore.com/v4"

    def knows(self, carrier: str) -> bool:
        """Say whether we know how TrackingMore calls this carrier."""
        return carrier in _KNOWN

    def verify(self, webhook: Webhook) -> None:
        """Compare the secret in the address, and ``signature`` where it is sent.

        Its documents say that it is over the body, and their samples sign the timestamp alone: either is accepted.
        """
        super().verify(webhook)
        given = webhook.headers.get("signature")
        if given is None:
            return
        stamp = webhook.headers.get("timestamp", "").encode()
        made: list[str] = []
        for secret in self.secrets():
            over_body = hmac.new(secret.encode(), webhook.body, hashlib.sha256).digest()
            made += [over_body.hex(), base64.b64encode(over_body).decode()]
            if stamp:
                made.append(hmac.new(secret.encode(), stamp, hashlib.sha256).hexdigest())
        matches = [hmac.compare_digest(given.strip().encode(), one.encode()) for one in made]
        if not any(matches):
            raise UntrustedWebhook()

    def parse(self, webhook: Webhook) -> Iterator[TrackingUpdate | Nudge]:
        """Yield a nudge for the number of a webhook, and what an answer says of each."""
        payload = reading.load(webhook.body)
        if not isinstance(payload, dict):
            raise UnreadableMessage(f"The body must be an object, not {reading.kind(payload)}.")
        data = payload.get("data")
        if webhook.is_answer:
            if not isinstance(data, list):
                raise UnreadableMessage(f"'data' must be a list, not {reading.kind(data)}.")
            for tracking in reading.rows(data):
                yield _update(tracking)
            return
        if not isinstance(data, dict):
            raise UnreadableMessage(f"'data' must be an object, not {reading.kind(data)}.")
        tracking = reading.mapping(data)
        courier = reading.text(tracking.get("courier_code"), 60)
        yield Nudge(tracking_number=_number(tracking), carrier=CARRIERS.get(courier, ""), carrier_text=courier)

    def fetch(self, parcels: Sequence[TrackedParcel]) -> Iterable[Webhook]:
        """Yield the answer about up to forty numbers."""
        numbers = ",".join(parcel.tracking_number for parcel in parcels)
        answer = self._api().call("GET", "/trackings/get", params={"tracking_numbers": numbers})
        yield Webhook(body=answer.content, headers={}, is_answer=True)

    def register(self, parcels: Sequence[TrackedParcel]) -> None:
        """Make up to forty trackings; one that is there already is as good."""
        body = [
            {"tracking_number": parcel.tracking_number, "courier_code": their_code(CARRIERS, parcel.carrier)}
            for parcel in parcels
        ]
        answer = self._api().call("POST", "/trackings/batch", json=body, accept=(200, 201, 202, 400))
        try:
            said = reading.mapping(reading.load(answer.content))
        except UnreadableMessage:
            said = {}
        code = reading.mapping(said.get("meta")).get("code")
        if answer.status_code == 400 and code != ALREADY_THERE:
            raise PermanentFailure(f"TrackingMore does not take these numbers: its error {code or 'has no code'}.")
        data = reading.mapping(said.get("data"))
        bad = {reading.text(item.get("error_code"), 20) for item in reading.rows(data.get("error"))} - {
            str(ALREADY_THERE)
        }
        if bad:
            logger.warning("TrackingMore refused some of %d numbers: %s", len(parcels), sorted(bad))

    def _api(self) -> Api:
        return Api(self.option("url", self.url), headers={"Tracking-Api-Key": self.option("api_key")})


def meaning(status: str, substatus: str) -> tuple[ParcelStatus | None, Overlay, str]:
    """Return status, overlay and the rule that gave them."""
    # The documents write "not found001", the API "notfound001".
    sub = substatus.replace(" ", "").lower()
    if sub in SUBSTATUSES:
        return (*SUBSTATUSES[sub], "substatus")
    main = status or sub.rstrip("0123456789")
    if main in STATUSES:
        return (*STATUSES[main], "status")
    return (S.UNKNOWN, Overlay.NONE, "unknown status") if main else (*_INFO, "no status")


def _number(tracking: dict[str, Any]) -> str:
    number = reading.text(tracking.get("tracking_number"), 190)
    if not catalogue.normalise_number(number):
        said = reading.kind(tracking.get("tracking_number"))
        raise UnreadableMessage(f"'data.tracking_number' must be a text, not {said}.")
    return number


def _update(tracking: dict[str, Any]) -> TrackingUpdate:
    first, last = reading.mapping(tracking.get("origin_info")), reading.mapping(tracking.get("destination_info"))
    told = [*reading.rows(first.get("trackinfo")), *reading.rows(last.get("trackinfo"))]
    scans = [scan for scan in map(_scan, told) if scan is not None]
    scans += _about_the_whole(tracking, scans)
    stated = [reading.aware(tracking.get(name)) for name in ("update_at", "updated_at", "update_date")]
    stated += [scan.local_time.replace(tzinfo=dt.UTC) for scan in scans]
    stated_at = max((when for when in stated if when), default=None)
    found = reading.span(tracking.get("scheduled_delivery_date"), None)
    courier = reading.text(tracking.get("courier_code"), 60)
    other = reading.text(last.get("courier_code"), 60)
    carrier = catalogue.get(CARRIERS.get(other, ""))
    is_handed = bool(told and other and other != courier)
    return TrackingUpdate(
        tracking_number=_number(tracking),
        carrier=CARRIERS.get(courier, ""),
        carrier_text=courier,
        scans=tuple(scans),
        window=DeliveryWindow(earliest=found[0], latest=found[1], stated_at=stated_at) if found and stated_at else None,
        signed_by=reading.text(tracking.get("signed_by"), 190),
        handed_to=(carrier.name if carrier else other) if is_handed else "",
        handed_number=reading.text(last.get("reference_number"), 190) if is_handed else "",
    )


def _scan(point: dict[str, Any]) -> TrackingScan | None:
    status = reading.text(point.get("checkpoint_delivery_status"), 60)
    sub = reading.text(point.get("checkpoint_delivery_substatus"), 60)
    when = reading.clock(point.get("checkpoint_date"))
    if when is None:
        return None
    said, overlay, rule = meaning(status, sub)
    local, offset, precision = when
    return TrackingScan(
        status=said,
        overlay=overlay,
        local_time=local,
        utc_offset=offset,
        precision=precision,
        raw_code=sub or status,
        message=reading.text(point.get("tracking_detail"), 1000),
        rule=f"trackingmore {rule}",
        place=Place(
            text=reading.text(point.get("location"), 255),
            city=reading.text(point.get("city"), 190),
            region=reading.text(point.get("state"), 190),
            postcode=reading.text(point.get("zip"), 40),
            country=alpha_2(reading.text(point.get("country_iso2"), 60)),
        ),
    )


def _about_the_whole(tracking: dict[str, Any], scans: list[TrackingScan]) -> Iterator[TrackingScan]:
    """Yield that the parcel goes back, or was cancelled, where the whole says so and no checkpoint does."""
    status, sub = reading.text(tracking.get("delivery_status"), 60), reading.text(tracking.get("substatus"), 60)
    said, _overlay, _rule = meaning(status, sub)
    last = max(scans, key=lambda scan: scan.local_time, default=None)
    if last is None or said not in (S.RETURNING, S.RETURNED, S.CANCELLED):
        return
    if any(scan.status is said for scan in scans) or last.status is S.RETURNED:
        return
    # What is delivered on the way back is delivered to the sender.
    is_back = said is S.RETURNED and last.status is S.DELIVERED
    yield TrackingScan(
        status=S.RETURNING if is_back else said,
        local_time=last.local_time,
        utc_offset=last.utc_offset,
        precision=last.precision,
        source_id=f"substatus {sub}",
        raw_code=sub or status,
        rule="trackingmore substatus of the tracking",
        place=last.place,
    )
