"""In Chromium: the form of a message as an editor uses it, and an embed as a customer does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connections
from django.test import Client
from wagtail.models import Locale

from order_status_plugin.access.links import order_path
from order_status_plugin.cms.special import SpecialMessage
from tests.access.orders import placed
from tests.chromium import chromium

from .sites import site
from .test_embeds import FRAME, embed
from .test_layout import lay_out


@pytest.fixture
def form(live_server: Any, settings: Any, transactional_db: None) -> Iterator[Any]:
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    Locale.objects.get_or_create(language_code="en")
    one = SpecialMessage.objects.create(
        title="We close", locale=Locale.get_default(), live=False, audience={"stages": ["in_transit"]}
    )
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("ada", "ada@shop.example", "secret"))
    session = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    with chromium() as browser:
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        context.add_cookies([session])
        page, complaints = context.new_page(), []
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        # Wagtail asks for the editor's portrait elsewhere, and there is no elsewhere here.
        context.route("**/*gravatar*/**", lambda route: route.fulfill(body=""))
        page.goto(f"{live_server.url}/cms/snippets/order_status_plugin/specialmessage/edit/{one.pk}/")
        yield page
        assert complaints == []


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


@pytest.fixture
def customer(live_server: Any, settings: Any, transactional_db: None) -> Iterator[Any]:
    """A page with an embed; whoever else is asked is noted, and answers."""
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    site()
    order = placed()
    lay_out({"type": "parcels", "value": {}}, embed())
    with chromium() as browser:

        def open_(**options: Any) -> Any:
            context = browser.new_context(viewport={"width": 1280, "height": 900}, **options)
            page = context.new_page()
            page.asked, page.complaints = [], []

            def answer(route: Any) -> None:
                page.asked.append(route.request)
                route.fulfill(
                    body="<button onclick=\"top.location='about:blank'\">Play</button>", content_type="text/html"
                )

            context.route(lambda url: not url.startswith(live_server.url), answer)
            page.on("console", lambda message: page.complaints.append(message.text))
            page.goto(f"{live_server.url}{order_path(order)}")
            return page

        yield open_
        connections.close_all()  # what a test asks beside Playwright's loop goes over a connection of that loop's own


def test_nobody_is_asked_before_the_click_and_the_frame_is_shut_in(customer: Any, live_server: Any) -> None:
    page = customer()
    button = page.get_by_role("button", name="Load the video from youtube-nocookie.com")
    button.hover()
    page.wait_for_timeout(500)
    assert page.asked == []
    assert page.locator("iframe").count() == 0
    button.click()
    frame = page.locator("iframe")
    frame.wait_for()
    page.frame_locator("iframe").get_by_role("button", name="Play").click()
    assert [request.url for request in page.asked] == [FRAME]
    # YouTube wants to know whose page it is; the rest of its address, which is the link, it is not told.
    assert page.asked[0].headers["referer"] == f"{live_server.url}/"
    assert frame.get_attribute("title") == "How we glaze"
    assert frame.get_attribute("sandbox") == "allow-scripts allow-presentation allow-same-origin"
    assert frame.get_attribute("allow") == "fullscreen; picture-in-picture"
    assert frame.get_attribute("referrerpolicy") == "strict-origin"
    assert "/orders/" in page.url, "what is framed leads the customer nowhere"
    assert page.evaluate("document.activeElement.localName") == "order-embed"
    assert [text for text in page.complaints if "Content Security Policy" in text] == []


def test_what_plays_goes_on_while_the_page_is_brought_up_to_date(customer: Any) -> None:
    page = customer()
    page.get_by_role("button", name="Load the video").click()
    page.locator("iframe").wait_for()
    page.evaluate("document.querySelector('iframe, order-embed').shadowRoot.querySelector('iframe').mark = 1")
    lay_out({"type": "heading", "value": {"text": "News"}}, {"type": "parcels", "value": {}}, embed())
    page.evaluate(
        "dispatchEvent(new Event('pagehide')); dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))"
    )
    page.get_by_role("heading", name="News").wait_for()
    assert page.locator("iframe").evaluate("frame => frame.mark") == 1
    assert len(page.asked) == 1
    lay_out(embed("https://vimeo.com/76979871"))
    page.evaluate(
        "dispatchEvent(new Event('pagehide')); dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))"
    )
    page.get_by_role("button", name="Load the video from player.vimeo.com").wait_for()
    assert page.locator("iframe").count() == 0
    assert len(page.asked) == 1


def test_without_javascript_there_is_a_link(customer: Any) -> None:
    page = customer(java_script_enabled=False)
    assert page.get_by_role("link", name="Watch the video on youtube.com").is_visible()
    assert not page.get_by_role("button", name="Load the video").is_visible()


def test_what_the_settings_do_not_name_is_never_framed(customer: Any) -> None:
    page = customer()
    page.evaluate("document.querySelector('order-embed').setAttribute('data-src', 'https://evil.example/aqz-KE-bpKQ')")
    page.get_by_role("button", name="Load the video").click()
    page.wait_for_timeout(300)
    assert page.asked == []
    assert any("frame-src" in text for text in page.complaints)
