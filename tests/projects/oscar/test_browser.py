"""In Chromium: staff sign in at Oscar's dashboard, send an order without telling its customer, and see the page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from oscar.core.compat import get_user_model
from playwright.sync_api import Browser, Page, expect

from order_status_plugin.access.links import order_url
from order_status_plugin.messages.models import OutboxMessage
from order_status_plugin.tracking.models import Order, Parcel
from tests.chromium import chromium

from . import shop

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def staff(browser: Browser, transactional_db: None, live_server: Any, settings: Any) -> Page:
    settings.ALLOWED_HOSTS = ["*"]
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "BASE_URL": live_server.url}
    get_user_model().objects.create_superuser("staff", "staff@tilia.example", "walnut-and-linen")
    page = browser.new_page(locale="en-GB")
    page.set_default_timeout(15_000)
    page.goto(f"{live_server.url}/dashboard/")
    page.get_by_label("Username").fill("staff@tilia.example")
    page.get_by_label("Password").fill("walnut-and-linen")
    page.get_by_role("button", name="Login").click()
    page.wait_for_url("**/dashboard/")
    return page


def ours(order: Any) -> Order:
    return Order.objects.get(host="shop", reference=str(order.pk))


def test_from_the_dashboard_to_the_order_as_its_customer_sees_it(staff: Page, live_server: Any) -> None:
    shop.ShippingEventType.objects.create(name="Shipped")
    order, other = shop.place([(shop.product("Stoneware bowl"), 1)]), shop.place()

    staff.goto(f"{live_server.url}/dashboard/orders/")
    row = staff.get_by_role("row").filter(has=staff.get_by_role("link", name=order.number, exact=True))
    with staff.expect_popup() as opened:
        row.get_by_role("link", name="View order status page").click()
    assert opened.value.url == order_url(ours(order))
    expect(opened.value.locator("[data-order-status]")).to_have_attribute("data-order-status", "confirmed")
    expect(opened.value.get_by_text("Stoneware bowl").first).to_be_visible()

    row.get_by_role("link", name=order.number, exact=True).click()
    staff.locator("input[name=selected_line]").check()
    staff.get_by_label("Create shipping event").check()
    staff.locator("#shipping_event_type_select").select_option("shipped")
    staff.get_by_label("Carrier").fill("UPS")
    staff.get_by_label("Tracking number").fill("1Z999AA10123456784")
    found = Axe().run(staff, context="#order_status_fields")
    assert found.violations_count == 0, found.generate_report()
    staff.get_by_label("Tell the customer").uncheck()
    staff.get_by_role("button", name="Go!").click()
    expect(staff.get_by_text("Shipping event created")).to_be_visible()
    expect(staff.get_by_role("cell", name="UPS 1Z999AA10123456784 [silent]")).to_be_visible()
    parcel = Parcel.objects.get()
    assert (parcel.order, parcel.carrier, parcel.tracking_number) == (ours(order), "ups", "1Z999AA10123456784")
    assert OutboxMessage.objects.get(milestone="shipped").state == OutboxMessage.State.HELD

    with staff.expect_popup() as opened:
        staff.get_by_role("link", name="View order status page").click()
    assert opened.value.url == order_url(ours(order)) != order_url(ours(other))
    expect(opened.value.locator("[data-parcel-status]")).to_have_count(1)
