"""The carrier that brings a parcel the last part of its way."""

from __future__ import annotations

from typing import Any

from ..carriers import catalogue
from .facts import OrderFacts, ParcelFacts
from .link import grouped, link_of, site_of
from .marks import form, itself
from .model import HandoverView


def handover(facts: OrderFacts, parcel: ParcelFacts) -> HandoverView | None:
    """Return to whom it was handed; number and link in the private tier only."""
    name, number = parcel.handed_to, parcel.row.handed_number if facts.may_see_all else ""
    if not name or (name == parcel.name and not number):
        return None
    url = _handed_link(parcel.row, facts.picture) if number else ""
    return HandoverView(name=name, number=grouped(number) if number else "", url=url, site=site_of(url))


@form(itself)
def _handed_link(row: Any, around: Any) -> str:
    return link_of(around, catalogue.find(row.handed_to), row.handed_number)
