"""In Chromium: a storefront posts its claim, and staff go from the order in either admin to the page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from order_status_plugin.access.links import order_url
from order_status_plugin.tracking.models import Order
from tests.chromium import chromium

from . import shop

pytestmark = pytest.mark.django_db(transaction=True)

#: A storefront without a server: it fills the basket and checks out with fetch(), then posts the form it was given.
STOREFRONT = """async (wanted) => {
    const call = async (path, body) => {
        const headers = {"content-type": "application/json"};
        const answer = await fetch(path, {method: "POST", headers, body: JSON.stringify(body)});
        return answer.json();
    };
    await call("/api/basket/", wanted.item);
    const {claim} = (await call("/api/checkout/", wanted.checkout)).order_status;
    const form = Object.assign(document.createElement("form"), {method: claim.method, action: claim.url});
    for (const [name, value] of Object.entries(claim.fields)) {
        form.append(Object.assign(document.createElement("input"), {type: "hidden", name, value}));
    }
    document.body.append(form);
    form.submit();
}"""


@pytest.fixture
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def page(browser: Browser, transactional_db: None, live_server: Any, settings: Any) -> Page:
    settings.ALLOWED_HOSTS = ["*"]
    settings.DEBUG = True  # the cookie of a grant is a secure one elsewhere, and this is http
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "BASE_URL": live_server.url}
    opened = browser.new_page(locale="en-GB")
    opened.set_default_timeout(15_000)
    return opened


def sign_in(page: Page, url: str) -> None:
    session = shop.staff().cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": url}])


def test_the_browser_that_ordered_sees_the_order_in_full(page: Page, live_server: Any) -> None:
    item = shop.thing("Stoneware bowl")
    page.goto(f"{live_server.url}/orders/")  # any page of the shop's own origin
    item_wanted = {"product_type": "goods.Thing", "product_id": item.pk, "quantity": 1}
    checkout = {
        "email": shop.EMAIL,
        "shipping_address": shop.ADDRESS,
        "billing_address": shop.ADDRESS,
        "payment_method": "card",
    }
    page.evaluate(STOREFRONT, json.loads(json.dumps({"item": item_wanted, "checkout": checkout})))
    page.wait_for_url(order_url_of_the_only_one)
    expect(page.locator("[data-order-status]")).to_have_attribute("data-order-status", "confirmed")
    expect(page.get_by_text("Stoneware bowl").first).to_be_visible()
    expect(page.get_by_text("Rua das Flores 12").first).to_be_visible()


def order_url_of_the_only_one(url: str) -> bool:
    order = Order.objects.first()
    return order is not None and url == order_url(order)


@pytest.mark.parametrize("admin", ["/admin/salesmanorders/order/", "/cms/salesmanorders/order/"])
def test_from_the_admin_to_the_order_as_its_customer_sees_it(admin: str, page: Page, live_server: Any) -> None:
    order, other = shop.place([(shop.thing("Stoneware bowl"), 1)]), shop.place()
    sign_in(page, live_server.url)
    ours = Order.objects.get(reference=str(order.pk))

    page.goto(live_server.url + admin)
    row = page.get_by_role("row").filter(has_text=order.ref)
    with page.expect_popup() as opened:
        row.get_by_role("link", name="View order status page").click()
    assert opened.value.url == order_url(ours) != order_url(Order.objects.get(reference=str(other.pk)))
    expect(opened.value.locator("[data-order-status]")).to_have_attribute("data-order-status", "confirmed")

    row.get_by_role("link", name=order.ref).first.click()
    page.locator("[name=status]").select_option("SHIPPED")
    page.locator("input[name=_save], .action-save").first.click()
    page.wait_for_load_state()
    order.refresh_from_db()
    assert order.status == "SHIPPED"
    page.goto(f"{live_server.url}{admin}{f'{order.pk}/change' if admin.startswith('/admin') else f'edit/{order.pk}'}/")
    with page.expect_popup() as opened:
        page.get_by_role("link", name="View order status page").click()
    assert opened.value.url == order_url(ours)
    expect(opened.value.locator("[data-order-status]")).to_have_attribute("data-order-status", "sent")
    expect(opened.value.get_by_text("Stoneware bowl").first).to_be_visible()
