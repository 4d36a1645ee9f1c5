"""17TRACK: pushes that nudge, and its API v2.4.

https://asset.17track.net/api/document/v2.4_en/index.html
https://help.17track.net/hc/en-us/articles/37471096573337
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import logging
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar

from .. import reading
from ..carriers import catalogue
from ..events import (
    DeliveryWindow,
    Nudge,
    Overlay,
    ParcelStatus,
    Place,
    Precision,
    TrackedParcel,
    TrackingScan,
    TrackingUpdate,
)
from ..exceptions import AccessDenied, PermanentFailure, TemporaryFailure, UnreadableMessage, UntrustedWebhook
from ..http import Api
from ..places.countries import alpha_2
from .base import Budget, NudgedSource, Webhook, in_our_slugs, their_code

logger = logging.getLogger(__name__)

S = ParcelStatus
Meaning = tuple[ParcelStatus | None, Overlay]

_INFO: Meaning = (None, Overlay.NONE)
_DELAYED: Meaning = (None, Overlay.DELAYED)
_EXCEPTION: Meaning = (None, Overlay.EXCEPTION)
_ATTEMPT: Meaning = (S.ATTEMPTED_DELIVERY, Overlay.NONE)
_ATTEMPT_IN_VAIN: Meaning = (S.ATTEMPTED_DELIVERY, Overlay.EXCEPTION)

STATUSES: dict[str, Meaning] = {
    "NotFound": _INFO,
    "InfoReceived": (S.LABEL_CREATED, Overlay.NONE),
    "InTransit": (S.IN_TRANSIT, Overlay.NONE),
    "Expired": _INFO,  # "in transit for a long time": silence is no failure
    "AvailableForPickup": (S.READY_FOR_PICKUP, Overlay.NONE),
    "OutForDelivery": (S.OUT_FOR_DELIVERY, Overlay.NONE),
    "DeliveryFailure": _ATTEMPT,
    "Delivered": (S.DELIVERED, Overlay.NONE),
    "Exception": _EXCEPTION,
}

SUBSTATUSES: dict[str, Meaning] = {
    "InTransit_PickedUp": (S.PICKED_UP_BY_CARRIER, Overlay.NONE),
    "InTransit_CustomsRequiringInformation": (S.IN_TRANSIT, Overlay.DELAYED),
    "DeliveryFailure_Security": _ATTEMPT_IN_VAIN,
    "DeliveryFailure_Rejected": _ATTEMPT_IN_VAIN,
    "DeliveryFailure_InvalidAddress": _ATTEMPT_IN_VAIN,
    "Exception_Returning": (S.RETURNING, Overlay.NONE),
    "Exception_Returned": (S.RETURNED, Overlay.NONE),
    "Exception_Delayed": _DELAYED,
    "Exception_Lost": (S.LOST, Overlay.NONE),
    "Exception_Cancel": (S.CANCELLED, Overlay.NONE),
}

#: ``stage`` of an event, for those that have no sub-status.
STAGES: dict[str, Meaning] = {
    "InfoReceived": (S.LABEL_CREATED, Overlay.NONE),
    "PickedUp": (S.PICKED_UP_BY_CARRIER, Overlay.NONE),
    "Departure": (S.IN_TRANSIT, Overlay.NONE),
    "Arrival": (S.IN_TRANSIT, Overlay.NONE),
    "AvailableForPickup": (S.READY_FOR_PICKUP, Overlay.NONE),
    "OutForDelivery": (S.OUT_FOR_DELIVERY, Overlay.NONE),
    "Delivered": (S.DELIVERED, Overlay.NONE),
    "Returning": (S.RETURNING, Overlay.NONE),
    "Returned": (S.RETURNED, Overlay.NONE),
    "Exception": _EXCEPTION,
}

#: The keys of https://res.17track.net/asset/carrier/info/apicarrier.all.json, as public code that is generated from
#: it holds them (github.com/wksw/17track-golang-sdk).
CARRIERS = in_our_slugs(
    {
        "1151": "australia-post",
        "2061": "bpost",
        "2063": "BPost International",
        "2151": "Correios",
        "3011": "China Post",
        "3041": "canada-post",
        "3211": "Cyprus Post",
        "4011": "postnord-dk",
        "6051": "La Poste Colissimo",
        "7041": "dhl-paket",
        "7044": "deutsche-post",
        "7047": "dhl-ecommerce",
        "7048": "DHL eCommerce Asia",
        "9011": "Iceland Post",
        "9061": "Israel Post",
        "9071": "poste-italiane",
        "10021": "Japan Post (EN)",
        "11031": "royal-mail",
        "11033": "parcelforce",
        "12021": "Latvia Post",
        "14041": "postnl",
        "14061": "New Zealand Post",
        "16101": "ctt",
        "19131": "Singapore Post",
        "19181": "correos",
        "19241": "postnord-se",
        "19251": "swiss-post",
        "21051": "usps",
        "100001": "dhl-express",
        "100002": "ups",
        "100003": "fedex",
        "100004": "TNT",
        "100005": "gls",
        "100007": "dpd",
        "100010": "dpd-uk",
        "100016": "Asendia USA",
        "100017": "yodel",
        "100031": "hermes-de",
        "100036": "Pitney Bowes",
        "100040": "Sagawa (EN)",
        "100042": "purolator",
        "100043": "inpost",
        "100049": "ontrac",
        "100052": "Lasership",
        "100061": "TForce Final Mile",
        "100062": "Yamato (EN)",
        "100114": "ctt-express",
        "100121": "APC",
        "100123": "Sendle",
        "100132": "Packeta",
        "100137": "chronopost",
        "100146": "Canpar",
        "100159": "Whistl",
        "100190": "Qxpress",
        "100212": "Delnext",
        "100217": "United Delivery Service",
        "100218": "Venipak",
        "100221": "Estes",
        "100254": "XPO Logistics",
        "100263": "CDL Last Mile",
        "100304": "mondial-relay",
        "100308": "Amazon",
        "100309": "Amazon Logistics UK",
        "100331": "evri",
        "100335": "StarTrack",
        "100337": "Lone Star Overnight",
        "100438": "seur",
        "100484": "DX",
        "100493": "Coordinadora",
    }
)
_KNOWN = frozenset(CARRIERS.values())

#: Codes that are no failure of one number: registered already, and nothing to tell of it yet.
FINE = frozenset({-18019901, -18019902, -18019909})
#: IP not allowed, key wrong, account disabled, not authorised.
NO_ACCESS = frozenset({-18010001, -18010002, -18010004, -18010005})
#: The day's limit, and the quota.
USED_UP = frozenset({-18019907, -18019908})


class SeventeenTrack(NudgedSource):
    """17TRACK. ``OPTIONS``: ``secrets`` (each the last part of an address), ``api_key`` (the security key).

    Numbers are registered, which its quota counts, unless ``register`` is False.
    """

    label = "17TRACK"
    batch_size: ClassVar[int] = 40
    allowed: ClassVar[tuple[Budget, ...]] = (Budget(3, dt.timedelta(seconds=1)),)
    url: ClassVar[str] = "https://api.17track.net/track/v2.4"

    def knows(self, carrier: str) -> bool:
        """Say whether we know how 17TRACK numbers this carrier."""
        return carrier in _KNOWN

    def verify(self, webhook: Webhook) -> None:
        """Compare the secret in the address, and ``sign`` where it is sent: SHA-256 over body, "/" and the key."""
        super().verify(webhook)
        given = webhook.headers.get("sign")
        if given is None:
            return
        keys = [key for key in (self.option("api_key"), *self.secrets()) if key]
        sums = [hashlib.sha256(webhook.body + b"/" + key.encode()).hexdigest() for key in keys]
        matches = [hmac.compare_digest(given.strip().lower().encode(), made.encode()) for made in sums]
        if not any(matches):
            raise UntrustedWebhook()

    def parse(self, webhook: Webhook) -> Iterator[TrackingUpdate | Nudge]:
        """Yield a nudge for the number of a push, and what an answer says of each number that was accepted."""
        payload = reading.load(webhook.body)
        if not isinstance(payload, dict):
            raise UnreadableMessage(f"The body must be an object, not {reading.kind(payload)}.")
        data = payload.get("data")
        if webhook.is_answer:
            accepted = reading.mapping(data).get("accepted")
            if not isinstance(accepted, list):
                raise UnreadableMessage(f"'data.accepted' must be a list, not {reading.kind(accepted)}.")
            for item in reading.rows(accepted):
                yield _update(item)
            return
        told = reading.rows(data if isinstance(data, list) else [data])
        if not told or not reading.text(payload.get("event"), 60):
            raise UnreadableMessage("A push must have 'event', a text, and 'data', an object.")
        for item in told:
            key = reading.text(item.get("carrier"), 20)
            yield Nudge(tracking_number=_number(item), carrier=CARRIERS.get(key, ""), carrier_text=key)

    def fetch(self, parcels: Sequence[TrackedParcel]) -> Iterable[Webhook]:
        """Yield the answer about up to forty numbers."""
        body, _data = self._call("/gettrackinfo", parcels)
        yield Webhook(body=body, headers={}, is_answer=True)

    def register(self, parcels: Sequence[TrackedParcel]) -> None:
        """Register up to forty numbers; one that is registered already is as good."""
        _body, data = self._call("/register", parcels)
        refused = [reading.mapping(item.get("error")).get("code") for item in reading.rows(data.get("rejected"))]
        bad = [code for code in refused if code not in FINE]
        if any(code in USED_UP for code in bad):
            raise TemporaryFailure("17TRACK's quota is used up.", retry_after=3600)
        if bad and not reading.rows(data.get("accepted")) and len(bad) == len(refused):
            raise PermanentFailure(f"17TRACK does not take these numbers: its errors {sorted(set(map(str, bad)))}.")
        if bad:
            logger.warning("17TRACK refused %d of %d numbers: %s", len(bad), len(parcels), sorted(set(map(str, bad))))

    def _call(self, path: str, parcels: Sequence[TrackedParcel]) -> tuple[bytes, dict[str, Any]]:
        """Post the numbers; return the answer as it came, and its ``data``. Errors of the whole call are raised."""
        numbers = [
            {"number": parcel.tracking_number, "carrier": int(their_code(CARRIERS, parcel.carrier) or 0)}
            for parcel in parcels
        ]
        api = Api(self.option("url", self.url), headers={"17token": self.option("api_key")})
        answer = api.call("POST", path, json=numbers)
        try:
            said = reading.mapping(reading.load(answer.content))
        except UnreadableMessage:
            said = {}
        code = said.get("code")
        if code in NO_ACCESS:
            raise AccessDenied(f"17TRACK answered {code}. Check 'api_key' in OPTIONS, and its list of IP addresses.")
        if isinstance(code, int) and code != 0:
            raise TemporaryFailure(f"17TRACK answered {code}.")
        return answer.content, reading.mapping(said.get("data"))


def meaning(status: str, sub: str, stage: str = "") -> tuple[ParcelStatus | None, Overlay, str]:
    """Return status, overlay and the rule that gave them."""
    if sub in SUBSTATUSES:
        return (*SUBSTATUSES[sub], "sub_status")
    main = sub.partition("_")[0] or status
    if main in STATUSES:
        return (*STATUSES[main], "status")
    if stage in STAGES and not sub:
        return (*STAGES[stage], "stage")
    if main or stage:
        return S.UNKNOWN, Overlay.NONE, "unknown status"
    return (*_INFO, "no status")


def _number(item: dict[str, Any]) -> str:
    number = reading.text(item.get("number"), 190)
    if not catalogue.normalise_number(number):
        raise UnreadableMessage(f"'number' must be a text, not {reading.kind(item.get('number'))}.")
    return number


def _update(item: dict[str, Any]) -> TrackingUpdate:
    info = reading.mapping(item.get("track_info"))
    providers = reading.rows(reading.mapping(info.get("tracking")).get("providers"))
    events = [event for provider in providers for event in reading.rows(provider.get("events"))]
    scans = [scan for scan in map(_scan, events) if scan is not None]
    scans += _about_the_whole(reading.mapping(info.get("latest_status")), scans)
    synced = [reading.aware(provider.get("latest_sync_time")) for provider in providers]
    stated_at = max((when for when in synced if when), default=None)
    due = reading.mapping(reading.mapping(info.get("time_metrics")).get("estimated_delivery_date"))
    found = reading.span(due.get("from"), due.get("to"))
    misc = reading.mapping(info.get("misc_info"))
    key = reading.text(item.get("carrier"), 20)
    return TrackingUpdate(
        tracking_number=_number(item),
        carrier=CARRIERS.get(key, ""),
        carrier_text=key,
        scans=tuple(scans),
        window=DeliveryWindow(earliest=found[0], latest=found[1], stated_at=stated_at) if found and stated_at else None,
        handed_to=reading.text(misc.get("local_provider"), 190),
        handed_number=reading.text(misc.get("local_number"), 190),
    )


def _scan(event: dict[str, Any]) -> TrackingScan | None:
    sub, stage = reading.text(event.get("sub_status"), 100), reading.text(event.get("stage"), 100)
    when = _time(event)
    if when is None:
        return None
    said, overlay, rule = meaning("", sub, stage)
    local, offset, precision = when
    return TrackingScan(
        status=said,
        overlay=overlay,
        local_time=local,
        utc_offset=offset,
        precision=precision,
        raw_code=sub or stage,
        message=reading.text(event.get("description"), 1000),
        rule=f"17track {rule}",
        place=_place(event),
    )


def _time(event: dict[str, Any]) -> tuple[dt.datetime, int | None, Precision] | None:
    """Return the time as the carrier said it: the offset in ``time_iso`` may be 17TRACK's guess, ``time_raw`` tells."""
    raw = reading.mapping(event.get("time_raw"))
    day, hour = reading.text(raw.get("date"), 40), reading.text(raw.get("time"), 40)
    found = reading.clock(event.get("time_iso")) or reading.clock(event.get("time_utc"))
    if day and not hour:
        return reading.clock(day) or found
    if day and hour and not reading.text(raw.get("timezone"), 40):
        return reading.clock(f"{day}T{hour}") or found
    return found


