"""The interactive map in Chromium: nothing before the click, tiles after it, and the way out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import js_lib_leaflet
import pytest

from order_status_plugin.access.headers import policy
from order_status_plugin.events import Tier
from tests.chromium import chromium
from tests.page import fixtures
from tests.page.looks import STATIC, html_of

ORIGIN, TILES = "http://page.test", "https://tiles.example"
LEAFLET = Path(js_lib_leaflet.__file__).parent / "static"
#: One grey point.
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55"
    "0000000a49444154789c63a80700008100804d0e3ac60000000049454e44ae426082"
)


@pytest.fixture
def offered(settings: Any) -> None:
    settings.STATICFILES_DIRS = [LEAFLET]
    settings.ORDER_STATUS = {
        **settings.ORDER_STATUS,
        "MAP": {
            "interactive": True,
            "tile_url": f"{TILES}/{{z}}/{{x}}/{{y}}.png",
            "attribution": f'<a href="{TILES}/">Makers of tiles</a>',
        },
    }


class Opened:
    """A page, and everything that it asked for."""

    def __init__(self, page: Any, *, has_leaflet: bool = True) -> None:
        self.page, self.asked, self.complaints = page, [], []
        self.referrers: set[str] = set()
        self.has_leaflet = has_leaflet
        self.html = html_of(fixtures.mapped(Tier.PRIVATE))
        page.set_default_timeout(8000)
        page.on("console", lambda message: self.complaints.append(message.text))
        page.route("**/*", self._serve)
        page.goto(f"{ORIGIN}/")

    def _serve(self, route: Any) -> None:
        url = route.request.url
        name = url.partition("/static/")[2]
        if url.startswith(TILES):
            self.referrers.add(route.request.headers.get("referer", ""))
            self.asked.append(url)
            route.fulfill(body=PIXEL, content_type="image/png")
        elif name.startswith("js_lib_leaflet/"):
            self.asked.append(url)
            if self.has_leaflet:
                route.fulfill(path=LEAFLET / name)
            else:
                route.fulfill(status=404, body="")
        elif name:
            route.fulfill(path=STATIC / name)
        elif url == f"{ORIGIN}/":
            headers = {"Content-Security-Policy": policy(images=(TILES,)), "Referrer-Policy": "same-origin"}
            route.fulfill(body=self.html, content_type="text/html; charset=utf-8", headers=headers)
        else:
            route.fulfill(status=404, body="")

    def click(self) -> Any:
        self.page.get_by_role("button", name="Show on an interactive map").click()
        return self.page.locator("dialog")


@pytest.fixture
def page() -> Iterator[Any]:
    with chromium() as browser:
        yield browser.new_page(viewport={"width": 320, "height": 720})


@pytest.mark.usefixtures("offered")
def test_nothing_is_loaded_before_the_click_and_no_street_after_it(page: Any) -> None:
    from axe_playwright_python.sync_playwright import Axe

    opened = Opened(page)
    assert "Loads pictures of this region from tiles.example." in page.inner_text("main")
    assert opened.asked == []
    dialog = opened.click()
    dialog.locator(".leaflet-tile-loaded").first.wait_for()
    tiles = [url for url in opened.asked if url.startswith(TILES)]
    assert tiles
    # Zoomed as near as the buttons go.
    for _ in range(8):
        page.evaluate("document.querySelector('.leaflet-control-zoom-in').click()")
        page.wait_for_timeout(400)
    zooms = {int(url.split("/")[3]) for url in opened.asked if url.startswith(TILES)}
    assert max(zooms) == 8
    assert opened.referrers == {""}
    assert dialog.get_by_role("link", name="Makers of tiles").count() == 1
    assert dialog.get_attribute("aria-label").startswith("Parcel from Porto")
    assert [text for text in opened.complaints if "Content Security Policy" in text] == []
    result = Axe().run(page, context=".os-tiles-dialog", options={"runOnly": ["wcag2a", "wcag2aa"]})
    assert result.violations_count == 0, result.generate_report()


@pytest.mark.usefixtures("offered")
def test_each_place_is_named_and_the_dialog_ends_with_escape(page: Any) -> None:
    dialog = Opened(page).click()
    dialog.locator(".os-pin-here").wait_for()
    named = [pin.get_attribute("aria-label") for pin in dialog.locator(".os-pin").all()]
    assert "Cologne, Germany" in named
    assert len(named) == 5
    # The way ends where the last place is.
    pin, way = (page.locator(name).first.bounding_box() for name in (".os-pin-here", "path.os-pin-way"))
    assert abs(pin["x"] + pin["width"] / 2 - way["x"] - way["width"]) <= 6
    assert abs(pin["y"] + pin["height"] / 2 - way["y"]) <= 6
    page.keyboard.press("Escape")
    page.locator("dialog").wait_for(state="detached")
    assert page.evaluate("document.activeElement.textContent") == "Show on an interactive map"


@pytest.mark.usefixtures("offered")
def test_when_leaflet_does_not_come_it_says_so_and_may_be_tried_again(page: Any) -> None:
    opened = Opened(page, has_leaflet=False)
    dialog = opened.click()
    dialog.get_by_role("alert").wait_for()
    assert "could not be loaded" in dialog.inner_text()
    dialog.get_by_role("button", name="Close the map").click()
    opened.has_leaflet = True
    opened.click().locator(".os-pin-here").wait_for()


def test_without_the_setting_there_is_no_button_and_no_script(page: Any) -> None:
    opened = Opened(page)
    assert page.locator("[data-tiles]").count() == 0
    assert "map.js" not in opened.html
    assert opened.asked == []
