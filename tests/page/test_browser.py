"""The page in Chromium: small and wide, light and dark, from the right, on paper, without colours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from .looks import browser, pages

#: Wide enough to tell: each look once in the narrowest and once in a usual window, in turn light and dark.
SIZES = ((320, False), (1280, True))
UNFOLD = "document.querySelectorAll('details').forEach(fold => fold.open = true)"


@pytest.fixture(scope="module")
def found() -> dict[str, str]:
    return pages()


@pytest.fixture(scope="module")
def open_(found: dict[str, str]) -> Iterator[Any]:
    with browser(found) as open_:
        yield open_


def names() -> list[str]:
    from . import fixtures

    looks = [name for name in fixtures.ALL if name != "many"]
    return [
        *(f"{name}-{tier}" for name in looks for tier in ("public", "private")),
        *(
            "in-transit-staff",
            "arabic-private",
            "extras-public",
            "extras-private",
            "confirmed-error",
            "look_up",
            "look_up-error",
            "not_found",
            "forbidden",
            "code",
            "code-error",
            "links_mailed",
            "end_devices",
            "end_devices-done",
            "share-public",
            "share-own",
            "shared",
            "feedback",
            "feedback-error",
            "feedback-sent",
        ),
    ]


@pytest.mark.parametrize("name", names())
def test_everybody_can_use_it(name: str, open_: Any) -> None:
    """No finding of axe with every fold open, no sideways scrolling, nothing that the content policy refuses."""
    from axe_playwright_python.sync_playwright import Axe

    for width, dark in SIZES:
        complaints: list[str] = []
        page = open_(name, width, dark=dark)
        page.on("console", lambda message, told=complaints: told.append(message.text))
        page.evaluate(UNFOLD)
        result = Axe().run(
            page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
        )
        assert result.violations_count == 0, result.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert [text for text in complaints if "Content Security Policy" in text] == []
        page.context.close()


def test_forty_parcels_and_five_hundred_lines_stay_usable(open_: Any) -> None:
    page = open_("many-private", 320)
    page.evaluate(UNFOLD)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.locator("[data-parcel-status]").count() == 40
    page.context.close()


def test_buttons_and_folds_are_big_enough_for_a_thumb(open_: Any) -> None:
    page = open_("states-public", 320)
    page.evaluate(UNFOLD)
    for target in page.locator("button:visible, summary:visible, .os-button:visible").all():
        assert target.bounding_box()["height"] >= 44
    page.context.close()


def test_paper_gets_everything_but_the_controls(open_: Any) -> None:
    page = open_("in-transit-private", 1280)
    page.emulate_media(media="print")
    shown = page.locator("main").inner_text()
    assert "Label printed" in shown  # from inside a fold
    assert "Lindenlaan 14" in shown
    assert not page.locator("form, nav, .os-live a").filter(visible=True).count()
    assert page.locator("body").evaluate("body => getComputedStyle(body).backgroundColor") == "rgb(255, 255, 255)"
    page.context.close()


def test_from_the_right_the_first_step_stands_at_the_right(open_: Any) -> None:
    page = open_("arabic-private", 1280)
    first, last = page.locator(".os-rail li").first.bounding_box(), page.locator(".os-rail li").last.bounding_box()
    assert first["x"] > last["x"]
    main, side = page.locator(".os-main").bounding_box(), page.locator(".os-side").bounding_box()
    assert main["x"] > side["x"]
    page.context.close()


def test_without_colours_the_present_step_is_still_told_apart(open_: Any) -> None:
    page = open_("in-transit-public", 1280, forced_colors="active")
    line = "step => getComputedStyle(step.querySelector('b')).textDecorationLine"
    assert [step.evaluate(line) for step in page.locator(".os-rail li").all()] == ["none", "underline", "none", "none"]
    page.context.close()


def test_without_javascript_the_form_opens_and_posts(open_: Any) -> None:
    page = open_("confirmed-public", 1280, java_script_enabled=False)
    assert not page.locator("#number").is_visible()
    page.locator("#identify summary").click()
    assert page.locator("#number").is_visible()
    assert page.locator("#identify form").get_attribute("action") == "/orders/link/identify/"
    page.context.close()
