"""The editor's day in Wagtail, from the first block to the customers' open pages: a real server, worker and browser."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import requests
from playwright.sync_api import BrowserContext, Locator, Page, expect

from .conftest import CHECKOUT, Demo, copy_of, free_port, start_demo, stop_demo

#: From the answer to whoever publishes to the changed page of whoever has it open.
PROMISED = 2.0

Shoot = Callable[[Page, str], None]
Contexts = Callable[..., BrowserContext]

TITLE, TITRE = "We close for Christmas", "Nous fermons à Noël"
WORDS, MOTS = "Nothing leaves our studio from the 24th.", "Rien ne quitte l’atelier dès le 24."
PACKED, EMBALLE = "Packed by hand at Tilia & Sal", "Emballé à la main"

WATCH = """text => {
  const look = () => document.getElementById("order").innerText.includes(text);
  window.seen = new Promise(done => new MutationObserver(() => look() && done(Date.now()))
    .observe(document.body, { subtree: true, childList: true, characterData: true }));
  return look();
}"""


@dataclass
class Office:
    """The shop's office: see ``tests.browser.office``."""

    process: subprocess.Popen[str]
    password: str = ""
    steps: tuple[str, ...] = ()
    french: str = ""

    def asks(self, command: str) -> Any:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f"{command}\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


def environment(demo: Demo) -> dict[str, str]:
    """Return what a process of this demo has in its environment."""
    mine = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    port = demo.base_url.rsplit(":", 1)[1]
    return {**mine, "DJANGO_SETTINGS_MODULE": "example_site.settings", "EXAMPLE_VAR": str(demo.var), "PORT": port}


