"""The form of a message in Chromium, as an editor uses it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from wagtail.models import Locale

from order_status_plugin.cms.special import SpecialMessage
from tests.page.looks import CHROMIUM


@pytest.fixture
def form(live_server: Any, settings: Any, transactional_db: None) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    Locale.objects.get_or_create(language_code="en")
    one = SpecialMessage.objects.create(
        title="We close", locale=Locale.get_default(), live=False, audience={"stages": ["in_transit"]}
    )
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("ada", "ada@shop.example", "secret"))
    session = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM)
        context = chromium.new_context(viewport={"width": 1280, "height": 900})
        context.add_cookies([session])
        page = context.new_page()
        page.goto(f"{live_server.url}/cms/snippets/order_status_plugin/specialmessage/edit/{one.pk}/")
        yield page
        chromium.close()


def test_the_title_of_the_audience_follows_what_is_chosen(form: Any) -> None:
    title = form.locator("[data-contentpath=audience] [data-panel-heading-text]").first
    assert title.text_content() == "Shown to: in transit"
    assert "Select an option" not in form.locator("body").inner_text()
    form.locator("[data-contentpath=audience] [data-panel-toggle]").first.click()
    form.get_by_label("returned", exact=True).first.check()
    form.wait_for_function(
        "document.querySelector('[data-contentpath=audience] [data-panel-heading-text]')"
        ".textContent === 'Shown to: in transit or returned'"
    )
    assert not form.locator("input[name=audience-sentence]").is_visible()
