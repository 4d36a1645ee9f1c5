"""Where a carrier shows a parcel. No address but a safe one is ever sent to a customer."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.utils.translation import get_language

from ..carriers import catalogue
from ..carriers.carrier import Carrier
from .facts import OrderFacts, ParcelFacts
from .model import CandidateLink

#: Carriers that a number may be from: more would help nobody.
MOST_CANDIDATES = 4


def link(facts: OrderFacts, parcel: ParcelFacts) -> str:
    """Return the host's own link when it is a safe one, else the catalogue's."""
    given = str(parcel.row.tracking_url)
    if _is_safe(given):
        return given
    return link_of(facts, catalogue.get(parcel.row.carrier), parcel.row.tracking_number)


def link_of(facts: OrderFacts, carrier: Carrier | None, number: str) -> str:
    """Return the catalogue's link for a number, "" where it has none.

    Private tier alone: the recipient's postcode stands in it where the carrier asks for one in its own country.
    """
    contact, postcode = facts.picture.contact, ""
    if contact is not None and carrier is not None and carrier.country in ("", facts.picture.order.country):
        postcode = str(contact.shipping_address.get("postcode") or "")
    found = catalogue.link(carrier, number, postcode, get_language() or "")
    return found if _is_safe(found) else ""


def candidates(facts: OrderFacts, parcel: ParcelFacts) -> tuple[CandidateLink, ...]:
    """Return whose number it may be, where the shop named nobody: for the customer to try, never a claim."""
    if parcel.row.carrier or parcel.row.carrier_text:
        return ()
    found = []
    for candidate in catalogue.likely(parcel.row.tracking_number)[:MOST_CANDIDATES]:
        if url := link_of(facts, candidate.carrier, parcel.row.tracking_number):
            found.append(CandidateLink(name=candidate.carrier.name, url=url, host=site_of(url)))
    return tuple(found)


def site_of(url: str) -> str:
    """Return whose site a link leads to, "ups.com"."""
    return (urlsplit(url).hostname or "").removeprefix("www.") if url else ""


def _is_safe(url: str) -> bool:
    return url.startswith("https://")
