"""live.js against a page and a stream whose every answer a test decides."""

from __future__ import annotations

import json
import queue
import re
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import CHECKOUT

SCRIPT = (CHECKOUT / "order_status_plugin/static/order_status_plugin/live.js").read_bytes()
CSP = "default-src 'self'; object-src 'none'; base-uri 'none'"

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{word}</title>
<link rel="icon" href="/icon.png"><script src="/live.js" defer></script></head><body>
<header class="os-top"><a id="home" href="/"><img src="/{logo}.png" alt="Shop"></a></header><footer>{logo}</footer>
<main id="order" data-order-status="{status}" data-live="/orders/link/live/" data-version="{version}">
<h1><b>{word}.</b></h1>
{lede}
<div class="os-live" role="status">Up to date at <time>{version}</time>. <a href="">Check again</a></div>
{cards}
<form id="identify" method="post"><input type="hidden" name="csrf" value="token-{version}">
<label>Number <input id="number" name="number"></label></form>
<p style-free>end</p></main><footer class="os-foot">{logo}</footer></body></html>"""

CARD = """<article id="parcel-{n}"><h2>Parcel {n}: {word}</h2>
<details id="events-{n}"><summary>Show all</summary><p>Scan {version}</p></details></article>"""


class Shop:
    """The page as it is now, and who asked for what."""

    def __init__(self) -> None:
        self.version = 1
        self.word = "Confirmed"
        self.logo = "linden"
        self.lede = "<p>1 item not sent yet.</p>"
        self.parcels = [1]
        self.status = 200
        self.mode = "stream"
        self.reads: list[str] = []
        self.opened: list[str] = []
        self.polled: list[str] = []
        self.streams: list[queue.Queue[bytes]] = []

    def html(self) -> str:
        cards = "".join(CARD.format(n=n, word=self.word, version=self.version) for n in self.parcels)
        status = self.word.lower().replace(" ", "_")
        return PAGE.format(
            logo=self.logo, word=self.word, version=self.version, lede=self.lede, cards=cards, status=status
        )

    def change(self, word: str, *, is_told: bool = True) -> None:
        self.version += 1
        self.word = word
        if is_told:
            self.send(b"id: %d\nevent: changed\ndata: %d\n\n" % (self.version, self.version))

    def send(self, frame: bytes) -> None:
        for stream in list(self.streams):
            stream.put(frame)

    def cut(self) -> None:
        """Break every stream."""
        self.send(b"")


class Handler(BaseHTTPRequestHandler):
    """Answers from the shop."""

    shop: ClassVar[Shop]
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path == "/live.js":
            self._answer(200, SCRIPT, "text/javascript")
        elif parts.path == "/orders/link/live/":
            self._live(parse_qs(parts.query).get("v", [""])[0])
        elif parts.path == "/orders/link/":
            self.shop.reads.append(self.headers.get("Sec-Fetch-Dest", ""))
            self._answer(self.shop.status, self.shop.html().encode() if self.shop.status == 200 else b"<h1>No</h1>")
        else:
            self._answer(404, b"")

    def _live(self, version: str) -> None:
        if self.shop.mode != "stream":
            self.shop.polled.append(version)
            self._answer(200, json.dumps({"version": self.shop.version}).encode(), "application/json")
            return
        self.shop.opened.append(version)
        mine: queue.Queue[bytes] = queue.Queue()
        self.shop.streams.append(mine)
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        try:
            self.wfile.write(b"retry: 200\n\n")
            while True:
                try:
                    frame = mine.get(timeout=0.1)
                except queue.Empty:
                    frame = b": k\n\n"
                if not frame:
                    return
                self.wfile.write(frame)
        except OSError:
            pass
        finally:
            self.shop.streams.remove(mine)

    def _answer(self, status: int, body: bytes, kind: str = "text/html; charset=utf-8") -> None:
        self.send_response(status)
        for name, value in (
            ("Content-Type", kind),
            ("Content-Length", str(len(body))),
            ("Content-Security-Policy", CSP),
            ("Cache-Control", "no-store"),
        ):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def shop() -> Iterator[Shop]:
    shop = Shop()
    handler = type("ShopHandler", (Handler,), {"shop": shop})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    shop.url = f"http://127.0.0.1:{server.server_port}/orders/link/"  # type: ignore[attr-defined]
    yield shop
    shop.cut()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def complaints(page: Page) -> Iterator[list[str]]:
    """What the browser complains about: a script's error, a policy that was broken."""
    found: list[str] = []
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("console", lambda message: found.append(message.text) if "Policy" in message.text else None)
    yield found
    assert found == []


