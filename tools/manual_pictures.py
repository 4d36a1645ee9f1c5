"""Take the pictures of the editors' manual (docs/content.md, docs/notes.md): ``python -m tools.manual_pictures``.

Start ``make demo`` first, fresh: this works as an editor does, from an empty page to a published one, and changes what it
finds. The pictures land in docs/images. ``python -m tools.manual_pictures message note`` keeps only those.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import sys
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from tools.find_chromium import launched
from tools.screenshots import FACTS, IMAGES, open_page

#: What each is of; a file is called ``manual-NAME.webp``.
PICTURES = (
    "blocks",
    "audience",
    "placeholder",
    "preview",
    "checks",
    "sheet",
    "schedule",
    "workflow",
    "message",
    "message-page",
    "translation",
    "note",
    "note-page",
    "feedback",
    "brand",
    "brand-refused",
)
WINDOW = {"width": 1280, "height": 800}
LAYOUT = ("Steps", "Notes to the customer", "Parcels", "Not sent yet", "Delivery and payment", "Help")
SAID = (
    ("good", "It came a day early, and so well packed."),
    ("good", ""),
    ("good", "Thank you for the note in the box!"),
    ("fair", "The box was larger than it had to be."),
    ("bad", "The courier rang at the wrong door."),
    ("good", ""),
)


class Editor:
    """Somebody at work in Wagtail."""

    def __init__(self, browser: Browser, facts: dict[str, Any], wanted: tuple[str, ...]) -> None:
        """Sign in."""
        self.browser, self.facts, self.wanted = browser, facts, wanted
        self.taken: set[str] = set()
        context = browser.new_context(locale="en-GB", reduced_motion="reduce", viewport=WINDOW)
        context.set_default_timeout(60_000)
        self.page: Page = context.new_page()
        self.page.goto(facts["wagtail_admin"])
        self.page.locator("[name=username]").fill(facts["staff"]["username"])
        self.page.locator("[name=password]").fill(facts["staff"]["password"])
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url("**/cms/")

    def go(self, path: str) -> None:
        """Open an address of the admin, given from its root."""
        answer = self.page.goto(f"{self.facts['wagtail_admin'].rstrip('/')}/{path}")
        if answer is None or not answer.ok:
            raise RuntimeError(f"{path} does not answer as it should")

    def take(self, name: str, what: Page | Locator | None = None, **options: Any) -> None:
        """Keep a picture of the window, or of a part of it."""
        self.taken.add(name)
        if name in self.wanted:
            self.page.wait_for_timeout(600)  # Wagtail's panels glide
            shot = (what or self.page).screenshot(**options)
            Image.open(io.BytesIO(shot)).convert("RGB").save(IMAGES / f"manual-{name}.webp", quality=82, method=6)

    def up(self, part: Locator) -> None:
        """Scroll a part of the form to the top of the window."""
        part.evaluate("part => part.scrollIntoView()")
        self.page.mouse.wheel(0, -120)

    def panel(self, name: str) -> None:
        """Open a panel beside the form: "preview", "checks", "status"; or close it."""
        self.page.locator(f"[data-side-panel-toggle={name}]").click()

    def more(self) -> None:
        """Open the menu at the foot of the form, once Wagtail's script has made it one."""
        button = self.page.locator("footer").get_by_role("button", name="More actions")
        expect(button).to_have_attribute("aria-expanded", "false")
        button.click()

    def do(self, action: str) -> None:
        """Choose an action from the menu at the foot of the form."""
        foot = self.page.locator("footer")
        button = foot.get_by_role("button", name=action, exact=True)
        if not button.is_visible():
            self.more()
        with self.page.expect_navigation():
            button.click()

    def add(self, field: Locator, name: str) -> Locator:
        """Put a block at the end of a field of blocks."""
        children = field.locator("[data-streamfield-child]")
        count = children.count()
        field.get_by_role("button", name="Insert a block").last.click()
        self.page.get_by_role("option", name=name, exact=True).click()
        expect(children).to_have_count(count + 1)
        path = children.last.get_attribute("data-contentpath")
        return field.locator(f"[data-contentpath='{path}']")


