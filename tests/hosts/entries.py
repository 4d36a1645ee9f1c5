"""What settings say of the shops that tests play. Settings import it, so it imports nothing."""

from __future__ import annotations

from typing import Any

SHOPIFY_SECRET = "hush-hush-hush-hush"
SHOPIFY_SHOP = "tilia.myshopify.com"
SHOPIFY: dict[str, Any] = {
    "BACKEND": "order_status_plugin.hosts.shopify.Shopify",
    "OPTIONS": {"secrets": [SHOPIFY_SECRET, "an-older-secret"], "shop": SHOPIFY_SHOP},
}
WOO_SECRET = "woo-secret-woo-secret"
WOO: dict[str, Any] = {
    "BACKEND": "order_status_plugin.hosts.woocommerce.WooCommerce",
    "OPTIONS": {"secrets": [WOO_SECRET], "shop": "https://tilia.example/"},
}
