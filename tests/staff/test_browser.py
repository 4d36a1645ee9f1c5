"""In Chromium: staff go from each admin to the order status page, act on what is ticked, and turn the page back in time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Locale

from order_status_plugin.events import ParcelStatus
from order_status_plugin.tracking import record
from order_status_plugin.tracking.models import Order
from tests import orders
from tests.chromium import chromium


@pytest.fixture
def order(transactional_db: None) -> Order:
    """Sent three days ago, out for delivery since yesterday."""
    Locale.objects.get_or_create(language_code="en")
    start = timezone.now() - dt.timedelta(days=3)
    order = record.order(
        "shop", orders.snapshot(placed_at=start, fulfillments=(orders.sent(sent_at=start),)), is_import=True
    )
    for hours, status in ((24, ParcelStatus.IN_TRANSIT), (48, ParcelStatus.OUT_FOR_DELIVERY)):
        heard = start + dt.timedelta(hours=hours)
        scan = orders.scan(status, local_time=(heard + dt.timedelta(hours=1)).replace(tzinfo=None, microsecond=0))
        record.tracking("aftership", orders.update(scan), received_at=heard)
    return order


@pytest.fixture
def open_as_staff(order: Order, live_server: Any, settings: Any) -> Iterator[Any]:
    """Return a function that opens a window, with or without scripts."""
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("ada", "ada@shop.example", "secret"))
    session = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    with chromium() as browser:

        def opened(**options: Any) -> Any:
            context = browser.new_context(base_url=live_server.url, viewport={"width": 1280, "height": 900}, **options)
            context.add_cookies([session])
            context.set_default_timeout(60_000)
            return context.new_page()

        yield opened


def test_from_each_admin_to_the_page(order: Order, open_as_staff: Any) -> None:
    window = open_as_staff()
    window.goto(reverse("order_status_orders:index"))
    window.get_by_role("link", name="TS-20418").click()
    window.get_by_role("link", name="View order status page").click()
    window.locator("[data-order-status=out_for_delivery]").first.wait_for()
    window.goto(reverse("admin:order_status_plugin_order_changelist"))
    window.get_by_role("link", name="View order status page: TS-20418").click()
    window.locator("[data-order-status=out_for_delivery]").first.wait_for()
    window.goto(reverse("admin:order_status_plugin_order_change", args=[order.pk]))
    window.get_by_role("link", name="View order status page").click()
    window.locator("[data-order-status=out_for_delivery]").first.wait_for()


def test_what_is_ticked_is_counted_before_anything_is_done(order: Order, open_as_staff: Any) -> None:
    window = open_as_staff()
    window.goto(reverse("order_status_orders:index"))
    window.locator("[data-bulk-action-checkbox]").first.check()
    window.get_by_role("link", name="Read again from the shop").click()
    window.get_by_text("1 order is read again. shop: 1").wait_for()
    window.get_by_role("button", name="Read again from the shop").click()
    window.get_by_text("1 order is read again.").wait_for()


def test_the_page_is_turned_back_with_a_script_and_without(order: Order, open_as_staff: Any) -> None:
    address = reverse("order_status_past", args=[order.pk])
    for has_script in (True, False):
        window = open_as_staff(java_script_enabled=has_script)
        window.goto(address)
        page = window.frame_locator("iframe")
        page.locator("[data-order-status=out_for_delivery]").first.wait_for()
        window.locator("#past-moment").focus()
        window.keyboard.press("ArrowLeft")
        if not has_script:
            window.get_by_role("button", name="Show").nth(1).click()
        window.wait_for_url("**moment=1**")
        page.locator("[data-order-status=in_transit]").first.wait_for()