def arrange(editor: Editor) -> None:
    """Lay the page out, look at it, and publish it."""
    page = editor.page
    page.goto(editor.facts["status_page_edit_url"], wait_until="networkidle")
    field = page.locator("[data-contentpath=layout]")
    for name in LAYOUT:
        editor.add(field, name)
    editor.add(field, "Feedback")
    heading = editor.add(field, "Heading")
    heading.locator("input[type=text]:visible").first.fill("Packed by hand for {{ destination_country }}")
    field.get_by_role("button", name="Insert a block").last.click()
    page.get_by_role("option", name="Heading", exact=True).scroll_into_view_if_needed()
    editor.take("blocks")
    page.keyboard.press("Escape")
    heading.locator("[data-contentpath=audience] [data-panel-toggle]").first.click()
    heading.get_by_label("in transit", exact=True).first.check()
    heading.get_by_label("out for delivery", exact=True).first.check()
    editor.up(heading)
    editor.take("audience")
    heading.locator("[data-contentpath=audience] [data-panel-toggle]").first.click()
    heading.get_by_text("Insert a placeholder").first.click()
    editor.up(heading)
    editor.take("placeholder")
    editor.do("Save draft")
    look(editor)
    editor.do("Publish")
    plan(editor)


def look(editor: Editor) -> None:
    """Look at the draft: beside the form, with Wagtail's checks, and at every status at once."""
    page = editor.page
    page.locator("[data-contentpath=layout]").evaluate("part => part.scrollIntoView()")
    editor.panel("preview")
    shown = page.frame_locator("#w-preview-iframe")
    expect(shown.locator("main")).to_be_visible()  # a mode that is chosen before is forgotten
    page.locator("[name=preview_mode]").select_option(label="Order: in transit")
    expect(shown.locator("#order[data-order-status=in_transit]")).to_be_visible()
    editor.take("preview")
    editor.panel("checks")
    page.wait_for_function("document.querySelector('[data-content-word-count]').textContent.match(/[0-9]/)")
    editor.take("checks")
    editor.panel("checks")
    page.locator("header").get_by_role("button", name="Actions").first.click()
    page.get_by_role("link", name="Every status at once").last.click()
    for frame in page.locator(".order-sheet iframe").all()[:6]:
        expect(frame.content_frame.locator("#order")).to_be_visible()
    editor.take("sheet")
    page.goto(editor.facts["status_page_edit_url"])


def plan(editor: Editor) -> None:
    """Show who is asked, and where a time is set; leave none set."""
    page = editor.page
    page.goto(editor.facts["status_page_edit_url"], wait_until="networkidle")
    editor.more()
    editor.take("workflow", clip={"x": 0, "y": 420, "width": 900, "height": 380})
    page.keyboard.press("Escape")
    editor.panel("status")
    page.get_by_role("button", name="Set schedule").click()
    field, moment = page.locator("[name=go_live_at]"), dt.datetime.now(dt.UTC) + dt.timedelta(days=20)
    field.fill(f"{moment:%Y-%m-%d} 08:00")
    editor.take("schedule")
    field.fill("")  # Wagtail saves drafts by itself
    page.get_by_role("dialog").get_by_role("heading", name="Set publishing schedule").click()
    with page.expect_navigation():
        page.get_by_role("button", name="Save schedule").click()


