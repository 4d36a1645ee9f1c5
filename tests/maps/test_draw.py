"""What a drawing shows, says and weighs."""

from __future__ import annotations

import gzip
import random
import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from order_status_plugin.events import PlacePrecision
from order_status_plugin.maps import labels
from order_status_plugin.maps.draw import draw
from order_status_plugin.maps.frame import HEIGHT, WIDTH
from order_status_plugin.maps.ground import ground
from order_status_plugin.maps.journey import Drawing, Journey

from .journeys import AMSTERDAM, COLOGNE, JOURNEYS, LYON, PARIS, PORTO, stop

ALL = sorted(JOURNEYS)


def drawn(journey: Journey) -> Drawing:
    drawing = draw(journey)
    assert drawing is not None
    return drawing


def svg(journey: Journey) -> ElementTree.Element:
    return ElementTree.fromstring(drawn(journey).svg)


def circles(journey: Journey, kind: str) -> list[tuple[float, float]]:
    return [
        (float(circle.get("cx", "")), float(circle.get("cy", "")))
        for circle in svg(journey).iter("circle")
        if circle.get("class") == f"os-map-{kind}"
    ]


def names(journey: Journey) -> list[str]:
    return [text.text or "" for text in svg(journey).iter("text")]


@pytest.mark.parametrize("name", ALL)
def test_a_drawing_is_light_and_the_same_each_time(name: str) -> None:
    first = drawn(JOURNEYS[name])
    assert len(gzip.compress(first.svg.encode())) <= 30 * 1024
    draw.cache_clear()
    ground.cache_clear()
    assert drawn(JOURNEYS[name]) == first


@pytest.mark.parametrize("name", ALL)
def test_a_drawing_carries_no_style_no_script_and_nothing_to_fetch(name: str) -> None:
    for element in svg(JOURNEYS[name]).iter():
        assert element.tag in {"svg", "g", "path", "circle", "text"}
        assert not [
            attribute
            for attribute in element.attrib
            if attribute in {"style", "href", "id"} or attribute.startswith("on")
        ]
    assert "url(" not in drawn(JOURNEYS[name]).svg


@pytest.mark.parametrize("name", ALL)
def test_the_sentence_is_the_name_of_the_drawing_and_names_every_place(name: str) -> None:
    journey = JOURNEYS[name]
    root, sentence = svg(journey), drawn(journey).sentence
    assert (root.get("role"), root.get("aria-label")) == ("img", sentence)
    for each in journey.stops:
        assert each.label in sentence
    assert set(names(journey)) <= {each.label for each in journey.stops}


@pytest.mark.parametrize("name", ALL)
def test_the_last_place_and_the_goal_have_their_names(name: str) -> None:
    journey = JOURNEYS[name]
    assert journey.last
    assert {journey.last.label, (journey.destination or journey.last).label} <= set(names(journey))


@pytest.mark.parametrize(
    ("journey", "expected"),
    [
        (
            JOURNEYS["european"],
            "Parcel from Porto, Portugal, via Vitoria-Gasteiz and Paris; last seen in Cologne, Germany; "
            "on its way to Amsterdam, Netherlands.",
        ),
        (JOURNEYS["domestic"], "Parcel from Lyon; last seen in Dijon, France; on its way to Paris."),
        (JOURNEYS["one-point"], "Parcel last seen in Ljubljana, Slovenia."),
        (JOURNEYS["arrived"], "Parcel from Porto, Portugal, via Paris; last seen in Amsterdam, Netherlands."),
        (
            Journey(last=COLOGNE, destination=AMSTERDAM),
            "Parcel last seen in Cologne, Germany; on its way to Amsterdam, Netherlands.",
        ),
        (Journey(origin=COLOGNE, last=COLOGNE), "Parcel last seen in Cologne, Germany."),
        (Journey(origin=PORTO, last=COLOGNE), "Parcel from Porto, Portugal; last seen in Cologne, Germany."),
        (Journey(destination=AMSTERDAM), "Parcel on its way to Amsterdam, Netherlands."),
        (
            Journey(origin=PORTO, destination=AMSTERDAM),
            "Parcel from Porto, Portugal, on its way to Amsterdam, Netherlands.",
        ),
        (Journey(origin=PORTO), "Parcel from Porto, Portugal."),
        (Journey(visited=(PORTO,), last=COLOGNE), "Parcel via Porto; last seen in Cologne, Germany."),
        (
            Journey(visited=(PORTO,), last=COLOGNE, destination=AMSTERDAM),
            "Parcel via Porto; last seen in Cologne, Germany; on its way to Amsterdam, Netherlands.",
        ),
    ],
)
def test_the_sentence(journey: Journey, expected: str) -> None:
    assert drawn(journey).sentence == expected


def test_the_sentence_speaks_the_journeys_language() -> None:
    french = drawn(replace(JOURNEYS["european"], language="fr")).sentence
    assert french.startswith("Départ du colis : Porto, Portugal ;")
    assert "Vitoria-Gasteiz et Paris" in french


def test_no_place_no_map() -> None:
    assert draw(Journey()) is None


