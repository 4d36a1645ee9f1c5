"""What mail programs may read of a parcel: schema.org as JSON-LD. Off, unless a channel's ``OPTIONS["markup"]`` says so.

A ParcelDelivery is nothing without the address that it goes to, so that this puts into a mail what is nowhere else in
one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ..events import Milestone
from ..view.model import ItemView, MilestoneView

if TYPE_CHECKING:
    from ..events import Address, ContactSnapshot

_CONTEXT = "http://schema.org"
#: What there is a word for. The rest says nothing of the order's status.
_STATUS: dict[Milestone, str] = {
    Milestone.CONFIRMED: "OrderProcessing",
    Milestone.SHIPPED: "OrderInTransit",
    Milestone.OUT_FOR_DELIVERY: "OrderInTransit",
    Milestone.READY_FOR_PICKUP: "OrderPickupAvailable",
    Milestone.DELIVERED: "OrderDelivered",
    Milestone.EXCEPTION: "OrderProblem",
    Milestone.RETURNED: "OrderReturned",
    Milestone.CANCELLED: "OrderCancelled",
}
#: News that is none of a parcel, whatever was sent.
_OF_THE_ORDER = frozenset({Milestone.CONFIRMED, Milestone.CANCELLED, Milestone.REFUNDED, Milestone.NOTE})
#: No "<" leaves a script element, and no "&" is read as one of HTML.
_SAFE = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})


def markup(news: MilestoneView, contact: ContactSnapshot, link: str, number: str) -> str:
    """Return the news as JSON-LD: a ParcelDelivery where a parcel is told of and its address is known, else an Order.

    ``link`` is the order's page. The tracking number is left out: the page shows it to whom it belongs.
    """
    order: dict[str, Any] = {
        "@type": "Order",
        "orderNumber": number,
        "merchant": {"@type": "Organization", "name": news.order.shop},
        "url": link,
    }
    action = {"potentialAction": {"@type": "TrackAction", "target": link}}
    parcel, address = news.parcel, contact.shipping_address
    is_known = parcel is not None and parcel.carrier_name and address.lines and address.country
    if parcel is None or not is_known or news.milestone in _OF_THE_ORDER:
        status = _STATUS.get(news.milestone)
        said = {**order, **({"orderStatus": f"{_CONTEXT}/{status}"} if status else {}), **action}
        items = [{"itemOffered": each} for each in _items(_all_items(news))]
        if items:
            said["acceptedOffer"] = [{"@type": "Offer", **each} for each in items]
    else:
        said = {
            "@type": "ParcelDelivery",
            "carrier": {"@type": "Organization", "name": parcel.carrier_name},
            "deliveryAddress": _address(address),
            "itemShipped": _items(parcel.items),
            "partOfOrder": order,
            "trackingUrl": link,
            **action,
        }
        if parcel.window:
            said["expectedArrivalUntil"] = parcel.window.iso
    return json.dumps({"@context": _CONTEXT, **said}, ensure_ascii=False).translate(_SAFE)


def _all_items(news: MilestoneView) -> list[ItemView]:
    order = news.order
    pending = order.pending.items if order.pending else ()
    return [*(item for parcel in order.parcels for item in parcel.items), *pending, *order.digital]


def _items(items: Iterable[ItemView]) -> list[dict[str, Any]]:
    return [{"@type": "Product", "name": item.title} for item in items]


def _address(address: Address) -> dict[str, str]:
    said = {
        "@type": "PostalAddress",
        "name": address.name,
        "streetAddress": ", ".join(address.lines),
        "addressLocality": address.city,
        "addressRegion": address.region,
        "addressCountry": address.country,
        "postalCode": address.postcode,
    }
    return {name: value for name, value in said.items() if value}
