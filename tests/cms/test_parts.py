"""The parts of an order's page that have a place of their own until a layout places them: status, messages, map, items."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone, translation
from wagtail.models import Locale

from order_status_plugin.access.erase import erase
from order_status_plugin.access.links import order_path
from order_status_plugin.cms.blocks import LayoutBlock
from order_status_plugin.cms.layout import place
from order_status_plugin.cms.special import SpecialMessage
from order_status_plugin.events import Tier
from order_status_plugin.page.render import link_hole, render, unfilled
from order_status_plugin.tracking.models import Order
from order_status_plugin.view import samples
from order_status_plugin.view.build import compose, hide, read
from order_status_plugin.view.marks import fill
from tests.access.orders import let_in, placed
from tests.page import fixtures
from tests.page.looks import html_of
from tests.page.test_looks import Document

from .test_layout import lay_out, shown, text

MOVED = ("parcels", "pending", "map", "items", "messages", "steps", "status")


def part(name: str, **audience: Any) -> dict[str, Any]:
    return {"type": name, "value": {"audience": audience}}


def headings(html: str) -> list[str]:
    return re.findall(r"<h1[^>]*>", html)


def say(title: str) -> None:
    SpecialMessage.objects.create(title=title, locale=Locale.get_default())


def owners(order: Order) -> str:
    client = Client()
    client.cookies.load(let_in(order))
    return client.get(order_path(order), secure=True).content.decode()


@pytest.mark.django_db
def test_status_and_messages_stand_where_they_are_placed_and_nowhere_else() -> None:
    order = placed()
    say("We moved")
    html = shown(order)
    assert html.index("<h1>") < html.index("os-rail")
    assert html.index("We moved</span>") < html.index('id="identify"')
    lay_out(part("steps"), part("status"), part("pending"), part("messages"))
    html = shown(order)
    assert html.index("os-rail") < html.index("os-over") < html.index("<h1>") < html.index("os-live")
    assert html.index('id="waiting"') < html.index("We moved</span>")
    assert (html.count("<h1"), html.count('class="os-over"'), html.count("We moved</span>")) == (1, 1, 1)


@pytest.mark.django_db
def test_a_layout_that_places_none_of_them_leaves_them_where_they_were() -> None:
    order = placed()
    say("We moved")
    lay_out(part("pending"))
    html = shown(order)
    assert html.index("<h1>") < html.index("We moved</span>") < html.index('id="identify"') < html.index('id="waiting"')
    assert "Stoneware bowl" in html[html.index('id="waiting"') :]


@pytest.mark.django_db
def test_each_is_for_those_whom_its_audience_names() -> None:
    order = placed()
    say("We moved")
    lay_out(*(part(name, tiers=["private"]) for name in ("status", "messages", "items")), part("pending"))
    html = shown(order)
    assert headings(html) == ['<h1 class="os-vh">'], "the page keeps its heading, for those who hear it"
    assert "os-over" not in html
    assert "We moved" not in html, "nor is it announced"
    assert "Stoneware bowl" not in html
    assert 'id="waiting"' in html
    html = owners(order)
    assert headings(html) == ["<h1>"]
    assert "We moved</span>" in html
    assert re.search(r'data-news="[^"]*We moved', html)
    assert "Stoneware bowl" in html[html.index('id="items"') : html.index('id="waiting"')]
    assert html.count("Stoneware bowl") == 1


@pytest.mark.django_db
def test_an_erased_order_says_so_wherever_its_status_was_placed() -> None:
    order = placed()
    lay_out(part("status", tiers=["private"]), text("Words"))
    erase(order, actor="test")
    assert headings(shown(order)) == ["<h1>"]


def two_journeys() -> Any:
    first, second, *rest = fixtures.in_transit(Tier.PRIVATE).parcels
    cards = (replace(first, map=fixtures.map_view("european")), replace(second, map=fixtures.map_view("domestic")))
    return replace(fixtures.in_transit(Tier.PRIVATE), parcels=(*cards, *rest))


def test_the_maps_stand_below_each_other_each_with_the_name_of_its_parcel() -> None:
    view = two_journeys()
    usual = html_of(view, layout=[part("parcels")])
    html = html_of(view, layout=[part("map"), part("parcels")])
    assert html.count('"os-journey"') == usual.count('"os-journey"') == 2
    cards = html.index('<article class="os-card" id="parcel-')
    assert html.rindex('"os-journey"') < cards
    for parcel in view.parcels:
        if parcel.map:
            assert f'id="{parcel.anchor}-map-name">{parcel.kicker}</h2>' in html[:cards]
    assert html_of(view, layout=[part("map", tiers=["public"]), part("parcels")]).count('"os-journey"') == 0


def test_the_items_of_all_parcels_and_those_to_come_stand_in_one_list() -> None:
    view = replace(fixtures.in_transit(Tier.PRIVATE), digital=(replace(fixtures.BOWL, title="A glazing course"),))
    titles = [item.title for parcel in view.parcels for item in parcel.items]
    titles += [item.title for item in (*view.pending.items, *view.digital)]
    layout = [part("parcels"), part("pending"), part("items")]
    usual, html = (html_of(view, layout=made) for made in (layout[:2], layout))
    assert len(titles) > 3
    for title in titles:
        assert html.count(f"<b>{title}</b>") == usual.count(f"<b>{title}</b>")
        assert f"<b>{title}</b>" not in html[: html.index('id="items"')]
        assert html.index(f"<b>{title}</b>") > html.index('id="items"')
    for name in (view.parcels[0].kicker, view.pending.kicker, "Nothing to deliver"):
        assert f'<h3><span class="os-kicker">{name}</span>' in html
    Document(html)
    assert len(ids := re.findall(r' id="([^"]+)"', html)) == len(set(ids))
    bare = replace(view, parcels=(), pending=None, digital=())
    assert 'id="items"' not in html_of(bare, layout=layout), "no empty card"


@pytest.mark.django_db
@pytest.mark.parametrize(("scene", "parcels"), [("in_transit", samples.MANY), ("confirmed", samples.NONE)])
def test_a_private_page_with_moved_parts_comes_out_of_its_marks_as_it_went_in(scene: str, parcels: str) -> None:
    rows = samples.sample(scene, Tier.PRIVATE, parcels, timezone.now())
    layout = place(LayoutBlock().to_python([part(name) for name in MOVED]), "en")
    with translation.override("en"):
        told = read(rows.order, Tier.PRIVATE, rows=rows, link=link_hole())
        hidden = hide(told)
        assert hidden is not None
        bare, values = hidden
        whole = render(compose(told), layout)
        assert 'id="items"' in whole
        skeleton = render(compose(bare), layout)
        assert samples.NUMBER not in skeleton
        assert fill(skeleton, values, unfilled()) == whole