Until = Callable[..., float]


def visit(page: Page, shop: Shop, until: Until) -> None:
    page.goto(shop.url)  # type: ignore[attr-defined]
    until(lambda: shop.streams)


@pytest.mark.timed
def test_a_change_replaces_what_changed_and_nothing_else(
    page: Page, shop: Shop, until: Until, complaints: list[str]
) -> None:
    page.set_viewport_size({"width": 800, "height": 160})
    visit(page, shop, until)
    assert shop.opened == ["1"]
    page.locator("#parcel-1 summary").click()
    page.locator("#number").press_sequentially("TS-20")
    page.evaluate("""() => {
        window.kept = {card: document.getElementById("parcel-1"), status: document.querySelector("[role=status]")};
        window.place = () => document.getElementById('number').getBoundingClientRect().top;
        window.before = place();
    }""")
    assert page.evaluate("scrollY") > 100
    shop.parcels, shop.lede = [2, 1], ""
    began = time.monotonic()
    shop.change("In transit")
    expect(page.locator("h1")).to_have_text("In transit.")
    assert time.monotonic() - began < 1.0

    assert page.title() == "In transit"
    assert page.locator("#order").get_attribute("data-order-status") == "in_transit"
    assert page.locator("#order").get_attribute("data-version") == "2"
    assert page.locator("article").count() == 2
    assert page.locator("main > p").all_inner_texts() == ["end"]
    assert page.locator("#events-1").evaluate("e => e.open")
    assert not page.locator("#events-2").evaluate("e => e.open")
    assert page.locator("#events-1 p").inner_text() == "Scan 2"
    assert page.evaluate("document.activeElement.id") == "number"
    assert page.locator("#number").input_value() == "TS-20"
    assert page.locator("[name=csrf]").input_value() == "token-2"
    # A card came in above; who reads below it stays where they are.
    assert abs(page.evaluate("place() - before")) < 2
    page.keyboard.type("418")
    assert page.locator("#number").input_value() == "TS-20418"
    # The very same elements: a screen reader announces only in a region that it knows already.
    assert page.evaluate("kept.status === document.querySelector('[role=status]')")
    assert page.evaluate("kept.card === document.getElementById('parcel-1')")
    assert page.locator("[role=status] .os-vh").text_content() == "In transit. "
    assert page.locator("[role=status]").inner_text().endswith("Up to date at 2. Check again")


def test_a_change_that_is_no_news_is_not_announced_as_some(page: Page, shop: Shop, until: Until) -> None:
    visit(page, shop, until)
    shop.change("In transit")
    expect(page.locator("[role=status] .os-vh")).to_have_count(1)
    shop.change("In transit")
    expect(page.locator("#order")).to_have_attribute("data-version", "3")
    assert page.locator("[role=status] .os-vh").count() == 0


def test_a_new_logo_is_worn_at_once_and_a_frame_of_the_shops_own_is_left_alone(
    page: Page, shop: Shop, until: Until
) -> None:
    visit(page, shop, until)
    page.locator("#home").focus()
    page.evaluate("window.home = document.activeElement")
    shop.logo = "maple"
    shop.change("Confirmed")
    expect(page.locator("#home img")).to_have_attribute("src", "/maple.png")
    assert page.locator("footer").all_inner_texts() == ["linden", "maple"]
    assert page.evaluate("document.activeElement === home && home.isConnected")


def test_focus_that_lost_its_place_goes_to_the_page_itself(page: Page, shop: Shop, until: Until) -> None:
    shop.lede = '<p><a id="away" href="#order">Away</a></p>'
    visit(page, shop, until)
    page.locator("#away").focus()
    shop.lede = ""
    shop.change("In transit")
    expect(page.locator("h1")).to_have_text("In transit.")
    assert page.evaluate("document.activeElement.id") == "order"


def test_what_it_shows_already_is_not_read_again(page: Page, shop: Shop, until: Until) -> None:
    visit(page, shop, until)
    shop.send(b"id: 1\nevent: changed\ndata: 1\n\n")
    shop.change("In transit")
    expect(page.locator("h1")).to_have_text("In transit.")
    time.sleep(0.4)
    assert len(shop.reads) == 2


