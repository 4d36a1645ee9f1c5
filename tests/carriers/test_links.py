"""Links to carriers: where they lead, and that nothing in a number leads anywhere else."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from order_status_plugin.carriers import audit, catalogue, links
from order_status_plugin.carriers.carrier import Carrier

TEMPLATES = [(carrier, template) for carrier in catalogue.CARRIERS for template in carrier.links]


def test_a_number_is_put_in_its_place() -> None:
    ups = catalogue.get("ups")
    assert catalogue.link(ups, "1z 999 aa1 0123456784") == "https://www.ups.com/track?tracknum=1Z999AA10123456784"


@given(st.text(max_size=40), st.text(max_size=12), st.sampled_from(["", "fr", "pt-br", "x\"'"]))
def test_nothing_that_is_put_in_leads_elsewhere(number: str, postcode: str, language: str) -> None:
    for carrier, template in TEMPLATES[:: max(1, len(TEMPLATES) // 25)]:
        plain = urlsplit(links.fill(template, "1", "1", "en"))
        url = catalogue.link(carrier, number, postcode, language)
        assert url.isascii()
        assert not set(url) & set("\"<>'` \\\n")
        if catalogue.normalise_number(number):
            filled = urlsplit(links.fill(template, catalogue.normalise_number(number), postcode, language))
            assert (filled.scheme, filled.netloc) == ("https", plain.netloc)
            assert filled.path.count("/") == plain.path.count("/")


def test_without_a_link_it_is_the_carriers_page_and_without_one_nothing() -> None:
    only_home = next(carrier for carrier in catalogue.CARRIERS if carrier.home and not carrier.links)
    neither = next(carrier for carrier in catalogue.CARRIERS if not carrier.home and not carrier.links)
    assert catalogue.link(only_home, "12345678") == only_home.home
    assert catalogue.link(catalogue.get("ups"), " - ") == "https://www.ups.com/track"
    assert catalogue.link(neither, "12345678") == ""
    assert catalogue.link(None, "12345678") == ""


def test_a_template_that_wants_a_postcode_gives_way_where_there_is_none() -> None:
    carrier = Carrier(
        "x",
        "X",
        links=("https://x.example/{number}/{postcode}", "https://x.example/{number}"),
        home="https://x.example/",
    )
    assert catalogue.link(carrier, "a 1", "75 011") == "https://x.example/A1/75011"
    assert catalogue.link(carrier, "a 1") == "https://x.example/A1"


@pytest.mark.parametrize(
    ("languages", "asked", "said"),
    [(("en", "fr"), "fr-CA", "fr"), (("en", "fr"), "ar", "en"), ((), "pt-br", "pt"), ((), "", "en")],
)
def test_the_language_is_one_that_the_site_has(languages: tuple[str, ...], asked: str, said: str) -> None:
    carrier = Carrier("x", "X", links=("https://x.example/{language}/{number}",), languages=languages)
    assert catalogue.link(carrier, "1", "", asked) == f"https://x.example/{said}/1"


@pytest.mark.parametrize(
    "template",
    [
        "http://x.example/{number}",
        "//x.example/{number}",
        "javascript:alert({number})//https://",
        "https://{number}.x.example/",
        "https://x.example/",
        "https://x.example/{nummer}",
        "https://x.example/{number}/{name}",
        "https://user:secret@x.example/{number}",
        "https://x.example:8443/{number}",
        "https://localhost/{number}",
        "https://127.0.0.1/{number}",
        "https://[::1]/{number}",
        "https://X.example/{number}",
        "https://x.example/{number} ",
        "https://x.example/<{number}>",
        "https://x.example/{number",
        "https://пример.рф/{number}",
        "",
    ],
)
def test_a_template_that_could_lead_customers_astray_is_refused_with_the_reason(template: str) -> None:
    assert all(links.problems(template))
    assert links.problems(template)


@pytest.mark.parametrize(
    "template",
    ["https://x.example/{number}", "https://track.x.example/p?n={number}&zip={postcode}&l={language}#{number}"],
)
def test_a_good_template_is_not(template: str) -> None:
    assert links.problems(template) == []


@pytest.mark.parametrize(
    "carrier",
    [
        Carrier("x", "X", links=("https://x.example/{number}",)),
        Carrier("x", "X", home="https://x.example/", home_source="hearsay"),
        Carrier("x", "X", links=("http://x.example/{number}",), links_source="karrio"),
        Carrier("x", "X", links=("https://x.example/{language}/{number}",), links_source="karrio"),
        Carrier("x", "X", numbers=("runes",)),
    ],
)
def test_an_address_that_nobody_states_does_not_enter_the_catalogue(carrier: Carrier) -> None:
    assert audit.report_of([carrier])


@pytest.mark.parametrize(
    ("slug", "host"),
    [("purolator", "www.purolator.com"), ("dpd", "www.dpdgroup.com"), ("dpd-uk", "track.dpd.co.uk")],
)
def test_a_carriers_link_leads_to_that_carrier(slug: str, host: str) -> None:
    """Other catalogues send Purolator's customers to USPS, and DPD's to an address without a path."""
    url = urlsplit(catalogue.link(catalogue.get(slug), "12345678901234"))
    assert (url.scheme, url.netloc) == ("https", host)
    assert url.path.strip("/")
    assert "12345678901234" in url.query


def test_no_link_leads_to_a_name_that_stands_for_any_carrier() -> None:
    hosts = {urlsplit(links.fill(template, "1", "1", "en")).netloc for _carrier, template in TEMPLATES}
    assert not {host for host in hosts if host.removeprefix("www.").split(".")[0] in {"carrier", "example"}}
