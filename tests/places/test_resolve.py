"""Order of trust, precision and zone; and whatever is in the words, no wrong country, no street, no error."""

from __future__ import annotations

import json
import sys

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from order_status_plugin.events import Place, PlacePrecision
from order_status_plugin.places import destination
from order_status_plugin.places.country_names import country_of, named_country
from order_status_plugin.places.regions import BELONGS
from order_status_plugin.places.resolve import resolve

CITY, REGION, COUNTRY = PlacePrecision

CITIES = (
    *(
        "Paris",
        "London",
        "Berlin",
        "Madrid",
        "Roma",
        "Wien",
        "Valencia",
        "Springfield",
        "Birmingham",
    ),
    *(
        "Leipzig",
        "Memphis",
        "Sydney",
        "Toronto",
        "Tokyo",
        "Shenzhen",
        "Victoria",
        "Georgetown",
        "Hamilton",
    ),
    *(
        "Wellington",
        "Portland",
        "Vancouver",
        "Cordoba",
        "Granada",
        "Lebanon",
        "Mexico",
        "Santiago",
        "Alexandria",
    ),
    *(
        "Perth",
        "Boston",
        "Halifax",
        "Newcastle",
        "Frankfurt",
        "Barcelona",
        "Merida",
        "Toledo",
        "Athens",
    ),
    *(
        "Naples",
        "Florence",
        "Geneva",
        "Melbourne",
        "Kingston",
    ),
)
NAMES = {
    "DE": "Germany", "FR": "Frankreich", "ES": "España", "IT": "Italia", "GB": "Royaume-Uni", "US": "USA", "JP": "日本",
    "CN": "China Mainland", "AU": "Australia", "CA": "Kanada", "MX": "México", "BR": "Brasil", "NL": "Nederland",
    "PL": "Polska", "IN": "India", "ZA": "South Africa", "NZ": "New Zealand", "KR": "Korea, Republic of", "HK": "Hong Kong",
}  # fmt: skip
words = st.sampled_from(CITIES)
countries = st.sampled_from(sorted(NAMES))


def is_of(country: str, code: str) -> bool:
    return code == country or code in BELONGS.get(country, ())


@given(city=words, country=countries, form=st.integers(0, 5), is_upper=st.booleans())
@example(city="Springfield", country="DE", form=3, is_upper=True)
@settings(max_examples=400)
def test_no_city_is_taken_from_another_country_than_the_one_that_is_named(
    city: str, country: str, form: int, is_upper: bool
) -> None:
    name = NAMES[country].upper() if is_upper else NAMES[country]
    town = city.upper() if is_upper else city
    place = [
        Place(text=f"{town}, {name}"),
        Place(text=f"{town} - {name}"),
        Place(text=f"{town} HUB - {name}"),
        Place(city=town, country=country),
        Place(text=town, country=country),
        Place(text=f"{town}, {name}", city=town, country=country),
    ][form]
    point = resolve(place)
    assert point is None or is_of(country, point.country), point


@given(city=words, country=countries, hint=countries)
@settings(max_examples=200)
def test_a_hint_is_weaker_than_any_word(city: str, country: str, hint: str) -> None:
    point = resolve(Place(text=f"{city}, {NAMES[country]}"), country_hint=hint)
    assert point is None or is_of(country, point.country)


def test_a_hint_tells_which_city_is_meant_unless_a_far_larger_one_stands_against_it() -> None:
    assert resolve(Place(text="BIRMINGHAM")) is None
    point = resolve(Place(text="BIRMINGHAM"), country_hint="GB")
    assert point is not None
    assert (point.name, point.country) == ("Birmingham", "GB")
    assert resolve(Place(text="PARIS"), country_hint="US") is None


text = st.text(max_size=80) | st.text("ABCDE, -/()0123456789.", max_size=40)
degrees = st.none() | st.floats()


@given(text, text, text, text, text, degrees, degrees)
@example("\n|+=@%!", "!", "@US", "=", "%", None, None)
@example("", "", "", "", "", float("nan"), float("inf"))
@example("", "", "", "", "US", 90.0, 180.0)
@example("", "", "", "", "", -90.0, -180.0)
@settings(max_examples=400, deadline=None)
def test_no_words_and_no_numbers_are_an_error(
    whole: str, city: str, region: str, postcode: str, country: str, latitude: float | None, longitude: float | None
) -> None:
    place = Place(
        text=whole, city=city, region=region, postcode=postcode, country=country, latitude=latitude, longitude=longitude
    )
    point = resolve(place)
    assert point is None or (abs(point.latitude) <= 90 and abs(point.longitude) <= 180)
    assert point is None or (point.latitude, point.longitude) == (round(point.latitude, 2), round(point.longitude, 2))


@given(
    city=words,
    street=st.sampled_from(["{}er Strasse {}", "Rue de {} {}", "{} {} Paris Avenue", "Via {} {}", "{} Road {}"]),
    number=st.integers(1, 250),
)
@example(city="Paris", street="{} Road {}", number=12)
def test_a_street_is_never_looked_up(city: str, street: str, number: int) -> None:
    line = street.format(city, number)
    alone = resolve(Place(city=line, country="NL"))
    assert alone is not None
    assert alone.precision is COUNTRY
    point = resolve(Place(city=f"{line}, AMSTERDAM", country="NL"))
    assert point is not None
    assert (point.name, point.precision) == ("Amsterdam", CITY)


