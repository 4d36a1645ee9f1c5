"""Everything that a customer reads, in Chromium, as axe sees it: WCAG 2.2 AA, and good practice."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Iterator
from itertools import product
from typing import Any
from zlib import crc32

import pytest
from django.db import transaction

from order_status_plugin.events import Milestone
from order_status_plugin.view import samples
from tests.page.looks import ORIGIN, browser

from . import grid
from .axe import UNFOLD, findings, load

pytestmark = pytest.mark.django_db

Window = tuple[int, str]
Look = tuple[str, Window]
WINDOWS: list[Window] = list(product((320, 1280), ("light", "dark")))


@pytest.fixture(scope="module")
def found(django_db_setup: None, django_db_blocker: Any, _media: None) -> dict[str, str]:
    with warnings.catch_warnings():
        # Wagtail leaves the file of a new rendition to the collector.
        warnings.simplefilter("ignore", ResourceWarning)
        with django_db_blocker.unblock(), transaction.atomic():
            pages = grid.pages() | {f"mail-{name}": html for name, html in grid.mails()}
            transaction.set_rollback(True)
        gc.collect()
    return pages


@pytest.fixture(scope="module")
def window(found: dict[str, str]) -> Iterator[Any]:
    with browser(found) as open_:
        window = open_(next(iter(found)), 1280, reduced_motion="reduce")
        window.route("**/orders/**", lambda route: route.abort())  # the page asks for news, and would reload
        yield window


def show(window: Any, name: str, html: str) -> None:
    """Open a look with every fold open, and axe in it."""
    if name.startswith("mail-"):
        window.goto("about:blank")  # a mail brings its style inline, and no mail program has our content policy
        window.set_content(html)
    else:
        window.goto(f"{ORIGIN}/{name}/")
    load(window)
    window.evaluate(UNFOLD)


def in_turn(names: list[str], windows: list[Window] = WINDOWS) -> list[Look]:
    """Return each look in one window: another one for another name, the same for the same on every run."""
    return [(name, windows[crc32(name.encode()) % len(windows)]) for name in names]


def complaints(window: Any, found: dict[str, str], looks: list[Look]) -> list[str]:
    """Return what axe says of these looks; those of one name stand together, so that it is opened once."""
    said: list[str] = []
    opened = ""
    for name, (width, scheme) in looks:
        if name != opened:
            show(window, name, found[name])
            opened = name
        window.set_viewport_size({"width": width, "height": 900})
        window.emulate_media(color_scheme=scheme)
        said += [f"{name}, {width} px, {scheme}: {finding}" for finding in findings(window)]
        if window.evaluate("document.documentElement.scrollWidth") > width:
            said.append(f"{name}, {width} px: it scrolls sideways")
    return said


@pytest.mark.parametrize("scene", samples.SCENES)
def test_every_status_can_be_used_by_everybody(scene: str, window: Any, found: dict[str, str], volume: str) -> None:
    """With as many parcels as it may have in every window, with fewer in one of them; in a moderate run once."""
    counts = samples.SCENES[scene].counts
    most, fewer = (
        [name for name in found for each in wanted if name.startswith(f"{scene}-{each}-")]
        for wanted in (counts[-1:], counts[:-1])
    )
    looks = [*product(most, WINDOWS), *in_turn(fewer)] if volume == "full" else in_turn(most)[:1]
    assert complaints(window, found, looks) == []


@pytest.mark.full
def test_every_trouble_and_every_door_from_the_right(window: Any, found: dict[str, str]) -> None:
    """Every run tries them from the left, in the other two windows: see tests/page/test_browser.py."""
    names = [name for name in found if "-by-hand-ar-" in name or "-door-ar-" in name]
    assert complaints(window, found, list(product(names, [(320, "dark"), (1280, "light")]))) == []


@pytest.mark.parametrize("milestone", Milestone)
def test_every_mail_can_be_read_by_everybody(
    milestone: Milestone, window: Any, found: dict[str, str], volume: str
) -> None:
    names = [f"mail-{milestone}-{language}" for language in grid.MAIL_LANGUAGES]
    windows = [(320, "light"), (600, "dark")]
    looks = [*product(names, windows)] if volume == "full" else in_turn(names, windows)[:1]
    assert complaints(window, found, looks) == []
