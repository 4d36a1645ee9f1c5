from __future__ import annotations

import re
from pathlib import Path

import pytest

from order_status_plugin.carriers import audit, catalogue
from order_status_plugin.sources.aftership import codes as aftership
from order_status_plugin.sources.easypost import codes as easypost
from order_status_plugin.sources.seventeentrack import codes as seventeentrack
from order_status_plugin.sources.trackingmore import codes as trackingmore


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
        for text in {catalogue.fold(text) for text in (carrier.slug, *carrier.aliases)}:
            assert text, carrier
            assert seen.setdefault(text, carrier.slug) == carrier.slug


#: https://help.shopify.com/en/manual/fulfillment/setup/tracking-carriers: shops in any country choose from these.
SHOPIFY = (Path(__file__).parent / "shopify.txt").read_text("utf-8").splitlines()


def test_every_name_on_shopifys_list_is_known() -> None:
    assert len(SHOPIFY) == 111
    assert [name for name in SHOPIFY if catalogue.find(name) is None] == []
    assert len(catalogue.CARRIERS) >= 110


def test_the_data_is_sound() -> None:
    assert audit.report_of(catalogue.CARRIERS) == []
    assert len({carrier.slug for carrier in catalogue.CARRIERS}) == len(catalogue.CARRIERS)
    for carrier in catalogue.CARRIERS:
        assert re.fullmatch(r"[a-z0-9-]{2,60}", carrier.slug)
        assert re.fullmatch(r"|[A-Z]{2}", carrier.country)
        assert "s10" not in carrier.numbers or carrier.country


def test_whatever_a_source_calls_a_carrier_is_in_the_catalogue() -> None:
    for module in (easypost, seventeentrack, trackingmore, aftership):
        assert module.CARRIERS
        assert all(catalogue.get(slug) for slug in module.CARRIERS.values())


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
