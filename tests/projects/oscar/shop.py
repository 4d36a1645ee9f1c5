"""A small django-oscar shop, stocked through its own models, and its orders, placed through its own code."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.forms import model_to_dict
from django.test import Client
from django.urls import reverse
from oscar.core.loading import get_class, get_model
from oscar.core.prices import Price

Product = get_model("catalogue", "Product")
ProductClass = get_model("catalogue", "ProductClass")
Order = get_model("order", "Order")
ShippingEventType = get_model("order", "ShippingEventType")

ADDRESS = {
    "first_name": "Joana",
    "last_name": "Vieira",
    "line1": "Rua das Flores 12",
    "line2": "2.º Esq.",
    "line4": "Lisboa",
    "postcode": "1200-195",
    "phone_number": "+351912345678",
}
EMAIL = "joana@customer.example"


def portugal() -> Any:
    """Return the country that the shop sends to."""
    return get_model("address", "Country").objects.get_or_create(
        iso_3166_1_a2="PT",
        defaults={"printable_name": "Portugal", "name": "Portuguese Republic", "is_shipping_country": True},
    )[0]


def product(title: str = "Mug", price: str = "12.50", *, is_physical: bool = True, stock: int = 10_000) -> Any:
    """Return a product in stock."""
    kind = ProductClass.objects.get_or_create(
        name="Things" if is_physical else "Files",
        defaults={"requires_shipping": is_physical, "track_stock": is_physical},
    )[0]
    made = Product.objects.create(title=title, product_class=kind)
    partner = get_model("partner", "Partner").objects.get_or_create(name="Tilia", code="tilia")[0]
    made.stockrecords.create(
        partner=partner,
        partner_sku=f"sku-{made.pk}",
        price_currency="EUR",
        price=Decimal(price),
        num_in_stock=stock if is_physical else None,
    )
    return made


def basket_of(items: Iterable[tuple[Any, int]], user: Any = None) -> Any:
    """Return a basket with these products and quantities."""
    basket = get_model("basket", "Basket").objects.create(owner=user)
    basket.strategy = get_class("partner.strategy", "Default")()
    for item, quantity in items:
        basket.add_product(item, quantity)
    return basket


def place(
    items: Sequence[tuple[Any, int]] | None = None,
    *,
    user: Any = None,
    email: str = EMAIL,
    status: str = "Pending",
    site: Any = None,
) -> Any:
    """Place an order as Oscar's checkout does after its views: through OrderCreator."""
    basket = basket_of(items or [(product(), 1)], user)
    address = None
    if basket.is_shipping_required():
        address = get_model("order", "ShippingAddress").objects.create(country=portugal(), **ADDRESS)
    method = get_class("shipping.methods", "Free")()
    charge = Price(currency="EUR", excl_tax=Decimal(0), tax=Decimal(0))
    total = Price(currency="EUR", excl_tax=basket.total_excl_tax, tax=Decimal(0))
    order = get_class("order.utils", "OrderCreator")().place_order(
        basket=basket,
        total=total,
        shipping_method=method,
        shipping_charge=charge,
        user=user,
        shipping_address=address,
        billing_address=None,
        order_number=str(100000 + basket.pk),
        status=status,
        **({"site": site} if site else {}),
        **({} if user else {"guest_email": email}),
    )
    basket.submit()
    return order


def with_many_lines(order: Any, number: int) -> Any:
    """Give an order so many lines, each of its own product, without the cost of a basket that long."""
    line = order.lines.get()
    made = Product.objects.bulk_create(
        [
            Product(title=f"Thing {n}", slug=f"thing-{n}", product_class=line.product.product_class)
            for n in range(1, number)
        ]
    )
    fields = {name: value for name, value in model_to_dict(line).items() if name not in ("id", "order", "product")}
    fields["partner_id"], fields["stockrecord_id"] = fields.pop("partner"), fields.pop("stockrecord")
    type(line).objects.bulk_create([type(line)(order=order, product=item, **fields) for item in made])
    return order


def ship(order: Any, kind: str = "Shipped", notes: str = "", quantities: dict[int, int] | None = None) -> Any:
    """Record a shipping event as the dashboard does. ``quantities`` by position; default everything."""
    lines = list(order.lines.order_by("pk"))
    chosen = quantities or {position: line.quantity for position, line in enumerate(lines)}
    handler = get_class("order.processing", "EventHandler")()
    event_type = ShippingEventType.objects.get_or_create(name=kind)[0]
    handler.handle_shipping_event(
        order, event_type, [lines[position] for position in chosen], list(chosen.values()), reference=notes
    )
    return order.shipping_events.order_by("-pk").first()


def check_out(client: Client, item: Any, quantity: int = 1, email: str = EMAIL) -> Any:
    """Walk a guest through the shop's own pages to the thank-you page; return its response."""
    portugal()
    client.post(reverse("basket:add", kwargs={"pk": item.pk}), {"quantity": quantity})
    if not client.session.get("_auth_user_id"):
        client.post(reverse("checkout:index"), {"username": email, "options": "anonymous"})
    if item.product_class.requires_shipping:
        client.post(reverse("checkout:shipping-address"), {**ADDRESS, "country": "PT"})
    client.get(reverse("checkout:shipping-method"), follow=True)
    return client.post(reverse("checkout:preview"), {"action": "place_order"}, follow=True)
