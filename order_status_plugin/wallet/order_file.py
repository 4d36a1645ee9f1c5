"""``order.json``: one order in the fields of Apple's schema, and the same texts in other languages.

What is not known is left out; nothing is guessed to fill a field.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from ..view.model import WalletItem, WalletParcel, WalletView

SCHEMA = 1
LOGO = "logo.png"


def write(
    view: WalletView, *, order_type: str, uid: str, merchant: str, shop_url: str, link: str, has_logo: bool
) -> dict[str, Any]:
    """Return the order. ``uid`` is what the web service knows it by, ``link`` where its page is."""
    return _filled(
        {
            "schemaVersion": SCHEMA,
            "orderType": "ecommerce",
            "orderTypeIdentifier": order_type,
            "orderIdentifier": uid,
            "orderNumber": view.number,
            "createdAt": _time(view.created_at),
            "updatedAt": _time(view.updated_at),
            "status": view.status,
            "statusDescription": view.description,
            "orderManagementURL": link,
            "merchant": _filled(
                {
                    "displayName": view.shop,
                    "merchantIdentifier": merchant,
                    "url": shop_url,
                    "logo": LOGO if has_logo else "",
                }
            ),
            "payment": _payment(view),
            "lineItems": [_item(item, view.currency) for item in view.items],
            "fulfillments": [_fulfillment(parcel, view) for parcel in view.parcels],
        }
    )


def _payment(view: WalletView) -> dict[str, Any]:
    if not (view.total and view.payment):
        return {}
    return {"total": _amount(view.total, view.currency), "status": view.payment}


def _item(item: WalletItem, currency: str) -> dict[str, Any]:
    return _filled(
        {
            "title": item.title,
            "subtitle": item.details,
            "quantity": item.quantity,
            "price": _amount(item.price, currency) if item.price and currency else None,
        }
    )


def _fulfillment(parcel: WalletParcel, view: WalletView) -> dict[str, Any]:
    common = {
        # Another kind under the same name would be a change that no device expects.
        "fulfillmentIdentifier": f"{parcel.uid}-pickup" if parcel.is_pickup else parcel.uid,
        "status": parcel.status,
        "statusDescription": parcel.description,
        "lineItems": [_item(item, "") for item in parcel.items],
    }
    kind: dict[str, Any]
    if parcel.is_pickup:
        kind = {
            "fulfillmentType": "pickup",
            "displayName": parcel.place,
            "notes": parcel.notes,
            "pickedUpAt": _time(parcel.arrived_at),
        }
    else:
        kind = {
            "fulfillmentType": "shipping",
            "carrier": parcel.carrier,
            "trackingNumber": parcel.tracking_number,
            "trackingURL": parcel.tracking_url,
            "shippedAt": _time(parcel.sent_at),
            "deliveredAt": _time(parcel.arrived_at),
            "estimatedDeliveryAt": _time(parcel.expected_at),
            "estimatedDeliveryWindowDuration": _duration(parcel.window),
            "recipient": _recipient(view.recipient),
        }
    return _filled({**common, **kind})


def _recipient(address: Mapping[str, Any]) -> dict[str, Any]:
    """Return where it goes. The name stays out: which part of it is the family's, nobody said."""
    lines = address.get("lines") or ()
    country = str(address.get("country", ""))
    place = _filled(
        {
            "addressLines": [str(line) for line in lines] if isinstance(lines, list | tuple) else [],
            "postalCode": str(address.get("postcode") or ""),
            "locality": str(address.get("city") or ""),
            "administrativeArea": str(address.get("region") or ""),
            "countryCode": country if len(country) == 2 else "",
        }
    )
    return {"address": place} if place else {}


def _amount(amount: str, currency: str) -> dict[str, str]:
    return {"amount": amount, "currency": currency}


def _time(moment: dt.datetime | None) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z") if moment else ""


def _duration(span: dt.timedelta | None) -> str:
    """Return hours and minutes in ISO 8601, "PT1H30M"."""
    if span is None:
        return ""
    hours, minutes = divmod(int(span.total_seconds()) // 60, 60)
    return "PT" + (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes or not hours else "")


def _filled(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that say something. An empty list does: there is nothing of that."""
    return {name: value for name, value in fields.items() if value not in ("", None, {})}


# --- other languages ----------------------------------------------------------------------------------


def strings(own: WalletView, other: WalletView) -> bytes:
    """Return ``order.strings``: each text of the order, and what it is in the other language; b"" for no difference.

    Both views are of the same picture.
    """
    pairs = dict(zip(_texts(own), _texts(other), strict=True))
    lines = [f'"{_quoted(one)}" = "{_quoted(two)}";\n' for one, two in pairs.items() if one and one != two]
    return "".join(lines).encode()


def folder(language: str) -> str:
    """Return the folder of a language as Apple spells it: "pt-br" is "pt-BR.lproj", "zh-hans" "zh-Hans.lproj"."""
    first, *rest = language.split("-")
    return "-".join([first, *(part.title() if len(part) == 4 else part.upper() for part in rest)]) + ".lproj"


def _texts(view: WalletView) -> Iterator[str]:
    yield view.description
    for parcel in view.parcels:
        yield from (parcel.description, parcel.place, parcel.notes)


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
