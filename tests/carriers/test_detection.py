"""From a number to the carriers that it may be from: ranked, with the reason, and never one silent guess."""

from __future__ import annotations

import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from order_status_plugin.carriers import catalogue
from order_status_plugin.carriers.catalogue import Evidence

#: Numbers with their carriers: those that https://github.com/jkeen/tracking_number_data (MIT) gives as valid.
KNOWN = [
    ("1Z5R89390357567127", "ups"),
    ("1z 879e93 03 4683444 0", "ups"),
    ("1Z410E7W0392751591", "ups"),
    ("986578788855", "fedex"),
    ("477179081230", "fedex"),
    ("799531274483", "fedex"),
    ("9400111206206406260787", "usps"),
    ("420787459400111206206406260787", "usps"),
    ("0307 1790 0005 2348 3741", "usps"),
    ("7112 3456 7891 2345 6787", "usps"),
    ("RB123456785GB", "royal-mail"),
    ("RB123456785US", "usps"),
    ("TBA000000000000", "amazon"),
    ("3318810025", "dhl-express"),
]

_POSTS = {carrier.country: carrier.slug for carrier in catalogue.CARRIERS if "s10" in carrier.numbers}


@pytest.mark.parametrize(("number", "slug"), KNOWN)
def test_a_known_number_has_its_carrier_among_the_candidates_with_a_reason(number: str, slug: str) -> None:
    found = catalogue.detect(number)
    assert slug in [candidate.carrier.slug for candidate in found]
    assert all(candidate.reason for candidate in found)


@pytest.mark.parametrize(("number", "slug"), KNOWN[:3] + KNOWN[6:8] + KNOWN[10:12])
def test_a_number_that_only_one_writes_like_this_names_it_first(number: str, slug: str) -> None:
    assert catalogue.detect(number)[0].carrier.slug == slug


def test_twelve_digits_are_of_several_and_all_are_said() -> None:
    found = {candidate.carrier.slug for candidate in catalogue.detect("986578788855")}
    assert found == {"fedex"}  # a digit above five is none of Purolator's
    both = [number for number in map(str, range(100_000_000_000, 100_000_004_000)) if len(catalogue.detect(number)) > 1]
    assert both
    assert {candidate.carrier.slug for candidate in catalogue.detect(both[0])} == {"fedex", "purolator"}


@pytest.mark.parametrize(
    "number",
    [
        "1Z5R89390357567128",
        "2Z5R89390357567127",
        "996578788855",
        "000000000000",
        "0307 1790 0005 2348 3742",
        "RB123456786GB",
        "RB123456785XX",
        "hello",
        "",
        "١٢٣٤٥٦٧٨٩٠١٢٣٤٥٦٧٨",
    ],
)
def test_a_wrong_check_digit_is_nobodys(number: str) -> None:
    assert catalogue.detect(number) == []


def _s10(service: str, serial: int, country: str) -> str:
    digits = f"{serial:08d}"
    total = sum(int(char) * weight for char, weight in zip(digits, (8, 6, 4, 2, 3, 5, 9, 7), strict=True))
    check = {10: 0, 11: 5}.get(11 - total % 11, 11 - total % 11)
    return f"{service}{digits}{check}{country}"


@given(
    st.text(string.ascii_uppercase, min_size=2, max_size=2),
    st.integers(1, 99_999_999),
    st.sampled_from(sorted(_POSTS)),
    st.integers(0, 8),
    st.integers(1, 9),
)
def test_postal_numbers_of_every_country(service: str, serial: int, country: str, place: int, shift: int) -> None:
    number = _s10(service, serial, country)
    first = catalogue.detect(number)[0]
    assert (first.carrier.slug, first.evidence) == (_POSTS[country], Evidence.CHECKED_PREFIX)
    at = 2 + place
    other = number[:at] + str((int(number[at]) + shift) % 10) + number[at + 1 :]
    # The union's digit catches every single slip but those between the sums that it writes alike (0 and 10, 5 and 11).
    assume(_s10(service, int(other[2:10]), country) != other)
    assert _POSTS[country] not in [
        candidate.carrier.slug for candidate in catalogue.detect(other) if candidate.format == "s10"
    ]


def test_the_union_is_whole() -> None:
    """190 and more members: the list of the countries that take part grows, and is not ours."""
    assert len(_POSTS) >= 190
    assert {"FR", "DE", "JP", "BR", "ZA", "AU", "CN", "IN", "PT", "CH"} <= set(_POSTS)


@given(st.text(max_size=45))
def test_whatever_it_is_the_strongest_stands_first_and_nobody_twice(number: str) -> None:
    found = catalogue.detect(number)
    evidence = [candidate.evidence for candidate in found]
    assert evidence == sorted(evidence, reverse=True)
    assert len({candidate.carrier.slug for candidate in found}) == len(found)


@given(st.from_regex(r"\A[0-9A-Z]{8,34}\Z"))
def test_spelling_it_with_gaps_changes_nothing(number: str) -> None:
    spaced = " ".join(number[start : start + 4] for start in range(0, len(number), 4)).lower()
    assert catalogue.detect(spaced) == catalogue.detect(number)


def test_customers_are_shown_more_than_a_length() -> None:
    assert catalogue.detect("12345678901234")  # fourteen digits: DHL eCommerce among others
    assert catalogue.likely("12345678901234") == []
