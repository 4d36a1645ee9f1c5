"""The changes to Oscar's checkout: payment on invoice, and whether the shop may text."""

from __future__ import annotations

from typing import Any

from oscar.apps.checkout import views
from oscar.core.loading import get_model

from order_status_plugin.hosts.oscar.consents import KeepsAnswers, TakesAnswers

#: What the payment step says, and the private part of the status page after it.
INVOICE = "Invoice, due in 14 days"


class ShippingAddressView(KeepsAnswers, views.ShippingAddressView):
    """Keeps what was answered until the order is placed."""


class PaymentDetailsView(TakesAnswers, views.PaymentDetailsView):
    """Takes no money: the order goes out with an invoice."""

    def generate_order_number(self, basket: Any) -> str:
        """Number as the shop does."""
        return f"TS-{30000 + basket.pk}"

    def handle_payment(self, order_number: str, total: Any, **kwargs: Any) -> None:
        """Note how the customer pays."""
        source_type, _ = get_model("payment", "SourceType").objects.get_or_create(name=INVOICE)
        source = get_model("payment", "Source")(
            source_type=source_type, currency=total.currency, amount_allocated=total.incl_tax
        )
        self.add_payment_source(source)
