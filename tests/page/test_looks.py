"""The page's HTML for every look of an order: what scripts, readers of screens and strangers find in it."""

from __future__ import annotations

import gzip
import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest

from order_status_plugin.events import Tier
from order_status_plugin.maps.draw import draw

from ..maps.journeys import JOURNEYS
from . import fixtures
from .looks import STATIC, html_of, pages

EMPTY = {"meta", "link", "input", "img", "br", "rect", "path"}
LOOKS = [
    *(f"{name}-{tier}" for name in fixtures.ALL for tier in Tier),
    "arabic-private",
    "extras-public",
    "extras-private",
]


class Document(HTMLParser):
    """Reads a page strictly: every element is closed where it should be."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        assert len(attrs) == len(dict(attrs)), f"an attribute twice in <{tag}>"
        self.found.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: Any) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attrs for found, attrs in self.found if found == tag]

    def by_id(self, name: str) -> dict[str, str]:
        (only,) = [attrs for _, attrs in self.found if attrs.get("id") == name]
        return only


@pytest.fixture(scope="module")
def found() -> dict[str, str]:
    return pages()


@pytest.mark.parametrize("name", LOOKS)
def test_every_look_is_well_formed_and_refers_to_what_is_there(name: str, found: dict[str, str]) -> None:
    page = Document(found[name])
    ids = Counter(attrs["id"] for _, attrs in page.found if "id" in attrs)
    assert [name for name, times in ids.items() if times > 1] == []
    for _, attrs in page.found:
        for reference in ("for", "aria-labelledby", "aria-describedby"):
            assert set(attrs.get(reference, "").split()) <= set(ids)
        assert not [attr for attr in attrs if attr == "style" or attr.startswith("on")]
    assert all("src" in attrs for attrs in page.all("script"))
    assert page.all("style") == []
    assert len(page.all("h1")) == len(page.all("main")) == 1


@pytest.mark.parametrize("name", fixtures.ALL)
def test_nothing_personal_is_in_a_public_page(name: str, found: dict[str, str]) -> None:
    public, private = found[f"{name}-public"], found[f"{name}-private"]
    assert [value for value in fixtures.PERSONAL if value in public] == []
    if name != "erased":
        assert "TS-20418" in private
    # Left out, not hidden.
    assert "hidden" not in public.replace('aria-hidden="true"', "").replace('type="hidden"', "")


def test_every_personal_value_is_in_some_private_page(found: dict[str, str]) -> None:
    """Or the test above proves nothing."""
    private = "".join(html for name, html in found.items() if name.endswith("-private"))
    assert [value for value in fixtures.PERSONAL if value not in private] == []


def test_the_root_and_each_parcel_say_their_state_to_scripts(found: dict[str, str]) -> None:
    page = Document(found["states-public"])
    root = page.by_id("order")
    assert (root["data-order-status"], root["data-version"]) == ("in_transit", "12345")
    assert root["data-live"] == "/orders/link/live/"
    parcels = [attrs for _, attrs in page.found if "data-parcel-status" in attrs]
    assert [(p["id"], p["data-parcel-status"], p["data-overlay"]) for p in parcels] == [
        ("parcel-1", "in_transit", "delayed"),
        ("parcel-2", "in_transit", ""),
        ("parcel-3", "delivered", ""),
    ]


def test_the_version_is_for_machines_whatever_the_locale(settings: Any) -> None:
    settings.USE_THOUSAND_SEPARATOR = True
    assert 'data-version="12345"' in html_of(fixtures.order())


def test_the_rail_says_where_it_stands_without_colour(found: dict[str, str]) -> None:
    page = found["attempted-private"]
    assert page.count('aria-current="step"') == 1
    assert page.count("Done:") == 3
    assert '<span class="os-vh">Now: </span>Attempted delivery' in page
    assert page.count("Not yet:") == 1


def test_three_events_show_and_the_rest_folds_under_a_stable_name(found: dict[str, str]) -> None:
    page = found["in-transit-private"]
    before, fold = page.split('<details id="parcel-1-events">')
    assert before.split("Journey")[1].count("<li>") == 3
    assert "Show all 7 events" in fold
    assert fold.split("</details>")[0].count("<li>") == 4


def test_more_than_eight_items_show_six_and_fold_the_rest() -> None:
    def page(items: int) -> str:
        view = fixtures.in_transit()
        item = replace(fixtures.BOWL)
        return html_of(replace(view, parcels=(replace(view.parcels[0], items=(item,) * items),), pending=None))

    assert "parcel-1-items" not in page(8)
    six, rest = page(9).split('<details id="parcel-1-items">')
    assert six.count("Stoneware bowl") == 6
    assert "Show all 9 items" in rest
    assert rest.count("Stoneware bowl") == 3


def test_folded_parcels_are_rows_with_their_contents_inside(found: dict[str, str]) -> None:
    page = found["states-private"]
    row = page.split('<details class="os-card os-short" id="parcel-3"')[1]
    assert "Parcel 3 of 3 · UPS · Tue 24 November" in row.split("</summary>")[0]
    assert "Stoneware bowl" in row


def test_an_unsupported_carrier_gets_a_link_and_no_pretended_status(found: dict[str, str]) -> None:
    private, public = found["unsupported-private"], found["unsupported-public"]
    assert '<a href="https://ribeiracourier.example/t/RC44710029PT" rel="noreferrer">' in private
    assert "does not share live tracking" in private
    assert "does not share live tracking" in public
    assert "RC" not in public.replace("RCourier", "")
    assert "Journey" not in private


def test_an_erased_order_is_a_headline_and_help(found: dict[str, str], settings: Any) -> None:
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "HELP_EMAIL": "hello@shop.example"}
    page = html_of(fixtures.erased())
    assert "25 November 2026." in page
    assert "mailto:hello@shop.example" in page
    for absent in ("parcel-1", "identify", "os-rail", "details"):
        assert absent not in page


def test_what_a_shop_or_a_carrier_writes_stays_text(found: dict[str, str]) -> None:
    page = found["many-private"]
    assert "<b>Item" not in page.replace("<b>&lt;b&gt;", "")
    assert "&lt;b&gt;Item 1&lt;/b&gt; 🎁" in page


def test_a_title_cannot_fill_a_hole_of_the_page(found: dict[str, str]) -> None:
    item = replace(fixtures.BOWL, title="{{ hole.csrf }} .csrf.")
    page = html_of(fixtures.order(digital=(item,)))
    assert "{{ hole.csrf }} .csrf." in page


def test_arabic_runs_from_the_right(found: dict[str, str]) -> None:
    page = Document(found["arabic-private"])
    assert page.all("html")[0] == {"lang": "ar", "dir": "rtl"}
    assert (page.by_id("order")["lang"], page.by_id("order")["dir"]) == ("ar", "rtl")
    assert '<bdi dir="ltr">1Z 999 AA1 01 2345 6784</bdi>' in found["arabic-private"]


def test_a_stylesheet_names_no_side_and_fetches_nothing() -> None:
    css = (STATIC / "order_status_plugin" / "status.css").read_text()
    for physical in ("left:", "right:", "margin-left", "padding-right", "text-align: left", "text-align: right"):
        assert physical not in css
    assert "url(" not in css
    assert "@import" not in css


def test_every_class_of_the_stylesheet_is_used_by_a_template_and_the_other_way_round() -> None:
    css = "".join((STATIC / "order_status_plugin" / name).read_text() for name in ("status.css", "embed.css"))
    templates = "".join(
        path.read_text()
        for room in ("blocks", "cms", "page")
        for path in sorted((STATIC.parent / "templates/order_status_plugin" / room).glob("*.html"))
    )
    templates += "".join(drawing.svg for drawing in map(draw, JOURNEYS.values()) if drawing)
    styled = set(re.findall(r"\.(os-[a-z]+(?:-[a-z]+)*)", css))
    used = set(re.findall(r"\b(os-[a-z]+(?:-[a-z]+)*)", templates))
    assert styled == used


def test_the_first_view_is_light(found: dict[str, str]) -> None:
    """HTML, CSS and JavaScript of two parcels in the private tier, as they go over the wire."""
    assert weight(found["in-transit-private"]) <= 14 * 1024


def test_the_first_view_with_a_map_is_light_too(found: dict[str, str]) -> None:
    assert weight(found["map-private"]) <= 45 * 1024


def weight(page: str) -> int:
    """Return the bytes of a page and of all that it loads at once, shrunk as servers do."""
    names = re.findall(r'(?:src|href)="/static/(order_status_plugin/[\w.]+)"', page)
    assert {"order_status_plugin/status.css", "order_status_plugin/live.js"} <= set(names)
    files = [page.encode(), *((STATIC / name).read_bytes() for name in names)]
    return sum(len(gzip.compress(file, 6)) for file in files)
