from __future__ import annotations

import re

import pytest
from django.db import transaction
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st
from wagtail.models import Site

from order_status_plugin.access import links
from order_status_plugin.tracking import record
from order_status_plugin.tracking.locator import locator_for
from order_status_plugin.tracking.models import Order

from .orders import placed

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def unsaved(version: int = 1) -> Order:
    return Order(host="shop", reference="1", locator=locator_for("shop", "1"), link_version=version)


def keys(*secrets: str) -> override_settings:
    return override_settings(ORDER_STATUS={"KEYS": secrets})


def test_a_link_says_its_order_and_version_without_a_database():
    link = links.link_for(unsaved(version=7))
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", link)
    assert links.read_link(link) == links.Link(locator_for("shop", "1"), 7)


@given(place=st.integers(0, 42), char=st.sampled_from(ALPHABET))
def test_a_link_with_any_other_character_is_refused(place: int, char: str):
    link = links.link_for(unsaved())
    other = link[:place] + char + link[place + 1 :]
    assert (links.read_link(other) is None) == (other != link)


def test_every_other_last_character_is_refused():
    # 43 characters hold two bits more than 32 bytes have.
    link = links.link_for(unsaved())
    assert [char for char in ALPHABET if links.read_link(link[:-1] + char)] == [link[-1]]


@given(st.text(max_size=60))
def test_no_text_is_a_link(text: str):
    assert links.read_link(text) is None


@pytest.mark.parametrize("wrap", ["{}=", " {}", "{}\n", "{}{}", "", "\x00", "é" * 43])
def test_a_link_has_one_spelling(wrap: str):
    link = links.link_for(unsaved())
    assert links.read_link(wrap.format(link, link)) is None


def test_each_part_of_a_link_is_signed():
    one, two = links.link_for(unsaved()), links.link_for(unsaved(version=2))
    assert one[:6] != two[:6]
    assert links.read_link(two[:6] + one[6:]) is None


def test_a_retired_key_still_verifies_and_a_removed_one_does_not():
    with keys("old"):
        link, locator = links.link_for(unsaved()), locator_for("shop", "1")
    with keys("new", "old"):
        assert links.read_link(link) == links.Link(locator, 1)
        assert links.link_for(unsaved()) != link
    with keys("new"):
        assert links.read_link(link) is None


def test_secret_key_fallbacks_keep_links_alive(settings):
    link = links.link_for(unsaved())
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another secret key of some length that signs from here on"
    assert links.read_link(link)
    settings.SECRET_KEY_FALLBACKS = []
    assert links.read_link(link) is None


@pytest.mark.django_db
def test_a_link_leads_to_its_order_in_one_query(django_assert_num_queries):
    order = placed()
    placed("TS-2")
    with django_assert_num_queries(1):
        assert links.resolve(links.link_for(order)) == order
    with django_assert_num_queries(0):
        assert links.resolve("A" * 43) is None
    with django_assert_num_queries(1):
        assert links.resolve(links.link_for(unsaved())) is None


@pytest.mark.django_db
def test_a_revoked_link_leads_nowhere():
    order = placed()
    link = links.link_for(order)
    record.revoke_link(order)
    order.refresh_from_db()
    assert links.resolve(link) is None
    assert links.resolve(links.link_for(order)) == order


@pytest.mark.django_db(transaction=True)
def test_a_link_can_be_printed_before_the_row_is_there():
    with transaction.atomic():
        link = links.link_for_reference("shop", "77")
    assert links.resolve(link) is None
    order = record.first_sight("shop", "77")
    assert links.resolve(link) == order
    assert links.link_for_reference("shop", "77") == links.link_for(order) == link


@pytest.mark.django_db
def test_the_link_of_a_known_order_follows_its_row():
    with keys("old"):
        order = record.first_sight("shop", "77")
        record.revoke_link(order)
    with keys("new", "old"):
        link = links.link_for_reference("shop", "77")
        assert links.resolve(link) == order


def test_a_channel_tells_nothing_and_ends_with_the_link():
    locator = locator_for("shop", "1")
    one, two = links.channel_of(locator, 1), links.channel_of(locator, 2)
    assert one != two
    assert locator not in one
    assert re.fullmatch(r"[0-9a-f]{32}", one)


@pytest.mark.django_db
def test_the_address_is_the_settings_else_the_orders_site_else_the_default_one(settings):
    default = Site.objects.get(is_default_site=True)
    other = Site.objects.create(hostname="porto.example", port=443, root_page=default.root_page)
    order, elsewhere = placed(), placed("TS-2", site_id=other.pk)
    path = links.order_path(order)
    assert links.order_url(order) == f"{default.root_url}{path}"
    assert links.order_url(elsewhere) == f"https://porto.example{links.order_path(elsewhere)}"
    assert links.url_for_reference("shop", elsewhere.reference) == links.order_url(elsewhere)
    assert links.url_for_reference("shop", "nobody").startswith(default.root_url)
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "BASE_URL": "https://shop.example/"}
    assert links.order_url(order) == f"https://shop.example{path}"
