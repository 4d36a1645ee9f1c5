"""The whole way: a customer, the shop's staff, a carrier, and somebody else with the link."""

from __future__ import annotations

import base64
import datetime as dt
import email
import email.policy
import hashlib
import hmac
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest
import requests
from playwright.sync_api import BrowserContext, Page, expect

from order_status_plugin.simulator.scenarios import SCENARIOS

from .conftest import CHECKOUT, Demo

EMAIL = "mara.lindqvist@example.org"
NUMBER = "1Z999AA10123459996"
PERSONAL = ("Lindqvist", EMAIL, "Nygatan 5", "10115", "+4915123456789", "Invoice, due in 14 days", NUMBER)

#: From the answer to the webhook to the changed page, on SQLite with one look a second.
QUICK = 1.65

Shoot = Callable[[Page, str], None]
Contexts = Callable[..., BrowserContext]
Until = Callable[..., float]

SCANS = {
    "label": ("InfoReceived", "InfoReceived_001", "Shipper created a label"),
    "moving": ("InTransit", "InTransit_003", "Arrived at facility"),
    "van": ("OutForDelivery", "OutForDelivery_001", "Out for delivery"),
    "nobody": ("AttemptFail", "AttemptFail_002", "Delivery attempted, nobody was home"),
    "done": ("Delivered", "Delivered_001", "Delivered"),
}


class Carrier:
    """AfterShip, as it speaks to the shop: the whole history each time, signed."""

    def __init__(self, demo: Demo, number: str) -> None:
        source = next(one for one in demo.facts["sources"] if one["alias"] == "aftership")
        self.url = source["url"]
        self.secret = json.loads((demo.var / "secrets.json").read_text())["aftership"]
        self.number = number
        self.checkpoints: list[dict[str, Any]] = []

    def scans(self, name: str) -> float:
        """Send one more scan; return when the shop had answered."""
        tag, subtag, message = SCANS[name]
        # Minutes apart: the same words at the same place within one minute are the same event.
        now = dt.datetime.now(dt.UTC).replace(microsecond=0)
        seen = now - dt.timedelta(minutes=30 - 3 * len(self.checkpoints))
        self.checkpoints.append(
            {
                "slug": "ups",
                "hash": f"{self.number}-{len(self.checkpoints)}",
                "checkpoint_time": seen.isoformat(),
                "city": "Berlin",
                "country_region": "DE",
                "tag": tag,
                "subtag": subtag,
                "message": message,
            }
        )
        body = {
            "event": "tracking_update",
            "event_id": f"journey-{self.number}-{len(self.checkpoints)}",
            "msg": {
                "tracking_number": self.number,
                "slug": "ups",
                "tag": tag,
                "subtag": subtag,
                "updated_at": now.isoformat(),
                "checkpoints": self.checkpoints,
            },
            "ts": int(now.timestamp()),
        }
        raw = json.dumps(body).encode()
        mac = hmac.new(self.secret.encode(), raw, hashlib.sha256).digest()
        headers = {"aftership-hmac-sha256": base64.b64encode(mac).decode(), "Content-Type": "application/json"}
        sent = time.monotonic()
        answer = requests.post(self.url, data=raw, headers=headers, timeout=20)
        assert answer.status_code == 200, answer.text
        return sent


def mails(demo: Demo, milestone: str = "", to: str = EMAIL) -> list[Any]:
    """Return what was mailed to somebody about one milestone; "" for what no milestone caused."""
    found = []
    for path in demo.var.glob("mail/*.eml"):
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        if message["To"] == to and (message["X-Order-Status"] or "") == milestone:
            found.append(message)
    return found


def check_out(page: Page, demo: Demo, shoot: Shoot) -> str:
    """Buy two things as a guest; return the order's number."""
    page.goto(demo.base_url)
    shoot(page, "journey-01-home")
    page.get_by_role("link", name="Look around").click()
    page.get_by_role("link", name="Stoneware bowl").click()
    page.get_by_label("Quantity").fill("2")
    page.get_by_role("button", name="Add to basket").click()
    page.goto(f"{demo.base_url}/catalogue/")
    page.get_by_role("link", name="Walnut board").click()
    page.get_by_role("button", name="Add to basket").click()
    page.get_by_role("navigation", name="You").get_by_role("link", name="Basket").click()
    shoot(page, "journey-02-basket")
    page.get_by_role("link", name="Proceed to checkout").click()
    page.get_by_label("Email address").fill(EMAIL)
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("First name").fill("Mara")
    page.get_by_label("Last name").fill("Lindqvist")
    page.get_by_label("First line of address").fill("Nygatan 5")
    page.get_by_label("City").fill("Berlin")
    page.locator("[name=postcode]").fill("10115")
    page.get_by_label("Country", exact=False).last.select_option("DE")
    page.get_by_label("Phone number").fill("+49 1512 3456789")
    shoot(page, "journey-03-address")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Choose Standard delivery").click()
    page.get_by_role("link", name="Continue").click()
    shoot(page, "journey-04-check")
    page.get_by_role("button", name="Place order").click()
    expect(page.get_by_role("heading", name="Thank you.")).to_be_visible()
    shoot(page, "journey-05-thank-you")
    found = re.search(r"TS-\d+", page.locator("main").inner_text())
    assert found
    return found[0]


