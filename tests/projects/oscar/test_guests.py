"""Addresses of Oscar's guest pages, as they stand in mails that were sent before us."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.urls import reverse
from oscar.core.compat import get_user_model

from order_status_plugin.access import links
from order_status_plugin.access.models import Grant
from order_status_plugin.hosts.oscar import guests
from order_status_plugin.tracking import record
from order_status_plugin.tracking.models import Order

from . import shop

pytestmark = pytest.mark.django_db(transaction=True)

PAGES = ("customer:anon-order", "customer:anon-order-form")


def address(order: Any, page: str = PAGES[0], code: str = "") -> str:
    return reverse(page, kwargs={"order_number": order.number, "hash": code or order.verification_hash()})


def ours(order: Any) -> Order:
    return Order.objects.get(host="shop", reference=str(order.pk))


@pytest.mark.parametrize("page", PAGES)
def test_an_old_address_leads_to_the_orders_page_and_opens_nothing(page: str, client: Client) -> None:
    order = shop.place()
    answer = client.get(address(order, page))
    assert (answer.status_code, answer["Location"]) == (302, links.order_path(ours(order)))
    assert "no-store" in answer["Cache-Control"]
    assert answer["Referrer-Policy"] == "same-origin"
    assert not answer.cookies
    assert not Grant.objects.exists()
    shown = client.get(answer["Location"]).content.decode()
    assert "Rua das Flores" not in shown
    assert order.number not in shown


@pytest.mark.parametrize("page", PAGES)
def test_a_wrong_signature_is_oscars_to_answer(page: str, client: Client) -> None:
    order, other = shop.place(), shop.place()
    for code in ("x", other.verification_hash(), order.verification_hash()[:-1], order.number):
        answer = client.get(address(order, page, code))
        assert links.order_path(ours(order)) not in str(answer.headers) + answer.content.decode()
    unknown = reverse(page, kwargs={"order_number": "999", "hash": "999:x"})
    assert client.get(unknown).status_code in (200, 302)


def test_an_order_that_we_have_never_heard_of_is_led_on_too(client: Client) -> None:
    order = shop.place()
    Order.objects.all().delete()
    answer = client.get(address(order))
    assert answer["Location"] == links.path_of(links.link_for_reference("shop", str(order.pk)))


def test_a_revoked_link_does_not_come_back_by_an_old_address(client: Client) -> None:
    order = shop.place()
    record.revoke_link(ours(order))
    assert client.get(address(order))["Location"] == reverse("order_status:lookup")


def test_an_order_that_found_its_account_later_is_led_on_too(client: Client) -> None:
    order = shop.place()
    code = order.verification_hash()
    order.user = get_user_model().objects.create_user("ana", "ana@customer.example", "secret")
    order.save()
    assert client.get(address(order, code=code))["Location"] == links.order_path(ours(order))


def test_trouble_of_ours_leaves_oscars_page_as_it_was(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(reference: str) -> Any:
        raise RuntimeError("ours")

    monkeypatch.setattr(guests, "_forwards", [fail])
    order = shop.place()
    assert client.get(address(order))["Location"] == address(order, PAGES[1])
    answer = client.post(address(order, PAGES[1]), {"email": shop.EMAIL}, follow=True)
    assert answer.status_code == 200
    assert "Mug" in answer.content.decode()
    assert isinstance(answer.wsgi_request.user, AnonymousUser)
