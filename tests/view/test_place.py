"""Places as people say them."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from order_status_plugin.view.place import place, proper
from order_status_plugin.view.zone import zone_of


def row(**given: str) -> SimpleNamespace:
    return SimpleNamespace(**{"city": "", "region": "", "country": "", "place_text": "", **given})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"city": "COLOGNE", "region": "NW", "country": "DE"}, "Cologne, Germany"),
        ({"city": "LOUISVILLE", "region": "ky", "country": "US"}, "Louisville, KY, United States"),
        ({"city": "Sydney", "region": "NEW SOUTH WALES", "country": "AU"}, "Sydney, New South Wales, Australia"),
        ({"city": "FRANKFURT AM MAIN", "country": "DE"}, "Frankfurt am Main, Germany"),
        ({"city": "STOKE-ON-TRENT", "country": "GB"}, "Stoke-on-Trent, United Kingdom"),
        ({"city": "ST. JOHN'S", "region": "NL", "country": "CA"}, "St. John's, NL, Canada"),
        ({"city": "’s-Hertogenbosch", "country": "NL"}, "’s-Hertogenbosch, Netherlands"),
        ({"place_text": "JACKSONVILLE FL DISTRIBUTION CENTER"}, "Jacksonville FL Distribution Center"),
        ({"place_text": "東京"}, "東京"),
        ({"country": "JP"}, "Japan"),
        ({"region": "BAVARIA", "country": "DE"}, "Bavaria, Germany"),
        ({"city": "Somewhere", "country": "QQ"}, "Somewhere, QQ"),
        ({}, ""),
    ],
)
def test_a_place_reads_as_people_write_it(given: dict[str, str], said: str) -> None:
    assert place(row(**given)) == said


def test_the_country_is_in_the_readers_language() -> None:
    with translation.override("fr"):
        assert place(row(city="KÖLN", country="DE")) == "Köln, Allemagne"


@given(st.text(max_size=80))
def test_no_letter_is_lost_or_added(name: str) -> None:
    assert proper(name).upper().replace(" ", "") == name.upper().replace(" ", "") or not name.isascii()
    if not name.isupper():
        assert proper(name) == name


@pytest.mark.parametrize(
    ("country", "zone"),
    [("NL", "Europe/Amsterdam"), ("DE", "Europe/Berlin"), ("JP", "Asia/Tokyo"), ("US", ""), ("PT", ""), ("", "")],
)
def test_a_country_tells_its_zone_only_where_all_its_clocks_agree(country: str, zone: str) -> None:
    assert zone_of(country, dt.datetime(2026, 11, 25, 10)) == zone
