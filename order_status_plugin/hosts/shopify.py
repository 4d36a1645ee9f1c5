"""A Shopify shop, by the webhooks that its admin or an app of the shop's sends.

``OPTIONS``: ``secrets`` (list; the client secret of the app, or the one under Settings → Notifications → Webhooks),
``shop`` ("tilia.myshopify.com": others are not heard), and if wanted ``test_orders`` (True: take them in, too),
``site`` (pk of the Wagtail Site whose look the orders have), ``sends_confirmation`` (True: Shopify's own mail
leads to the page, so that ours stays silent).

What Shopify documents: https://shopify.dev/docs/api/admin-rest/latest/resources/order, …/fulfillment, …/refund, and
https://shopify.dev/docs/apps/build/webhooks.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, ClassVar

from django.core.checks import CheckMessage

from .. import reading
from ..backend import Webhook
from ..events import (
    FROM_SHOPIFY,
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
from ..exceptions import TemporaryFailure, UnreadableMessage, UntrustedWebhook
from .pushed import PushedHost
from .pushed.signed import address, moment, money, number, strings, verify

HINT = "Settings → Notifications → Webhooks in Shopify's admin shows the secret at the bottom."

PAYMENT = {
    "pending": PaymentState.PENDING,
    "partially_paid": PaymentState.PENDING,
    "authorized": PaymentState.AUTHORIZED,
    "paid": PaymentState.PAID,
    "partially_refunded": PaymentState.PARTLY_REFUNDED,
    "refunded": PaymentState.REFUNDED,
    "expired": PaymentState.FAILED,
    "voided": PaymentState.FAILED,
}
#: What each has, by the beginning of its topics, and nothing else that Shopify tells.
_NAMES = {
    "orders": {"id", "line_items", "financial_status"},
    "fulfillments": {"order_id", "line_items", "tracking_numbers"},
    "refunds": {"order_id", "transactions", "refund_line_items"},
}
#: Statuses of a fulfillment that never left.
_NOT_SENT = frozenset({"cancelled", "error", "failure"})
#: How long a part waits for its order before it is looked for again.
_WAIT = 5.0


class Shopify(PushedHost):
    """Takes orders, fulfillments and refunds as Shopify tells them."""

    label = "Shopify"
    kept_headers: ClassVar[tuple[str, ...]] = (
        "x-shopify-topic",
        "x-shopify-webhook-id",
        "x-shopify-event-id",
        "x-shopify-triggered-at",
        "x-shopify-api-version",
    )

    def check(self) -> list[CheckMessage]:
        """Ask for the secrets and the shop's domain."""
        return [*self.check_secrets(HINT), *self.check_texts("shop", hint='As in "tilia.myshopify.com".')]

    def is_pushed(self) -> bool:
        """Say whether there is a secret."""
        return bool(self.secrets())

    def verify(self, webhook: Webhook) -> None:
        """Raise UntrustedWebhook unless it is signed, and this very shop's.

        Shopify signs the body alone: its topic counts only as far as the body bears it out, and its id of a delivery not
        at all. The same body is the same message: each says when its order, fulfillment or refund was changed.
        """
        verify(webhook, self.secrets(), "x-shopify-hmac-sha256")
        if webhook.headers.get("x-shopify-shop-domain", "").strip().lower() != self.option("shop").lower():
            raise UntrustedWebhook("This is another shop's.")
        try:
            kind = _kind(_body(webhook))
        except UnreadableMessage:
            return  # it is kept for people
        if kind and kind != _topic(webhook).partition("/")[0]:
            raise UntrustedWebhook("Its topic is not its body's.")

    def about(self, webhook: Webhook) -> str:
        """Return the order's id."""
        said = _body(webhook)
        return reading.text(said.get("order_id") or said.get("id"), 190)

    def parse(self, webhook: Webhook) -> Iterable[OrderSnapshot | OrderChange]:
        """Yield the order, or what a part of it changes. Raises UnreadableMessage."""
        topic, said = _topic(webhook), _body(webhook)
        kind = _kind(said)
        reference = reading.text(said.get("id" if kind == "orders" else "order_id"), 190)
        if not reference or kind != topic.partition("/")[0]:
            raise UnreadableMessage(f"{topic or 'A webhook without topic'!r} is nothing that we know of Shopify.")
        match kind:
            case "orders":
                if said.get("test") is not True or self.options.get("test_orders") is True:
                    yield self.at_home(order(said))
            case "fulfillments":
                yield OrderChange(reference, lambda old: _fulfilled(old, said))
            case "refunds":
                yield OrderChange(reference, lambda old: _refunded(old, said))


