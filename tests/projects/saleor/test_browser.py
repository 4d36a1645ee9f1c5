"""In Chromium: staff come from a dashboard on another origin, by a form, in a frame, and by the popup's handshake."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from order_status_plugin.access.links import order_url
from order_status_plugin.testing.provider import Call, Provider, Reply
from order_status_plugin.tracking.models import Order
from tests.chromium import chromium

from .double import Saleor

pytestmark = pytest.mark.django_db(transaction=True)

#: A form of the dashboard's, hidden but for its button, and the frame that it may be for.
FORM = """({action, target, fields, name}) => {
    const form = Object.assign(document.createElement("form"), {method: "POST", action, target});
    for (const [name, value] of Object.entries(fields)) {
        form.append(Object.assign(document.createElement("input"), {type: "hidden", name, value}));
    }
    form.append(Object.assign(document.createElement("button"), {textContent: name}));
    document.body.append(form);
}"""
FRAME = """([name, src]) => {
    const frame = Object.assign(document.createElement("iframe"), {name, src, width: 600, height: 400});
    frame.sandbox = "allow-same-origin allow-forms allow-scripts allow-downloads";  // as Saleor's
    document.body.append(frame);
}"""
#: What the dashboard does once a frame of the app's says that it listens, and when it asks for a window.
HANDSHAKE = """(token) => {
    window.heard = [];
    window.addEventListener("message", ({origin, data, source}) => {
        window.heard.push([origin, data.type]);
        if (data.type === "notifyReady") source.postMessage({type: "handshake", payload: {token, version: 1}}, origin);
        if (data.type === "redirect" && data.payload.newContext) window.open(data.payload.to);
    });
}"""


@pytest.fixture
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def dashboard(transactional_db: None, shop: Saleor, browser: Browser, live_server: Any, settings: Any) -> Page:
    """Saleor's dashboard, beside its API on 127.0.0.1; we are on localhost: another site to a browser."""
    settings.ALLOWED_HOSTS = ["*"]
    settings.DEBUG = True  # the pass is a secure cookie elsewhere, and this is http
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "BASE_URL": live_server.url}
    assert "//localhost:" in live_server.url
    assert "//127.0.0.1:" in shop.url
    shop.provider.answer = lambda call: empty(call) if call.path.startswith("/dashboard/") else shop.answer(call)
    page = browser.new_page(locale="en-GB")
    page.set_default_timeout(15_000)
    page.goto(f"{shop.provider.url}/dashboard/orders/")
    return page


def empty(call: Call) -> Reply:
    return Reply(body=b"<!doctype html><title>Dashboard</title>", headers={"Content-Type": "text/html"})


@pytest.fixture
def order(shop: Saleor, dashboard: Page) -> Order:
    reference = shop.place()
    shop.fulfil(reference, {0: 1}, "1Z999AA10123456784")
    shop.send("order_created", reference)
    return Order.objects.get()


def test_the_action_opens_the_page_as_staff_see_it(
    dashboard: Page, order: Order, shop: Saleor, live_server: Any
) -> None:
    url = f"{live_server.url}/orders/saleor/saleor/open/"
    seen: list[tuple[str, int]] = []
    dashboard.context.on("response", lambda answer: seen.append((answer.url, answer.status)))
    fields = shop.form(order.reference)
    dashboard.evaluate(FORM, {"action": url, "target": "_blank", "fields": fields, "name": "View order status page"})
    with dashboard.expect_popup() as opened:
        dashboard.get_by_role("button", name="View order status page").click()
    page = opened.value
    expect(page).to_have_url(order_url(order))
    # The pass came along, though another site led here.
    expect(page.get_by_text("1 Made-up Street").first).to_be_visible()
    assert [status for address, status in seen if address == url] == [303]
    [cookie] = [each for each in dashboard.context.cookies() if each["name"].endswith("order-status-staff")]
    assert (cookie["sameSite"], cookie["httpOnly"], cookie["domain"]) == ("Lax", True, "localhost")


def test_the_widget_stands_in_the_dashboards_frame(
    dashboard: Page, order: Order, shop: Saleor, live_server: Any
) -> None:
    url = f"{live_server.url}/orders/saleor/saleor/widget/"
    dashboard.evaluate(FRAME, ["widget", "about:blank"])
    fields = shop.form(order.reference)
    dashboard.evaluate(FORM, {"action": url, "target": "widget", "fields": fields, "name": "Show"})
    dashboard.get_by_role("button", name="Show").click()
    widget = dashboard.frame_locator("iframe[name=widget]")
    expect(widget.locator("[data-order-status]")).to_have_attribute("data-order-status", order.headline)


def test_the_popup_asks_the_dashboard_for_its_token(
    dashboard: Page, order: Order, shop: Saleor, live_server: Any
) -> None:
    fields = shop.form(order.reference)
    url = f"{live_server.url}/orders/saleor/saleor/popup/?id={order.reference}&saleorApiUrl={shop.url}"
    dashboard.evaluate(FRAME, ["popup", url])
    popup = dashboard.frame_locator("iframe[name=popup]")
    popup.get_by_text("One moment…").wait_for()
    frame = dashboard.frame(name="popup")
    assert frame
    # Nobody but the dashboard is heard.
    frame.evaluate("postMessage({type: 'handshake', payload: {token: 'stolen'}}, '*')")
    frame.evaluate("() => new Promise((done) => setTimeout(done, 100))")
    assert frame.evaluate("document.forms[0].elements.accessToken.value") == ""
    dashboard.evaluate(HANDSHAKE, fields["accessToken"])
    frame.goto(url)
    expect(popup.locator("[data-order-status]")).to_have_attribute("data-order-status", order.headline)
    with dashboard.expect_popup() as opened:
        popup.get_by_role("link", name="View order status page").click()
    expect(opened.value).to_have_url(order_url(order))
    expect(opened.value.locator("[data-order-status]").first).to_be_visible()
    expect(opened.value.get_by_text("1 Made-up Street")).to_have_count(0)  # this one is the customer's link
    assert dashboard.evaluate("window.heard") == [[live_server.url, "notifyReady"], [live_server.url, "redirect"]]


def test_nobody_else_frames_what_staff_see(dashboard: Page, order: Order, shop: Saleor, live_server: Any) -> None:
    popup = f"{live_server.url}/orders/saleor/saleor/popup/"
    with Provider(empty) as other:  # another port is another origin
        dashboard.goto(other.url)
        dashboard.evaluate(FRAME, ["popup", popup])
        dashboard.evaluate(FRAME, ["page", order_url(order)])
        expect(dashboard.frame_locator("iframe[name=popup]").locator("#sub-frame-error-details")).to_be_visible()
        expect(dashboard.frame_locator("iframe[name=page]").locator("#sub-frame-error-details")).to_be_visible()