def test_over_the_pacific_it_goes_east_and_the_short_way() -> None:
    journey = JOURNEYS["transpacific"]
    (start,), (here,), (goal,) = (circles(journey, kind) for kind in ("origin", "here", "destination"))
    assert start[0] < here[0] < goal[0]
    assert goal[0] - start[0] <= 300


def test_over_the_180th_meridian_nothing_jumps() -> None:
    journey = JOURNEYS["over-180"]
    (start,), (here,), (goal,) = (circles(journey, kind) for kind in ("origin", "here", "destination"))
    assert start[0] < here[0] < goal[0]
    for kind in ("gone", "left"):
        (way,) = [path.get("d", "") for path in svg(journey).iter("path") if path.get("class") == f"os-map-{kind}"]
        assert all(abs(int(number)) <= 600 for number in re.findall(r"-?\d+", way.partition("l")[2]))


def test_travelled_is_drawn_apart_from_what_is_left() -> None:
    def ways(journey: Journey) -> set[str]:
        return {path.get("class", "") for path in svg(journey).iter("path")} & {"os-map-gone", "os-map-left"}

    assert ways(JOURNEYS["european"]) == {"os-map-gone", "os-map-left"}
    assert ways(JOURNEYS["arrived"]) == {"os-map-gone"}
    assert ways(JOURNEYS["one-point"]) == set()
    assert ways(Journey(last=PARIS, destination=LYON)) == {"os-map-left"}


def test_what_is_known_by_halves_has_a_ring_around_it() -> None:
    assert circles(JOURNEYS["by-halves"], "about") == circles(JOURNEYS["by-halves"], "here")
    assert circles(JOURNEYS["european"], "about") == []


def test_only_the_last_place_has_a_halo() -> None:
    assert circles(JOURNEYS["european"], "halo") == circles(JOURNEYS["european"], "here")
    assert circles(Journey(origin=PORTO, destination=AMSTERDAM), "halo") == []


@pytest.mark.parametrize(
    "name", ['</text><script>alert(1)</script>"', "'\"><svg onload=x>", "A&B\n\tC", "\u202eevil\u0000"]
)
def test_a_hostile_name_stays_a_name(name: str) -> None:
    told = drawn(Journey(last=stop(name, 10, 10, name), destination=stop(name, 12, 12))).svg
    assert "<script" not in told
    assert "<svg onload" not in told
    assert told.count("<svg") == 1
    if "\u0000" not in name:
        ElementTree.fromstring(told)


def test_a_very_long_name_is_cut_in_the_drawing_and_whole_in_the_sentence() -> None:
    name = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch"
    journey = Journey(last=stop(name, 53.2, -4.2))
    assert names(journey) == [labels.shortened(name)]
    assert len(names(journey)[0]) == labels.LONGEST
    assert name in drawn(journey).sentence


def test_journeys_around_the_world(volume: str) -> None:
    dice = random.Random(4)

    def somewhere(number: int) -> object:
        precision = dice.choice([*PlacePrecision, PlacePrecision.CITY, PlacePrecision.CITY])
        return stop(f"Place {number}", dice.uniform(-90, 90), dice.uniform(-180, 180), precision=precision)

    for _ in range({"light": 30, "moderate": 100, "full": 1000}[volume]):
        stops = [somewhere(number) for number in range(dice.randint(1, 6))]
        journey = Journey(
            origin=stops[0],  # type: ignore[arg-type]
            visited=tuple(stops[1:-2]),  # type: ignore[arg-type]
            last=stops[-2] if len(stops) > 2 else None,  # type: ignore[arg-type]
            destination=stops[-1] if len(stops) > 1 else None,  # type: ignore[arg-type]
        )
        told = drawn(journey).svg
        assert len(told) < 120_000
        assert "nan" not in told
        for kind in ("origin", "here", "destination"):
            for x, y in circles(journey, kind):
                assert 0 < x < WIDTH
                assert 0 < y < HEIGHT


@given(
    st.lists(
        st.tuples(st.floats(-89, 89), st.floats(-180, 180), st.text(min_size=1, max_size=40)), min_size=1, max_size=7
    ),
    st.booleans(),
)
def test_names_never_overlap_and_cover_no_mark(places: list[tuple[float, float, str]], is_near: bool) -> None:
    if is_near:  # crowded: all within some hundred kilometres
        places = [(48 + latitude / 60, 7 + longitude / 90, name) for latitude, longitude, name in places]
    dice = ["origin", "passed", "passed", "passed", "passed", "here", "destination"]
    kinds = dice[: len(places) - 1] + ["destination"]
    marks = [
        labels.Mark(kind, (360 + longitude % 290 - 145, 160 + latitude % 200 - 100), 6, name)
        for kind, (latitude, longitude, name) in zip(kinds, places, strict=True)
    ]
    found = labels.place(marks, [mark.spot for mark in marks])
    for at, one in enumerate(found):
        assert one.box[0] >= 0
        assert one.box[2] <= WIDTH
        assert one.box[1] >= 0
        assert one.box[3] <= HEIGHT
        assert not [other for other in found[at + 1 :] if labels.overlap(one.box, other.box)]
        for mark in marks:
            if mark.name != one.name:
                x, y = mark.spot
                assert not (one.box[0] < x < one.box[2] and one.box[1] < y < one.box[3])
