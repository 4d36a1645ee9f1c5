"""A WooCommerce shop, by its webhooks "Order created", "updated", "deleted" and "restored".

``OPTIONS``: ``secrets`` (list; the secret of the webhooks), and if wanted ``shop`` ("https://tilia.example/": others are
not heard), ``sent`` (statuses that mean that all was sent; by default only "completed"), ``locale`` (of customers whose
language the order does not say), ``site`` (pk of the Wagtail Site whose look the orders have), ``sends_confirmation``
(True: WooCommerce's own mail leads to the page, so that ours stays silent).

What WooCommerce documents: https://woocommerce.github.io/woocommerce-rest-api-docs/#orders and #webhooks. Tracking
numbers are no part of it: those of the plugins Shipment Tracking, Advanced Shipment Tracking, AfterShip and YITH are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, ClassVar

from django.core.checks import CheckMessage

from .. import reading
from ..backend import Webhook
from ..events import (
    Address,
    ContactSnapshot,
    FulfillmentKind,
    FulfillmentSnapshot,
    LineSnapshot,
    OrderChange,
    OrderSnapshot,
    OrderState,
    ParcelSnapshot,
    PaymentState,
)
from ..exceptions import UnreadableMessage, UntrustedWebhook
from .pushed import PushedHost
from .pushed.signed import address, moment, money, number, verify

HINT = "WooCommerce → Settings → Advanced → Webhooks shows the secret of each."

PAYMENT = {
    "pending": PaymentState.PENDING,
    "on-hold": PaymentState.PENDING,
    "processing": PaymentState.PAID,
    "completed": PaymentState.PAID,
    "refunded": PaymentState.REFUNDED,
    "failed": PaymentState.FAILED,
}
STATE = {"cancelled": OrderState.CANCELLED, "trash": OrderState.CANCELLED, "refunded": OrderState.REFUNDED}
#: Not placed yet.
_DRAFTS = frozenset({"checkout-draft", "auto-draft", "draft", "new"})
_PICKUP = frozenset({"local_pickup", "pickup_location"})
#: What WooCommerce sends when a webhook is saved: unsigned, and it says nothing.
_PING = re.compile(rb"webhook_id=[0-9]{1,20}")


class WooCommerce(PushedHost):
    """Takes orders as WooCommerce tells them: whole, each time."""

    label = "WooCommerce"
    kept_headers: ClassVar[tuple[str, ...]] = ("x-wc-webhook-topic", "x-wc-webhook-id", "x-wc-webhook-delivery-id")

    def check(self) -> list[CheckMessage]:
        """Ask for the secrets."""
        return self.check_secrets(HINT)

    def is_pushed(self) -> bool:
        """Say whether there is a secret."""
        return bool(self.secrets())

    def is_knock(self, webhook: Webhook) -> bool:
        """Say whether WooCommerce only tries whether somebody is here."""
        return _PING.fullmatch(webhook.body) is not None

    def verify(self, webhook: Webhook) -> None:
        """Raise UntrustedWebhook unless it is signed, and of this shop where the options name it.

        WooCommerce signs the body alone: its topic counts only as far as the body bears it out, and its id of a delivery
        not at all. The same body is the same message: an order says when it was changed.
        """
        verify(webhook, self.secrets(), "x-wc-webhook-signature")
        if not _fits(webhook.headers.get("x-wc-webhook-topic", ""), webhook.body):
            raise UntrustedWebhook("Its topic is not its body's.")
        shop, source = self.option("shop"), webhook.headers.get("x-wc-webhook-source", "")
        if shop and source.rstrip("/") != shop.rstrip("/"):
            raise UntrustedWebhook("This is another shop's.")

    def about(self, webhook: Webhook) -> str:
        """Return the order's id."""
        return reading.text(_body(webhook).get("id"), 190)

    def parse(self, webhook: Webhook) -> Iterable[OrderSnapshot | OrderChange]:
        """Yield the order. Raises UnreadableMessage."""
        topic, said = webhook.headers.get("x-wc-webhook-topic", ""), _body(webhook)
        reference = reading.text(said.get("id"), 190)
        if not topic.startswith("order.") or not reference:
            raise UnreadableMessage(f"{topic or 'A webhook without topic'!r} is nothing that we know of WooCommerce.")
        if topic == "order.deleted":
            yield OrderChange(reference, _deleted)
        elif reading.text(said.get("status"), 40) not in _DRAFTS:
            yield self._order(said)

    def _order(self, said: Mapping[str, Any]) -> OrderSnapshot:
        return self.at_home(order(said, sent=self._sent(), locale=self.option("locale")))

    def _sent(self) -> tuple[str, ...]:
        given = self.options.get("sent")
        return tuple(map(str, given)) if isinstance(given, (list, tuple)) else ("completed",)


