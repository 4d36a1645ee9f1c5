"""Whatever colours a brand has, the page can be read: in the light and in the dark."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import order_status_plugin
from order_status_plugin.cms.colour import BLACK, WHITE, Colour, contrast, luminance, parse
from order_status_plugin.cms.palette import (
    DARK,
    INK_SHARE,
    LIGHT,
    PRESSED,
    ROOM,
    SHAPE,
    TEXT,
    TONE_SHARES,
    Chosen,
    Shades,
    Unreadable,
    derive,
    schemes,
)

CSS = (Path(order_status_plugin.__file__).parent / "static/order_status_plugin/status.css").read_text()

part = st.integers(0, 255)
colours = st.builds(Colour, part, part, part)
#: Near the edge of what is accepted, where a rule that is too kind shows itself.
greys = st.integers(0, 255).map(lambda n: Colour(n, n, n))
chosen_ = st.builds(
    Chosen, accent=st.none() | colours | greys, background=st.none() | colours | greys, text=st.none() | colours | greys
)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [("#000", "#fff", 21), ("#777777", "#ffffff", 4.48), ("#767676", "#ffffff", 4.54), ("#f00", "#00f", 2.15)],
)
def test_contrast_is_that_of_wcag(one: str, other: str, expected: float) -> None:
    assert contrast(parse(one), parse(other)) == pytest.approx(expected, abs=0.005)
    assert contrast(parse(other), parse(one)) == contrast(parse(one), parse(other))


@pytest.mark.parametrize("text", ["#0B62A8", "0b62a8", " #0b62a8 "])
def test_colours_have_one_spelling(text: str) -> None:
    assert str(parse(text)) == "#0b62a8"


@pytest.mark.parametrize(
    "text", ["", "#", "red", "#12", "#12345", "#gggggg", "#fff;}", "rgb(0,0,0)", "#ffffff\n}", "#٣٣٣"]
)
def test_and_nothing_else_is_one(text: str) -> None:
    with pytest.raises(ValueError, match="not a colour"):
        parse(text)


@given(colours)
def test_what_is_printed_is_read_as_the_same(colour: Colour) -> None:
    assert parse(str(colour)) == colour
    assert 0 <= luminance(colour) <= 1


def grounds(shades: Shades) -> list[Colour]:
    """Return everything that text stands on, as status.css mixes it."""
    boxes = [
        shades.surface.mix(tone, share * shades.tint)
        for tone in (shades.accent, shades.good, shades.warn, shades.muted)
        for share in TONE_SHARES
    ]
    touched = [each.mix(shades.ink, INK_SHARE * shades.tint) for each in (shades.surface, shades.canvas)]
    return [shades.canvas, shades.surface, *boxes, *touched]


def assert_readable(shades: Shades) -> None:
    for name in ("ink", "muted", "accent", "good", "warn"):
        for ground in grounds(shades):
            assert contrast(getattr(shades, name), ground) >= TEXT, (name, ground)
    for button in (shades.accent, shades.accent.mix(shades.ink, PRESSED * shades.tint)):
        assert contrast(shades.on_accent, button) >= TEXT
    for name in ("ink", "muted"):
        assert contrast(getattr(shades, name), shades.land) >= TEXT
    for ground in (shades.canvas, shades.surface):
        assert contrast(shades.edge, ground) >= SHAPE
    for name in ("accent", "good", "warn"):
        assert contrast(getattr(shades, name), shades.land) >= SHAPE
        assert contrast(getattr(shades, name), shades.water) >= SHAPE


@given(chosen_, chosen_)
@example(Chosen(accent=parse("#d938de"), text=parse("#259f4f")), Chosen())
@example(Chosen(accent=parse("#767676")), Chosen())  # just enough on white
@example(Chosen(background=parse("#1a1a1a")), Chosen(background=parse("#fffbe6")))  # dark in the light, and back
def test_what_is_accepted_can_be_read_in_both_schemes(light: Chosen, dark: Chosen) -> None:
    try:
        found = schemes(light, dark)
    except Unreadable as refused:
        assert refused.ratio < refused.needed  # noqa: PT017 - either is right, and each has its rule
        return
    for shades, chosen in zip(found, (light, dark), strict=True):
        assert_readable(shades)
        # What was chosen stands as it was chosen.
        assert chosen.accent in (None, shades.accent)
        assert chosen.background in (None, shades.canvas)
        assert chosen.text in (None, shades.ink)


@given(colours)
def test_an_accent_for_the_light_never_stands_in_the_way_of_the_dark(accent: Colour) -> None:
    assert_readable(derive(Chosen(), dark=True, brand=accent))
    assert_readable(derive(Chosen(), dark=False, brand=accent))


@given(chosen_, st.booleans())
def test_a_refusal_names_a_choice_and_a_shade_that_would_do(chosen: Chosen, dark: bool) -> None:
    for _turn in range(4):
        try:
            derive(chosen, dark=dark)
        except Unreadable as error:
            chosen = replace(chosen, **{error.field: error.nearest})
        else:
            return
    pytest.fail("following the advice leads nowhere")


@pytest.mark.parametrize(
    ("chosen", "field"),
    [
        ({"accent": "#ffcc00"}, "accent"),
        ({"text": "#999999"}, "text"),
        ({"background": "#808080"}, "background"),
        ({"background": "#fff0f0", "accent": "#ff9999"}, "accent"),
        ({"background": "#101010", "text": "#333333"}, "text"),
    ],
)
def test_the_field_that_has_to_change_is_named(chosen: dict[str, str], field: str) -> None:
    with pytest.raises(Unreadable) as refused:
        derive(Chosen(**{name: parse(text) for name, text in chosen.items()}), dark=False)
    assert refused.value.field == field


def test_strong_colours_keep_their_tint_and_weak_ones_lose_it() -> None:
    assert derive(Chosen(accent=parse("#003366")), dark=False).tint == 1
    assert derive(Chosen(accent=parse("#767676")), dark=False).tint < 0.2


def test_black_or_white_is_always_read_on_what_is_accepted_as_a_background() -> None:
    assert ROOM > TEXT
    assert contrast(BLACK, WHITE) == pytest.approx(21)


def declared(dark: bool) -> dict[str, str]:
    """Return the custom properties of the first block of status.css, or of its dark twin."""
    start = CSS.index(":where(.os) {", CSS.index("prefers-color-scheme: dark") if dark else 0)
    return dict(re.findall(r"(--os-[\w-]+): ([^;]+);", CSS[start : CSS.index("}", start)]))


@pytest.mark.parametrize(("shades", "dark"), [(LIGHT, False), (DARK, True)])
def test_as_it_comes_the_page_has_the_colours_of_its_stylesheet(shades: Shades, dark: bool) -> None:
    css = declared(dark)
    for name, value in shades.properties():
        if name in css:
            expected = parse(css[name]) if css[name].startswith("#") else css[name]
            assert str(expected) == value, name
        else:
            assert (dark, name) == (True, "--os-tint"), name
    assert derive(Chosen(), dark=dark) == shades


def test_every_tinted_box_of_the_stylesheet_is_one_that_is_measured() -> None:
    """A share that is mixed into a ground there, and is not measured here, may be one share too many."""
    shares = {float(found) / 100 for found in re.findall(r"calc\(([\d.]+)% \* var\(--os-tint\)\)", CSS)}
    assert shares <= {*TONE_SHARES, INK_SHARE, 0.05, 0.03, PRESSED}
    fixed: Any = re.findall(r"background: color-mix\((?![^;]*--os-tint)[^;]+", CSS)
    assert fixed == []
