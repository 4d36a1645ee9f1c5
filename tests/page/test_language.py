"""The switch of languages: in the address, carried by the page's own links, and never the admin's."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.conf import global_settings
from django.conf import settings as project
from django.test import Client
from django.urls import reverse
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from order_status_plugin.access.links import order_path
from order_status_plugin.page.models import KeptPage
from order_status_plugin.tracking import record
from order_status_plugin.tracking.models import Order
from tests.access.orders import EMAIL, let_in, placed, snapshot

pytestmark = pytest.mark.django_db


@pytest.fixture
def french() -> Order:
    placed()
    return record.order("shop", replace(snapshot(), locale="fr"), is_import=True)


def soup(response: Any) -> BeautifulSoup:
    return BeautifulSoup(response.content, "html.parser")


def language(response: Any) -> str:
    return str(soup(response).find(id="order")["lang"])


@pytest.mark.parametrize("how", ["stranger", "customer", "staff", "staff as public", "staff as customer"])
@pytest.mark.parametrize("asked", ["en", "fr", "de"])
def test_the_orders_language_decides_whatever_the_browser_or_the_admin_speaks(
    how: str, asked: str, french: Order, admin_client: Client, settings: Any
) -> None:
    client = admin_client if how.startswith("staff") else Client()
    if how == "customer":
        client.cookies.load(let_in(french))
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = asked
    look = {"staff as public": "?as=public", "staff as customer": "?as=customer"}.get(how, "")
    with override("en"):  # whatever was active before
        for _time in range(2):  # the second may be kept
            page = client.get(order_path(french) + look, secure=True, HTTP_ACCEPT_LANGUAGE=asked)
            assert (language(page), page.headers["Content-Language"]) == ("fr", "fr")


@pytest.mark.parametrize("path", ["", "share/", "calendar.ics"])
def test_a_choice_goes_before_the_orders_language_and_an_unknown_one_does_not(path: str, french: Order) -> None:
    said = {
        lang: Client().get(f"{order_path(french)}{path}?lang={lang}").content.decode()
        for lang in ("en", "fr", "xx", "", "EN", "fr'><b>")
    }
    assert "lang='><b>" not in said["fr'><b>"]
    if path != "calendar.ics":
        page = {lang: BeautifulSoup(html, "html.parser") for lang, html in said.items()}
        speaks = {lang: html.h1.text for lang, html in page.items()}
        assert speaks["en"] == speaks["EN"] != speaks["fr"]
        assert speaks["xx"] == speaks[""] == speaks["fr'><b>"] == speaks["fr"]


def test_the_switch_names_each_language_in_itself_and_says_which_is_on(french: Order, settings: Any) -> None:
    settings.LANGUAGES = [("en", "English"), ("fr", "French"), ("tlh", "Klingon")]
    page = soup(Client().get(order_path(french)))
    links = page.select("nav.os-languages a")
    assert [(a["lang"], a["hreflang"], a.text) for a in links] == [("en", "en", "English"), ("fr", "fr", "Français")]
    assert [a["lang"] for a in links if a.get("aria-current")] == ["fr"]
    assert [a["href"] for a in links] == [f"{order_path(french)}?lang=en", f"{order_path(french)}?lang=fr"]
    settings.LANGUAGES = [("fr", "French")]
    assert not soup(Client().get(order_path(french))).select("nav.os-languages")


def test_a_project_that_chose_no_languages_offers_each_of_ours_once(french: Order, settings: Any) -> None:
    settings.LANGUAGES = global_settings.LANGUAGES
    offered = [a["lang"] for a in soup(Client().get(order_path(french))).select("nav.os-languages a")]
    assert sorted(offered) == ["ar", "de", "en", "es", "fr", "it", "ja", "nl", "pl", "pt-br"]


@pytest.mark.parametrize("is_private", [False, True])
def test_the_pages_own_links_and_forms_carry_the_choice(is_private: bool, french: Order) -> None:
    client = Client()
    if is_private:
        client.cookies.load(let_in(french))
    path = order_path(french)
    page = soup(client.get(f"{path}?lang=en", secure=True))
    own = [
        *(a["href"] for a in page.select("main a[href]") if a.find_parent(class_="os-languages") is None),
        *(form["action"] for form in page.select("main form[action]")),
    ]
    own = [each for each in own if each.startswith(path)]
    assert len(own) > 2
    assert all(each.endswith("?lang=en") for each in own)
    plain = soup(client.get(path, secure=True))
    assert not [a for a in plain.select("main a[href*=lang]") if a.find_parent(class_="os-languages") is None]


def test_what_a_form_leads_to_keeps_the_choice(french: Order) -> None:
    client, path = Client(), order_path(french)
    wrong = client.post(f"{path}identify/?lang=en", {"number": "no", "email": "no"}, secure=True)
    assert (wrong.status_code, language(wrong)) == (422, "en")
    right = client.post(f"{path}identify/?lang=en", {"number": "TS-20418", "email": EMAIL}, secure=True)
    assert (right.status_code, right.headers["Location"]) == (303, f"{path}?lang=en")
    back = client.post(f"{path}devices/?lang=en", {"others": "1"}, secure=True)
    assert back.headers["Location"] == f"{path}?lang=en#devices"
    assert client.post(f"{path}forget/?lang=en", secure=True).headers["Location"] == f"{path}?lang=en"


def test_staff_keep_how_they_look_when_they_switch(french: Order, admin_client: Client) -> None:
    page = soup(admin_client.get(f"{order_path(french)}?as=public"))
    assert page.select_one("nav.os-languages a[lang=en]")["href"] == f"{order_path(french)}?lang=en&as=public"
    page = soup(admin_client.get(f"{order_path(french)}?as=public&lang=en"))
    assert language(admin_client.get(f"{order_path(french)}?as=public&lang=en")) == "en"
    assert page.select_one(".os-staff nav a:last-child")["href"] == f"{order_path(french)}?as=customer&lang=en"


@pytest.mark.parametrize("asked", ["", "?as=public", "?as=customer", "?lang=en", "?lang=en&as=customer"])
def test_checking_again_leads_to_the_same_page(asked: str, french: Order, admin_client: Client) -> None:
    page = soup(admin_client.get(order_path(french) + asked))
    assert page.select_one(".os-live a")["href"] == order_path(french) + asked
    stranger = soup(Client().get(order_path(french) + asked, secure=True))
    lang = "?lang=en" if "lang" in asked else ""
    assert stranger.select_one(".os-live a")["href"] == order_path(french) + lang


def test_looking_in_a_language_writes_nothing_but_the_kept_page(french: Order) -> None:
    client = Client()
    client.get(f"{order_path(french)}?lang=en")
    assert "sessionid" not in client.cookies
    assert project.LANGUAGE_COOKIE_NAME not in client.cookies
    assert [page.variant.partition(":")[2] for page in KeptPage.objects.all()] == ["=en"]
    client.get(order_path(french), HTTP_ACCEPT_LANGUAGE="en")
    assert language(client.get(order_path(french), HTTP_ACCEPT_LANGUAGE="en")) == "fr"


def test_the_look_up_speaks_what_the_browser_prefers_until_somebody_chooses(client: Client, settings: Any) -> None:
    settings.MIDDLEWARE = [each for each in settings.MIDDLEWARE if "LocaleMiddleware" not in each]
    path = reverse("order_status:lookup")
    assert "Suivre votre commande" in client.get(path, HTTP_ACCEPT_LANGUAGE="fr").content.decode()
    chosen = soup(client.get(f"{path}?lang=en", HTTP_ACCEPT_LANGUAGE="fr"))
    assert chosen.h1.text == "Track your order"
    assert {form["action"] for form in chosen.select("form")} == {f"{path}?lang=en", f"{path}links/?lang=en"}


class Generated(TestCase):
    @given(st.text(max_size=20), st.sampled_from(["", "share/", "calendar.ics", "live/"]))
    def test_no_word_for_a_language_breaks_a_page(self, lang: str, tail: str) -> None:
        order = Order.objects.first() or placed()
        assert Client().get(f"{order_path(order)}{tail}", {"lang": lang}).status_code == 200
