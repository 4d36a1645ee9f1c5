from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest

from order_status_plugin.carriers import catalogue
from order_status_plugin.carriers.numbers import FORMATS


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("ups", "ups"),
        ("UPS", "ups"),
        ("United Parcel Service", "ups"),
        ("royal_mail", "royal-mail"),
        ("  RoyalMail ", "royal-mail"),
        ("La Poste Colissimo", "colissimo"),
        ("Correos de Espana", "correos"),
        ("Correos de España", "correos"),
        ("DHL", "dhl-express"),
        ("dhl ecommerce", "dhl-ecommerce"),
        ("Hermes", "evri"),
        ("PostNord SE", "postnord-se"),
    ],
)
def test_a_carrier_is_found_by_any_spelling(text: str, slug: str) -> None:
    carrier = catalogue.find(text)
    assert carrier is not None
    assert carrier.slug == slug


@pytest.mark.parametrize("text", ["", "   ", "Bob's bicycle couriers", "up", "—"])
def test_an_unknown_carrier_is_not_guessed(text: str) -> None:
    assert catalogue.find(text) is None


def test_get_takes_slugs_only() -> None:
    assert catalogue.get("ups") is not None
    assert catalogue.get("United Parcel Service") is None


def test_spellings_belong_to_one_carrier_each() -> None:
    seen: dict[str, str] = {}
    for carrier in catalogue.CARRIERS:
        for text in {catalogue._fold(text) for text in (carrier.slug, *carrier.aliases)}:
            assert text, carrier
            assert seen.setdefault(text, carrier.slug) == carrier.slug


def test_the_data_is_sound() -> None:
    assert len({carrier.slug for carrier in catalogue.CARRIERS}) == len(catalogue.CARRIERS)
    for carrier in catalogue.CARRIERS:
        assert re.fullmatch(r"[a-z0-9-]{2,60}", carrier.slug)
        assert urlsplit(carrier.home).scheme == "https"
        assert urlsplit(carrier.home).hostname
        if carrier.template:
            assert carrier.template.startswith("https://")
            assert carrier.template.count("{number}") == 1
            assert "{" not in carrier.template.replace("{number}", "")
        assert set(carrier.numbers) <= set(FORMATS)
        assert "s10" not in carrier.numbers or len(carrier.country) == 2


def test_links_are_percent_encoded_and_https() -> None:
    ups = catalogue.get("ups")
    assert catalogue.link(ups, "1z 999 aa1 0123456784") == "https://www.ups.com/track?tracknum=1Z999AA10123456784"
    hostile = 'a"><script>&x=1#/../?é'
    for carrier in catalogue.CARRIERS:
        url = catalogue.link(carrier, hostile)
        assert url.startswith("https://")
        assert not set(url) & set("\"<> é'")
        if carrier.template:
            assert urlsplit(url).hostname == urlsplit(carrier.template).hostname


def test_without_a_template_the_link_is_the_carriers_page() -> None:
    carrier = catalogue.get("mondial-relay")
    assert carrier is not None
    assert catalogue.link(carrier, "12345678") == carrier.home
    assert catalogue.link(catalogue.get("ups"), " - ") == "https://www.ups.com/track"
    assert catalogue.link(None, "12345678") == ""


@pytest.mark.parametrize(
    ("given", "normal"),
    [
        ("1z 999-aa1.01 2345 6784", "1Z999AA10123456784"),
        ("rr\u00a0123\u200b456785gb", "RR123456785GB"),
        ("1234", "1234"),
        ("\u200f12 34\u200f", "1234"),
        ("ab—12", "AB12"),
        ("", ""),
    ],
)
def test_normalise_number(given: str, normal: str) -> None:
    assert catalogue.normalise_number(given) == normal
    assert catalogue.normalise_number(normal) == normal


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("1Z999AA10123456784", "1Z 999 AA1 01 2345 6784"),
        ("RR123456785GB", "RR 123 456 785 GB"),
        ("986578788855", "9865 7878 8855"),
        ("9400111206206406260787", "9400 1112 0620 6406 2607 87"),
        ("1234567890123", "1234 5678 90123"),
        ("12345678", "12345678"),
        ("ORDER/12345678", "ORDER/12345678"),
        ("", ""),
    ],
)
def test_group(number: str, shown: str) -> None:
    assert catalogue.group(number) == shown
    assert catalogue.normalise_number(catalogue.group(number)) == catalogue.normalise_number(number)


@pytest.mark.parametrize(
    ("number", "slug"),
    [
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
        ("CP 123 456 785 FR", "colissimo"),
    ],
)
def test_detect(number: str, slug: str) -> None:
    found = catalogue.detect(number)
    assert [carrier.slug for carrier, _reason in found] == [slug]
    assert all(reason for _carrier, reason in found)


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
        "١٢٣٤٥٦٧٨٩٠١٢",
    ],
)
def test_detect_wants_the_check_digit(number: str) -> None:
    assert catalogue.detect(number) == []
