"""The key that signs links changes while the shop runs: what was mailed, shared and let in before stays as it was."""

from __future__ import annotations

import base64
import email
import email.policy
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from django.test import override_settings
from playwright.sync_api import BrowserContext, Page, expect

from order_status_plugin.keys import signing_key

from .conftest import Demo, copy_of, free_port, start_demo, stop_demo

NEW = "the-key-that-signs-from-today-on-and-is-long-enough"

Contexts = Callable[..., BrowserContext]


@contextmanager
def running(var: Path, port: int, *keys: str) -> Iterator[Demo]:
    """Run the shop of this folder on this port, with these keys."""
    demo = start_demo(var, port=port, ORDER_STATUS_KEYS=",".join(keys))
    try:
        yield demo
    finally:
        stop_demo(demo.process)


def number_of(key: str) -> bytes:
    """Return the two bytes by which this key names itself in what it signed."""
    with override_settings(ORDER_STATUS={"KEYS": [key]}):
        return signing_key().number.to_bytes(2, "big")


def signed_by(link: str) -> bytes:
    return base64.urlsafe_b64decode(link.rstrip("/").rsplit("/", 1)[1] + "=")[:2]


def identify(page: Page, link: str, order: dict[str, Any]) -> None:
    """Type number and email on the order's page."""
    page.goto(link)
    page.locator("#identify summary").click()
    page.get_by_label("Order number").fill(order["number"])
    page.get_by_label("Email address").fill(order["email"])
    page.get_by_role("button", name="Show my details").click()


def is_private(page: Page, order: dict[str, Any]) -> bool:
    """Say whether the page shows the customer's details, all of them."""
    seen = [text in page.locator("#order").inner_text() for text in (order["number"], *order["personal"])]
    assert len(set(seen)) == 1, seen
    return seen[0]


def mail_links(page: Page, demo: Demo, order: dict[str, Any], until: Callable[..., float]) -> str:
    """Have the links of this customer mailed, and return the one to this order as the mail says it."""

    def links() -> list[str]:
        texts = []
        for path in set(demo.var.glob("mail/*.eml")) - before:
            mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            body = mail.get_body(("plain",))
            if mail["To"] == order["email"] and body:
                texts.append(body.get_content())
        return re.findall(re.escape(demo.base_url) + r"/orders/[A-Za-z0-9_-]{43}/", "\n".join(texts))

    before = set(demo.var.glob("mail/*.eml"))
    page.goto(f"{demo.base_url}/orders/")
    page.locator("#links summary").click()
    page.locator("#links").get_by_label("Email address").fill(order["email"])
    page.get_by_role("button", name="Mail me my links").click()
    until(links, within=60)
    now = demo.order(number=order["number"])["link"]
    (found,) = {link for link in links() if link == now}
    return found


def share(page: Page, link: str) -> str:
    """Make a link for a neighbour."""
    page.goto(link)
    page.get_by_role("link", name="Share links, QR code, new link").click()
    page.get_by_role("button", name="Make a link").click()
    return page.locator("li input[readonly]").first.input_value()


def opens(address: str) -> int:
    with requests.get(address, stream=True, timeout=30) as answer:
        return answer.status_code


@pytest.fixture
def old(demo: Demo) -> str:
    """Return what signs the demo's links by default: its SECRET_KEY."""
    key: str = json.loads((demo.var / "secrets.json").read_text())["django"]
    return key


def test_keys_are_rotated_and_nothing_breaks(
    demo: Demo, old: str, tmp_path: Path, contexts: Contexts, until: Callable[..., float]
) -> None:
    var, port = copy_of(demo, tmp_path / "var"), free_port()
    wanted = demo.order(scenario="two_parcels")
    phone, laptop = contexts().new_page(), contexts().new_page()

    with running(var, port) as shop:
        order = shop.order(number=wanted["number"])
        mailed = mail_links(contexts().new_page(), shop, order, until)
        assert signed_by(mailed) == number_of(old)
        identify(phone, mailed, order)
        expect(phone.locator("#order")).to_contain_text(order["number"])
        assert is_private(phone, order)
        shared = share(phone, mailed)

    with running(var, port, NEW, old) as shop:
        # What was there before: the link, the device that was let in, the neighbour's link, the stream of an open page.
        phone.goto(mailed)
        assert is_private(phone, order)
        assert [opens(address) for address in (mailed, shared, f"{mailed}live/")] == [200, 200, 200]
        # Another device: nothing at first, then number and email, though their digests are of the old key.
        laptop.goto(mailed)
        assert not is_private(laptop, order)
        identify(laptop, mailed, order)
        expect(laptop.locator("#order")).to_contain_text(order["number"])
        assert is_private(laptop, order)
        # What is new is signed by the new key, for all orders: where the shop prints it, where a mail says it.
        assert {signed_by(one["link"]) for one in shop.facts["orders"]} == {number_of(NEW)}
        fresh = mail_links(contexts().new_page(), shop, order, until)
        assert signed_by(fresh) == number_of(NEW) != signed_by(mailed)
        assert signed_by(laptop.url) == number_of(NEW)
        phone.goto(fresh)
        assert is_private(phone, order)

    with running(var, port, NEW) as shop:
        assert opens(f"{shop.base_url}/orders/{'A' * 43}/") == 404
        assert [opens(address) for address in (mailed, shared, f"{mailed}live/")] == [404, 404, 404]
        assert [opens(address) for address in (fresh, f"{fresh}live/")] == [200, 200]
        laptop.goto(fresh)
        assert is_private(laptop, order)