def say(editor: Editor) -> None:
    """Write a special message, see it on a page, and begin its translation."""
    page = editor.page
    editor.go("snippets/order_status_plugin/specialmessage/add/")
    page.locator("[name=title]").fill("We close for Christmas")
    page.locator("[name=level]").select_option("warning")
    page.locator("[data-contentpath=text] [role=textbox]").click()
    page.keyboard.type(
        "Nothing leaves our studio from the 24th. What you ordered goes out on 4 January, {{ first_name }}."
    )
    audience = page.locator("[data-contentpath=audience]").first
    audience.locator("[data-panel-toggle]").first.click()
    audience.get_by_label("confirmed, nothing sent yet", exact=True).first.check()
    page.locator("[name=title]").scroll_into_view_if_needed()
    editor.take("message")
    editor.do("Publish")
    order = next(order for order in editor.facts["orders"] if order["scenario"] == "confirmed")
    shown = open_page(editor.browser, order, {"viewport": {"width": 1000, "height": 760}}, identified=True)
    editor.take("message-page", shown)
    shown.context.close()
    page.get_by_role("link", name="We close for Christmas").first.click()
    page.wait_for_url("**/edit/**")
    page.goto(page.url.replace("/snippets/", "/translation/submit/snippet/").replace("/edit/", "/"))
    editor.take("translation", clip={"x": 0, "y": 0, "width": 1000, "height": 460})


def tell(editor: Editor) -> None:
    """Write a note to a customer, and see it on the order's page."""
    page = editor.page
    order = next(order for order in editor.facts["orders"] if order["scenario"] != "confirmed" and order["parcels"])
    editor.go("order-status/notes/")
    page.locator("main input[type=text], main input[type=search]").first.fill(order["number"])
    page.keyboard.press("Enter")
    page.get_by_role("link", name=order["number"]).first.click()
    page.locator("[role=textbox]").click()
    page.keyboard.type("The blue bowl is out of stock. You get the green one, as we said on the phone.")
    editor.take("note")
    with page.expect_navigation():
        page.locator("form button[type=submit]").last.click()
    shown = open_page(editor.browser, order, {"viewport": {"width": 1000, "height": 760}}, identified=True)
    editor.take("note-page", shown)
    shown.context.close()


def hear(editor: Editor) -> None:
    """Let customers say how it was, and read the report."""
    for order, (rating, words) in zip(editor.facts["orders"], SAID, strict=False):
        shown = open_page(editor.browser, order, {}, identified=False)
        shown.locator(f"[name=rating][value={rating}]").click()
        if words:
            shown.locator("textarea").fill(words)
            shown.locator("form:has(textarea) [type=submit]:not([name=rating])").first.click()
        shown.context.close()
    editor.go("reports/order-feedback/")
    editor.take("feedback")


def wear(editor: Editor) -> None:
    """Choose a colour and see it beside the form, and be told of one on which nobody can read; keep neither."""
    page = editor.page
    editor.go("settings/order_status_plugin/brandsettings/")
    accent = page.locator("[name=accent]")
    accent.fill("#8a1c5a")
    page.locator("[name=corners]").select_option("square")
    editor.panel("preview")
    shown = page.frame_locator("#w-preview-iframe")
    expect(shown.locator("#order")).to_be_visible()
    editor.up(accent)
    editor.take("brand")
    editor.panel("preview")
    accent.fill("#ffd84d")
    with page.expect_navigation():
        page.locator("footer").get_by_role("button", name="Save").click()
    editor.up(page.get_by_role("heading", name="Colours"))
    editor.take("brand-refused")


STEPS = (arrange, say, tell, hear, wear)


def main(*wanted: str) -> int:
    """Take them all, or some."""
    if not FACTS.exists():
        print("No demo is running here: start `make demo` first.")
        return 1
    expect.set_options(timeout=60_000)
    with launched() as browser:
        editor = Editor(browser, json.loads(FACTS.read_text()), wanted or PICTURES)
        for step in STEPS:
            step(editor)
    missing = set(PICTURES) - editor.taken
    print(f"Not taken: {', '.join(sorted(missing))}" if missing else f"{len(editor.wanted)} pictures in {IMAGES}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