def sign_in(page: Page, demo: Demo) -> None:
    """Sign in at the shop's dashboard."""
    page.goto(f"{demo.base_url}/dashboard/")
    page.get_by_label("Username").fill(demo.facts["staff"]["username"])
    page.get_by_label("Password").fill(demo.facts["staff"]["password"])
    page.get_by_role("button", name="Login").click()
    page.wait_for_url("**/dashboard/")


def record_shipment(page: Page, demo: Demo, order: str, line: int, reference: str, quantity: int) -> None:
    """Record a shipping event for one line, as staff do."""
    page.goto(f"{demo.base_url}/dashboard/orders/{order}/")
    page.locator("[name=selected_line]").nth(line).check()
    page.locator("[name^=selected_line_qty_]").nth(line).fill(str(quantity))
    page.locator("#shipping_event_check").check()
    page.locator("#shipping_event_type_select").select_option(label="Shipped")
    page.locator("#reference_input").fill(reference)
    page.get_by_role("button", name="Go!").click()
    expect(page.locator("#messages")).to_contain_text("event")


def headline(page: Page, status: str) -> Any:
    return page.locator(f"#order[data-order-status={status}]")


@pytest.fixture
def watch(page: Page) -> Callable[[], bool]:
    """Say whether the page is still the document that was opened: nothing reloaded it."""

    def mark() -> bool:
        return bool(page.evaluate("window.opened ? true : (window.opened = true, false)"))

    return mark


@pytest.mark.timed
def test_journey(
    demo: Demo, page: Page, contexts: Contexts, shoot: Shoot, until: Until, watch: Callable[[], bool]
) -> None:
    number = check_out(page, demo, shoot)
    assert len(mails(demo)) == 1, "the shop confirms the order, and nobody else does"

    page.get_by_role("button", name="View order status").or_(page.get_by_role("link", name="View order status")).click()
    expect(headline(page, "confirmed")).to_be_visible()
    link = page.url.split("?")[0]
    confirmation = mails(demo)[0]
    assert link.rstrip("/") in confirmation.get_body(("plain",)).get_content()
    assert "Nygatan 5" in page.content(), "the device that ordered sees its own order whole"
    shoot(page, "journey-06-confirmed")
    assert not watch()

    staff = contexts().new_page()
    sign_in(staff, demo)
    record_shipment(staff, demo, number, 0, f"UPS {NUMBER}", 2)
    expect(headline(page, "in_transit")).to_be_visible()
    expect(page.locator("[data-parcel-status]")).to_have_count(1)
    expect(page.locator("#order")).to_contain_text("1 item not sent yet")
    expect(page.locator("#order h1 ~ .os-lede")).to_contain_text("1 parcel sent")
    shoot(staff, "journey-07-dashboard")
    shoot(page, "journey-08-sent")
    until(lambda: mails(demo, "shipped"), within=30)

    carrier = Carrier(demo, NUMBER)
    carrier.scans("label")
    for scan, parcel, order, milestone in (
        ("moving", "in_transit", "in_transit", ""),
        ("van", "out_for_delivery", "out_for_delivery", "out_for_delivery"),
        ("nobody", "attempted_delivery", "attempted_delivery", "attempted_delivery"),
        ("van", "out_for_delivery", "out_for_delivery", ""),
        ("done", "delivered", "in_transit", "delivered"),
    ):
        sent = carrier.scans(scan)
        page.locator(f"#order[data-order-status={order}] [data-parcel-status={parcel}]").wait_for(state="attached")
        took = time.monotonic() - sent
        assert took < QUICK, f"{scan}: the page changed {took:.2f} s after the webhook"
        shoot(page, f"journey-09-{len(carrier.checkpoints)}-{parcel}")
        if milestone:
            until(lambda name=milestone: mails(demo, name), within=30)

    # What is not sent yet keeps the order open.
    expect(page.locator("#order")).to_contain_text("1 item not sent yet")
    record_shipment(staff, demo, number, 1, "UPS 1Z999AA10123459987", 1)
    expect(page.locator("[data-parcel-status]")).to_have_count(2)
    Carrier(demo, "1Z999AA10123459987").scans("done")
    expect(headline(page, "delivered")).to_be_visible()
    shoot(page, "journey-10-delivered")
    assert watch(), "no reload in all that time"

    for milestone in ("shipped", "out_for_delivery", "attempted_delivery", "delivered"):
        for message in mails(demo, milestone):
            assert link.rstrip("/") in message.get_body(("plain",)).get_content()
            assert message["List-Unsubscribe"]
            assert message["Message-ID"]

    stranger(demo, contexts().new_page(), link, number, shoot)