def order(said: Mapping[str, Any], *, sent: Sequence[str] = ("completed",), locale: str = "") -> OrderSnapshot:
    """Return an order as WooCommerce's REST API tells it. Raises UnreadableMessage."""
    placed_at = moment(said.get("date_created_gmt"))
    if placed_at is None:
        raise UnreadableMessage("/date_created_gmt: an order has a time.")
    status = reading.text(said.get("status"), 40).removeprefix("wc-")
    ways = reading.rows(said.get("shipping_lines"))
    is_physical = bool(ways)
    lines = tuple(
        _line(each, is_physical=is_physical)
        for each in reading.rows(said.get("line_items"))
        if number(each.get("quantity"))
    )
    total, shipping, tax = (money(said.get(name)) for name in ("total", "shipping_total", "total_tax"))
    shipping_tax = money(said.get("shipping_tax")) or Decimal()
    back = _paid_back(said, total, status)
    metas = {str(row.get("key")): row.get("value") for row in reading.rows(said.get("meta_data"))}
    to = _address(said.get("shipping")) or _address(said.get("billing"))
    return OrderSnapshot(
        reference=reading.text(said.get("id"), 190),
        number=reading.text(said.get("number"), 190) or reading.text(said.get("id"), 190),
        placed_at=placed_at,
        lines=lines,
        contact=_contact(said, to),
        fulfillments=_fulfillments(said, metas, lines, is_sent=status in sent, ways=ways) if is_physical else (),
        state=STATE.get(status, OrderState.OPEN if is_physical or status not in sent else OrderState.COMPLETE),
        state_text=status,
        payment=_payment(status, total, back),
        currency=reading.text(said.get("currency"), 3),
        items_total=sum((line.total or Decimal() for line in lines), Decimal()) if lines else None,
        shipping_total=None if shipping is None else shipping + shipping_tax,
        tax_total=tax,
        total=total,
        refunded_total=back,
        locale=_language(metas) or locale,
        country=to.country,
        shipping_method=reading.text(ways[0].get("method_title"), 190) if ways else "",
        changed_at=moment(said.get("date_modified_gmt")),
    )


def _body(webhook: Webhook) -> dict[str, Any]:
    return reading.mapping(reading.load(webhook.body))


def _fits(topic: str, body: bytes) -> bool:
    """Say whether this topic may have this body: of what was deleted, WooCommerce tells the id and no more."""
    try:
        said = reading.mapping(reading.load(body))
    except UnreadableMessage:
        return True  # it is kept for people
    if said.keys() == {"id"}:
        return topic.endswith(".deleted")
    is_order = {"line_items", "date_created_gmt"} <= said.keys()
    return not topic.endswith(".deleted") and (topic.startswith("order.") or not is_order)


def _deleted(old: OrderSnapshot | None) -> OrderSnapshot:
    if old is None:
        raise UnreadableMessage("It takes away an order that was never told.")
    return replace(old, state=OrderState.CANCELLED, state_text="deleted")


def _line(said: Mapping[str, Any], *, is_physical: bool) -> LineSnapshot:
    total, tax = money(said.get("total")), money(said.get("total_tax")) or Decimal()
    quantity = number(said.get("quantity"))
    shown = [row for row in reading.rows(said.get("meta_data")) if not str(row.get("key", "_")).startswith("_")]
    # Attributes of a variation have keys of their own; whatever else stands there, the customer may have typed.
    of_product = [row for row in shown if str(row.get("key")).startswith("pa_")]
    return LineSnapshot(
        reference=reading.text(said.get("id"), 190),
        title=reading.text(said.get("parent_name") or said.get("name"), 500),
        quantity=quantity,
        details=", ".join(_value(row) for row in of_product)[:500],
        sku=reading.text(said.get("sku"), 190),
        image_url=address(reading.mapping(said.get("image")).get("src")),
        unit_price=None if total is None else (total + tax) / quantity,
        total=None if total is None else total + tax,
        is_physical=is_physical,
        personal_text="; ".join(f"{_label(row)}: {_value(row)}" for row in shown if row not in of_product)[:500],
    )


def _label(row: Mapping[str, Any]) -> str:
    return reading.text(row.get("display_key") or row.get("key"), 100)


def _value(row: Mapping[str, Any]) -> str:
    return reading.text(row.get("display_value") or row.get("value"), 300)


def _contact(said: Mapping[str, Any], to: Address) -> ContactSnapshot:
    bill, both = _address(said.get("billing")), reading.mapping(said.get("billing"))
    customer = reading.text(said.get("customer_id"), 190)
    return ContactSnapshot(
        name=to.name or bill.name,
        email=reading.text(both.get("email"), 254),
        phone=reading.text(both.get("phone"), 64)
        or reading.text(reading.mapping(said.get("shipping")).get("phone"), 64),
        shipping_address=to,
        billing_address=bill,
        payment_summary=reading.text(said.get("payment_method_title"), 190),
        customer_reference="" if customer == "0" else customer,
    )


def _address(value: object) -> Address:
    said = reading.mapping(value)
    names = (reading.text(said.get(key), 120) for key in ("first_name", "last_name"))
    lines = (reading.text(said.get(key), 190) for key in ("company", "address_1", "address_2"))
    return Address(
        name=" ".join(filter(None, names)),
        lines=tuple(filter(None, lines)),
        postcode=reading.text(said.get("postcode"), 20),
        city=reading.text(said.get("city"), 190),
        region=reading.text(said.get("state"), 190),
        country=reading.text(said.get("country"), 2).upper(),
    )


