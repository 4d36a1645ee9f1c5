"""How the shop sends."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from oscar.apps.shipping import methods
from oscar.apps.shipping.methods import *  # noqa: F403
from oscar.core import prices

FREE_FROM = Decimal("80.00")


class Standard(methods.FixedPrice):
    """Free from a certain sum on."""

    code = "standard"
    name = _("Standard delivery")
    description = _("Two to four working days. Free from €80.")
    charge_excl_tax = charge_incl_tax = Decimal("6.50")

    def calculate(self, basket: Any) -> Any:
        """Charge small baskets only."""
        if basket.total_incl_tax >= FREE_FROM:
            return prices.Price(currency=basket.currency, excl_tax=Decimal("0.00"), incl_tax=Decimal("0.00"))
        return super().calculate(basket)


class Express(methods.FixedPrice):
    """Faster, and paid."""

    code = "express"
    name = _("Express delivery")
    description = _("The next working day, if you order before noon.")
    charge_excl_tax = charge_incl_tax = Decimal("14.00")
