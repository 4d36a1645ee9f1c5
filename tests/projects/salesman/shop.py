"""A small Salesman shop, and its orders, placed through its own REST API."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.auth import get_user_model
from django.test import Client
from salesman.core.utils import get_salesman_model

from .goods.models import File, Thing

Order = get_salesman_model("Order")
EMAIL = "joana@customer.example"
ADDRESS = "Joana Vieira\nRua das Flores 12\n1200-195 Lisboa"
UPS = "1Z999AA10123456784"
UPS_2 = "1Z999AA10123456792"


def thing(name: str = "Mug", price: str = "12.50", **fields: Any) -> Thing:
    """Return a product that travels."""
    return Thing.objects.create(name=name, code=name.upper(), price=price, **fields)


def file(name: str = "Album") -> File:
    """Return a product that does not."""
    return File.objects.create(name=name, code=name.upper())


def fill(client: Client, items: Sequence[tuple[Any, int]], extra: dict[str, Any] | None = None) -> None:
    """Put products into the browser's basket."""
    for product, quantity in items:
        answer = client.post(
            "/api/basket/",
            {
                "product_type": product._meta.label,
                "product_id": product.pk,
                "quantity": quantity,
                "extra": extra or {},
            },
            content_type="application/json",
        )
        assert answer.status_code == 201, answer.content


def check_out(client: Client, *, pay: str = "card", **fields: Any) -> Any:
    """Order what is in the browser's basket; return the API's response."""
    headers = fields.pop("headers", {})
    given = {"email": EMAIL, "shipping_address": ADDRESS, "billing_address": ADDRESS, "payment_method": pay, **fields}
    return client.post("/api/checkout/", given, content_type="application/json", headers=headers)


def place(items: Sequence[tuple[Any, int]] | None = None, **fields: Any) -> Any:
    """Order as a guest in a browser of their own; return the shop's order."""
    client = fields.pop("client", None) or Client()
    fill(client, items or [(thing(), 1)], fields.pop("item_extra", None))
    answer = check_out(client, **fields)
    assert answer.status_code == 201, answer.content
    return Order.objects.latest("pk")


def staff(client: Client | None = None) -> Client:
    """Return a browser in which a member of staff is signed in."""
    client = client or Client()
    user = get_user_model().objects.filter(username="staff").first()
    user = user or get_user_model().objects.create_superuser("staff", "staff@tilia.example", "secret")
    client.force_login(user)
    return client


def tell(order: Any, **extra: Any) -> None:
    """Write into the order's extra as a shop's own code does."""
    order = Order.objects.get(pk=order.pk)
    order.extra = {**order.extra, **extra}
    order.save()


def become(order: Any, status: str) -> None:
    """Change the status as a shop's own code does."""
    order = Order.objects.get(pk=order.pk)
    order.status = status
    order.save()


def note(order: Any, message: str, *, public: bool = True) -> Any:
    """Write a note. (``order.notes.create()`` would only do so with the order's next ``save()``.)"""
    return get_salesman_model("OrderNote").objects.create(order=order, message=message, public=public)
