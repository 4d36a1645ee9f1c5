"""The page in a real browser, without a server or a database: every fixture at an address of its own.

``python -m tests.page.looks FOLDER`` takes pictures of all of them, for people to look at.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import order_status_plugin

STATIC = Path(order_status_plugin.__file__).parent / "static"
ORIGIN = "http://page.test"
#: As access.headers has it.
POLICY = "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"


def html_of(view: Any, error: str = "", layout: Any = None) -> str:
    """Return the page of a view as a browser gets it; ``layout`` is what an editor made, as data of blocks."""
    from django.test import RequestFactory
    from django.utils import translation

    from order_status_plugin.cms.blocks import LayoutBlock
    from order_status_plugin.cms.layout import default_layout, place
    from order_status_plugin.page.render import answer, render

    from .fixtures import DEVICES

    request = RequestFactory().get("/orders/link/")
    with translation.override(view.language):
        devices = DEVICES if view.tier == "private" else ()
        placed = place(LayoutBlock().to_python(layout), view.language) if layout else default_layout()
        return answer(request, render(view, placed), "/orders/link/", error=error, devices=devices).content.decode()


def pages() -> dict[str, str]:
    """Return every look by its path."""
    from django.template.loader import render_to_string

    from order_status_plugin.events import Tier

    from . import fixtures

    found = {f"{name}-{tier}": html_of(make(tier)) for name, make in fixtures.ALL.items() for tier in Tier}
    found["arabic-private"] = html_of(fixtures.arabic())
    for tier in (Tier.PUBLIC, Tier.PRIVATE):
        found[f"extras-{tier}"] = html_of(fixtures.extras(tier), layout=fixtures.EXTRAS)
    found["confirmed-error"] = html_of(fixtures.order(), error="We could not show it here")
    forms = {"shop": "Tilia & Sal", "help_email": "hello@shop.example", "action": "/orders/", "look_up_url": "/orders/"}
    for name in ("look_up", "not_found", "forbidden"):
        found[name] = render_to_string(f"order_status_plugin/page/{name}.html", forms)
    found["look_up-error"] = render_to_string(
        "order_status_plugin/page/look_up.html", {**forms, "error": "We could not show it here"}
    )
    return {**found, **doors(forms)}


def doors(forms: dict[str, str]) -> dict[str, str]:
    """Return the pages around an order: codes, sharing, devices."""
    import datetime as dt

    from django.template.loader import render_to_string

    from order_status_plugin.access.models import ShareLink
    from order_status_plugin.feedback.models import Feedback
    from order_status_plugin.page.share import qr
    from order_status_plugin.view.model import ShareView

    from . import fixtures

    made = [
        {
            "link": ShareLink(pk=pk, scope=scope, label=label, views=pk, expires_at=dt.datetime(2026, 11, 30)),
            "url": f"{ORIGIN}/orders/share/{'A' * 40}/",
            "until": "30 November 2026",
        }
        for pk, scope, label in ((1, "items", "Ada, next door"), (2, "arrival", ""))
    ]
    url = f"{ORIGIN}/orders/{'A' * 43}/"
    share = {**forms, "url": url, "qr": qr(url), "path": "/orders/link/", "days": (1, 7, 30), "name": "Tilia & Sal"}
    order = fixtures.order()
    view = ShareView(
        headline=order.headline,
        tone=order.tone,
        word=order.word,
        promise=order.promise,
        rail=order.rail,
        items=(fixtures.BOWL, fixtures.JUG),
        shop=order.shop,
        updated=order.updated,
        language="en",
        is_rtl=False,
    )
    said = {**forms, "path": "/orders/link/", "longest": 2000}
    contexts: dict[str, tuple[str, dict[str, Any]]] = {
        "code": ("code", forms),
        "code-error": ("code", {**forms, "error": "This code does not open anything here"}),
        "links_mailed": ("links_mailed", forms),
        "end_devices": ("end_devices", {**forms, "is_unsure": True}),
        "end_devices-done": ("end_devices", {**forms, "is_done": True}),
        "share-public": ("share", share),
        "share-own": ("share", {**share, "is_own": True, "made": made, "may_show_items": True}),
        "feedback": ("feedback", {**said, "mine": Feedback(rating="good", comment="It came a day early.")}),
        "feedback-error": ("feedback", {**said, "error": "Please choose one of the three"}),
        "feedback-sent": ("feedback", {**said, "mine": Feedback(rating="fair"), "is_sent": True}),
        "shared": ("shared", {**forms, "view": view, "until": "30 November 2026"}),
    }
    return {
        name: render_to_string(f"order_status_plugin/page/{template}.html", context)
        for name, (template, context) in contexts.items()
    }


@contextlib.contextmanager
def browser(found: dict[str, str]) -> Iterator[Any]:
    """Yield a function that opens one look in Chromium: ``open(name, width, dark=False)``; nothing else is reachable."""
    from tests.chromium import chromium  # the matrix has none

    def serve(route: Any) -> None:
        path = unquote(urlsplit(route.request.url).path)
        if path.startswith("/static/") and (STATIC / path.removeprefix("/static/")).is_file():
            route.fulfill(path=STATIC / path.removeprefix("/static/"))
        elif route.request.url.startswith(ORIGIN) and path.strip("/") in found:
            headers = {"Content-Security-Policy": POLICY}
            route.fulfill(body=found[path.strip("/")], content_type="text/html; charset=utf-8", headers=headers)
        else:
            route.fulfill(status=404, body="")

    with chromium() as running:

        def open_(name: str, width: int, *, dark: bool = False, **options: Any) -> Any:
            context = running.new_context(
                viewport={"width": width, "height": 900}, color_scheme="dark" if dark else "light", **options
            )
            context.route("**/*", serve)
            page = context.new_page()
            page.goto(f"{ORIGIN}/{name}/")
            return page

        yield open_


def main(folder: Path, only: str = "") -> None:
    """Take the pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    found = pages()
    with browser(found) as open_:
        for name in found:
            for width, dark in ((320, False), (1280, False), (320, True), (1280, True)):
                if only not in name or "many" in name and dark:
                    continue
                page = open_(name, width, dark=dark)
                page.screenshot(path=folder / f"{name}-{width}-{'dark' if dark else 'light'}.png", full_page=True)
                page.context.close()


if __name__ == "__main__":
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    from order_status_plugin.conf import conf

    conf.__class__.HELP_EMAIL = "hello@shop.example"
    main(Path(sys.argv[1]), *sys.argv[2:])
