"""The ``<order-status>`` element on a storefront of another origin, in real Chromium, under a strict policy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.staticfiles import finders
from django.test import Client

from order_status_plugin.access.links import order_path
from order_status_plugin.tracking import record
from order_status_plugin.tracking.models import Order
from tests.chromium import chromium
from tests.orders import sent, snapshot

SHOP, STOREFRONT = "https://shop.test", "https://www.storefront.test"
SCRIPT = "/static/order_status_plugin/order-status.js"
POLICY = f"default-src 'none'; script-src {SHOP}; connect-src {SHOP}; img-src {SHOP}"
ARTIFACTS = Path(__file__).parent.parent / "artifacts"


def placed() -> Order:
    return record.order("shop", snapshot(fulfillments=(sent(),)))


class Storefront:
    """A page of another origin with the element on it; the shop behind it answers for real."""

    def __init__(self, browser: Any) -> None:
        self.context = browser.new_context(viewport={"width": 320, "height": 800})
        self.context.route("**/*", self._answer)
        self.page = self.context.new_page()
        self.wrong: list[str] = []
        self.page.on("console", lambda message: message.type == "error" and self.wrong.append(message.text))
        self.attributes = ""

    def _answer(self, route: Any) -> None:
        parts = urlsplit(route.request.url)
        origin, headers = f"{parts.scheme}://{parts.netloc}", route.request.headers
        if origin == STOREFRONT:
            html = f"<!doctype html><html lang=en><title>Thanks</title><main><h1>Thanks</h1><order-status {self.attributes}></order-status></main>"
            html += f'<script src="{SHOP}{SCRIPT}" defer></script>'
            route.fulfill(content_type="text/html", headers={"Content-Security-Policy": POLICY}, body=html)
        elif origin == SHOP and parts.path == SCRIPT:
            found = finders.find(SCRIPT.removeprefix("/static/"))
            assert isinstance(found, str)
            route.fulfill(content_type="text/javascript", body=Path(found).read_bytes())
        elif origin == SHOP:
            sent = {"origin": headers["origin"]} if "origin" in headers else {}
            answer = Client().get(f"{parts.path}?{parts.query}", secure=True, headers={"host": "testserver", **sent})
            route.fulfill(status=answer.status_code, headers=dict(answer.headers), body=answer.content)
        else:
            route.fulfill(status=404, body="")

    def open(self, order: Order, **attributes: str) -> Any:
        given = {"src": f"{SHOP}{order_path(order)}", **attributes}
        self.attributes = " ".join(f'{name}="{value}"' for name, value in given.items())
        self.page.goto(STOREFRONT)
        return self.page.locator("order-status")


@pytest.fixture
def storefront(settings: Any) -> Iterator[Storefront]:
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "STOREFRONT_ORIGINS": [STOREFRONT]}
    with chromium() as browser:
        yield Storefront(browser)


@pytest.mark.django_db(transaction=True)
def test_a_storefront_shows_the_order_and_hears_of_changes(storefront: Storefront) -> None:
    order = placed()
    element = storefront.open(order)
    element.locator("h2").wait_for()
    assert element.get_attribute("data-order-status") == "in_transit"
    assert "In transit" in element.locator("h2").inner_text()
    assert element.locator("[part=parcel]").count() == 1
    assert re.search(r"https?://\S+/orders/", element.locator("a").get_attribute("href"))
    assert storefront.wrong == []
    storefront.page.screenshot(path=ARTIFACTS / "order-status-320-light.png")
    storefront.page.emulate_media(color_scheme="dark")
    storefront.page.screenshot(path=ARTIFACTS / "order-status-320-dark.png")
    record.touch(order)
    storefront.page.evaluate("document.querySelector('order-status').read()")
    element.locator("h2[role=status]").wait_for()


@pytest.mark.django_db(transaction=True)
def test_it_speaks_arabic_from_right_to_left_and_everybody_can_read_it(storefront: Storefront) -> None:
    element = storefront.open(placed(), lang="ar")
    element.locator("h2").wait_for()
    assert element.locator("section").get_attribute("dir") == "rtl"
    storefront.page.screenshot(path=ARTIFACTS / "order-status-320-arabic.png")
    assert Axe().run(storefront.page).response["violations"] == []
    sideways = storefront.page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert sideways <= 0


@pytest.mark.django_db(transaction=True)
def test_a_link_that_was_ended_is_taken_away(storefront: Storefront) -> None:
    order = placed()
    element = storefront.open(order)
    element.locator("h2").wait_for()
    record.revoke_link(order)
    element.evaluate("e => e.read()")
    storefront.page.wait_for_function("!document.querySelector('order-status').shadowRoot.childElementCount")
