"""From Saleor's order to a snapshot."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ... import reading
from ...events import (
    Address,
    ContactSnapshot,
    FulfillmentKind,
    FulfillmentSnapshot,
    LineSnapshot,
    OrderSnapshot,
    OrderState,
    ParcelSnapshot,
    ParcelStatus,
    PaymentState,
)
from ...exceptions import NotOurs, UnknownOrder, UnreadableMessage

_STATES = {
    "UNCONFIRMED": OrderState.OPEN,
    "UNFULFILLED": OrderState.OPEN,
    "PARTIALLY_FULFILLED": OrderState.OPEN,
    "PARTIALLY_RETURNED": OrderState.COMPLETE,
    "RETURNED": OrderState.COMPLETE,
    "FULFILLED": OrderState.COMPLETE,
    "CANCELED": OrderState.CANCELLED,
    "EXPIRED": OrderState.CANCELLED,
}
#: Statuses of a fulfillment that is none: an act that moved pieces out of another one, or that nobody approved yet.
_NOT_SENT = {"WAITING_FOR_APPROVAL", "REFUNDED"}
_CAME_BACK = {"RETURNED", "REPLACED", "REFUNDED_AND_RETURNED"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """How the orders of one Saleor are read."""

    #: Channel's slug -> pk of the Wagtail site that its orders belong to.
    sites: Mapping[str, int] = field(default_factory=dict)
    #: Slugs of the channels whose orders we take; none: of all.
    channels: tuple[str, ...] = ()
    #: Keys of a fulfillment's metadata that name its carrier, and the carrier's page of the parcel.
    carrier_key: str = "carrier"
    url_key: str = "tracking_url"
    #: Address of a product's page with ``{slug}`` and, if it likes, ``{channel}``; "" for none.
    product_url: str = ""

    def snapshot(self, order: Mapping[str, Any] | None) -> OrderSnapshot:
        """Return the snapshot. Raises UnknownOrder: there is none, or it is a draft; NotOurs: it is of another channel."""
        if not order or order["status"] == "DRAFT":
            raise UnknownOrder
        channel = order["channel"]["slug"]
        if self.channels and channel not in self.channels:
            raise NotOurs("It is an order of a channel that is not in OPTIONS.")
        placed_at = reading.aware(order["created"])
        if placed_at is None:
            raise UnreadableMessage("The order's time cannot be read.")
        price = "gross" if order["displayGrossPrices"] else "net"
        acts = [act for act in order["fulfillments"] if act["status"] in _NOT_SENT | _CAME_BACK or act["lines"]]
        refunded = _pieces(act for act in acts if act["status"] == "REFUNDED")
        payment, paid_back = _payment(order)
        state = _STATES.get(order["status"], OrderState.OPEN)
        return OrderSnapshot(
            reference=order["id"],
            number=reading.text(order["number"], 190),
            placed_at=placed_at,
            lines=tuple(self._line(line, refunded[line["id"]], price, channel) for line in order["lines"]),
            contact=_contact(order),
            fulfillments=tuple(self._act(order, act) for act in acts if act["status"] not in _NOT_SENT),
            state=OrderState.REFUNDED if payment is PaymentState.REFUNDED and state is OrderState.OPEN else state,
            state_text="" if order["status"] in _STATES else reading.text(order["statusDisplay"], 190),
            payment=payment,
            currency=reading.text(order["total"]["currency"], 12),
            items_total=_amount(order["subtotal"], price),
            shipping_total=_amount(order["shippingPrice"], price),
            tax_total=_amount(order["total"], "tax"),
            total=_amount(order["total"], "gross"),
            refunded_total=paid_back or None,
            locale=_locale(order["languageCodeEnum"]),
            site_id=self.sites.get(channel),
            country=_country(order["shippingAddress"]) or _country(order["billingAddress"]),
            shipping_method=reading.text(order["collectionPointName"] or order["shippingMethodName"], 190),
            tags=(f"channel:{channel}",),
            changed_at=reading.aware(order["updatedAt"]),
        )

    # --- lines --------------------------------------------------------------------------------------

    def _line(self, line: Mapping[str, Any], refunded: int, price: str, channel: str) -> LineSnapshot:
        variant = line["variant"] or {}
        product = variant.get("product") or {}
        url = ""
        if self.product_url and product.get("slug"):
            url = self.product_url.replace("{slug}", product["slug"]).replace("{channel}", channel)
        return LineSnapshot(
            reference=line["id"],
            title=reading.text(line["translatedProductName"] or line["productName"], 500),
            quantity=max(line["quantity"] - refunded, 0),
            details=reading.text(line["translatedVariantName"] or line["variantName"], 500),
            sku=reading.text(line["productSku"], 190),
            image_url=_image(line, variant, product),
            url=url,
            unit_price=_amount(line["unitPrice"], price),
            total=_amount(line["totalPrice"], price),
            is_physical=bool(line["isShippingRequired"]),
        )

    # --- what was sent ------------------------------------------------------------------------------

    def _act(self, order: Mapping[str, Any], act: Mapping[str, Any]) -> FulfillmentSnapshot:
        pieces = _pieces([act])
        physical = {line["id"] for line in order["lines"] if line["isShippingRequired"]}
        came_back = act["status"] in _CAME_BACK
        kind = FulfillmentKind.SHIPPING
        if not physical & pieces.keys():
            kind = FulfillmentKind.DIGITAL
        elif order["collectionPointName"]:
            kind = FulfillmentKind.PICKUP
        return FulfillmentSnapshot(
            reference=act["id"],
            lines=tuple(sorted(pieces.items())),
            sent_at=reading.aware(act["created"]),
            kind=kind,
            parcels=tuple(self._parcels(act)),
            is_cancelled=act["status"] == "CANCELED",
            # What came back left once: that it did is no news.
            notify_customer=not came_back,
            host_status=ParcelStatus.RETURNED if came_back else None,
            host_status_text=reading.text(act["statusDisplay"], 190) if came_back else "",
            host_status_at=reading.aware(act["created"]) if came_back else None,
        )

    def _parcels(self, act: Mapping[str, Any]) -> Iterable[ParcelSnapshot]:
        """Yield the parcels: one a number, and staff may write several with commas between them."""
        metadata = {each["key"]: each["value"] for each in act["metadata"]}
        carrier = reading.text(metadata.get(self.carrier_key), 190)
        url = _web(metadata.get(self.url_key))
        given = [part.strip() for part in reading.text(act["trackingNumber"], 1000).split(",")]
        for number in filter(None, given):
            if link := _web(number):
                yield ParcelSnapshot(carrier_text=carrier, tracking_url=link)
            else:
                yield ParcelSnapshot(carrier_text=carrier, tracking_number=number[:190], tracking_url=url)
        if not any(given) and (carrier or url):
            yield ParcelSnapshot(carrier_text=carrier, tracking_url=url)


def _pieces(acts: Iterable[Mapping[str, Any]]) -> Counter[str]:
    """Return how many of each line these acts are about."""
    found: Counter[str] = Counter()
    for act in acts:
        for line in act["lines"] or ():
            if line["orderLine"] and line["quantity"] > 0:
                found[line["orderLine"]["id"]] += line["quantity"]
    return found


def _image(line: Mapping[str, Any], variant: Mapping[str, Any], product: Mapping[str, Any]) -> str:
    """Return a picture's address without a Saleor id: a thumbnail that nobody asked for yet has one in it."""
    thumbnail = _web((line["thumbnail"] or {}).get("url"))
    if thumbnail and "/thumbnail/" not in thumbnail:
        return thumbnail
    media = [*(variant.get("media") or ()), *(product.get("media") or ())]
    return next((_web(each["url"]) for each in media if each["type"] == "IMAGE"), "")


