"""A Shopify shop that sends webhooks. Bodies are made up, in the shape of Shopify's documentation of its REST resources
(https://shopify.dev/docs/api/admin-rest/latest/resources/order, …/fulfillment, …/refund); headers as in
https://shopify.dev/docs/apps/build/webhooks/subscribe/https.
"""

from __future__ import annotations

import itertools
import json
from typing import Any

from django.test import Client

from order_status_plugin.hosts.pushed.signed import sign

from .entries import SHOPIFY as HOST
from .entries import SHOPIFY_SECRET as SECRET
from .entries import SHOPIFY_SHOP as SHOP

OPTIONS = HOST["OPTIONS"]
UPS = "1Z999AA10123456784"
_ids = itertools.count(1)


def price(amount: str, shown: str = "") -> dict[str, Any]:
    """Return an amount in the shop's currency and in the customer's."""
    return {
        "shop_money": {"amount": amount, "currency_code": "USD"},
        "presentment_money": {"amount": shown or amount, "currency_code": "EUR"},
    }


def line(number: int, title: str, quantity: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "title": title,
        "name": f"{title} - Ash",
        "variant_title": "Ash",
        "quantity": quantity,
        "current_quantity": quantity,
        "sku": f"SKU-{number}",
        "price": "20.00",
        "price_set": price("20.00", "18.50"),
        "total_discount_set": price("0.00"),
        "requires_shipping": True,
        "gift_card": False,
        "properties": [],
        **more,
    }


def order(reference: int = 450789469, **more: Any) -> dict[str, Any]:
    address = {
        "first_name": "Noor",
        "last_name": "de Vries",
        "name": "Noor de Vries",
        "company": None,
        "address1": "Lindenlaan 14",
        "address2": "",
        "zip": "1015 AB",
        "city": "Amsterdam",
        "province": "Noord-Holland",
        "country": "Netherlands",
        "country_code": "NL",
        "phone": "+31612345642",
    }
    return {
        "id": reference,
        "name": "#1001",
        "order_number": 1001,
        "email": "noor@example.org",
        "contact_email": "noor@example.org",
        "phone": None,
        "token": "b1946ac92492d2347c6235b4d2611184",
        "test": False,
        "created_at": "2026-11-23T12:00:00-05:00",
        "processed_at": "2026-11-23T12:00:00-05:00",
        "updated_at": "2026-11-23T12:00:01-05:00",
        "cancelled_at": None,
        "closed_at": None,
        "currency": "USD",
        "presentment_currency": "EUR",
        "customer_locale": "nl-NL",
        "financial_status": "paid",
        "fulfillment_status": None,
        "subtotal_price_set": price("60.00", "55.50"),
        "total_shipping_price_set": price("7.00", "6.50"),
        "total_tax_set": price("11.00", "10.00"),
        "total_price_set": price("67.00", "62.00"),
        "total_price": "67.00",
        "payment_gateway_names": ["shopify_payments"],
        "tags": "gift, spring sale",
        "customer": {"id": 207119551, "first_name": "Noor", "last_name": "de Vries", "phone": None},
        "line_items": [
            line(1, "Bowl", 2),
            line(2, "Mug", properties=[{"name": "Engraving", "value": "For Inês"}, {"name": "_bundle", "value": "7"}]),
        ],
        "shipping_address": address,
        "billing_address": address,
        "shipping_lines": [{"title": "Standard", "code": "Standard"}],
        "fulfillments": [],
        "refunds": [],
        "order_status_url": "https://tilia.example/548380009/orders/b1946/authenticate?key=abc",
        **more,
    }


def fulfillment(reference: int = 255858046, order_id: int = 450789469, **more: Any) -> dict[str, Any]:
    return {
        "id": reference,
        "order_id": order_id,
        "status": "success",
        "created_at": "2026-11-24T09:00:00-05:00",
        "updated_at": "2026-11-24T09:00:00-05:00",
        "tracking_company": "UPS",
        "tracking_number": UPS,
        "tracking_numbers": [UPS],
        "tracking_url": f"https://www.ups.com/track?tracknum={UPS}",
        "tracking_urls": [f"https://www.ups.com/track?tracknum={UPS}"],
        "shipment_status": None,
        "line_items": [{"id": 1, "quantity": 2}],
        **more,
    }


def headers(topic: str, body: bytes, *, secret: str = SECRET, shop: str = SHOP, delivery: str = "") -> dict[str, str]:
    return {
        "X-Shopify-Topic": topic,
        "X-Shopify-Hmac-Sha256": sign(body, secret),
        "X-Shopify-Shop-Domain": shop,
        "X-Shopify-Webhook-Id": delivery or f"delivery-{next(_ids)}",
        "X-Shopify-API-Version": "2026-10",
    }


def send(topic: str, said: dict[str, Any], *, alias: str = "shopify", **more: str) -> Any:
    """Send one webhook; return the answer."""
    body = json.dumps(said).encode()
    sent = headers(topic, body, **more)
    return Client().post(f"/orders/hooks/{alias}/", body, content_type="application/json", headers=sent)
