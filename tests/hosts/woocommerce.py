"""A WooCommerce shop that sends webhooks. Bodies are made up, in the shape of the documentation of its REST API
(https://woocommerce.github.io/woocommerce-rest-api-docs/#order-properties); headers as in its class WC_Webhook; tracking
numbers as the plugins write them: https://woocommerce.com/document/shipment-tracking/ and
https://docs.zorem.com/docs/ast-pro/developer-docs/.
"""

from __future__ import annotations

import itertools
import json
from typing import Any

from django.test import Client

from order_status_plugin.hosts.pushed.signed import sign

from .entries import WOO_SECRET as SECRET

UPS = "1Z999AA10123456784"
_ids = itertools.count(1)


def line(number: int, name: str, quantity: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "name": name,
        "product_id": number * 10,
        "variation_id": 0,
        "quantity": quantity,
        "subtotal": "15.29",
        "total": "15.29",
        "total_tax": "3.21",
        "sku": f"SKU-{number}",
        "price": 15.29,
        "image": {"id": 7, "src": "https://tilia.example/wp-content/bowl.jpg"},
        "meta_data": [],
        **more,
    }


def order(reference: int = 727, **more: Any) -> dict[str, Any]:
    address = {
        "first_name": "Noor",
        "last_name": "de Vries",
        "company": "",
        "address_1": "Lindenlaan 14",
        "address_2": "",
        "city": "Amsterdam",
        "state": "",
        "postcode": "1015 AB",
        "country": "NL",
    }
    return {
        "id": reference,
        "parent_id": 0,
        "number": str(reference),
        "order_key": "wc_order_58d2d042d1d",
        "status": "processing",
        "currency": "EUR",
        "date_created": "2026-11-23T18:00:00",
        "date_created_gmt": "2026-11-23T17:00:00",
        "date_modified_gmt": "2026-11-23T17:00:05",
        "date_completed_gmt": None,
        "shipping_total": "5.37",
        "shipping_tax": "1.13",
        "total": "62.00",
        "total_tax": "10.76",
        "prices_include_tax": True,
        "customer_id": 0,
        "customer_ip_address": "192.0.2.7",
        "billing": {**address, "email": "noor@example.org", "phone": "+31612345642"},
        "shipping": address,
        "payment_method": "stripe",
        "payment_method_title": "Visa ending in 4242",
        "line_items": [
            line(1, "Bowl", 2, meta_data=[{"key": "pa_glaze", "display_key": "Glaze", "display_value": "Ash"}]),
            line(2, "Mug", meta_data=[{"key": "Engraving", "value": "For Inês"}, {"key": "_hidden", "value": "x"}]),
        ],
        "shipping_lines": [{"id": 1, "method_title": "Flat rate", "method_id": "flat_rate", "total": "5.37"}],
        "refunds": [],
        "meta_data": [{"id": 1, "key": "wpml_language", "value": "nl"}],
        **more,
    }


def tracked(*items: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the meta data of Shipment Tracking, and of Advanced Shipment Tracking."""
    return [{"id": 9, "key": "_wc_shipment_tracking_items", "value": list(items)}]


def item(number: str = UPS, **more: Any) -> dict[str, Any]:
    return {
        "tracking_provider": "ups",
        "custom_tracking_provider": "",
        "custom_tracking_link": "",
        "tracking_number": number,
        "date_shipped": "1763974800",
        "tracking_id": f"id-{number}",
        **more,
    }


def headers(topic: str, body: bytes, *, secret: str = SECRET, delivery: str = "", **more: str) -> dict[str, str]:
    return {
        "X-WC-Webhook-Source": more.get("source", "https://tilia.example/"),
        "X-WC-Webhook-Topic": topic,
        "X-WC-Webhook-Resource": "order",
        "X-WC-Webhook-Event": topic.rpartition(".")[2],
        "X-WC-Webhook-Signature": sign(body, secret),
        "X-WC-Webhook-ID": "12",
        "X-WC-Webhook-Delivery-ID": delivery or f"delivery-{next(_ids)}",
    }


def send(topic: str, said: dict[str, Any], *, alias: str = "woo", **more: str) -> Any:
    """Send one webhook; return the answer."""
    body = json.dumps(said).encode()
    sent = headers(topic, body, **more)
    return Client().post(f"/orders/hooks/{alias}/", body, content_type="application/json", headers=sent)
