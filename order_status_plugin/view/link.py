"""Where a carrier shows a parcel. No address but a safe one is ever sent to a customer."""

from __future__ import annotations

from urllib.parse import urlsplit

from ..carriers import catalogue
from ..carriers.carrier import Carrier
from .facts import ParcelFacts


def link(parcel: ParcelFacts) -> str:
    """Return the host's own link when it is a safe one, else the catalogue's."""
    given = str(parcel.row.tracking_url)
    return given if _is_safe(given) else link_of(catalogue.get(parcel.row.carrier), parcel.row.tracking_number)


def link_of(carrier: Carrier | None, number: str) -> str:
    """Return the catalogue's link for a number, "" where it has none."""
    found = catalogue.link(carrier, number)
    return found if _is_safe(found) else ""


def site_of(url: str) -> str:
    """Return whose site a link leads to, "ups.com"."""
    return (urlsplit(url).hostname or "").removeprefix("www.") if url else ""


def _is_safe(url: str) -> bool:
    return url.startswith("https://")
