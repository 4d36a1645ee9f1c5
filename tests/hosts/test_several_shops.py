"""Two shops in one installation, with the same references, numbers, customers and parcels: nothing crosses."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, replace
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client, override_settings
from django.utils import timezone

from order_status_plugin.access import find, links
from order_status_plugin.access.erase import erase
from order_status_plugin.events import Delivery, ParcelStatus
from order_status_plugin.messages import suppression
from order_status_plugin.messages.consent import say
from order_status_plugin.messages.ledger import ConsentSource
from order_status_plugin.messages.recipient import known
from order_status_plugin.outgoing.models import WebhookDelivery, WebhookEndpoint
from order_status_plugin.outgoing.payload import body_of
from order_status_plugin.pages.models import OrderStatusPage
from order_status_plugin.tracking import record
from order_status_plugin.tracking.models import Order, OrderContact, TrackingEvent
from tests.api.caller import PUSH, Caller
from tests.api.caller import order as told
from tests.cms.brands import GREEN, PINK, brand, default_site, other_site
from tests.cms.test_special import publish
from tests.orders import UPS, scan, snapshot, update
from tests.page.doors import browser, code_in, posted

pytestmark = pytest.mark.django_db

REFERENCE, NUMBER, EMAIL = "A-1", "W-20418", "noor@example.org"
DEMO = "order_status_plugin.hosts.demo.DemoHost"
PERSON = {"number": NUMBER, "email": EMAIL}


@dataclass(frozen=True)
class Shop:
    """One of the two: its alias, its site, and the program that tells its orders."""

    alias: str
    hostname: str
    caller: Caller

    def place(self, reference: str = REFERENCE, **more: Any) -> Order:
        """Tell an order; those of the two shops differ in nothing but what is given."""
        sent = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=30)
        given = told(placed_at=(sent - dt.timedelta(hours=1)).isoformat(), **more)
        if "fulfillments" not in more:
            given["fulfillments"][0]["sent_at"] = sent.isoformat()
        given.pop("changed_at")
        assert self.caller("PUT", f"/{reference}", given).status_code == 201
        return self.order(reference)

    def order(self, reference: str = REFERENCE) -> Order:
        return Order.objects.get(host=self.alias, reference=reference)

    def visitor(self) -> Client:
        """Return a browser that is at this shop, over https."""
        client = browser()
        client.defaults["SERVER_NAME"] = self.hostname
        client.defaults["SERVER_PORT"] = "443"
        return client

    def page(self, reference: str = REFERENCE) -> str:
        return self.visitor().get(links.order_path(self.order(reference))).content.decode()


@pytest.fixture
def shops(settings: Any) -> tuple[Shop, Shop]:
    """Tilia speaks English and is green, Norte speaks French and is pink; each has an order of one reference and number."""
    first, second = default_site(), other_site("norte.example", "Norte & Cie")
    type(first).objects.filter(pk=first.pk).update(hostname="tilia.example", site_name="Tilia & Sal")
    brand(first, accent=GREEN)
    brand(second, accent=PINK)
    settings.LANGUAGES = [("en", "English"), ("fr", "French")]
    settings.ORDER_STATUS = {
        **settings.ORDER_STATUS,
        "HOSTS": {
            "tilia": {"BACKEND": PUSH, "OPTIONS": {"site": first.pk}},
            "norte": {"BACKEND": PUSH, "OPTIONS": {"site": second.pk}},
        },
        "CHANNELS": {
            "email": {
                "BACKEND": "order_status_plugin.channels.email.EmailChannel",
                "OPTIONS": {
                    "from_email": {"tilia": "hello@tilia.example", "norte": "bonjour@norte.example"},
                    "reply_to": {"norte": "aide@norte.example"},
                },
            }
        },
    }
    return Shop("tilia", "tilia.example", Caller("tilia")), Shop("norte", "norte.example", Caller("norte"))


@pytest.fixture
def tilia(shops: tuple[Shop, Shop]) -> Shop:
    shops[0].place(locale="en")
    return shops[0]


@pytest.fixture
def norte(shops: tuple[Shop, Shop]) -> Shop:
    shops[1].place(locale="fr")
    return shops[1]


# --- links and pages ----------------------------------------------------------------------------------


def test_each_link_opens_its_own_order_on_its_own_site(tilia: Shop, norte: Shop) -> None:
    one, other = links.order_url(tilia.order()), links.order_url(norte.order())
    assert one.startswith("http://tilia.example/orders/")
    assert other.startswith("http://norte.example/orders/")
    assert links.resolve(links.link_for(tilia.order())) == tilia.order()
    assert links.resolve(links.link_for(norte.order())) == norte.order()
    english, french = tilia.page(), norte.page()
    assert ("Tilia &amp; Sal" in english, "Norte" in english, 'lang="en"' in english) == (True, False, True)
    assert ("Norte &amp; Cie" in french, "Tilia" in french, 'lang="fr"' in french) == (True, False, True)
    assert f"/orders/style/{tilia.order().site_id}-" in english
    assert f"/orders/style/{norte.order().site_id}-" in french


def test_a_link_is_on_the_shops_site_before_its_order_was_read(shops: tuple[Shop, Shop]) -> None:
    assert links.url_for_reference("norte", "new").startswith("http://norte.example/")
    assert links.url_for_reference("tilia", "new").startswith("http://tilia.example/")
    record.first_sight("norte", "seen")
    several = links.urls_for_references("norte", ["new", "seen"])
    assert [url.startswith("http://norte.example/") for url in several.values()] == [True, True]


def test_what_editors_write_for_one_shop_is_not_on_the_others_page(tilia: Shop, norte: Shop) -> None:
    norte.place("A-2", locale="en", number="W-2")
    publish(title="Norte closes", site=norte.order().site)
    publish(title="Both close")
    assert ("Norte closes" in tilia.page(), "Both close" in tilia.page()) == (False, True)
    assert ("Norte closes" in norte.page("A-2"), "Both close" in norte.page("A-2")) == (True, True)


def test_each_site_has_its_own_layout_and_look_up(tilia: Shop, norte: Shop) -> None:
    page = OrderStatusPage(title="Suivi", slug="suivi")
    page.layout = json.dumps([{"type": "heading", "value": {"text": "Merci de Norte", "level": "h2"}}])
    norte.order().site.root_page.add_child(instance=page)
    page.save_revision().publish()
    assert "Merci de Norte" in norte.page()
    assert "Merci de Norte" not in tilia.page()
    assert norte.visitor().get("/orders/")["Location"].endswith("/suivi/")
    assert tilia.visitor().get("/orders/").status_code == 200


# --- who gets in --------------------------------------------------------------------------------------


def led_to(shop: Shop, person: dict[str, str] = PERSON) -> Order | None:
    """Fill in the look-up of a shop; return the order that it leads to, None where it shows nothing."""
    answer = shop.visitor().post("/orders/", person)
    if answer.status_code != 303:
        assert answer.status_code == 422
        return None
    return links.resolve(answer["Location"].strip("/").rpartition("/")[2])


def test_the_look_up_opens_the_order_of_the_site_that_it_stands_on(tilia: Shop, norte: Shop) -> None:
    assert led_to(tilia) == tilia.order()
    assert led_to(norte) == norte.order()


@pytest.mark.parametrize("is_erased", [False, True])
def test_the_look_up_of_one_shop_never_opens_an_order_of_the_other(
    shops: tuple[Shop, Shop], norte: Shop, is_erased: bool
) -> None:
    if is_erased:
        erase(shops[0].place(), "tests")
    assert led_to(shops[0]) is None
    assert led_to(norte) == norte.order()


def test_an_order_whose_shop_names_no_site_is_found_at_every_site_after_the_sites_own(norte: Shop) -> None:
    nobodys = record.order("shop", snapshot(number=NUMBER, reference="nobodys"), is_import=True)
    newer = record.order("shop", snapshot(number="W-2", reference="newer"), is_import=True)
    assert led_to(norte) == norte.order(), "though the other one is the newer"
    assert led_to(norte, {**PERSON, "number": "W-2"}) is None, "its host is not in the settings"
    hosts = settings.ORDER_STATUS["HOSTS"]
    with override_settings(ORDER_STATUS={**settings.ORDER_STATUS, "HOSTS": {**hosts, "shop": {"BACKEND": DEMO}}}):
        assert led_to(norte) == norte.order()
        assert led_to(norte, {**PERSON, "number": "W-2"}) == newer
        erase(norte.order(), "tests")
        assert led_to(norte) == nobodys


def test_a_mailed_code_is_the_one_for_the_order_of_the_site(tilia: Shop, norte: Shop, settings: Any) -> None:
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "IDENTIFICATION": "mailed_code"}
    posted()
    for shop in (tilia, norte):
        visitor = shop.visitor()
        assert visitor.post("/orders/", PERSON)["Location"].startswith("/orders/code/")
        (letter,) = posted()
        assert shop.hostname in letter.from_email
        opened = visitor.post("/orders/code/", {"code": code_in(letter)})
        posted()  # that a device was let in
        assert links.resolve(opened["Location"].strip("/").rpartition("/")[2]) == shop.order()


def test_being_let_in_at_one_shop_opens_nothing_at_the_other(tilia: Shop, norte: Shop) -> None:
    visitor = tilia.visitor()
    visitor.post(f"{links.order_path(tilia.order())}identify/", PERSON)
    assert "Lindenlaan 14" in visitor.get(links.order_path(tilia.order())).content.decode()
    assert "Lindenlaan 14" not in visitor.get(links.order_path(norte.order())).content.decode()


def test_a_claim_of_one_shop_opens_its_order_alone(tilia: Shop, norte: Shop) -> None:
    code = tilia.caller("POST", f"/{REFERENCE}/claims").json()["code"]
    visitor = tilia.visitor()
    opened = visitor.post("/orders/claim/", {"code": code})
    assert opened["Location"] == links.order_path(tilia.order())
    assert "Lindenlaan 14" not in visitor.get(links.order_path(norte.order())).content.decode()


# --- messages -----------------------------------------------------------------------------------------


def test_the_links_of_a_shop_are_mailed_by_that_shop_and_are_its_own(tilia: Shop, norte: Shop) -> None:
    posted()
    for shop, other in ((tilia, norte), (norte, tilia)):
        shop.visitor().post("/orders/links/", {"email": EMAIL})
        (letter,) = posted()
        assert links.order_url(shop.order()) in letter.body
        assert other.hostname not in letter.body
        assert shop.hostname in letter.from_email


def test_the_links_of_who_never_ordered_there_are_not_mailed(shops: tuple[Shop, Shop], norte: Shop) -> None:
    posted()
    shops[0].visitor().post("/orders/links/", {"email": EMAIL})
    assert posted() == []


def test_a_message_leaves_as_its_shops_own(tilia: Shop, norte: Shop) -> None:
    letters = {letter.from_email.rpartition("@")[2].strip(">"): letter for letter in posted()}
    assert set(letters) == {"tilia.example", "norte.example"}
    for shop, name, language, colour in ((tilia, "Tilia & Sal", "en", GREEN), (norte, "Norte & Cie", "fr", PINK)):
        letter = letters[shop.hostname]
        page = letter.alternatives[0][0]
        assert name in letter.from_email
        assert letter.extra_headers["Content-Language"] == language
        assert f"//{shop.hostname}/orders/unsubscribe/" in letter.extra_headers["List-Unsubscribe"]
        assert links.order_url(shop.order()) in letter.body
        assert colour in page.lower()
        other = ({"tilia.example", "norte.example"} - {shop.hostname}).pop()
        assert other not in letter.body + page + str(letter.extra_headers)
    assert letters["norte.example"].reply_to == ["aide@norte.example"]
    assert letters["tilia.example"].reply_to == []


def test_who_unsubscribes_at_one_shop_still_hears_of_the_other(tilia: Shop, norte: Shop) -> None:
    say(tilia.order(), "email", is_given=False, source=ConsentSource.LINK, recipient=EMAIL)
    assert {links.order_url(norte.order()) in letter.body for letter in posted()} == {True}


def test_an_address_that_reaches_nobody_is_written_to_by_neither(tilia: Shop, norte: Shop) -> None:
    """On purpose: it is the address that is dead, and both send by the one channel."""
    suppression.suppress("email", known("email", EMAIL), Delivery.BOUNCED)
    assert posted() == []


def test_a_note_of_one_shop_is_on_its_own_page(tilia: Shop, norte: Shop) -> None:
    tilia.caller("POST", f"/{REFERENCE}/notes", {"text": "Left with Inês", "is_public": True}, idempotency_key="n")
    assert "Left with Inês" in tilia.page()
    assert "Left with Inês" not in norte.page()


# --- other systems, and parcels -----------------------------------------------------------------------


def test_an_endpoint_of_one_shop_hears_nothing_of_the_other(shops: tuple[Shop, Shop]) -> None:
    own = WebhookEndpoint.objects.create(name="Tilia's", url="https://erp.example/in", hosts=["tilia"])
    both = WebhookEndpoint.objects.create(name="Both", url="https://erp.example/all")
    for shop in shops:
        shop.place()
    told_to = {each.pk: {row.order.host for row in each.deliveries.select_related("order")} for each in (own, both)}
    assert told_to == {own.pk: {"tilia"}, both.pk: {"tilia", "norte"}}
    for row in WebhookDelivery.objects.select_related("order__site"):
        data = json.loads(body_of(row))["data"]
        assert data["link"].startswith(f"http://{data['host']}.example/")


def test_one_box_with_orders_of_both_shops_tells_both(tilia: Shop, norte: Shop) -> None:
    said = update(scan(ParcelStatus.OUT_FOR_DELIVERY, 5))
    done = record.tracking("aftership", said)
    assert (done.applied, done.too_old) == (2, 0)
    assert [shop.order().headline for shop in (tilia, norte)] == ["out_for_delivery"] * 2
    assert record.tracking("aftership", said).applied == 0


def test_what_one_shop_says_of_its_parcel_is_not_said_of_the_others(tilia: Shop, norte: Shop) -> None:
    event = {"events": [{"status": "delivered", "happened_at": timezone.now().isoformat()}]}
    path = f"/{REFERENCE}/fulfillments/s1/parcels/{UPS}/events"
    assert tilia.caller("POST", path, event).status_code == 200
    assert {row.parcel.order.host for row in TrackingEvent.objects.all()} == {"tilia"}


def test_erasing_one_order_leaves_the_other_with_the_same_number(tilia: Shop, norte: Shop) -> None:
    record.tracking("aftership", update(scan(ParcelStatus.IN_TRANSIT)))
    erase(tilia.order(), "tests")
    assert (tilia.order().erased_at is None, norte.order().erased_at) == (False, None)
    assert [order.host for order in find.by_email(EMAIL)] == ["norte"]
    done = record.tracking("aftership", update(scan(ParcelStatus.DELIVERED, 10)))
    assert (done.applied, done.is_erased, norte.order().headline) == (1, False, norte.order().headline)
    assert TrackingEvent.objects.filter(parcel__order=norte.order()).count() == 2
    assert TrackingEvent.objects.filter(parcel__order=tilia.order()).count() == 1, "a stub hears nothing more"
    visitor = norte.visitor()
    visitor.post(f"{links.order_path(norte.order())}identify/", PERSON)
    assert "Lindenlaan 14" in visitor.get(links.order_path(norte.order())).content.decode()


# --- customers of one number, staff -------------------------------------------------------------------


def test_a_customer_of_one_shop_is_not_the_others_customer_of_the_same_key(shops: tuple[Shop, Shop]) -> None:
    user = get_user_model().objects.create_user("noor", EMAIL)
    hosts = settings.ORDER_STATUS["HOSTS"]
    with override_settings(ORDER_STATUS={**settings.ORDER_STATUS, "HOSTS": {**hosts, "shop": {"BACKEND": DEMO}}}):
        contact = replace(snapshot().contact, customer_reference=str(user.pk))
        own = record.order("shop", snapshot(contact=contact), is_import=True)
        theirs = shops[1].place()
        OrderContact.objects.filter(order=theirs).update(customer_reference=str(user.pk))
        visitor = shops[1].visitor()
        visitor.force_login(user)
        assert "Lindenlaan 14" in visitor.get(links.order_path(own)).content.decode()
        assert "Lindenlaan 14" not in visitor.get(links.order_path(theirs)).content.decode()


def test_staff_see_which_shop_an_order_is_of_and_can_ask_for_one(
    tilia: Shop, norte: Shop, admin_client: Client
) -> None:
    address = "/admin/order_status_plugin/order/"
    both = admin_client.get(address, {"q": NUMBER}).context["cl"].queryset
    assert sorted(both.values_list("host", flat=True)) == ["norte", "tilia"]
    one = admin_client.get(address, {"q": NUMBER, "host": "norte"}).context["cl"].queryset
    assert list(one.values_list("host", flat=True)) == ["norte"]
