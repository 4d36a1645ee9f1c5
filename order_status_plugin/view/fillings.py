"""What placeholders in editors' words say for one viewer of one order. See :mod:`order_status_plugin.cms.placeholders`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from babel.lists import format_list
from django.utils.formats import number_format

from ..cms.look import Look
from ..events import Headline
from . import dates, words
from .facts import OrderFacts, ParcelFacts
from .link import grouped
from .marks import form
from .money import country_name, money, reader
from .names import first_name
from .sentence import day_ahead

#: More numbers than these are no part of a sentence.
_MOST_NUMBERS = 3


def fillings(facts: OrderFacts, headline: Headline, look: Look) -> dict[str, str]:
    """Return the values by placeholder: those that this tier may see, and of which something is known.

    ``link`` is not among them: who renders knows the address, and a public page is kept without it.
    """
    order, lead = facts.picture.order, facts.lead
    names = list(dict.fromkeys(parcel.name for parcel in facts.parcels if parcel.name))
    pieces = sum(line.quantity for line in facts.picture.lines)
    found = {
        "shop_name": look.shop,
        "status": str(words.HEADLINE[headline]).rstrip(".。"),
        "estimate": day_ahead(lead, facts) if lead and not lead.has_ended else "",
        "carrier": format_list(names, locale=reader()) if names else "",
        "items_count": number_format(pieces) if pieces else "",
        "parcels_count": number_format(len(facts.parcels)) if facts.parcels else "",
        "destination_country": country_name(order.country) if order.country else "",
        "shipping_method": order.shipping_method,
        "help_email": look.help_email,
    }
    contact = facts.picture.contact
    if facts.may_see_all:
        told = [parcel.row.tracking_number for parcel in facts.parcels if parcel.row.tracking_number]
        numbers = [grouped(number) for number in told[: _MOST_NUMBERS + 1]]
        placed = order.placed_at.astimezone(dates.shop_zone()) if order.placed_at else None
        found |= {
            "order_number": order.number,
            "tracking_number": format_list(numbers, locale=reader()) if 0 < len(numbers) <= _MOST_NUMBERS else "",
            "total": money(order.total, order.currency),
            "order_date": dates.full_day(placed) if placed else "",
        }
    if contact is not None:
        found |= {
            "first_name": first_name(contact.name),
            "destination_city": _city(contact),
        }
    return {name: value for name, value in found.items() if value}


def of_parcel(facts: OrderFacts, parcel: ParcelFacts, values: Mapping[str, str]) -> dict[str, str]:
    """Return the values beside one parcel: its own day, carrier and number in place of the order's."""
    number = parcel.row.tracking_number if facts.may_see_all else ""
    return {
        **values,
        "estimate": "" if parcel.has_ended else day_ahead(parcel, facts),
        "carrier": parcel.name,
        "tracking_number": grouped(number) if number else "",
    }


@form()
def _city(contact: Any) -> str:
    return str((contact.shipping_address or {}).get("city") or "")