def _payment(status: str, total: Decimal | None, back: Decimal | None) -> PaymentState:
    if back and status != "refunded":
        return PaymentState.REFUNDED if total is not None and back >= total else PaymentState.PARTLY_REFUNDED
    return PAYMENT.get(status, PaymentState.UNKNOWN)


def _paid_back(said: Mapping[str, Any], total: Decimal | None, status: str) -> Decimal | None:
    """Return what went back: refunds have negative totals."""
    refunds = [abs(money(each.get("total")) or Decimal()) for each in reading.rows(said.get("refunds"))]
    return sum(refunds, Decimal()) or (total if status == "refunded" else None)


def _language(metas: Mapping[str, Any]) -> str:
    """Return what WPML, TranslatePress or Polylang wrote down."""
    names = ("wpml_language", "trp_language", "lang")
    found = next((text for name in names if (text := reading.text(metas.get(name), 15))), "")
    return found.replace("_", "-").lower()


def _fulfillments(
    said: Mapping[str, Any],
    metas: Mapping[str, Any],
    lines: Sequence[LineSnapshot],
    *,
    is_sent: bool,
    ways: Sequence[Mapping[str, Any]],
) -> tuple[FulfillmentSnapshot, ...]:
    """Return what was sent: parcels that name their products by themselves, all others together with the rest."""
    done = moment(said.get("date_completed_gmt"))
    kind = (
        FulfillmentKind.PICKUP
        if ways and reading.text(ways[0].get("method_id"), 40) in _PICKUP
        else FulfillmentKind.SHIPPING
    )
    tracked = _tracked(metas)
    found = [
        FulfillmentSnapshot(
            reference=reading.text(item.get("tracking_id"), 190) or f"parcel {item['tracking_number']}",
            lines=products,
            sent_at=moment(_seconds(item.get("date_shipped"))) or done,
            kind=kind,
            parcels=(_parcel(item),),
        )
        for item in tracked
        if (products := _products(item, lines))
    ]
    others = [item for item in tracked if not _products(item, lines)]
    if others or (is_sent and not found):
        shipped = [when for item in others if (when := moment(_seconds(item.get("date_shipped"))))]
        rest = _rest(lines, found)
        found.append(
            FulfillmentSnapshot(
                reference="all",
                lines=rest,
                sent_at=min(shipped, default=done),
                kind=kind,
                parcels=tuple(_parcel(item) for item in others),
            )
        )
    return tuple({each.reference: each for each in found}.values())


def _tracked(metas: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what the plugins for tracking numbers wrote, in the words of the first of them."""
    items = reading.rows(metas.get("_wc_shipment_tracking_items"))
    items += [
        {**item, "tracking_provider": item.get("slug"), "tracking_id": ""}
        for item in reading.rows(metas.get("_aftership_tracking_items"))
    ]
    single = (
        ("_aftership_tracking_number", "_aftership_tracking_provider_name"),
        ("_tracking_number", "_tracking_provider"),
        ("ywot_tracking_code", "ywot_carrier_name"),
    )
    for number_key, carrier_key in single:
        if not items and (code := reading.text(metas.get(number_key), 190)):
            items.append({"tracking_number": code, "tracking_provider": metas.get(carrier_key)})
    return [
        {**item, "tracking_number": code} for item in items if (code := reading.text(item.get("tracking_number"), 190))
    ]


def _parcel(item: Mapping[str, Any]) -> ParcelSnapshot:
    carrier = reading.text(item.get("tracking_provider") or item.get("custom_tracking_provider"), 190)
    return ParcelSnapshot(
        carrier_text=carrier.replace("-", " ") if carrier.islower() else carrier,
        tracking_number=item["tracking_number"],
        tracking_url=address(item.get("custom_tracking_link")),
    )


def _products(item: Mapping[str, Any], lines: Sequence[LineSnapshot]) -> tuple[tuple[str, int], ...]:
    """Return the lines that one parcel names (Advanced Shipment Tracking), () where it names none."""
    known = {line.reference for line in lines}
    named = [
        (reading.text(row.get("item_id"), 190), _count(row.get("qty")))
        for row in reading.rows(item.get("products_list"))
    ]
    return tuple((reference, quantity) for reference, quantity in named if reference in known and quantity)


def _rest(lines: Sequence[LineSnapshot], found: Sequence[FulfillmentSnapshot]) -> tuple[tuple[str, int], ...]:
    sent: dict[str, int] = {}
    for each in found:
        for reference, quantity in each.lines:
            sent[reference] = sent.get(reference, 0) + quantity
    left = ((line.reference, line.quantity - sent.get(line.reference, 0)) for line in lines)
    return tuple((reference, quantity) for reference, quantity in left if quantity > 0)


def _count(value: object) -> int:
    return number(int(value)) if isinstance(value, str) and value.isdecimal() and len(value) < 7 else number(value)


def _seconds(value: object) -> object:
    """Return the number in a text of digits: so PHP writes a time."""
    return int(value) if isinstance(value, str) and value.isdecimal() and len(value) < 12 else value
