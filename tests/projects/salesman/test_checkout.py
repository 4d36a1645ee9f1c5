"""Through Salesman's own REST API: a basket becomes an order, and the order a page that its browser opens."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from order_status_plugin import flow
from order_status_plugin.access import links
from order_status_plugin.events import Headline
from order_status_plugin.tracking.models import Order

from . import shop

pytestmark = pytest.mark.django_db(transaction=True)


def the_order() -> Order:
    return Order.objects.get()


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_a_guest_checks_out_and_the_page_says_confirmed(client: Client) -> None:
    shop.fill(client, [(shop.thing("Mug"), 2), (shop.file("Album"), 1)])
    answer = shop.check_out(client).json()

    theirs, ours = shop.Order.objects.get(), the_order()
    assert (ours.host, ours.reference, ours.number) == ("shop", str(theirs.pk), theirs.ref)
    assert answer["ref"] == theirs.ref, "what the payment method answers is still there"
    assert ours.headline == Headline.CONFIRMED
    lines = [(line.title, line.quantity, line.is_physical) for line in ours.lines.order_by("position")]
    assert lines == [("Mug", 2, True), ("Album", 1, False)]
    assert ours.contact.email == shop.EMAIL
    html = text(Client(), links.order_path(ours))
    assert 'data-order-status="confirmed"' in html
    for secret in ("Joana", "Rua das Flores", "1200-195", shop.EMAIL, theirs.ref, theirs.token):
        assert secret not in html


def test_the_browser_that_ordered_opens_the_order_in_full(client: Client) -> None:
    shop.fill(client, [(shop.thing(), 1)])
    entrance = shop.check_out(client).json()["order_status"]

    assert entrance["url"] == links.order_url(the_order())
    assert entrance["claim"]["url"] == "http://testserver" + reverse("order_status:claim")
    answer = client.post(entrance["claim"]["url"], entrance["claim"]["fields"], follow=True)
    assert answer.redirect_chain[-1][0] == links.order_path(the_order())
    html = answer.content.decode()
    assert "Rua das Flores 12" in html
    assert "1200-195 Lisboa" in html

    again = Client().post(entrance["claim"]["url"], entrance["claim"]["fields"], follow=True)
    assert "Rua das Flores 12" not in again.content.decode(), "a code is spent once"


def test_a_storefront_on_another_host_of_the_shop_may_post_the_claim() -> None:
    client = Client(enforce_csrf_checks=True)
    shop.fill(client, [(shop.thing(), 1)])
    claim = shop.check_out(client).json()["order_status"]["claim"]

    stranger = client.post(claim["url"], claim["fields"], headers={"origin": "https://evil.example"}, secure=True)
    assert stranger.status_code == 403
    code_alone = {"code": claim["fields"]["code"]}
    assert client.post(claim["url"], code_alone, headers={"origin": "https://shop.example"}).status_code == 403
    answer = client.post(claim["url"], claim["fields"], headers={"origin": "https://shop.example"})
    assert answer.status_code == 303


def test_the_order_is_answered_with_the_claim_to_its_own_browser_alone(client: Client) -> None:
    order = shop.place(client=client)
    path = f"/api/orders/{order.ref}/?token={order.token}"

    mine = client.get(path).json()["order_status"]
    assert mine["claim"]["fields"]["code"]
    other = Client().get(path).json()["order_status"]
    assert other == {"url": mine["url"], "claim": None}, "who was sent the token is not who ordered"
    staff = shop.staff().get(f"/api/orders/{order.ref}/").json()["order_status"]
    assert staff["claim"] is None, "nor is staff"
    listed = shop.staff().get("/api/orders/all/").json()
    assert listed[0]["ref"] == order.ref
    assert "order_status" not in listed[0]


def test_an_order_that_is_placed_on_the_payment_methods_own_page_is_remembered_by_hand(rf: Any) -> None:
    from order_status_plugin.hosts.salesman import placed

    request = rf.get("/")
    request.session = {}
    orders = [type("Order", (), {"pk": pk})() for pk in range(12)]
    for order in (*orders, orders[11]):
        placed.remember(request, order)
    assert placed.is_by(request, orders[11])
    assert placed.is_by(request, orders[2])
    assert not placed.is_by(request, orders[1]), "a session stays small"
    assert not placed.is_by(type("Request", (), {})(), orders[11])


def test_a_declined_card_places_nothing(client: Client) -> None:
    shop.fill(client, [(shop.thing(), 1)])
    answer = shop.check_out(client, extra={"card": "declined"})
    assert answer.status_code == 402
    assert not Order.objects.exists()


def test_a_customer_cannot_write_tracking_through_the_checkout(client: Client) -> None:
    shop.fill(client, [(shop.thing(), 1)])
    client.put("/api/basket/extra/", {"extra": {"tracking_number": shop.UPS}}, content_type="application/json")
    shop.check_out(client, extra={"tracking": f"UPS {shop.UPS}", "phone": "+351912345678"})
    ours = the_order()
    assert ours.contact.phone == "+351912345678"
    assert not ours.parcels.exists()
    assert ours.headline == Headline.CONFIRMED


def test_our_confirmation_is_sent_once_with_the_link(client: Client) -> None:
    shop.place(client=client)
    flow.drain_outbox()
    flow.sweep()
    flow.drain_outbox()
    [message] = mail.outbox  # Salesman sends none
    assert message.to == [shop.EMAIL]
    assert message.extra_headers["X-Order-Status"] == "confirmed"
    assert links.order_url(the_order()) in message.body


def test_the_language_of_the_checkout_is_kept(client: Client) -> None:
    order = shop.place(client=client, headers={"accept-language": "fr"})
    assert the_order().locale == "fr"
    shop.staff().put(f"/api/orders/{order.ref}/status/", {"status": "SHIPPED"}, content_type="application/json")
    assert the_order().locale == "fr", "staff work in English"


def test_a_language_that_the_storefront_tells_wins(client: Client) -> None:
    shop.place(client=client, extra={"language": "fr-CA"})
    assert the_order().locale == "fr"
    shop.place(client=client, extra={"language": "tlh"})
    assert Order.objects.latest("pk").locale == "en"


def test_a_registered_customer_owns_the_order(client: Client, django_user_model: Any) -> None:
    user = django_user_model.objects.create_user("ana", "ana@customer.example", "secret", first_name="Ana")
    client.force_login(user)
    shop.place(client=client, email="ana@customer.example")
    contact = the_order().contact
    assert (contact.customer_reference, contact.name) == (str(user.pk), "Ana")
    assert "Rua das Flores 12" in text(client, links.order_path(the_order()))
    stranger = Client()
    stranger.force_login(django_user_model.objects.create_user("eve", "eve@customer.example", "secret"))
    assert "Rua das Flores 12" not in text(stranger, links.order_path(the_order()))


def test_number_and_email_open_it_on_another_device(client: Client) -> None:
    order = shop.place()
    answer = client.post(reverse("order_status:lookup"), {"number": f"#{order.ref}", "email": shop.EMAIL.upper()})
    assert re.fullmatch(links.order_path(the_order()), answer.headers["Location"])
    assert "Rua das Flores 12" in text(client, answer.headers["Location"])
