"""From Oscar's own pages: a guest and a customer check out, staff send, and the link is everywhere it should be."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.urls import reverse
from oscar.core.compat import get_user_model
from oscar.core.loading import get_model

from order_status_plugin.access import links
from order_status_plugin.events import Headline
from order_status_plugin.tracking.models import Order, Parcel

from . import shop

pytestmark = pytest.mark.django_db(transaction=True)


def the_order() -> Order:
    """Return the one order that we know."""
    return Order.objects.get()


def page_of(html: str) -> str:
    """Return the address of the status page that stands in a page or a mail."""
    found = re.search(r"http://[^\s\"<]+/orders/[A-Za-z0-9_-]{36,}/", html)
    assert found, html
    return found[0]


def staff() -> Client:
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("staff", "staff@tilia.example", "secret"))
    return client


def test_a_guest_checks_out_and_the_order_is_ours_too(client: Client) -> None:
    answer = shop.check_out(client, shop.product("Mug"), 2)

    assert answer.redirect_chain[-1][0] == reverse("checkout:thank-you")
    theirs, ours = shop.Order.objects.get(), the_order()
    assert (ours.host, ours.reference, ours.number) == ("shop", str(theirs.pk), theirs.number)
    assert ours.headline == Headline.CONFIRMED
    assert [(line.title, line.quantity) for line in ours.lines.all()] == [("Mug", 2)]
    assert ours.contact.email == shop.EMAIL
    assert ours.contact.phone == "+351912345678"
    assert ours.contact.shipping_address["city"] == "Lisboa"
    assert ours.country == "PT"


def test_the_thank_you_page_opens_the_status_page(client: Client) -> None:
    html = shop.check_out(client, shop.product()).content.decode()

    assert "View order status" in html
    assert reverse("order_status:claim") in html
    assert "order-status/" not in html.replace("order-status-plugin", ""), "Oscar's own guest link is gone"
    code = re.search(r'name="code" value="([^"]+)"', html)
    assert code
    answer = client.post(reverse("order_status:claim"), {"code": code[1]}, follow=True)
    assert answer.status_code == 200
    assert "Rua das Flores 12" in answer.content.decode(), "the ordering device sees everything"


def test_the_language_of_the_checkout_is_kept(client: Client) -> None:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "fr"
    shop.check_out(client, shop.product())
    assert the_order().locale == "fr"

    order = shop.Order.objects.get()
    staff().post(  # staff work in English
        reverse("dashboard:order-detail", kwargs={"number": order.number}),
        {"order_action": "change_order_status", "new_status": "Being processed"},
    )
    assert the_order().locale == "fr"


def test_one_confirmation_with_one_link(client: Client) -> None:
    shop.check_out(client, shop.product("O'Neil & Sons <b>"))

    [message] = mail.outbox
    html = message.alternatives[0][0]
    ours = the_order().messages.filter(milestone="confirmed")
    if settings.PLUGIN_IS_LAST:  # Oscar's templates win: its mail knows nothing of us
        assert "/orders/" not in message.body + html
        assert ours.count() == 1
        return
    link = links.order_url(the_order())
    assert page_of(message.body) == page_of(html) == link
    assert "O'Neil & Sons <b>" in message.body
    assert "/accounts/order-status/" not in message.body + html, "Oscar's own guest link is gone"
    assert not ours.exists()


def test_a_confirmation_saved_in_the_dashboard_without_the_link_is_not_taken_for_ours(client: Client) -> None:
    kind = get_model("communication", "CommunicationEventType").objects.create(
        code="ORDER_PLACED", name="Order placed", email_body_template="Thanks!", email_body_html_template=""
    )
    shop.check_out(client, shop.product())
    assert the_order().messages.filter(milestone="confirmed").count() == 1

    kind.email_body_template = "{% load order_status %}Thanks! {% order_status_url order %}"
    kind.save()
    Order.objects.all().delete()
    shop.check_out(Client(), shop.product())
    assert links.order_url(the_order()) in mail.outbox[-1].body
    assert not the_order().messages.filter(milestone="confirmed").exists()


def test_staff_find_the_status_page_on_the_order_of_the_dashboard(client: Client) -> None:
    shop.check_out(client, shop.product())
    order = shop.Order.objects.get()
    html = staff().get(reverse("dashboard:order-detail", kwargs={"number": order.number})).content.decode()
    assert "View order status page" in html
    notes = reverse("order_status_notes:order", args=[the_order().pk])
    assert f'href="{notes}"' in html
    assert page_of(html) == links.order_url(the_order())


def test_a_shipping_event_of_the_dashboard_becomes_a_parcel(client: Client) -> None:
    shop.check_out(client, shop.product("Mug"), 3)
    order = shop.Order.objects.get()
    shop.ShippingEventType.objects.create(name="Shipped")
    line = order.lines.get()
    answer = staff().post(
        reverse("dashboard:order-detail", kwargs={"number": order.number}),
        {
            "line_action": "create_shipping_event",
            "selected_line": [line.pk],
            f"selected_line_qty_{line.pk}": "2",
            "shipping_event_type": "shipped",
            "reference": "UPS 1Z999AA10123456784",
        },
    )
    assert answer.status_code == 302
    parcel = Parcel.objects.get()
    assert (parcel.carrier, parcel.tracking_number) == ("ups", "1Z999AA10123456784")
    assert [(row.line.title, row.quantity) for row in parcel.fulfillment.lines.all()] == [("Mug", 2)]
    assert the_order().messages.filter(milestone="shipped").count() == 1


def test_a_registered_customer_owns_the_order(client: Client) -> None:
    user = get_user_model().objects.create_user("ana", "ana@customer.example", "secret", first_name="Ana")
    client.force_login(user)
    shop.check_out(client, shop.product())
    contact = the_order().contact
    assert (contact.customer_reference, contact.email) == (str(user.pk), "ana@customer.example")
    html = client.get(links.order_path(the_order())).content.decode()
    assert "Rua das Flores 12" in html
    stranger = Client()
    stranger.force_login(get_user_model().objects.create_user("eve", "eve@customer.example", "secret"))
    assert "Rua das Flores 12" not in stranger.get(links.order_path(the_order())).content.decode()


def test_a_download_needs_no_address(client: Client) -> None:
    shop.check_out(client, shop.product("Album", is_physical=False))
    order = the_order()
    assert [line.is_physical for line in order.lines.all()] == [False]
    assert order.contact.shipping_address == {}


def test_a_shop_with_its_own_thank_you_page_keeps_it(monkeypatch: pytest.MonkeyPatch) -> None:
    from oscar.core.loading import get_class

    from order_status_plugin.hosts.oscar import pages

    view = get_class("checkout.views", "ThankYouView")
    monkeypatch.setattr(view, "template_name", "their/own.html")
    pages.place()
    assert view.template_name == "their/own.html"
    assert pages.without_link() == [("checkout.views.ThankYouView", "their/own.html")]


def anonymous(path: str) -> Any:
    return Client().get(path)


def test_a_stranger_with_the_link_reads_nothing_personal(client: Client) -> None:
    shop.check_out(client, shop.product("Mug"))
    html = anonymous(links.order_path(the_order())).content.decode()
    assert "Mug" in html
    for secret in ("Joana", "Vieira", "Rua das Flores", "1200-195", "912345678", shop.EMAIL, the_order().number):
        assert secret not in html
