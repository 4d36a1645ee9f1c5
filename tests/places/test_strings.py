"""What carriers write is found where it lies, and never in another country."""

from __future__ import annotations

import pytest

from order_status_plugin.events import Place, PlacePrecision, Point
from order_status_plugin.places.names import key
from order_status_plugin.places.resolve import resolve
from tests.places.held_out import HELD_OUT
from tests.places.strings import ALL, cases

CASES = [(place, wanted) for block in ALL.values() for place, wanted in cases(block)]


def is_as_wanted(point: Point | None, wanted: str) -> bool:
    if point is None or wanted == "-":
        return point is None and wanted == "-"
    name, country = wanted.rsplit(" ", 1)
    if name == "~":
        return point.country == country and point.precision is not PlacePrecision.CITY
    return (key(point.name), point.country, point.precision) == (key(name), country, PlacePrecision.CITY)


def test_the_list_is_long_enough() -> None:
    assert len(CASES) > 34 + 150
    assert len(cases(HELD_OUT)) > 100


@pytest.mark.parametrize(("place", "wanted"), CASES, ids=lambda value: value if isinstance(value, str) else value.text)
def test_what_carriers_write(place: Place, wanted: str) -> None:
    point = resolve(place)
    assert is_as_wanted(point, wanted), point


def test_words_that_no_rule_was_made_for() -> None:
    found = [(place, wanted, resolve(place)) for place, wanted in cases(HELD_OUT)]
    missed = [(place.text, wanted, point) for place, wanted, point in found if not is_as_wanted(point, wanted)]
    assert len(missed) <= 2, missed
    assert [row for row in missed if row[2] and row[2].country != row[1][-2:]] == []
