"""What stands in ``order.extra``: Salesman has no field for a parcel, a phone or a currency, so shops keep them there.

Pure, and suspicious: ``extra`` is JSON that a checkout, a script or a form of the shop's filled.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from ...events import ParcelSnapshot

#: Our names for the keys of ``extra``; the option ``extra`` gives a shop's own.
KEYS = (
    "tracking",
    "tracking_number",
    "carrier",
    "tracking_url",
    "name",
    "phone",
    "country",
    "language",
    "currency",
    "shipping_method",
    "expected_dispatch",
)
#: Only the shop says these: a customer's checkout may not.
ONLY_THE_SHOPS = ("tracking", "tracking_number", "carrier", "tracking_url", "expected_dispatch")

ParseTracking = Callable[[str], Iterable[ParcelSnapshot]]

_COUNTRY = re.compile(r"[A-Z]{2}")
_CURRENCY = re.compile(r"[A-Z]{3}")
#: Four digits at least: "soon" and "7" are no tracking numbers.
_NUMBER = re.compile(r"(?:\d.*){4}")
_ADDRESS = re.compile(r"https?://\S+")
#: An order has few parcels; more than this is a mistake, and each costs rows.
_MOST = 200


class Extra:
    """The extra of one order, under our names."""

    def __init__(self, given: object, names: Mapping[str, str]) -> None:
        """Take ``order.extra`` and the option ``extra``."""
        self._given: Mapping[str, Any] = given if isinstance(given, Mapping) else {}
        self._names = names

    def get(self, key: str) -> Any:
        """Return what stands under a key of ours."""
        return self._given.get(self._names.get(key, key))

    def text(self, key: str) -> str:
        """Return a text, "" where there is none or something else."""
        return text(self.get(key))

    @property
    def country(self) -> str:
        """Return the destination, "" for what is no ISO code."""
        found = self.text("country").upper()
        return found if _COUNTRY.fullmatch(found) else ""

    @property
    def currency(self) -> str:
        """Return the ISO code of the currency, "" for what is none."""
        found = self.text("currency").upper()
        return found if _CURRENCY.fullmatch(found) else ""

    @property
    def expected_dispatch(self) -> dt.date | None:
        """Return when it is to leave."""
        try:
            return parse_date(self.text("expected_dispatch")[:10])
        except ValueError:
            return None

    def entries(self) -> list[Any]:
        """Return what is told of parcels: texts and mappings, the flat keys as one."""
        told = self.get("tracking")
        found = list(told) if isinstance(told, (list, tuple)) else [told] if told else []
        numbers = self.get("tracking_number")
        for number in numbers if isinstance(numbers, (list, tuple)) else [numbers]:
            if text(number):
                found.append({"number": number, "carrier": self.get("carrier"), "url": self.get("tracking_url")})
        return found[:_MOST]


def text(value: object) -> str:
    """Return a text or a whole number as a text, "" for anything else."""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return ""
    return " ".join(str(value).split())


def parcels(entry: object, parse: ParseTracking) -> tuple[ParcelSnapshot, ...]:
    """Return the parcels that one entry tells of: a mapping tells of one, a text of as many as it names."""
    if isinstance(entry, str):
        return tuple(parse(entry))
    if not isinstance(entry, Mapping):
        return ()
    number, carrier, url = (text(entry.get(key)) for key in ("number", "carrier", "url"))
    number = number if _NUMBER.search(number) else ""
    # Staff type "UPS 1Z999AA10123456784" into a field for the number, too.
    if number and not carrier and (found := tuple(parse(number))):
        return found
    if not number and not carrier:
        return ()
    url = url if _ADDRESS.fullmatch(url) else ""
    return (ParcelSnapshot(carrier_text=carrier, tracking_number=number, tracking_url=url),)


def sent_at(entry: object) -> dt.datetime | None:
    """Return when an entry says that it was sent, aware; None where it does not say, or not in ISO 8601."""
    told = text(entry.get("sent_at")) if isinstance(entry, Mapping) else ""
    try:
        moment = parse_datetime(told)
        if moment is None and (day := parse_date(told)) is not None:
            moment = dt.datetime.combine(day, dt.time(12))
    except ValueError:
        return None
    return timezone.make_aware(moment) if moment is not None and timezone.is_naive(moment) else moment


def items(entry: object) -> dict[str, int]:
    """Return which items an entry is about, by the shop's code or id; empty for all that is left."""
    told = entry.get("items") if isinstance(entry, Mapping) else None
    if isinstance(told, (list, tuple)):
        return {key: 0 for one in told if (key := text(one))}  # 0: as many as are left
    if not isinstance(told, Mapping):
        return {}
    return {str(key): n for key, n in told.items() if isinstance(n, int) and not isinstance(n, bool) and n > 0}


def notifies(entry: object) -> bool:
    """Say whether the customer is told of it."""
    return not (isinstance(entry, Mapping) and entry.get("notify") is False)
