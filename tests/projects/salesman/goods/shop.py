"""What a Salesman shop brings itself: a charge for shipping, ways to pay."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import uuid4

from salesman.basket.modifiers import BasketModifier
from salesman.checkout.payment import PaymentError, PaymentMethod
from salesman.core.utils import get_salesman_model


class Shipping(BasketModifier):
    identifier = "shipping"

    def process_basket(self, basket: Any, request: Any) -> None:
        self.add_extra_row(basket, request, "Shipping", Decimal("4.90"))


class OnDelivery(PaymentMethod):
    """The order is placed at once, and paid at the door."""

    identifier = "on-delivery"
    label = "Pay on delivery"

    def basket_payment(self, basket: Any, request: Any) -> str:
        order = get_salesman_model("Order").objects.create_from_basket(basket, request, status="PROCESSING")
        basket.delete()
        return f"/thanks/?token={order.token}"


class Card(PaymentMethod):
    """The order is placed, then paid."""

    identifier = "card"
    label = "Card"

    def basket_payment(self, basket: Any, request: Any) -> dict[str, Any]:
        if basket.extra.get("card") == "declined":
            raise PaymentError("The card was declined.")
        order = get_salesman_model("Order").objects.create_from_basket(basket, request)
        basket.delete()
        self._pay(order)
        return {"ref": order.ref, "token": order.token}

    def order_payment(self, order: Any, request: Any) -> dict[str, Any]:
        self._pay(order)
        return {"url": f"/thanks/?token={order.token}"}

    def _pay(self, order: Any) -> None:
        order.pay(amount=order.amount_outstanding, transaction_id=str(uuid4()), payment_method=self.identifier)
        order.status = "PROCESSING"
        order.save()

    def refund_payment(self, payment: Any) -> bool:
        return True


class Later(PaymentMethod):
    """The order waits for a transfer."""

    identifier = "transfer"
    label = "Bank transfer"

    def basket_payment(self, basket: Any, request: Any) -> str:
        get_salesman_model("Order").objects.create_from_basket(basket, request, status="HOLD")
        basket.delete()
        return "/thanks/"