def _web(address: object) -> str:
    text = reading.text(address, 1000)
    return text if text.startswith(("https://", "http://")) and len(text.split()) == 1 else ""


# --- money and people -------------------------------------------------------------------------------


def _amount(money: Mapping[str, Any] | None, price: str) -> Decimal | None:
    return Decimal(money[price]["amount"]) if money else None


def _payment(order: Mapping[str, Any]) -> tuple[PaymentState, Decimal]:
    """Return the state of the money and what was paid back."""
    total = Decimal(order["total"]["gross"]["amount"])
    refunded = Decimal(order["totalRefunded"]["amount"])
    if refunded > 0 or order["paymentStatus"] == "FULLY_REFUNDED":
        is_all = refunded >= total or order["paymentStatus"] == "FULLY_REFUNDED"
        return (PaymentState.REFUNDED if is_all else PaymentState.PARTLY_REFUNDED), refunded or total
    if order["chargeStatus"] in ("FULL", "OVERCHARGED"):
        return PaymentState.PAID, Decimal(0)
    if order["authorizeStatus"] == "FULL":
        return PaymentState.AUTHORIZED, Decimal(0)
    if order["paymentStatus"] in ("REFUSED", "CANCELLED"):
        return PaymentState.FAILED, Decimal(0)
    return PaymentState.PENDING, Decimal(0)


def _contact(order: Mapping[str, Any]) -> ContactSnapshot:
    shipping, billing = _address(order["shippingAddress"]), _address(order["billingAddress"])
    cards = [pay["creditCard"] for pay in order["payments"] if pay["isActive"] and pay["creditCard"]]
    phones = [(order[name] or {}).get("phone") for name in ("shippingAddress", "billingAddress")]
    return ContactSnapshot(
        name=shipping.name or billing.name,
        email=reading.text(order["userEmail"], 254),
        phone=next((reading.text(phone, 64) for phone in phones if phone), ""),
        shipping_address=shipping,
        billing_address=billing,
        payment_summary=", ".join(f"{card['brand']} •••• {card['lastDigits']}".strip() for card in cards),
        customer_reference=(order["user"] or {}).get("id") or "",
    )


def _address(given: Mapping[str, Any] | None) -> Address:
    if not given:
        return Address()
    name = f"{given['firstName']} {given['lastName']}".strip()
    lines = (given["companyName"], given["streetAddress1"], given["streetAddress2"], given["cityArea"])
    return Address(
        name=reading.text(name, 255),
        lines=tuple(filter(None, (reading.text(line, 255) for line in lines))),
        postcode=reading.text(given["postalCode"], 40),
        city=reading.text(given["city"], 120),
        region=reading.text(given["countryArea"], 120),
        country=_country(given),
        country_name=reading.text(given["country"]["country"], 120),
    )


def _country(address: Mapping[str, Any] | None) -> str:
    code = reading.text(address["country"]["code"], 2).upper() if address else ""
    return code if len(code) == 2 and code.isalpha() else ""


def _locale(code: object) -> str:
    """Return "PT_BR" as Django spells it: pt-br."""
    return reading.text(code, 35).replace("_", "-").lower()


def since(moment: dt.datetime | None) -> str | None:
    """Return a moment as GraphQL takes it."""
    return None if moment is None else moment.astimezone(dt.UTC).isoformat()
