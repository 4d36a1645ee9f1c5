"""Canada Post: Get Tracking Details.

https://www.canadapost-postescanada.ca/info/mc/business/productsservices/developers/services/tracking/trackingdetails.jsf
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar
from urllib.parse import quote
from xml.etree.ElementTree import Element, ParseError
from zoneinfo import ZoneInfo

from defusedxml.ElementTree import fromstring
from django.core.checks import CheckMessage

from .. import reading
from ..carriers import catalogue
from ..events import (
    DeliveryWindow,
    Overlay,
    ParcelStatus,
    Place,
    Precision,
    TrackedParcel,
    TrackingScan,
    TrackingUpdate,
)
from ..exceptions import UnreadableMessage
from ..http import Api
from .base import Budget, Source, Webhook, answer, answered_at

S = ParcelStatus
Meaning = tuple[ParcelStatus | None, Overlay]

_INFO: Meaning = (None, Overlay.NONE)
_MOVES: Meaning = (S.IN_TRANSIT, Overlay.NONE)
_DELIVERED: Meaning = (S.DELIVERED, Overlay.NONE)
_EXCEPTION: Meaning = (None, Overlay.EXCEPTION)

#: Event identifiers, without the zeros that pad some of them, as Canada Post's table of codes tells them.
CODES: dict[str, Meaning] = {
    code: meaning
    for meaning, codes in (
        ((S.LABEL_CREATED, Overlay.NONE), "3000"),
        ((S.PICKED_UP_BY_CARRIER, Overlay.NONE), "1300 1301 1302 2300"),
        (_MOVES, "100 101 102 103 104 105 106 107 113 114 115 116 130 170 175 400 405 410 1240 1241 1244 1480 1490"),
        (_MOVES, "1703 1705 2500 2501 4000 4100 4202 4310 4311 4330 4400 4450 4500 4550 4600 4900 4950 5201"),
        ((S.OUT_FOR_DELIVERY, Overlay.NONE), "174 500"),
        # "Notice card left indicating where and when to pick up item": it says 1701 when it lies there.
        ((S.ATTEMPTED_DELIVERY, Overlay.NONE), "1411 1435 1436 1437 1438 1443 1479 1488"),
        ((S.READY_FOR_PICKUP, Overlay.NONE), "156 1405 1407 1701 2407"),
        ((S.COLLECTED, Overlay.NONE), "1406"),
        (_DELIVERED, "1408 1409 1421 1422 1423 1424 1425 1426 1427 1428 1429 1430 1431 1432 1433 1434 1441 1442"),
        (_DELIVERED, "1461 1462 1463 1465 1466 1467 1468 1469 1471 1472 1473 1475 1476 1496 1497 1498 1499"),
        ((S.RETURNING, Overlay.NONE), "167 168 169 181 182 183 184 1100 1415 1416 1417 1418 1419 1420 1481 1482"),
        ((S.RETURNING, Overlay.NONE), "1491 1492 2600 2802 3001"),
        ((None, Overlay.DELAYED), "127 159 160 161 162 163 171 172 173 621 622 623 624 1412 1414 1444 2412 2414"),
        (_EXCEPTION, "117 118 120 121 150 179 1245 1450 1483 1484 1487 1493 1494 1495 2411 2601 4650 4700"),
        # Signature and photo are there to be seen, dates and wishes were noted: nothing happened to the parcel.
        (_INFO, "20 21 2001 152 190 198 1200 1203 1210 1214 1215 1216 1220 1221 1223 1224 1225 1230 1232 1234"),
        (_INFO, "1303 1410 2101 2410 3002 610 611 612 613 614 615 616 617 618 619 620"),
    )
    for code in codes.split()
}

#: What Canada Post writes behind a clock: minutes east of UTC, and where people have it.
ZONES: dict[str, tuple[int, str]] = {
    "NST": (-210, "America/St_Johns"),
    "NDT": (-150, "America/St_Johns"),
    "AST": (-240, "America/Halifax"),
    "ADT": (-180, "America/Halifax"),
    "EST": (-300, "America/Toronto"),
    "EDT": (-240, "America/Toronto"),
    "CST": (-360, "America/Winnipeg"),
    "CDT": (-300, "America/Winnipeg"),
    "MST": (-420, "America/Edmonton"),
    "MDT": (-360, "America/Edmonton"),
    "PST": (-480, "America/Vancouver"),
    "PDT": (-420, "America/Vancouver"),
}
#: Provinces that do not change their clocks.
STEADY = {("CST", "SK"): "America/Regina", ("MST", "YT"): "America/Whitehorse"}
PROVINCES = frozenset(["AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT"])

#: "No Pin History".
UNKNOWN = "004"


class CanadaPost(Source):
    """Canada Post. ``OPTIONS``: ``username`` and ``password``, the two halves of a production key."""

    label = "Canada Post"
    kept_headers: ClassVar[tuple[str, ...]] = ("date",)
    #: Canada Post publishes no figure; few calls at a time.
    allowed: ClassVar[tuple[Budget, ...]] = (Budget(5, dt.timedelta(seconds=1)),)
    url: ClassVar[str] = "https://soa-gw.canadapost.ca"

    def check(self) -> list[CheckMessage]:
        """Say which credentials are missing."""
        hint = (
            "Copy both halves of the production key from Canada Post's developer programme: before and after the colon."
        )
        return self.check_texts("username", "password", hint=hint)

    def knows(self, carrier: str) -> bool:
        """Say whether it is Canada Post."""
        return carrier == "canada-post"

    def is_asked(self) -> bool:
        """Say whether there are credentials."""
        return bool(self.option("username") and self.option("password"))

    def fetch(self, parcels: Sequence[TrackedParcel]) -> Iterable[Webhook]:
        """Yield what Canada Post knows of each number, in French for orders in French, else in English."""
        for parcel in parcels:
            headers = {
                "Accept": "application/vnd.cpc.track-v2+xml",
                "Accept-language": "fr-CA" if parcel.language.startswith("fr") else "en-CA",
            }
            api = Api(
                self.option("url", self.url),
                auth=(self.option("username"), self.option("password")),
                headers=headers,
            )
            path = f"/vis/track/pin/{quote(catalogue.normalise_number(parcel.tracking_number), safe='')}/detail"
            response = api.call("GET", path, accept=(200, 404))
            if response.status_code == 200:
                yield answer(response)

    def parse(self, webhook: Webhook) -> Iterator[TrackingUpdate]:
        """Yield the item of an answer."""
        if not webhook.is_answer:
            raise UnreadableMessage("Canada Post sends no webhooks.")
        root = _load(webhook.body)
        detail = next((element for element in root.iter() if _name(element) == "tracking-detail"), None)
        if detail is None:
            codes = [_text(message, "code", 20) for message in root.iter() if _name(message) == "message"]
            if UNKNOWN in codes:
                return
            raise UnreadableMessage(
                f"There is no 'tracking-detail', but {', '.join(filter(None, codes)) or 'nothing'}."
            )
        yield _update(detail, answered_at(webhook))


def meaning(code: str) -> tuple[ParcelStatus | None, Overlay, str]:
    """Return status, overlay and the rule that gave them."""
    if code in CODES:
        return (*CODES[code], "event identifier")
    return (S.UNKNOWN, Overlay.NONE, "unknown event identifier") if code else (*_INFO, "no event identifier")


def offset(zone: str, province: str, local: dt.datetime) -> int | None:
    """Return what an abbreviation means on that day.

    Parcels are seen with "EST" in September, when nobody there has that time: then the place has to tell it.
    """
    if zone not in ZONES:
        return None
    minutes, name = ZONES[zone]
    shift = local.replace(tzinfo=ZoneInfo(STEADY.get((zone, province), name))).utcoffset()
    return minutes if shift == dt.timedelta(minutes=minutes) else None


def _load(body: bytes) -> Element:
    try:
        root: Element = fromstring(body, forbid_dtd=True)
    except (ParseError, ValueError, LookupError) as error:
        raise UnreadableMessage(f"The answer is not XML ({type(error).__name__}).") from error
    return root


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _text(element: Element, name: str, limit: int) -> str:
    return next((reading.text(child.text or "", limit) for child in element if _name(child) == name), "")


def _update(detail: Element, asked_at: dt.datetime | None) -> TrackingUpdate:
    number = _text(detail, "pin", 190)
    if not catalogue.normalise_number(number):
        raise UnreadableMessage("'pin' must be a text.")
    events = [element for element in detail.iter() if _name(element) == "occurrence"]
    scans = [scan for event in events if (scan := _scan(event))]
    is_over = any(scan.status in (S.DELIVERED, S.COLLECTED) for scan in scans)
    return TrackingUpdate(
        tracking_number=number,
        carrier="canada-post",
        carrier_text="Canada Post",
        scans=tuple(scans),
        window=None if is_over else _window(detail, scans, asked_at),
        signed_by=next((name for event in events if (name := _text(event, "signatory-name", 190))), ""),
        pickup_place=next((place for event in events if (place := _counter(event))), ""),
    )


def _scan(event: Element) -> TrackingScan | None:
    """Read one event; None for one without a date."""
    day, hour = _text(event, "event-date", 20), _text(event, "event-time", 20)
    when = reading.clock(f"{day}T{hour}" if hour else day) or reading.clock(day)
    if when is None:
        return None
    local, given, precision = when
    code, province = _text(event, "event-identifier", 20).lstrip("0"), _text(event, "event-province", 60).upper()
    status, overlay, rule = meaning(code)
    zone = _text(event, "event-time-zone", 10).upper()
    return TrackingScan(
        status=status,
        overlay=overlay,
        local_time=local,
        utc_offset=given if precision is Precision.DATE or given is not None else offset(zone, province, local),
        precision=precision,
        source_id=f"{code} {local:%Y%m%d%H%M%S}",  # Canada Post gives none, and its words follow the language
        raw_code=code,
        message=_text(event, "event-description", 1000),
        rule=f"canadapost {rule}",
        place=Place(
            city=_text(event, "event-site", 190),
            region=province,
            country="CA" if province in PROVINCES else "",
        ),
    )


def _counter(event: Element) -> str:
    """Return the post office that an event names."""
    name, site = _text(event, "event-retail-name", 190), _text(event, "event-site", 190)
    return ", ".join(filter(None, (name, site))) if name else ""


def _window(detail: Element, scans: list[TrackingScan], asked_at: dt.datetime | None) -> DeliveryWindow | None:
    changed = reading.moment(_text(detail, "changed-expected-date", 20))
    when = changed or reading.moment(_text(detail, "expected-delivery-date", 20))
    day = when.date() if isinstance(when, dt.datetime) else when
    instants = [scan.local_time - dt.timedelta(minutes=scan.utc_offset or 0) for scan in scans]
    stated_at = asked_at or max((moment.replace(tzinfo=dt.UTC) for moment in instants), default=None)
    if day is None or stated_at is None:
        return None
    reason = _text(detail, "changed-expected-delivery-reason", 500) if changed else ""
    return DeliveryWindow(earliest=day, latest=day, stated_at=stated_at, reason=reason)