@pytest.fixture(scope="module")
def shop(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A shop of its own: what is published here would stand on every other test's pages."""
    running = start_demo(copy_of(demo, tmp_path_factory.mktemp("editor") / "var"))
    yield running
    stop_demo(running.process)


@pytest.fixture(scope="module")
def office(shop: Demo) -> Iterator[Office]:
    """A writer, two groups who have to agree, and an order in French of which nothing is sent."""
    command = [sys.executable, "-u", "-m", "tests.browser.office"]
    process = subprocess.Popen(
        command, cwd=CHECKOUT, env=environment(shop), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    office = Office(process)
    said = office.asks("prepare")
    office.password, office.steps, office.french = (
        said["password"],
        tuple(said["steps"]),
        shop.base_url + said["french"],
    )
    yield office
    process.communicate(timeout=10)


@pytest.fixture(scope="module")
def beside(shop: Demo) -> Iterator[str]:
    """A second web process of the same shop, which learns from the database alone what the first one does."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "example_site.asgi:application", "--port", str(port)]
    command += ["--log-level", "warning", "--no-access-log", "--timeout-graceful-shutdown", "2"]
    process = subprocess.Popen(command, cwd=CHECKOUT, env=environment(shop))
    address = f"http://127.0.0.1:{port}"
    for _ in range(150):
        try:
            requests.get(f"{address}/orders/health/", timeout=5)
            break
        except requests.ConnectionError:
            time.sleep(0.1)
    yield address
    process.terminate()
    process.wait(10)


def sign_in(page: Page, shop: Demo, name: str, password: str) -> Page:
    page.goto(shop.facts["wagtail_admin"])
    page.locator("[name=username]").fill(name)
    page.locator("[name=password]").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/cms/")
    return page


def opened(context: BrowserContext, address: str) -> Page:
    """Return an order's page as a customer has it open, its stream heard from."""
    page = context.new_page()
    with page.expect_response(lambda answer: "/live/" in answer.url):
        page.goto(address)
    page.evaluate("window.isTheSame = true")
    return page


def has(page: Page, *texts: str) -> None:
    """Check that a page shows these now, without having been loaded again."""
    for text in texts:
        expect(page.locator("#order")).to_contain_text(text)
    assert page.evaluate("window.isTheSame"), "it was loaded again"


def has_not(page: Page, *texts: str) -> None:
    for text in texts:
        expect(page.locator("#order")).not_to_contain_text(text)


def do(page: Page, *actions: str) -> None:
    """Choose an action, whichever of these there is, from the menu at the foot of Wagtail's form."""
    foot = page.locator("footer")
    button = foot.get_by_role("button", name=re.compile(f"^({'|'.join(actions)})$"))
    if not button.is_visible():
        foot.get_by_role("button", name="More actions").click()
    with page.expect_navigation():
        button.click()
    expect(page.locator(".messages .error")).to_have_count(0)


def add_block(page: Page, field: Locator, name: str) -> Locator:
    count = field.locator("[data-streamfield-child]").count()
    field.get_by_role("button", name="Insert a block").last.click()
    page.get_by_role("option", name=name, exact=True).click()
    expect(field.locator("[data-streamfield-child]")).to_have_count(count + 1)
    path = field.locator("[data-streamfield-child]").last.get_attribute("data-contentpath")
    return field.locator(f"[data-contentpath='{path}']")


def blocks(field: Locator) -> list[str]:
    """Return the blocks of a field as they will be saved."""
    found: list[str] = field.evaluate(
        """field => [...field.querySelectorAll("[data-streamfield-child]")].map(child => {
             const of = name => child.querySelector(`:scope > input[name$=${name}]`).value;
             return [Number(of("-order")), of("-type")];
           }).sort((one, other) => one[0] - other[0]).map(each => each[1])"""
    )
    return found


def drag(page: Page, block: Locator, before: Locator) -> None:
    """Take a block by its handle and let it go above another, as a hand does."""
    handle = block.locator("[data-streamfield-action=DRAG]").first
    handle.scroll_into_view_if_needed()
    handle.hover()
    start, end = handle.bounding_box(), before.locator("h2").first.bounding_box()
    assert start
    assert end
    across = start["x"] + start["width"] / 2
    page.mouse.down()
    page.mouse.move(across, start["y"] - 10, steps=4)
    page.mouse.move(across, end["y"] + 2, steps=20)
    page.mouse.up()


def write(page: Page, field: Locator, text: str) -> None:
    """Write into a rich text field, over what stands there."""
    field.click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(text)
    # Draftail hands its text to the form a quarter of a second later.
    page.wait_for_function(
        "text => [...document.querySelectorAll('input[type=hidden]')].some(each => each.value.includes(text))",
        arg=text.strip(),
    )


def preview(page: Page, status: str, mode: str, *texts: str) -> None:
    """Look at one status in the panel beside the form."""
    frame = page.frame_locator("#w-preview-iframe")
    expect(frame.locator("main")).to_be_visible()
    # Wagtail forgets a mode that is chosen while the last preview still comes in.
    page.wait_for_timeout(500)
    page.locator("[name=preview_mode]").select_option(label=mode)
    shown = frame.locator(f"#order[data-order-status={status}]")
    expect(shown).to_be_visible(timeout=15_000)
    for text in texts:
        expect(shown).to_contain_text(text)


def rest(page: Page) -> None:
    """Wait until Wagtail has saved by itself: what is sent meanwhile from the form for a new message makes a second one.

    Its word "Saved" goes as soon as the form has become the one of the message that there now is.
    """
    page.wait_for_url("**/edit/**", timeout=20_000)
    page.wait_for_load_state("networkidle")


def set_schedule(page: Page, at: dt.datetime) -> None:
    """Set the minute at which it goes live; Wagtail's picker knows no seconds."""
    page.get_by_role("button", name="Toggle status").click()
    page.get_by_role("button", name="Set schedule").click()
    field, picker = page.locator("[name=go_live_at]"), page.locator(".xdsoft_datetimepicker:visible")
    field.fill(at.strftime("%Y-%m-%d %H:%M"))
    expect(picker).to_have_count(1)
    page.get_by_role("dialog").get_by_role("heading", name="Set publishing schedule").click()
    field.blur()
    expect(picker).to_have_count(0)
    with page.expect_navigation():
        page.get_by_role("button", name="Save schedule").click()


def agree(contexts: Contexts, shop: Demo, office: Office, title: str) -> None:
    """Let each step's moderator open what awaits their review, and approve it."""
    for place, name in enumerate(office.steps):
        page = sign_in(contexts().new_page(), shop, name, office.password)
        page.get_by_role("link", name=title, exact=True).first.click()
        do(page, "Approve and Publish" if place + 1 == len(office.steps) else "Approve")
        page.context.close()


def translate(page: Page, menu: Locator) -> None:
    """Have what this menu is of copied into French, and open the copy."""
    menu.click()
    page.get_by_role("link", name="Translate").first.click()
    page.get_by_label("French").check()
    if (pages_below := page.get_by_label("Include subtree")).is_visible():
        pages_below.check()
    with page.expect_navigation():
        page.get_by_role("button", name="Submit").click()


def test_the_editors_day(shop: Demo, office: Office, contexts: Contexts, shoot: Shoot) -> None:
    waiting, sent = shop.order(scenario="confirmed")["link"], shop.order(scenario="delivered")["link"]
    customer = opened(contexts(), waiting)
    french = opened(contexts(locale="fr-FR"), office.french)
    other = opened(contexts(), sent)

    writer = sign_in(contexts(viewport={"width": 1400, "height": 1000}).new_page(), shop, "wanda", office.password)

    # --- a message to those of whom nothing is sent, for a time to come
    writer.get_by_role("button", name="Order status").click()
    writer.get_by_role("link", name="Special messages").click()
    writer.get_by_role("link", name="Add special message").first.click()
    expect(writer.locator("[data-contentpath=text] [contenteditable=true]")).to_be_visible()
    # Wagtail looks two seconds later how an untouched form reads; what is written before counts as always there.
    writer.wait_for_timeout(3_000)
    writer.locator("[name=title]").fill(TITLE)
    write(writer, writer.locator("[data-contentpath=text] [contenteditable=true]"), WORDS)
    audience = writer.locator("[data-contentpath=audience]").first
    audience.locator("[data-panel-toggle]").first.click()
    audience.get_by_label("confirmed, nothing sent yet", exact=True).check()
    expect(audience.locator("[data-panel-heading-text]").first).to_have_text("Shown to: confirmed, nothing sent yet")
    now = dt.datetime.now(ZoneInfo("Europe/Lisbon"))
    live_at = (now + dt.timedelta(seconds=120)).replace(second=0, microsecond=0)
    rest(writer)
    set_schedule(writer, live_at)
    shoot(writer, "editor-01-message")
    do(writer, "Submit to Two steps")
    agree(contexts, shop, office, TITLE)
    assert dt.datetime.now(dt.UTC) < live_at, "that took longer than planned: nothing was scheduled"
    has_not(customer, TITLE)

    # --- the page, from blocks
    writer.goto(shop.facts["status_page_edit_url"])
    layout = writer.locator("[data-contentpath=layout]").first
    steps, _, parcels = (add_block(writer, layout, name) for name in ("Steps", "Notes to the customer", "Parcels"))
    add_block(writer, layout, "Not sent yet")
    text = add_block(writer, layout, "Text")
    write(writer, text.locator("[contenteditable=true]"), "Packed by hand at ")
    text.get_by_text("Insert a placeholder").click()
    text.get_by_role("button", name="Name of the shop").click()
    assert blocks(layout) == ["steps", "notes", "parcels", "pending", "text"]
    drag(writer, text, before=parcels)
    assert blocks(layout) == ["steps", "notes", "text", "parcels", "pending"]
    drag(writer, steps, before=layout.locator("[data-streamfield-child]").nth(1))
    shoot(writer, "editor-02-blocks")

    # --- as it will be, before anybody sees it
    writer.get_by_role("button", name="Toggle preview").click()
    preview(writer, "confirmed", "Order: confirmed, nothing sent yet", PACKED)
    preview(writer, "out_for_delivery", "Order: out for delivery", PACKED)
    preview(writer, "delivered", "Order: delivered", PACKED)
    shoot(writer, "editor-03-preview")
    do(writer, "Submit to Two steps")
    has_not(customer, PACKED)
    agree(contexts, shop, office, "Where is my order?")
    for page in (customer, other):
        has(page, PACKED)
    shoot(customer, "editor-04-laid-out")

    # --- in French, by somebody who may publish alone
    head = sign_in(contexts(viewport={"width": 1400, "height": 1000}).new_page(), shop, "ines", office.password)
    head.goto(f"{shop.facts['wagtail_admin']}pages/")
    head.get_by_role("table").get_by_role("link", name="Tilia & Sal", exact=True).first.click()
    translate(head, head.get_by_role("button", name="Actions", exact=True).first)
    head.goto(shop.facts["status_page_edit_url"])
    head.get_by_role("button", name="Toggle status").click()
    head.get_by_role("button", name="Switch locales").click()
    head.get_by_role("link", name="French").click()
    expect(head.locator("[name=title]")).to_have_value("Where is my order?")
    write(head, head.locator("[data-contentpath=layout] [contenteditable=true]").first, EMBALLE)
    shoot(head, "editor-05-french")
    do(head, "Publish")
    has(french, EMBALLE)
    has_not(french, PACKED)
    head.get_by_role("button", name="Order status").click()
    head.get_by_role("link", name="Special messages").click()
    translate(head, head.get_by_role("button", name=f"More options for '{TITLE}'"))
    head.locator("[name=title]").fill(TITRE)
    write(head, head.locator("[data-contentpath=text] [contenteditable=true]"), MOTS)
    do(head, "Schedule to publish", "Publish")

    # --- its time comes
    time.sleep(max(0.0, (live_at - dt.datetime.now(dt.UTC)).total_seconds() + 0.1))
    office.asks("drain")
    has(customer, TITLE, WORDS, PACKED)
    has(french, TITRE, MOTS, EMBALLE)
    has_not(french, TITLE)
    has(other, PACKED)
    has_not(other, TITLE, TITRE)
    for name, page in (("waiting", customer), ("french", french), ("sent", other)):
        shoot(page, f"editor-06-{name}")


@dataclass
class Watched:
    """An open page of a customer that says when it changed."""

    page: Page

    def awaits(self, text: str) -> None:
        assert not self.page.evaluate(WATCH, text), "it stands there already"

    def delay(self, answered: float) -> float:
        """Return the seconds from an answer to the change, both by this machine's clock; NaN when nothing changed."""
        changed: float = self.page.evaluate(
            "Promise.race([window.seen, new Promise(done => setTimeout(() => done(NaN), 10000))])"
        )
        return (changed - answered) / 1000


def answered(page: Page, button: Locator) -> float:
    """Click what publishes; return when its answer had come, in milliseconds of the epoch."""
    with page.expect_response(
        lambda answer: answer.request.method == "POST" and answer.request.resource_type == "document"
    ) as caught:
        button.click()
    page.wait_for_load_state()
    expect(page.locator(".messages .success")).to_have_count(1)
    timing = caught.value.request.timing
    return float(timing["startTime"] + timing["responseStart"])


def publish(page: Page) -> float:
    # What Wagtail saves by itself draws the form's foot anew, and shuts the menu under the pointer.
    page.wait_for_timeout(3_000)
    page.wait_for_load_state("networkidle")
    page.locator("footer").get_by_role("button", name="More actions").click()
    return answered(page, page.locator("footer").get_by_role("button", name="Publish", exact=True))


@pytest.mark.timed
@pytest.mark.parametrize("is_beside", [False, True], ids=["one process", "another process"])
def test_open_pages_change_within_two_seconds(shop: Demo, beside: str, contexts: Contexts, is_beside: bool) -> None:
    """From the answer that whoever publishes gets to the change on the customer's screen; no second try."""
    order = shop.order(scenario="ready_for_pickup")
    link = order["link"].replace(shop.base_url, beside) if is_beside else order["link"]
    customer = Watched(opened(contexts(), link))
    staff = sign_in(contexts().new_page(), shop, shop.facts["staff"]["username"], shop.facts["staff"]["password"])
    mark, took = ("first", "second")[is_beside], {}

    staff.goto(shop.facts["status_page_edit_url"])
    layout = staff.locator("[data-contentpath=layout]").first
    for name in () if blocks(layout) else ("Steps", "Notes to the customer", "Parcels"):
        add_block(staff, layout, name)
    add_block(staff, layout, "Heading").locator("input[name$=value-text]").fill(f"The {mark} heading")
    customer.awaits(f"The {mark} heading")
    took["page"] = customer.delay(publish(staff))

    staff.goto(f"{shop.facts['wagtail_admin']}snippets/order_status_plugin/specialmessage/add/")
    staff.locator("[name=title]").fill(f"The {mark} message")
    customer.awaits(f"The {mark} message")
    took["message"] = customer.delay(publish(staff))

    staff.goto(f"{shop.facts['wagtail_admin']}order-status/notes/?q={order['number']}")
    staff.get_by_role("link", name=re.compile(order["number"])).first.click()
    write(staff, staff.locator("[contenteditable=true]").first, f"The {mark} note")
    staff.get_by_label("Anyone with the link").check()
    customer.awaits(f"The {mark} note")
    took["note"] = customer.delay(answered(staff, staff.get_by_role("button", name="Put it on the page")))

    assert customer.page.evaluate("window.isTheSame"), "it was loaded again"
    assert all(seconds <= PROMISED for seconds in took.values()), took