def _place(event: dict[str, Any]) -> Place:
    address = reading.mapping(event.get("address"))
    at = reading.mapping(address.get("coordinates"))
    latitude, longitude = reading.point(_angle(at.get("latitude")), _angle(at.get("longitude")))
    return Place(
        text=reading.text(event.get("location"), 255),
        city=reading.text(address.get("city"), 190),
        region=reading.text(address.get("state"), 190),
        postcode=reading.text(address.get("postal_code"), 40),
        country=alpha_2(reading.text(address.get("country"), 60)),
        latitude=latitude,
        longitude=longitude,
    )


def _angle(given: object) -> object:
    """Return a number that may be written as a text."""
    try:
        return float(given) if isinstance(given, str) else given
    except ValueError:
        return None


def _about_the_whole(latest: dict[str, Any], scans: list[TrackingScan]) -> Iterator[TrackingScan]:
    """Yield an end that the whole has and no event tells: a parcel that goes back, is lost or was cancelled."""
    status, sub = reading.text(latest.get("status"), 60), reading.text(latest.get("sub_status"), 100)
    said, _overlay, _rule = meaning(status, sub)
    last = max(scans, key=lambda scan: scan.local_time, default=None)
    if last is None or said not in (S.RETURNING, S.RETURNED, S.LOST, S.CANCELLED):
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
        source_id=f"latest_status {sub}",
        raw_code=sub or status,
        rule="17track latest_status",
        place=last.place,
    )
