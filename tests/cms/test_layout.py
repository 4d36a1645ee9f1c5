"""What editors lay out is what customers see: their blocks, in their order, for those whom they meant."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from wagtail.models import Locale, PageViewRestriction, Site

from order_status_plugin.access.links import order_path
from order_status_plugin.carriers.models import MerchantCarrier
from order_status_plugin.cms import epoch
from order_status_plugin.cms.brand import BrandSettings
from order_status_plugin.cms.special import SpecialMessage
from order_status_plugin.pages.models import OrderStatusPage
from order_status_plugin.tracking.models import Order
from tests.access.orders import placed

pytestmark = pytest.mark.django_db


def text(words: str, **audience: Any) -> dict[str, Any]:
    return {"type": "text", "value": {"text": f"<p>{words}</p>", "audience": audience}}


def lay_out(*blocks: dict[str, Any]) -> OrderStatusPage:
    """Publish a page with these blocks, as an editor does."""
    page = OrderStatusPage.objects.first()
    if page is None:
        home = Site.objects.get(is_default_site=True).root_page
        page = home.add_child(instance=OrderStatusPage(title="Where is my order?", slug="my-order"))
    page.layout = json.dumps(list(blocks))
    page.save_revision().publish()
    return page


def shown(order: Order) -> str:
    return Client().get(order_path(order), secure=True).content.decode()


def test_blocks_stand_in_the_editors_order() -> None:
    order = placed()
    lay_out(text("First words"), {"type": "pending", "value": {}}, text("Last words"))
    html = shown(order)
    assert html.index("First words") < html.index('id="waiting"') < html.index("Last words")


def test_a_part_that_nobody_placed_is_not_shown() -> None:
    order = placed()
    assert 'class="os-rail"' in shown(order)
    lay_out(text("Nothing else"))
    html = shown(order)
    assert 'class="os-rail"' not in html
    assert 'id="identify"' in html, "the way to the details is never laid out of the page"


def test_a_block_is_for_those_whom_the_editor_meant() -> None:
    order = placed()
    lay_out(
        text("Before it is sent", stages=["confirmed"]),
        text("On its way", stages=["in_transit"]),
        text("For the identified", tiers=["private"]),
        text("Over since long", last_day="2020-01-01"),
    )
    html = shown(order)
    assert "Before it is sent" in html
    for words in ("On its way", "For the identified", "Over since long"):
        assert words not in html


def test_a_kept_page_is_made_anew_with_the_next_thing_published() -> None:
    order = placed()
    lay_out(text("The old words"))
    assert "The old words" in shown(order)
    before = epoch.current()
    lay_out(text("The new words"))
    assert epoch.current() > before
    html = shown(order)
    assert "The new words" in html
    assert "The old words" not in html


def test_an_empty_layout_shows_everything_in_our_order() -> None:
    order = placed()
    lay_out()
    html = shown(order)
    assert 'class="os-rail"' in html
    assert 'id="waiting"' in html


def test_hostile_words_stay_words() -> None:
    order = placed()
    lay_out({"type": "heading", "value": {"text": "<script>alert(1)</script>{{ 7|add:7 }}"}})
    html = shown(order)
    assert "<script>alert(1)" not in html
    assert "{{ 7|add:7 }}" in html


def test_a_page_that_not_everybody_may_open_lays_nothing_out() -> None:
    order = placed()
    page = lay_out(text("For the inner circle"))
    PageViewRestriction.objects.create(page=page.get_parent(), restriction_type=PageViewRestriction.LOGIN)
    assert "For the inner circle" not in shown(order)
    PageViewRestriction.objects.all().delete()
    assert "For the inner circle" in shown(order)


def test_the_first_page_of_an_epoch_is_no_dearer_than_a_cold_one_may_be(django_assert_max_num_queries: Any) -> None:
    """With a page, a message, a look and a carrier of the shop's own, all of which a process reads anew."""
    order = placed()
    lay_out(text("Words"), {"type": "parcels", "value": {}})
    SpecialMessage.objects.create(title="We moved", text="<p>So did we</p>", locale=Locale.get_default())
    BrandSettings.objects.create(site=Site.objects.get(is_default_site=True), help_url="https://shop.example/help/")
    MerchantCarrier.objects.create(slug="our-van", name="Our van")
    with django_assert_max_num_queries(12):
        html = shown(order)
    assert "We moved" in html
    assert "https://shop.example/help/" in html


def test_a_shop_whose_language_wagtail_has_no_row_for_has_its_page() -> None:
    order = placed()
    lay_out(text("Words"))
    Locale.objects.all().update(language_code="fr")
    epoch.begin()
    assert "Words" in shown(order)
