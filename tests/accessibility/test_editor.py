"""Wagtail's admin as editors use it: its own checker over our previews, and axe over the views that are ours."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from wagtail.models import Locale, Page, Site

from order_status_plugin.carriers.models import MerchantCarrier
from order_status_plugin.cms.preview import MAILS, SCENES
from order_status_plugin.cms.special import SpecialMessage
from order_status_plugin.cms.writing import write
from order_status_plugin.feedback.models import Feedback
from order_status_plugin.pages.models import OrderStatusPage
from tests.access.orders import placed
from tests.orders import sent
from tests.page.looks import CHROMIUM

from . import grid
from .axe import findings, load

#: What Wagtail's own shell does, on every page of its admin.
WAGTAILS: tuple[str, ...] = ()
DJANGOS: tuple[str, ...] = ()


@pytest.fixture
def page(transactional_db: None) -> OrderStatusPage:
    """A page with every block, and a message of each level, as a superuser called ada edits them."""
    Locale.objects.get_or_create(language_code="en")
    root = Page.objects.filter(depth=1).first() or Page.add_root(title="Root", slug="root")
    home = root.get_children().first() or root.add_child(instance=Page(title="Home", slug="home"))
    Site.objects.get_or_create(is_default_site=True, defaults={"hostname": "localhost", "root_page": home})
    page = home.add_child(instance=OrderStatusPage(title="Where is my order?", slug="my-order"))
    page.layout = json.dumps(grid.layout())
    page.body = json.dumps([block for block in grid.layout() if block["type"] in ("text", "contact", "questions")])
    page.save_revision().publish()
    grid.say()
    get_user_model().objects.create_superuser("ada", "ada@shop.example", "secret")
    return OrderStatusPage.objects.get()


@pytest.fixture
def window(page: OrderStatusPage, live_server: Any, settings: Any) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    settings.LANGUAGES = [("en", "English"), ("ar", "العربية")]
    client = Client()
    client.force_login(get_user_model().objects.get())
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM)
        context = chromium.new_context(viewport={"width": 1600, "height": 1000}, base_url=live_server.url)
        context.add_cookies(
            [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
        )
        context.set_default_timeout(15_000)
        yield context.new_page()
        chromium.close()


def panel(window: Any, name: str) -> None:
    window.locator(f"[data-side-panel-toggle={name}]").first.click()


def checked(window: Any) -> int:
    """Return how many issues the panel of Wagtail's checks names, once it has looked."""
    window.wait_for_function("document.querySelector('[data-content-word-count]').textContent.match(/[0-9]/)")
    return int(window.locator("[data-side-panel=checks] [data-content-checker-count]").first.text_content())


FORGET = "document.querySelector('[data-content-word-count]').textContent = '-'"


def test_wagtails_checker(window: Any, page: OrderStatusPage, volume: str) -> None:
    window.goto(f"/cms/pages/{page.pk}/edit/")
    panel(window, "checks")
    assert checked(window) == 0
    window.screenshot(path="/tmp/checks.png")
    modes = [*SCENES, *(f"mail-{milestone}" for milestone in MAILS)]
    for mode in modes if volume == "full" else ["out_for_delivery", "mail-delivered"]:
        window.evaluate(FORGET)
        panel(window, "preview")
        window.locator("#id_preview_mode").select_option(mode)
        panel(window, "checks")
        assert checked(window) == 0, mode
