"""The setting MAP: what is refused, and what a page may load because of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import js_lib_leaflet
import pytest

from order_status_plugin import checks
from order_status_plugin.maps.tiles import CAP, tiles

LEAFLET = Path(js_lib_leaflet.__file__).parent / "static"
GOOD = {
    "interactive": True,
    "tile_url": "https://tiles.shop.example/{z}/{x}/{y}.png",
    "attribution": "© the makers of tiles",
}


@pytest.fixture
def given(settings: Any) -> Any:
    settings.STATICFILES_DIRS = [LEAFLET]

    def set_(**change: Any) -> None:
        wanted = {name: value for name, value in {**GOOD, **change}.items() if value is not None}
        settings.ORDER_STATUS = {**settings.ORDER_STATUS, "MAP": wanted}

    return set_


def ids() -> set[str]:
    return {str(found.id) for found in checks.check_settings()}


def test_off_by_default() -> None:
    assert tiles() is None
    assert ids() == set()


def test_a_good_setting_is_taken_and_reminds_of_whose_server_it_is(given: Any) -> None:
    given()
    offered = tiles()
    assert offered
    assert (offered.origin, offered.site) == ("https://tiles.shop.example", "tiles.shop.example")
    assert offered.max_zoom < CAP
    assert offered.script == "/static/js_lib_leaflet/leaflet.js"
    assert ids() == {"order_status.W018"}


def test_tiles_of_the_shops_own_need_no_origin_and_no_reminder(given: Any) -> None:
    given(tile_url="/tiles/{z}/{x}/{y}.png")
    offered = tiles()
    assert offered
    assert (offered.origin, offered.site) == ("", "")
    assert ids() == set()


def test_a_first_part_that_changes_is_a_star_in_the_policy(given: Any) -> None:
    given(tile_url="https://{s}.tiles.example:8443/{z}/{x}/{y}.png")
    offered = tiles()
    assert offered
    assert (offered.origin, offered.site) == ("https://*.tiles.example:8443", "tiles.example")


@pytest.mark.parametrize(
    "change",
    [
        {"tile_url": None},
        {"tile_url": 7},
        {"tile_url": "https://tiles.example/{z}/{x}.png"},
        {"tile_url": "http://tiles.example/{z}/{x}/{y}.png"},
        {"tile_url": "//tiles.example/{z}/{x}/{y}.png"},
        {"tile_url": "javascript:{z}{x}{y}"},
        {"tile_url": "https://user:word@tiles.example/{z}/{x}/{y}.png"},
        {"tile_url": "https://tiles.example; script-src *//{z}/{x}/{y}.png"},
        {"tile_url": "https://tiles.example\n/{z}/{x}/{y}.png"},
        {"tile_url": "https://tiles.example:port/{z}/{x}/{y}.png"},
        {"tile_url": "https://[tiles/{z}/{x}/{y}.png"},
        {"tile_url": "https://tiles-{s}.example/{z}/{x}/{y}.png"},
        {"tile_url": "https://{s}/{z}/{x}/{y}.png"},
        {"tile_url": "https://{z}.tiles.example/{x}/{y}.png"},
        {"tile_url": "https://tiles.example/{z}/{x}/{y}.{ext}"},
        {"attribution": ""},
        {"attribution": None},
        {"max_zoom": 19},
        {"max_zoom": 0},
        {"max_zoom": True},
        {"max_zoom": "8"},
        {"leaflet": "https://cdn.example/leaflet"},
        {"leaflet": "//cdn.example"},
        {"leaflet": ""},
        {"interactive": "yes"},
        {"tileurl": "https://tiles.example"},
    ],
    ids=str,
)
def test_a_malformed_setting_is_named_and_offers_nothing(given: Any, change: dict[str, Any]) -> None:
    given(**change)
    assert "order_status.E012" in ids()
    assert tiles() is None


def test_leaflet_that_is_not_among_the_static_files_is_named(given: Any, settings: Any) -> None:
    given(leaflet="nowhere")
    assert "order_status.E012" in ids()


def test_what_is_switched_off_is_not_looked_at(given: Any) -> None:
    given(interactive=False, tile_url=None, attribution=None)
    assert ids() == set()
    assert tiles() is None


def test_another_type_is_named_and_breaks_nothing(settings: Any) -> None:
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "MAP": ["https://tiles.example"]}
    assert ids() == {"order_status.E003"}
    assert tiles() is None