def order(said: Mapping[str, Any]) -> OrderSnapshot:
    """Return an order as Shopify's REST resource tells it. Raises UnreadableMessage."""
    placed_at = moment(said.get("processed_at")) or moment(said.get("created_at"))
    if placed_at is None:
        raise UnreadableMessage("/created_at: an order has a time.")
    kinds = {line["id"]: _is_physical(line) for line in _lines(said)}
    fulfillments = tuple(fulfillment(each, kinds) for each in reading.rows(said.get("fulfillments")))
    sent = _counted(fulfillments)
    lines = tuple(line for each in _lines(said) if (line := _line(each, sent)).quantity)
    payment = PAYMENT.get(reading.text(said.get("financial_status"), 40), PaymentState.UNKNOWN)
    total = _shown(said, "total_price")
    where = reading.mapping(said.get("shipping_address"))
    ways = reading.rows(said.get("shipping_lines"))
    return OrderSnapshot(
        reference=reading.text(said.get("id"), 190),
        number=reading.text(said.get("name"), 190) or reading.text(said.get("order_number"), 190),
        placed_at=placed_at,
        lines=lines,
        contact=_contact(said),
        fulfillments=fulfillments,
        state=_state(said, lines),
        state_text=reading.text(said.get("fulfillment_status"), 190),
        payment=payment,
        currency=reading.text(said.get("presentment_currency") or said.get("currency"), 3),
        items_total=_shown(said, "subtotal_price"),
        shipping_total=_shown(said, "total_shipping_price"),
        tax_total=_shown(said, "total_tax"),
        total=total,
        refunded_total=_paid_back(reading.rows(said.get("refunds"))),
        locale=reading.text(said.get("customer_locale"), 15).replace("_", "-").lower(),
        country=reading.text(where.get("country_code"), 2).upper(),
        shipping_method=reading.text(ways[0].get("title"), 190) if ways else "",
        tags=tuple(tag.strip() for tag in reading.text(said.get("tags"), 2000).split(",") if tag.strip()),
        changed_at=moment(said.get("updated_at")),
    )


def fulfillment(said: Mapping[str, Any], kinds: Mapping[str, bool]) -> FulfillmentSnapshot:
    """Return one act of sending; ``kinds`` says which lines travel."""
    lines = tuple(
        (reference, quantity)
        for each in reading.rows(said.get("line_items"))
        if (reference := reading.text(each.get("id"), 190)) and (quantity := number(each.get("quantity")))
    )
    word = reading.text(said.get("shipment_status"), 40)
    status, _overlay = FROM_SHOPIFY.get(word.upper(), (None, None))
    is_digital = bool(lines) and not any(kinds.get(reference, True) for reference, _quantity in lines)
    return FulfillmentSnapshot(
        reference=reading.text(said.get("id"), 190),
        lines=lines,
        sent_at=moment(said.get("created_at")),
        kind=FulfillmentKind.DIGITAL if is_digital else FulfillmentKind.SHIPPING,
        parcels=_parcels(said),
        is_cancelled=reading.text(said.get("status"), 40) in _NOT_SENT,
        host_status=status,
        host_status_text=word,
        # Also where it says no status: which of two messages about one fulfillment is the newer, this tells.
        host_status_at=moment(said.get("updated_at")),
    )


def _body(webhook: Webhook) -> dict[str, Any]:
    return reading.mapping(reading.load(webhook.body))


def _topic(webhook: Webhook) -> str:
    return webhook.headers.get("x-shopify-topic", "")


def _kind(said: Mapping[str, Any]) -> str:
    """Return what the body is, as topics begin, "" for what we do not read: checkouts, drafts, products, …"""
    return next((kind for kind, names in _NAMES.items() if names <= said.keys()), "")


def _fulfilled(old: OrderSnapshot | None, said: Mapping[str, Any]) -> OrderSnapshot:
    """Return the order with this fulfillment, unless it is known in a newer state."""
    if old is None:
        raise TemporaryFailure("Its order was not told yet.", retry_after=_WAIT)
    kinds = {line.reference: line.is_physical for line in old.lines}
    new = fulfillment(said, kinds)
    known = {each.reference: each for each in old.fulfillments}
    before = known.get(new.reference)
    if before and before.host_status_at and new.host_status_at and new.host_status_at < before.host_status_at:
        return old
    lines = tuple(line for line in new.lines if line[0] in kinds)
    known[new.reference] = replace(new, lines=lines)
    return replace(old, fulfillments=tuple(known.values()), changed_at=_later(old, new.host_status_at))


def _refunded(old: OrderSnapshot | None, said: Mapping[str, Any]) -> OrderSnapshot:
    """Return the order with this refund. The webhook of the whole order that follows has the sum of several."""
    if old is None:
        raise TemporaryFailure("Its order was not told yet.", retry_after=_WAIT)
    amount = max(_paid_back([said]) or Decimal(), old.refunded_total or Decimal())
    if not amount:
        return old
    is_all = old.total is not None and amount >= old.total
    return replace(
        old,
        refunded_total=amount,
        payment=PaymentState.REFUNDED if is_all else PaymentState.PARTLY_REFUNDED,
        changed_at=_later(old, moment(said.get("processed_at")) or moment(said.get("created_at"))),
    )


def _later(old: OrderSnapshot, told_at: dt.datetime | None) -> dt.datetime | None:
    return max((when for when in (old.changed_at, told_at) if when), default=None)


def _state(said: Mapping[str, Any], lines: Iterable[LineSnapshot]) -> OrderState:
    if said.get("cancelled_at"):
        return OrderState.CANCELLED
    # Shopify archives what is sent, long before it has arrived: only what does not travel is complete then.
    is_done = said.get("fulfillment_status") == "fulfilled"
    return OrderState.COMPLETE if is_done and not any(line.is_physical for line in lines) else OrderState.OPEN


