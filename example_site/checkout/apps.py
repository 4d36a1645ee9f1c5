from __future__ import annotations

from oscar.apps.checkout import apps


class CheckoutConfig(apps.CheckoutConfig):
    """Oscar's checkout with a payment step that needs no provider."""

    name = "example_site.checkout"
