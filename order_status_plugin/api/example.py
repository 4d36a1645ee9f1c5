"""A complete order, as the documentation shows it and as anybody can send it."""

from __future__ import annotations

from typing import Any

ORDER: dict[str, Any] = {
    "number": "W-20418",
    "placed_at": "2026-11-23T18:04:00+01:00",
    "lines": [
        {
            "reference": "1",
            "title": "Breakfast bowl",
            "details": "Ash glaze, 14 cm",
            "sku": "BOWL-ASH-14",
            "quantity": 2,
            "image_url": "https://shop.example/media/bowl-ash.jpg",
            "url": "https://shop.example/bowls/ash",
            "unit_price": "18.50",
            "total": "37.00",
        },
        {
            "reference": "2",
            "title": "Mug",
            "details": "Moss glaze",
            "quantity": 1,
            "unit_price": "14.00",
            "total": "14.00",
            "personal_text": "For Inês",
        },
    ],
    "contact": {
        "name": "Noor de Vries",
        "email": "noor@example.org",
        "phone": "+31612345642",
        "shipping_address": {
            "name": "Noor de Vries",
            "lines": ["Lindenlaan 14"],
            "postcode": "1015 AB",
            "city": "Amsterdam",
            "country": "NL",
        },
        "billing_address": {
            "name": "Noor de Vries",
            "lines": ["Lindenlaan 14"],
            "postcode": "1015 AB",
            "city": "Amsterdam",
            "country": "NL",
        },
        "payment_summary": "Visa ending in 4242",
        "consents": [
            {
                "channel": "email",
                "is_given": True,
                "wording": "Tell me by email where my parcel is.",
                "version": "2026-03",
            }
        ],
    },
    "fulfillments": [
        {
            "reference": "s1",
            "lines": [{"line": "1", "quantity": 2}],
            "sent_at": "2026-11-24T11:30:00+01:00",
            "parcels": [{"carrier": "UPS", "tracking_number": "1Z999AA10123456784"}],
        }
    ],
    "state": "open",
    "state_text": "In the warehouse",
    "payment": "paid",
    "currency": "EUR",
    "items_total": "51.00",
    "shipping_total": "6.50",
    "tax_total": "9.98",
    "total": "57.50",
    "locale": "nl",
    "country": "NL",
    "shipping_method": "Standard",
    "tags": ["gift"],
    "expected_dispatch": "2026-11-25",
    "changed_at": "2026-11-24T11:31:00+01:00",
}