def stranger(demo: Demo, page: Page, link: str, number: str, shoot: Shoot) -> None:
    """Open the link on another device: nothing personal, until number and email are given."""
    page.goto(link)
    expect(headline(page, "delivered")).to_be_visible()
    expect(page.locator("#order")).to_contain_text("Stoneware bowl")
    for value in (*PERSONAL, number):
        assert value not in page.content(), value
    shoot(page, "journey-11-other-device")
    page.locator("#identify summary").click()
    page.get_by_label("Order number").fill(number)
    page.get_by_label("Email address").fill("somebody.else@example.org")
    page.get_by_role("button", name="Show my details").click()
    for value in PERSONAL:
        assert value not in page.content(), value
    page.get_by_label("Order number").fill(number.lower())
    page.get_by_label("Email address").fill(EMAIL.upper())
    page.get_by_role("button", name="Show my details").click()
    expect(page.locator("#order")).to_contain_text("Nygatan 5")
    expect(page.locator("#order")).to_contain_text("Mara Lindqvist")
    shoot(page, "journey-12-identified")


def test_nothing_personal_of_any_demo_order_is_public(demo: Demo) -> None:
    for order in demo.facts["orders"]:
        body = requests.get(order["link"], timeout=20).text
        hidden = [order["number"], order["email"], order["phone"], *order["personal"]]
        hidden += [parcel["tracking_number"] for parcel in order["parcels"]]
        assert [value for value in hidden if value and value in body] == [], order["scenario"]


@pytest.mark.parametrize(
    ("scenario", "status"),
    [
        ("confirmed", "confirmed"),
        ("in_transit", "in_transit"),
        ("label_created", "in_transit"),
        ("out_for_delivery", "out_for_delivery"),
        ("attempted_delivery", "attempted_delivery"),
        ("ready_for_pickup", "attempted_delivery"),
        ("delivered", "delivered"),
        ("two_parcels", "in_transit"),
        ("split_unsupported", "in_transit"),
        ("unsupported_carrier", "sent"),
        ("digital", "delivered"),
        ("returned", "returned"),
    ],
)
def test_demo_orders_say_what_they_are(demo: Demo, page: Page, scenario: str, status: str) -> None:
    page.goto(demo.order(scenario=scenario)["link"])
    expect(headline(page, status)).to_be_visible()


def test_loading_the_demo_mails_nobody(demo: Demo) -> None:
    loaded = {order["email"] for order in demo.facts["orders"] if order["scenario"] not in SCENARIOS}
    time.sleep(2)
    mails = [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in demo.var.glob("mail/*.eml")
    ]
    # Codes and notices are other tests' doing: they identify themselves for these orders.
    assert [mail["Subject"] for mail in mails if mail["X-Order-Status"] and mail["To"] in loaded] == []


def test_simulator_plays_a_calm_delivery(demo: Demo, page: Page, shoot: Shoot) -> None:
    order = demo.order(scenario="calm")
    page.goto(order["link"])
    expect(headline(page, "confirmed")).to_be_visible()
    play(demo, "calm", order["number"])
    expect(headline(page, "delivered")).to_be_visible()


def test_simulator_splits_an_order(demo: Demo, page: Page) -> None:
    order = demo.order(scenario="split")
    page.goto(order["link"])
    play(demo, "split", order["link"])
    expect(page.locator("[data-parcel-status]")).to_have_count(2)
    expect(page.locator("[data-parcel-status=delivered]")).to_have_count(1)
    expect(headline(page, "in_transit")).to_be_visible()


def test_simulator_answers_for_a_source_that_is_asked(demo: Demo, page: Page) -> None:
    order = demo.order(scenario="express")
    page.goto(order["link"])
    play(demo, "express", order["number"], "--through=ups")
    expect(headline(page, "delivered")).to_be_visible()


def test_simulator_lists_an_order_for_each_source(demo: Demo, page: Page, shoot: Shoot) -> None:
    page.goto(f"{demo.base_url}/simulator/")
    sources = page.locator(".ts-sources > div")
    expect(sources).to_have_count(14)
    assert all(sources.nth(place).get_by_role("link").count() for place in range(14))
    shoot(page, "demo-simulator")


def test_simulator_button_plays_in_the_background(demo: Demo, contexts: Contexts) -> None:
    order = demo.order(scenario="attempt")
    watched = contexts().new_page()
    watched.goto(order["link"])
    page = contexts().new_page()
    page.goto(f"{demo.base_url}/simulator/?order={order['number']}")
    page.get_by_label("Speed").select_option("fast")
    page.get_by_role("button", name="A failed attempt, then pickup").click()
    expect(page.locator("#messages")).to_contain_text("is playing")
    expect(headline(watched, "attempted_delivery")).to_be_visible(timeout=60_000)


def play(demo: Demo, scenario: str, order: str, *more: str) -> None:
    """Play a scenario at once, by the command."""
    subprocess.run(
        [
            sys.executable,
            "example_site/manage.py",
            "order_status_simulate",
            f"--scenario={scenario}",
            f"--order={order}",
            "--speed=100000",
            *more,
        ],
        cwd=CHECKOUT,
        env={
            **{key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"},
            "EXAMPLE_VAR": str(demo.var),
            "PORT": demo.base_url.rsplit(":", 1)[1],
        },
        check=True,
        timeout=120,
    )
