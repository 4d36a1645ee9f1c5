"""Load the demo: catalogue, pages, people, orders with a past. What is there already is left alone."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.sites.models import Site as DjangoSite
from django.core.files import File
from django.core.files.images import ImageFile
from django.db import transaction
from django.utils import timezone, translation
from oscar.core.loading import get_class, get_model
from wagtail.images import get_image_model
from wagtail.models import Locale, Page, Site

from example_site import pictures
from order_status_plugin import flow
from order_status_plugin.carriers.models import MerchantCarrier
from order_status_plugin.pages.models import OrderStatusPage

from ..models import HomePage
from ..shipping import send
from .catalogue import CATEGORIES, COUNTRIES, HOME, THINGS, Thing
from .orders import ORDERS
from .reports import report
from .telling import SHOP_ZONE, DemoOrder, moment

PICTURES = Path(pictures.__file__).parent
STAFF = "studio@tilia-sal.example"


def load(staff_password: str, say: Callable[[str], object] = print) -> None:
    """Fill an empty shop; complete a half-filled one."""
    _places(say)
    _staff(staff_password)
    _bikes()
    _catalogue(say)
    _home()
    for order in ORDERS:
        if not get_model("order", "Order").objects.filter(number=order.number).exists():
            say(f"  order {order.number}: {order.tells}")
            _place(order)
    report(say)


# --- the shop ------------------------------------------------------------------------------------------


def _places(say: Callable[[str], object]) -> None:
    country = get_model("address", "Country")
    for code, (three, number, name) in COUNTRIES.items():
        country.objects.get_or_create(
            iso_3166_1_a2=code,
            defaults={
                "iso_3166_1_a3": three,
                "iso_3166_1_numeric": number,
                "name": name,
                "printable_name": name,
                "is_shipping_country": True,
                "display_order": 1 if code == "PT" else 0,
            },
        )
    for name in ("Shipped", "Delivered", "Returned"):
        get_model("order", "ShippingEventType").objects.get_or_create(name=name)
    for name in ("Paid", "Refunded"):
        get_model("order", "PaymentEventType").objects.get_or_create(name=name)


def _staff(password: str) -> None:
    users = get_user_model()
    if not users.objects.filter(username=STAFF).exists():
        users.objects.create_superuser(STAFF, STAFF, password, first_name="Inês", last_name="Sal")


def _bikes() -> None:
    """Enter the carrier that no catalogue has, as staff do."""
    MerchantCarrier.objects.get_or_create(
        slug="ribeira-bikes", defaults={"name": "Ribeira Bikes", "home": "https://ribeira-bikes.example/"}
    )


def _catalogue(say: Callable[[str], object]) -> None:
    category_model, product_model = get_model("catalogue", "Category"), get_model("catalogue", "Product")
    categories = {}
    for slug, (name, description) in CATEGORIES.items():
        found = category_model.objects.filter(slug=slug).first()
        categories[slug] = found or category_model.add_root(name=name, slug=slug, description=description)
    partner, _ = get_model("partner", "Partner").objects.get_or_create(code="studio", defaults={"name": "Our studio"})
    for thing in THINGS:
        if not product_model.objects.filter(slug=thing.slug).exists():
            with transaction.atomic():
                _product(thing, categories[thing.category], partner)
    products = {product.slug: product for product in product_model.objects.all()}
    recommendation = get_model("catalogue", "ProductRecommendation")
    for thing in THINGS:
        for ranking, other in enumerate(thing.goes_with):
            recommendation.objects.get_or_create(
                primary=products[thing.slug], recommendation=products[other], defaults={"ranking": 10 - ranking}
            )
    say(f"  {len(products)} things on the shelf")


def _product(thing: Thing, category: Any, partner: Any) -> None:
    kind, is_new = get_model("catalogue", "ProductClass").objects.get_or_create(
        name="Film" if thing.is_digital else "Thing",
        defaults={"requires_shipping": not thing.is_digital, "track_stock": False},
    )
    if is_new:
        for code, name in (("material", "Material"), ("size", "Size"), ("care", "Care")):
            kind.attributes.create(code=code, name=name, type="text")
    product = get_model("catalogue", "Product")(
        title=thing.title,
        slug=thing.slug,
        upc=f"ts-{thing.slug}",
        product_class=kind,
        description=f"<p>{thing.text}</p>",
    )
    product.attr.material, product.attr.size, product.attr.care = thing.facts
    product.save()
    product.categories.add(category)
    get_model("partner", "StockRecord").objects.create(
        product=product, partner=partner, partner_sku=thing.slug, price=thing.amount, price_currency="EUR"
    )
    with (PICTURES / f"{thing.slug}.jpg").open("rb") as picture:
        get_model("catalogue", "ProductImage").objects.create(
            product=product, original=File(picture, f"{thing.slug}.jpg")
        )


def _home() -> None:
    """Put the home page at the root of the default site, and the site where this demo listens."""
    # Editors find "Translate" where there is a second language to translate to.
    Locale.objects.get_or_create(language_code="fr")
    if not HomePage.objects.exists():
        with transaction.atomic():
            with (PICTURES / "studio.jpg").open("rb") as picture:
                studio = get_image_model().objects.create(title="The studio", file=ImageFile(picture, "studio.jpg"))
            root = Page.get_first_root_node()
            home = root.add_child(instance=HomePage(slug="tilia-sal", picture=studio, **HOME))
            welcome = Page.objects.filter(slug="home", depth=2).first()
            Site.objects.update_or_create(
                is_default_site=True, defaults={"root_page": home, "hostname": "127.0.0.1", "site_name": HOME["title"]}
            )
            if welcome is not None:
                welcome.delete()
    home = HomePage.objects.get(locale=Locale.get_default())
    if not OrderStatusPage.objects.child_of(home).exists():
        words = "<p>The number stands in the mail that confirmed your order.</p>"
        body = json.dumps([{"type": "text", "value": {"text": words}}])
        home.add_child(instance=OrderStatusPage(title="Where is my order?", slug="where-is-my-order", body=body))
    site = Site.objects.get(is_default_site=True)
    site.hostname, site.port, site.site_name = "127.0.0.1", settings.PORT, HOME["title"]
    site.save()
    DjangoSite.objects.update_or_create(
        pk=settings.SITE_ID, defaults={"domain": f"127.0.0.1:{settings.PORT}", "name": HOME["title"]}
    )


# --- orders --------------------------------------------------------------------------------------------


def _place(demo: DemoOrder) -> None:
    """Place the order as the checkout does, some days ago, and send what was sent."""
    today = timezone.now().astimezone(SHOP_ZONE)
    placed = moment(today - dt.timedelta(days=demo.days_ago), 0, demo.clock)
    with transaction.atomic(), translation.override(demo.language):
        order = _oscar_order(demo, placed)
        for sending in demo.sendings:
            lines = {line.product.slug: line for line in order.lines.select_related("product")}
            what = [(lines[slug], quantity) for slug, quantity in sending.items.items()]
            reference = ", ".join(f"{parcel.carrier} {parcel.number}" for parcel in sending.parcels)
            send(order, what, reference, moment(placed, sending.day, sending.clock))
        if demo.ends == "Complete" and order.status == "Pending":
            order.set_status("Being processed")
        if demo.ends:
            order.set_status(demo.ends)
        if demo.ends == "Cancelled":
            _refund(order)
        ended = max([moment(placed, 1, "09:12"), *(event.date_created for event in order.shipping_events.all())])
        order.status_changes.update(date_created=ended)
        order.payment_events.filter(event_type__name="Refunded").update(date_created=ended)
    flow.take_order("shop", str(order.pk))


def _oscar_order(demo: DemoOrder, placed: dt.datetime) -> Any:
    who = demo.person
    basket = get_model("basket", "Basket").objects.create()
    basket.strategy = get_class("partner.strategy", "Selector")().strategy()
    products = {
        product.slug: product for product in get_model("catalogue", "Product").objects.filter(slug__in=demo.basket)
    }
    for slug, quantity in demo.basket.items():
        basket.add_product(products[slug], quantity)
    address = None
    if who.street:
        address = get_model("order", "ShippingAddress").objects.create(
            first_name=who.first, last_name=who.last, line1=who.street, line4=who.city, postcode=who.postcode,
            country_id=who.country, phone_number=who.phone,
        )  # fmt: skip
    # Without anything to send there is a billing address alone: somebody paid.
    billing = get_model("order", "BillingAddress").objects.create(
        first_name=who.first, last_name=who.last, line1=who.street or "27 Spindle Court", line4=who.city or "Leeds",
        postcode=who.postcode or "LS2 8HJ", country_id=who.country or "GB",
    )  # fmt: skip
    methods = get_class("shipping.repository", "Repository")().get_shipping_methods(basket)
    method = methods[-1] if demo.is_express else methods[0]
    charge = method.calculate(basket)
    total = get_class("checkout.calculators", "OrderTotalCalculator")().calculate(basket, charge)
    owner = {"user": _customer(demo)} if demo.is_account else {"guest_email": who.email}
    order = get_class("order.utils", "OrderCreator")().place_order(
        basket=basket, total=total, shipping_method=method, shipping_charge=charge, shipping_address=address,
        billing_address=billing, order_number=demo.number, date_placed=placed, **owner,
    )  # fmt: skip
    basket.submit()
    visa, _ = get_model("payment", "SourceType").objects.get_or_create(name="Visa")
    order.sources.create(
        source_type=visa, currency="EUR", amount_allocated=total.incl_tax, amount_debited=total.incl_tax,
        label=f"Visa ending in {who.card}",
    )  # fmt: skip
    return order


def _customer(demo: DemoOrder) -> Any:
    users = get_user_model()
    found = users.objects.filter(email=demo.person.email).first()
    return found or users.objects.create_user(
        demo.person.email, demo.person.email, "tilia-and-sal", first_name=demo.person.first, last_name=demo.person.last
    )


def _refund(order: Any) -> None:
    refunded = get_model("order", "PaymentEventType").objects.get(name="Refunded")
    order.payment_events.create(event_type=refunded, amount=order.total_incl_tax, reference="refund")
    order.sources.update(amount_refunded=Decimal(order.total_incl_tax))
