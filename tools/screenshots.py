"""Take the pictures of README and manual from a running demo: ``python -m tools.screenshots``.

Start ``make demo`` first. The pictures land in docs/images.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from tools.find_chromium import launched

CHECKOUT = Path(__file__).parent.parent
IMAGES = CHECKOUT / "docs" / "images"
FACTS = Path(os.environ.get("EXAMPLE_VAR") or CHECKOUT / "example_site" / "var") / "demo.json"

DESKTOP = {"viewport": {"width": 1180, "height": 1180}, "device_scale_factor": 1.5}
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True}


def open_page(browser: Browser, order: dict[str, Any], look: dict[str, Any], *, identified: bool) -> Page:
    """Open an order as a customer does, in a browser that was never here."""
    page = browser.new_context(locale="en-GB", reduced_motion="reduce", **look).new_page()
    page.goto(order["link"])
    if identified:
        page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
        page.locator("input[name=number]").first.fill(order["number"])
        page.locator("input[name=email]").first.fill(order["email"])
        page.locator("form[action$='/identify/'] [type=submit]").first.click()
        page.wait_for_url(order["link"])
    page.wait_for_load_state("networkidle" if look.get("is_mobile") is None else "load")
    return page


def main() -> int:
    """Take them all."""
    if not FACTS.exists():
        print("No demo is running here: start `make demo` first.")
        return 1
    orders = json.loads(FACTS.read_text())["orders"]
    moving = [order for order in orders if len(order["parcels"]) == 1 and order["parcels"][0]["source"]]
    single = next((order for order in moving if order["locale"].startswith("en")), moving[0])
    several = next(order for order in orders if len(order["parcels"]) > 1)
    wanted = (
        ("page-desktop", several, DESKTOP | {"color_scheme": "light"}, True),
        ("page-phone", single, PHONE | {"color_scheme": "light"}, True),
        ("page-dark", single, DESKTOP | {"color_scheme": "dark"}, False),
    )
    IMAGES.mkdir(exist_ok=True)
    with launched() as browser:
        for name, order, look, identified in wanted:
            page = open_page(browser, order, look, identified=identified)
            page.screenshot(path=IMAGES / f"{name}.png")
            page.context.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