@pytest.mark.parametrize(
    ("place", "precision", "zone"),
    [
        (Place(city="Memphis", region="TN", country="US"), CITY, "America/Chicago"),
        (Place(city="Nowhere Falls", region="OH", country="US"), REGION, "America/New_York"),
        (Place(city="Nowhere Falls", region="TX", country="US"), REGION, ""),
        (Place(country="US"), COUNTRY, ""),
        (Place(country="US", postcode="10001"), REGION, "America/New_York"),
        (Place(country="DE"), COUNTRY, "Europe/Berlin"),
        (Place(city="Urumqi", country="CN"), CITY, "Asia/Shanghai"),
        (Place(city="Las Palmas", country="ES"), CITY, "Atlantic/Canary"),
        (Place(country="CN"), COUNTRY, "Asia/Shanghai"),
        (Place(country="PT"), COUNTRY, ""),
    ],
)
def test_precision_is_kept_and_a_zone_is_told_where_there_is_but_one(
    place: Place, precision: PlacePrecision, zone: str
) -> None:
    point = resolve(place)
    assert point is not None
    assert (point.precision, point.zone) == (precision, zone)


def test_one_name_in_many_regions_is_told_apart_by_region_and_postcode() -> None:
    names = {
        region: resolve(Place(city="Springfield", region=region, country="US")) for region in ("IL", "MO", "MA", "OR")
    }
    assert len({(point.latitude, point.longitude) for point in names.values() if point}) == 4
    by_postcode = resolve(Place(city="SPRINGFIELD", postcode="62701-1234", country="US"))
    assert by_postcode == names["IL"]


def test_the_sources_own_coordinates_come_first_rounded_to_a_city() -> None:
    point = resolve(Place(text="COLOGNE, DE", city="COLOGNE", country="DE", latitude=50.941278, longitude=6.958281))
    assert point is not None
    assert (point.latitude, point.longitude) == (50.94, 6.96)
    assert (point.name, point.zone, point.precision) == ("Köln", "Europe/Berlin", CITY)
    named = resolve(Place(latitude=39.1031, longitude=-84.5121))
    assert named is not None
    assert (named.latitude, named.name, named.region, named.country) == (39.1, "Cincinnati", "Ohio", "US")


def test_coordinates_at_a_border_or_at_sea_name_no_country() -> None:
    border = resolve(Place(latitude=48.58, longitude=7.79))  # between Strasbourg and Kehl
    sea = resolve(Place(latitude=35.0, longitude=-45.0))
    assert border is not None
    assert sea is not None
    assert (border.country, border.name, sea.country, sea.zone) == ("", "", "", "")
    told = resolve(Place(latitude=48.58, longitude=7.79, country="FR"))
    assert told is not None
    assert (told.country, told.zone) == ("FR", "Europe/Paris")


def test_coordinates_in_another_country_than_the_words_are_not_believed() -> None:
    point = resolve(Place(city="Lyon", country="FR", latitude=52.52, longitude=13.4))
    assert point is not None
    assert (point.name, point.country) == ("Lyon", "FR")
    nowhere = resolve(Place(city="Lyon", country="FR", latitude=0.0, longitude=0.0))
    assert nowhere == resolve(Place(city="Lyon", country="FR"))


def test_both_sides_of_the_antimeridian_are_near_each_other() -> None:
    point = resolve(Place(latitude=-16.78, longitude=-180.0, country="FJ"))
    assert point is not None
    assert point.country == "FJ"


def test_a_country_is_known_by_its_name_in_many_languages() -> None:
    assert {named_country(name) for name in ("Deutschland", "Allemagne", "ALEMANIA", "Германия", "ドイツ", "德国")} == {
        "DE"
    }
    assert {country_of(name) for name in ("gb", "GBR", "U.K.", "England", "Verenigd Koninkrijk")} == {"GB"}


def test_the_destination_is_its_city_never_its_street() -> None:
    address = {
        "name": "Noor Paris",
        "lines": ["Londonstraat 5"],
        "postcode": "1012 AB",
        "city": "Amsterdam",
        "region": "",
        "country": "NL",
        "country_name": "Netherlands",
    }
    point = destination(json.loads(json.dumps(address)))
    assert point is not None
    assert (point.name, point.country, point.precision) == ("Amsterdam", "NL", CITY)
    assert destination({}) is None
    assert destination({"city": None, "country": "NL"}) == resolve(Place(country="NL"))
    assert destination({"lines": ["Paris"], "name": "London"}) is None


def test_looking_up_holds_no_table_in_memory() -> None:
    from order_status_plugin.places.table import table

    resolve(Place(city="Amsterdam", country="NL"))
    held = sum(sys.getsizeof(value) for value in vars(table()).values())
    assert held < 10_000
