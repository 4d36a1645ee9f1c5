"""The button, and the file behind it: the customer's alone."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.test import Client

from order_status_plugin.access.erase import erase
from order_status_plugin.access.links import order_path
from order_status_plugin.tracking.models import Order
from tests.access.orders import let_in, placed
from tests.wallet.ca import ORDER_TYPE
from tests.wallet.fixtures import authority as authority
from tests.wallet.fixtures import wallet as wallet

pytestmark = pytest.mark.django_db

WORDS = "Track with Apple Wallet"


@pytest.fixture
def order() -> Order:
    return placed()


def customer(order: Order) -> Client:
    client = Client()
    client.cookies.load(let_in(order))
    return client


def page(order: Order, client: Client, query: str = "") -> str:
    return client.get(order_path(order) + query, secure=True).content.decode()


def file_of(order: Order, client: Client, alias: str = "wallet") -> Any:
    return client.get(f"{order_path(order)}wallet/{alias}.order", secure=True)


@pytest.mark.usefixtures("wallet")
def test_the_customer_has_a_button_and_gets_the_file(order: Order) -> None:
    client = customer(order)
    button = BeautifulSoup(page(order, client), "html.parser").find("a", string=WORDS)
    assert button is not None
    answer = client.get(button["href"], secure=True)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/vnd.apple.order")
    assert "no-store" in answer.headers["Cache-Control"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert json.loads(archive.read("order.json"))["orderTypeIdentifier"] == ORDER_TYPE


@pytest.mark.usefixtures("wallet")
def test_who_has_no_more_than_the_link_is_led_to_the_page(order: Order) -> None:
    stranger = Client()
    assert WORDS not in page(order, stranger)
    of_another = customer(placed("TS-2", "tom@example.org"))
    staff = Client()
    staff.force_login(User.objects.create_superuser("support"))
    for visitor in (stranger, of_another, staff):
        answer = file_of(order, visitor)
        assert (answer.status_code, answer.headers["Location"], answer.content) == (303, order_path(order), b"")


@pytest.mark.usefixtures("wallet")
def test_other_channels_and_wrong_links_have_no_file(order: Order) -> None:
    assert file_of(order, customer(order), "email").status_code == 404
    assert file_of(order, customer(order), "none").status_code == 404
    assert customer(order).get(f"/orders/{'A' * 43}/wallet/wallet.order", secure=True).status_code == 404


def test_without_the_channel_there_is_neither(order: Order) -> None:
    client = customer(order)
    assert WORDS not in page(order, client)
    assert file_of(order, client).status_code == 404


def test_a_channel_that_cannot_sign_offers_nothing(order: Order, wallet: dict[str, Any]) -> None:
    wallet["private_key"] = "/nowhere/at.all"
    client = customer(order)
    assert WORDS not in page(order, client)
    assert file_of(order, client).status_code == 404


@pytest.mark.usefixtures("wallet")
def test_after_erasure_there_is_nothing_to_hold(order: Order) -> None:
    client = customer(order)
    erase(order, "test")
    assert WORDS not in page(order, client)
    assert file_of(order, client).status_code == 303
