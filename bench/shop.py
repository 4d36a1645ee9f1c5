"""The data: one order of Oscar's with three lines, three parcels and twelve scans, and orders of other sizes."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.core.management import call_command
from django.utils import timezone

from order_status_plugin.backends import get_host
from order_status_plugin.events import (
    ContactSnapshot,
    FulfillmentSnapshot,
    LineSnapshot,
    OrderSnapshot,
    ParcelSnapshot,
    ParcelStatus,
    Place,
    TrackingScan,
    TrackingUpdate,
)
from order_status_plugin.tracking import record
from order_status_plugin.tracking.models import Order

NUMBER, EMAIL = "100001", "marta.silva@example.com"
TITLES = ("Stoneware bowl", "Linen napkins, set of four", "Walnut board")
#: The way of a parcel, in hours before now.
WAY = (
    (40, ParcelStatus.LABEL_CREATED, "Porto"),
    (34, ParcelStatus.PICKED_UP_BY_CARRIER, "Porto"),
    (22, ParcelStatus.IN_TRANSIT, "Coimbra"),
    (9, ParcelStatus.IN_TRANSIT, "Lisboa"),
)


def build() -> tuple[Any, Order]:
    """Make the tables and the shop; return Oscar's order and ours."""
    call_command("migrate", run_syncdb=True, verbosity=0)
    wagtail_site()
    placed = _oscar_order()
    host = get_host("shop")
    (reference,) = host.changed_since(None)
    order = record.order("shop", host.read(reference), is_import=True)
    for number in numbers(len(TITLES)):
        record.tracking("aftership", scans(number))
    return placed, Order.objects.get(pk=order.pk)


def of_size(parcels: int) -> Order:
    """Return an order of so many parcels, one line each."""
    now = timezone.now()
    lines = tuple(
        LineSnapshot(reference=str(n), title=f"{TITLES[n % 3]} {n}", quantity=1, total=Decimal(20))
        for n in range(parcels)
    )
    sent = tuple(
        FulfillmentSnapshot(
            reference=f"f{n}",
            lines=((str(n), 1),),
            sent_at=now - dt.timedelta(hours=41),
            parcels=(ParcelSnapshot(carrier="ups", carrier_text="UPS", tracking_number=number),),
        )
        for n, number in enumerate(numbers(parcels, of=parcels))
    )
    snapshot = OrderSnapshot(
        reference=f"size-{parcels}",
        number=f"S{parcels}",
        placed_at=now - dt.timedelta(days=3),
        lines=lines,
        contact=ContactSnapshot(name="Marta Silva", email=EMAIL),
        fulfillments=sent,
        currency="EUR",
        total=Decimal(20 * parcels),
    )
    order = record.order("sizes", snapshot, is_import=True)
    for number in numbers(parcels, of=parcels):
        record.tracking("aftership", scans(number))
    return Order.objects.get(pk=order.pk)


def numbers(count: int, of: int = 0) -> list[str]:
    """Return tracking numbers as UPS makes them, check digit included, other ones for each ``of``."""
    return [with_check_digit(f"1Z999AA1{of:03d}{n:04d}") for n in range(1, count + 1)]


def with_check_digit(number: str) -> str:
    """Return a number of UPS's with the digit that it ends with."""
    values = [int(c) if c.isdigit() else (ord(c) - 63) % 10 for c in number[2:]]
    total = sum(values[::2]) + 2 * sum(values[1::2])
    return f"{number}{-total % 10}"


def scans(number: str) -> TrackingUpdate:
    """Return four scans of a parcel on its way."""
    now = timezone.now().replace(microsecond=0, tzinfo=None)
    return TrackingUpdate(
        tracking_number=number,
        carrier="ups",
        scans=tuple(
            TrackingScan(
                status=status,
                local_time=now - dt.timedelta(hours=hours),
                utc_offset=0,
                source_id=f"{number}-{hours}",
                raw_code=str(status),
                message=str(status),
                place=Place(text=f"{city}, Portugal", city=city, country="PT"),
            )
            for hours, status, city in WAY
        ),
    )


def wagtail_site() -> None:
    """Make what Wagtail's migrations would have made: a language, a tree, a site."""
    from wagtail.models import Collection, Locale, Page, Site

    Locale.objects.create(language_code="en")
    Collection.add_root(name="Root")
    home = Page.add_root(title="Root", slug="root").add_child(title="Tilia & Sal", slug="home")
    Site.objects.create(hostname="127.0.0.1", site_name="Tilia & Sal", root_page=home, is_default_site=True)


def _oscar_order() -> Any:
    from oscar.core.loading import get_class, get_model
    from oscar.test.factories import (
        BillingAddressFactory,
        CountryFactory,
        ShippingAddressFactory,
        create_order,
        create_product,
        create_stockrecord,
    )

    basket = get_model("basket", "Basket").objects.create()
    basket.strategy = get_class("partner.strategy", "Default")()
    for title in TITLES:
        product = create_product(title=title)
        create_stockrecord(product, num_in_stock=100, price=Decimal("24.00"))
        basket.add_product(product, 2)
    country = CountryFactory(iso_3166_1_a2="PT", name="Portugal", printable_name="Portugal")
    order = create_order(
        number=NUMBER,
        basket=basket,
        shipping_address=ShippingAddressFactory(country=country),
        billing_address=BillingAddressFactory(country=country),
        guest_email=EMAIL,
    )
    kind = get_model("order", "ShippingEventType").objects.create(name="Shipped", code="shipped")
    quantities = get_model("order", "ShippingEventQuantity").objects
    for line, number in zip(order.lines.all(), numbers(len(TITLES)), strict=True):
        event = order.shipping_events.create(event_type=kind, notes=f"UPS {number}")
        quantities.create(event=event, line=line, quantity=line.quantity)
    # Sent two days ago, as the scans say.
    order.shipping_events.update(date_created=timezone.now() - dt.timedelta(hours=41))
    return order
