"""The carrier that brings a parcel the last part of its way."""

from __future__ import annotations

from ..carriers import catalogue
from .facts import OrderFacts, ParcelFacts
from .link import link_of, site_of
from .model import HandoverView


def handover(facts: OrderFacts, parcel: ParcelFacts) -> HandoverView | None:
    """Return to whom it was handed; number and link in the private tier only."""
    name, number = parcel.handed_to, parcel.row.handed_number if facts.may_see_all else ""
    if not name or (name == parcel.name and not number):
        return None
    url = link_of(facts, catalogue.find(parcel.row.handed_to), number) if number else ""
    return HandoverView(name=name, number=catalogue.group(number) if number else "", url=url, site=site_of(url))
