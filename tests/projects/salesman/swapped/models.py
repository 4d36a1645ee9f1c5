"""A shop with models of its own in the place of Salesman's."""

from __future__ import annotations

from django.db import models
from salesman.basket.models import BaseBasket, BaseBasketItem
from salesman.orders.models import BaseOrder, BaseOrderItem, BaseOrderNote, BaseOrderPayment


class Basket(BaseBasket):
    pass


class BasketItem(BaseBasketItem):
    pass


class Order(BaseOrder):
    gift = models.BooleanField(default=False)


class OrderItem(BaseOrderItem):
    pass


class OrderPayment(BaseOrderPayment):
    pass


class OrderNote(BaseOrderNote):
    pass
