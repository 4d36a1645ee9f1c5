"""Where a carrier shows a parcel. No address but a safe one is ever sent to a customer."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import get_language

from ..carriers import catalogue
from ..carriers.carrier import Carrier
from .facts import OrderFacts, ParcelFacts
from .marks import form, itself
from .model import CandidateLink

#: Carriers that a number may be from: more would help nobody.
MOST_CANDIDATES = 4


def link(facts: OrderFacts, parcel: ParcelFacts) -> str:
    """Return the host's own link when it is a safe one, else the catalogue's."""
    return _link(parcel.row, facts.picture)


@form(itself)
def _link(row: Any, around: Any) -> str:
    given = str(row.tracking_url)
    return given if _is_safe(given) else link_of(around, catalogue.get(row.carrier), row.tracking_number)


@form()
def grouped(number: str) -> str:
    """Return a number in groups, as people read it aloud."""
    return catalogue.group(number)


def link_of(around: Any, carrier: Carrier | None, number: str) -> str:
    """Return the catalogue's link for a number, "" where it has none. ``around`` is the picture of the order.

    Private tier alone: the recipient's postcode stands in it where the carrier asks for one in its own country.
    """
    contact, postcode = around.contact, ""
    if contact is not None and carrier is not None and carrier.country in ("", around.order.country):
        postcode = str(contact.shipping_address.get("postcode") or "")
    found = catalogue.link(carrier, number, postcode, get_language() or "")
    return found if _is_safe(found) else ""


def candidates(facts: OrderFacts, parcel: ParcelFacts) -> tuple[CandidateLink, ...]:
    """Return whose number it may be, where the shop named nobody: for the customer to try, never a claim."""
    return () if parcel.row.carrier or parcel.row.carrier_text else _candidates(parcel.row, facts.picture)


@form(itself)
def _candidates(row: Any, around: Any) -> tuple[CandidateLink, ...]:
    found = []
    for candidate in catalogue.likely(row.tracking_number)[:MOST_CANDIDATES]:
        if url := link_of(around, candidate.carrier, row.tracking_number):
            found.append(CandidateLink(name=candidate.carrier.name, url=url, host=site_of(url)))
    return tuple(found)


@form(is_personal=False)
def site_of(url: str) -> str:
    """Return whose site a link leads to, "ups.com"."""
    return (urlsplit(url).hostname or "").removeprefix("www.") if url else ""


def _is_safe(url: str) -> bool:
    return url.startswith("https://")
