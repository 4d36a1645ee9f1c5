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
WIDTHS, SCHEMES = (320, 1280), ("light", "dark")


@pytest.fixture(scope="module")
def found(django_db_setup: None, django_db_blocker: Any, _media: None) -> dict[str, str]:
    with django_db_blocker.unblock(), transaction.atomic():
        pages = grid.pages()
        pages |= {f"mail-{name}": html for name, html in grid.mails()}
        transaction.set_rollback(True)
    with warnings.catch_warnings():
        # Wagtail leaves the file of a new rendition to the collector.
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
    return pages


@pytest.fixture(scope="module")
def window(found: dict[str, str]) -> Iterator[Any]:
    with browser(found) as open_, pytest.MonkeyPatch.context() as patch:
        # Playwright's loop runs in this thread, and no query runs in it.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield open_(next(iter(found)), 1280, reduced_motion="reduce")


def show(window: Any, name: str, html: str) -> None:
    """Open a look with every fold open, and axe in it."""
    if name.startswith("mail-"):
        window.goto("about:blank")  # a mail brings its style inline, and no mail program has our content policy
        window.set_content(html)
    else:
        window.goto(f"{ORIGIN}/{name}/")
    load(window)
    window.evaluate(UNFOLD)


def complaints(window: Any, found: dict[str, str], names: list[str], volume: str) -> list[str]:
    """Return what axe says of these looks: of each in every window, in a moderate run of one in one of them."""
    said: list[str] = []
    looks = [(name, width, scheme) for name, width, scheme in product(names, WIDTHS, SCHEMES)]
    if volume != "full":
        looks = [looks[crc32(names[0].encode()) % len(looks)]]
    opened = ""
    for name, width, scheme in looks:
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
    names = [name for name in found if name.startswith(f"{scene}-") and name.split("-")[1] in ("none", "one", "many")]
    assert complaints(window, found, names, volume) == []


@pytest.mark.full
def test_every_trouble_and_every_door(window: Any, found: dict[str, str]) -> None:
    names = [name for name in found if "-by-hand-" in name or "-door-" in name]
    assert complaints(window, found, names, "full") == []


@pytest.mark.parametrize("milestone", Milestone)
def test_every_mail_can_be_read_by_everybody(
    milestone: Milestone, window: Any, found: dict[str, str], volume: str
) -> None:
    names = [f"mail-{milestone}-{language}" for language in grid.MAIL_LANGUAGES]
    assert complaints(window, found, names, volume) == []