def test_after_a_gap_the_page_is_read_once(page: Page, shop: Shop, until: Until) -> None:
    visit(page, shop, until)
    shop.change("In transit", is_told=False)
    shop.cut()
    expect(page.locator("h1")).to_have_text("In transit.")
    until(lambda: shop.streams)
    time.sleep(0.4)
    assert len(shop.reads) == 2
    shop.change("Delivered")
    expect(page.locator("h1")).to_have_text("Delivered.")


HIDE = """hidden => {
    Object.defineProperty(document, "hidden", {configurable: true, get: () => hidden});
    document.dispatchEvent(new Event("visibilitychange"));
}"""


def test_a_hidden_tab_closes_its_stream_and_reads_on_return(page: Page, shop: Shop, until: Until) -> None:
    visit(page, shop, until)
    page.evaluate(HIDE, True)
    until(lambda: not shop.streams)
    shop.change("Delivered")
    time.sleep(0.4)
    assert page.locator("h1").inner_text() == "Confirmed."
    assert len(shop.reads) == 1
    page.evaluate(HIDE, False)
    expect(page.locator("h1")).to_have_text("Delivered.")
    until(lambda: shop.streams)


def test_tabs_of_an_order_share_one_stream_and_hand_it_on(
    contexts: Callable[..., BrowserContext], shop: Shop, until: Until
) -> None:
    browser = contexts()
    first, second = browser.new_page(), browser.new_page()
    visit(first, shop, until)
    second.goto(shop.url)  # type: ignore[attr-defined]
    time.sleep(0.5)
    assert len(shop.streams) == 1
    shop.change("In transit")
    for page in (first, second):
        expect(page.locator("h1")).to_have_text("In transit.")
    first.evaluate(HIDE, True)
    until(lambda: len(shop.opened) == 2 and len(shop.streams) == 1)
    shop.change("Delivered")
    expect(second.locator("h1")).to_have_text("Delivered.")
    assert first.locator("h1").inner_text() == "In transit."


def test_without_locks_each_tab_has_a_stream_of_its_own(
    contexts: Callable[..., BrowserContext], shop: Shop, until: Until
) -> None:
    browser = contexts()
    browser.add_init_script("Object.defineProperty(Navigator.prototype, 'locks', {get: () => undefined})")
    for page in (browser.new_page(), browser.new_page()):
        page.goto(shop.url)  # type: ignore[attr-defined]
    until(lambda: len(shop.streams) == 2)


def test_where_there_is_no_stream_it_polls_and_takes_the_stream_when_it_is_there(
    page: Page, shop: Shop, until: Until
) -> None:
    page.clock.install()
    shop.mode = "json"
    page.goto(shop.url)  # type: ignore[attr-defined]
    until(lambda: shop.polled)  # by the EventSource, which gives up
    time.sleep(0.3)
    shop.change("In transit", is_told=False)
    page.clock.run_for(5100)
    until(lambda: len(shop.polled) == 2)
    time.sleep(0.3)
    page.clock.run_for(200)
    expect(page.locator("h1")).to_have_text("In transit.")
    page.clock.run_for(11_000)
    time.sleep(0.2)
    assert len(shop.polled) == 2
    page.clock.run_for(4500)
    until(lambda: len(shop.polled) == 3)
    time.sleep(0.3)
    assert len(shop.reads) == 2
    shop.mode = "stream"
    page.clock.run_for(15_100)
    until(lambda: len(shop.streams) == 1 and shop.opened[-1] == "2")


def test_a_revoked_link_shows_what_the_shop_says_of_it(page: Page, shop: Shop, until: Until) -> None:
    visit(page, shop, until)
    shop.status = 404
    shop.change("In transit")
    expect(page.locator("h1")).to_have_text("No")
    time.sleep(0.4)
    assert len(shop.reads) == 3


def test_a_server_in_trouble_is_asked_again(page: Page, shop: Shop, until: Until) -> None:
    page.clock.install()
    visit(page, shop, until)
    shop.status = 503
    shop.change("In transit")
    time.sleep(0.3)
    page.clock.run_for(200)
    until(lambda: len(shop.reads) == 2)
    time.sleep(0.3)
    assert page.locator("h1").inner_text() == "Confirmed."
    shop.status = 200
    page.clock.run_for(5100)
    expect(page.locator("h1")).to_have_text("In transit.")


def test_the_script_is_small() -> None:
    assert len(SCRIPT) <= 8 * 1024
    assert not re.search(rb"https?://|\.innerHTML|\.style\b|eval\(", SCRIPT)