def _lines(said: Mapping[str, Any]) -> list[dict[str, Any]]:
    rows = [{**row, "id": reading.text(row.get("id"), 190)} for row in reading.rows(said.get("line_items"))]
    return [row for row in rows if row["id"]]


def _is_physical(line: Mapping[str, Any]) -> bool:
    return line.get("requires_shipping") is not False and line.get("gift_card") is not True


def _line(said: Mapping[str, Any], sent: Mapping[str, int]) -> LineSnapshot:
    """Return one line: as many as are still ordered, and what was sent before it was given back."""
    ordered = number(said.get("quantity"))
    left = said.get("current_quantity")
    quantity = ordered if left is None else max(number(left), min(ordered, sent.get(said["id"], 0)))
    price = _set(said, "price_set") or money(said.get("price"))
    off = _set(said, "total_discount_set") or Decimal()
    given = [row for row in reading.rows(said.get("properties")) if not str(row.get("name", "_")).startswith("_")]
    words = "; ".join(f"{reading.text(row['name'], 100)}: {reading.text(row.get('value'), 300)}" for row in given)
    details = reading.text(said.get("variant_title"), 500)
    return LineSnapshot(
        reference=said["id"],
        title=reading.text(said.get("title"), 500) or reading.text(said.get("name"), 500),
        quantity=quantity,
        details="" if details == "Default Title" else details,
        sku=reading.text(said.get("sku"), 190),
        unit_price=price,
        total=None if price is None else max(Decimal(), price * quantity - off),
        is_physical=_is_physical(said),
        personal_text=words[:500],
    )


def _contact(said: Mapping[str, Any]) -> ContactSnapshot:
    to, bill = _address(said.get("shipping_address")), _address(said.get("billing_address"))
    customer = reading.mapping(said.get("customer"))
    phones = (said, reading.mapping(said.get("shipping_address")), customer)
    name = " ".join(filter(None, (reading.text(customer.get(key), 120) for key in ("first_name", "last_name"))))
    return ContactSnapshot(
        name=to.name or bill.name or name,
        email=reading.text(said.get("contact_email") or said.get("email"), 254),
        phone=next((phone for each in phones if (phone := reading.text(each.get("phone"), 64))), ""),
        shipping_address=to,
        billing_address=bill,
        payment_summary=", ".join(strings(said.get("payment_gateway_names")))[:190].replace("_", " "),
        customer_reference=reading.text(customer.get("id"), 190),
    )


def _address(value: object) -> Address:
    said = reading.mapping(value)
    names = (reading.text(said.get(key), 120) for key in ("first_name", "last_name"))
    lines = (reading.text(said.get(key), 190) for key in ("company", "address1", "address2"))
    return Address(
        name=reading.text(said.get("name"), 190) or " ".join(filter(None, names)),
        lines=tuple(filter(None, lines)),
        postcode=reading.text(said.get("zip"), 20),
        city=reading.text(said.get("city"), 190),
        region=reading.text(said.get("province"), 190),
        country=reading.text(said.get("country_code"), 2).upper(),
        country_name=reading.text(said.get("country"), 190),
    )


def _parcels(said: Mapping[str, Any]) -> tuple[ParcelSnapshot, ...]:
    """Return a parcel for each number; the fields for one number repeat the first of those for several."""
    numbers = strings(said.get("tracking_numbers")) or strings([said.get("tracking_number")])
    urls = said.get("tracking_urls") if isinstance(said.get("tracking_urls"), list) else [said.get("tracking_url")]
    company = reading.text(said.get("tracking_company"), 190)
    return tuple(
        ParcelSnapshot(
            carrier_text="" if company == "Other" else company,
            tracking_number=each,
            tracking_url=address(urls[place]) if urls and place < len(urls) else "",
        )
        for place, each in enumerate(dict.fromkeys(numbers))
    )


def _counted(fulfillments: Iterable[FulfillmentSnapshot]) -> dict[str, int]:
    sent: dict[str, int] = {}
    for each in fulfillments:
        for reference, quantity in () if each.is_cancelled else each.lines:
            sent[reference] = sent.get(reference, 0) + quantity
    return sent


def _shown(said: Mapping[str, Any], name: str) -> Decimal | None:
    """Return an amount as the customer was shown it: in the presentment currency."""
    return _set(said, f"{name}_set") or money(said.get(name))


def _set(said: Mapping[str, Any], name: str) -> Decimal | None:
    both = reading.mapping(said.get(name))
    return money(reading.mapping(both.get("presentment_money")).get("amount"))


def _paid_back(refunds: Iterable[Mapping[str, Any]]) -> Decimal | None:
    """Return what went back, None for nothing."""
    amounts = [
        money(each.get("amount")) or Decimal()
        for refund in refunds
        for each in reading.rows(refund.get("transactions"))
        if each.get("kind") == "refund" and each.get("status") == "success"
    ]
    return sum(amounts, Decimal()) or None
