"""In Chromium: no request to anybody else, and nothing refused by our own policy, however the shop is built."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

import order_status_plugin
from order_status_plugin.access.links import order_path
from order_status_plugin.tracking import record
from tests import orders as shop
from tests.chromium import chromium

from .visits import rows

STATIC = Path(order_status_plugin.__file__).parent / "static"
ELSEWHERE = "http://static.shop.test"
FRAME = """{% load static %}<!doctype html><html lang="en"><head><title>The shop</title>
<link rel="stylesheet" href="{% static 'order_status_plugin/status.css' %}"></head>
<body><p id="frame">The shop's own frame</p>{% block order_status %}{% endblock %}</body></html>"""


class Visitor:
    """A browser that writes down whom it asks, and what it complains of."""

    def __init__(self, context: Any) -> None:
        self.page = context.new_page()
        self.asked: set[str] = set()
        self.complaints: list[str] = []
        context.route(f"{ELSEWHERE}/**", self._fulfil)
        self.page.on("request", lambda request: self.asked.add("/".join(request.url.split("/")[:3])))
        self.page.on("console", lambda message: self._hear(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _hear(self, text: str) -> None:
        # Under WSGI the stream's address answers in JSON, and the script asks now and then instead.
        if not text.startswith("EventSource's response has a MIME type"):
            self.complaints.append(text)

    def _fulfil(self, route: Any) -> None:
        path = STATIC / urlsplit(route.request.url).path.removeprefix("/static/")
        route.fulfill(body=path.read_bytes(), content_type=mimetypes.guess_type(path.name)[0])

    def open(self, url: str) -> None:
        self.page.goto(url)
        self.page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
        self.page.wait_for_timeout(300)  # what scripts begin a little later counts, too


@pytest.fixture
def start(live_server: Any, settings: Any) -> Iterator[Any]:
    settings.ALLOWED_HOSTS = ["*"]
    path = order_path(record.order("shop", shop.snapshot(fulfillments=(shop.sent(),))))
    with chromium() as browser:
        yield lambda: (Visitor(browser.new_context()), live_server.url, path)


@pytest.mark.django_db(transaction=True)
def test_a_page_asks_nobody_but_the_shop(start: Any) -> None:
    visitor, root, path = start()
    before = rows({"KeptPage"})
    for address in (path, f"{path}share/", "/orders/", "/orders/code/", "/orders/none/"):
        visitor.open(root + address)
    assert visitor.asked == {root}
    # The 404 page says so to the console, as every browser does; the policy refuses nothing.
    assert [text for text in visitor.complaints if "404" not in text] == []
    # Its script ran, and changed nothing either.
    assert rows({"KeptPage"}) == before
    visitor.page.goto(root + path)
    assert visitor.page.evaluate("getComputedStyle(document.querySelector('.os-wrap')).maxWidth") != "none"


@pytest.mark.django_db(transaction=True)
def test_the_page_runs_with_static_files_of_another_origin(start: Any, settings: Any) -> None:
    settings.STATIC_URL = f"{ELSEWHERE}/static/"
    visitor, root, path = start()
    visitor.open(root + path)
    assert visitor.asked == {root, ELSEWHERE}
    assert visitor.complaints == []
    assert visitor.page.evaluate("getComputedStyle(document.querySelector('.os-wrap')).maxWidth") != "none"


@pytest.mark.django_db(transaction=True)
def test_the_page_runs_inside_a_shops_own_template(start: Any, settings: Any, tmp_path: Path) -> None:
    (tmp_path / "frame.html").write_text(FRAME)
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "BASE_TEMPLATE": "frame.html"}
    visitor, root, path = start()
    visitor.open(root + path)
    assert visitor.page.locator("#frame").is_visible()
    assert visitor.page.locator("[data-order-status]").count() == 1
    assert visitor.asked == {root}
    assert visitor.complaints == []


@pytest.mark.django_db(transaction=True)
def test_a_script_that_a_shops_template_writes_inline_is_refused(start: Any, settings: Any, tmp_path: Path) -> None:
    (tmp_path / "frame.html").write_text(FRAME + "<script>window.leaked = 1</script>")
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "BASE_TEMPLATE": "frame.html"}
    visitor, root, path = start()
    visitor.open(root + path)
    assert visitor.page.evaluate("window.leaked") is None
    assert any("Content Security Policy" in text for text in visitor.complaints)
