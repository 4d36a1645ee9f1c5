"""Embeds: closed to whoever is not named, read and never fetched, and nobody asked before a click."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from wagtail.models import Site

from order_status_plugin.access.links import order_path
from order_status_plugin.checks import check_embeds, check_settings
from order_status_plugin.cms import providers
from order_status_plugin.cms.blocks import IntroBlock, LayoutBlock, all_blocks
from order_status_plugin.cms.embeds import EmbedBlock
from order_status_plugin.pages.models import OrderStatusPage
from tests.access.orders import placed

from .test_layout import lay_out

VIDEO = "https://www.youtube.com/watch?v=aqz-KE-bpKQ"
FRAME = "https://www.youtube-nocookie.com/embed/aqz-KE-bpKQ"
OWN = {
    "name": "Shop TV",
    "kind": "video",
    "hosts": ["tv.shop.example"],
    "pattern": r"/w/(?P<id>\w{4,20})(\?.*)?",
    "src": "https://tv.shop.example/embed/{id}?p2p=0",
}
MAP = "https://www.openstreetmap.org/export/embed.html?bbox="


@pytest.fixture
def embeds(settings: Any) -> Any:
    def allow(*given: Any) -> None:
        settings.ORDER_STATUS = {**settings.ORDER_STATUS, "EMBEDS": list(given)}

    return allow


def embed(url: str = VIDEO, title: str = "How we glaze") -> dict[str, Any]:
    return {"type": "embed", "value": {"title": title, "url": url}}


def frame(url: str) -> str | None:
    found = providers.read(url)
    return found.src if found else None


@pytest.mark.parametrize(
    ("url", "src"),
    [
        (VIDEO, FRAME),
        (f"{VIDEO}&list=PL1&t=30s", FRAME),
        ("https://youtu.be/aqz-KE-bpKQ?si=x", FRAME),
        ("https://m.youtube.com/shorts/aqz-KE-bpKQ", FRAME),
        ("https://WWW.youtube.com/live/aqz-KE-bpKQ/", FRAME),
        ("https://vimeo.com/76979871", "https://player.vimeo.com/video/76979871?dnt=1"),
        ("https://vimeo.com/76979871/8272103f6e", "https://player.vimeo.com/video/76979871?dnt=1&h=8272103f6e"),
        (
            "https://player.vimeo.com/video/76979871?h=8272103f6e&autoplay=1",
            "https://player.vimeo.com/video/76979871?dnt=1&h=8272103f6e",
        ),
        (
            "https://www.openstreetmap.org/#map=15/38.7100/-9.1400",
            f"{MAP}-9.15282%2C38.70437%2C-9.12718%2C38.71563&layer=mapnik",
        ),
        (
            "https://www.openstreetmap.org/?mlat=38.71&mlon=-9.14#map=15/38.7100/-9.1400",
            f"{MAP}-9.15282%2C38.70437%2C-9.12718%2C38.71563&layer=mapnik&marker=38.71000%2C-9.14000",
        ),
        (
            "https://www.openstreetmap.org/export/embed.html?bbox=-9.2,38.7,-9.1,38.8&layer=hot&marker=38.7,-9.1",
            f"{MAP}-9.20000%2C38.70000%2C-9.10000%2C38.80000&layer=mapnik&marker=38.70000%2C-9.10000",
        ),
    ],
)
def test_the_frame_is_made_of_what_the_address_names(url: str, src: str) -> None:
    assert frame(url) == src


@pytest.mark.parametrize(
    "url",
    [
        "http://www.youtube.com/watch?v=aqz-KE-bpKQ",
        "https://www.youtube.com/",
        "https://www.youtube.com/watch?v=short",
        "https://www.youtube.com/watch?v=aqz-KE-bpK%22",
        "https://www.youtube.com/@shop",
        "https://www.youtube.com.evil.example/watch?v=aqz-KE-bpKQ",
        "https://evil.example/https://www.youtube.com/watch?v=aqz-KE-bpKQ",
        "https://www.youtube.com@evil.example/watch?v=aqz-KE-bpKQ",
        "https://evil.example\\@www.youtube.com/watch?v=aqz-KE-bpKQ",
        "https://www.youtube.com:8443/watch?v=aqz-KE-bpKQ",
        "https://www.you\ttube.com/watch?v=aqz-KE-bpKQ",
        "javascript://www.youtube.com/watch?v=aqz-KE-bpKQ%0aalert(1)",
        "//www.youtube.com/watch?v=aqz-KE-bpKQ",
        "https://vimeo.com/channels/staffpicks",
        "https://www.openstreetmap.org/copyright",
        "https://www.openstreetmap.org/export/embed.html?bbox=nan,nan,nan,nan",
        "https://www.openstreetmap.org/export/embed.html?bbox=1,2,3",
        "https://www.openstreetmap.org/#map=15/1.2.3/4",
        "https://[::1",
        "",
    ],
)
def test_whatever_names_nothing_shows_nothing(url: str) -> None:
    assert frame(url) is None


@given(st.sampled_from(sorted({h for p in providers.PROVIDERS.values() for h in p.hosts})), st.text(max_size=80))
def test_a_frame_is_never_anybody_elses(host: str, rest: str) -> None:
    src = frame(f"https://{host}/{rest}")
    if src is not None:
        assert src.startswith(tuple(f"{origin}/" for origin in providers.frames()))
        assert set(src) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:/?=&%")


def test_a_shops_own_entry(embeds: Any) -> None:
    embeds("Vimeo", OWN)
    assert frame("https://tv.shop.example/w/ab12?start=5") == "https://tv.shop.example/embed/ab12?p2p=0"
    assert frame("https://tv.shop.example/w/é日本語x") == (
        "https://tv.shop.example/embed/%C3%A9%E6%97%A5%E6%9C%AC%E8%AA%9Ex?p2p=0"
    )
    assert frame("https://tv.shop.example/other") is None
    assert frame(VIDEO) is None, "YouTube is not named any more"
    assert providers.frames() == ("https://player.vimeo.com", "https://tv.shop.example")


def test_without_the_setting_there_is_no_such_block(embeds: Any) -> None:
    assert "embed" in LayoutBlock().child_blocks
    assert "embed" in IntroBlock().child_blocks
    embeds()
    assert "embed" not in dict(all_blocks())
    assert list(LayoutBlock().to_python([embed()])) == [], "one that is stored is not shown"


def refusal(url: str) -> str:
    block = EmbedBlock()
    with pytest.raises(ValidationError) as caught:
        block.clean(block.to_python({"title": "A", "url": url}))
    return str(caught.value.block_errors["url"].message)


def test_a_refusal_names_who_is_allowed(embeds: Any) -> None:
    embeds("YouTube", OWN)
    block = EmbedBlock()
    assert block.clean(block.to_python({"title": "A", "url": VIDEO}))["url"] == VIDEO
    named = "youtube.com, m.youtube.com, youtu.be, youtube-nocookie.com, or tv.shop.example"
    assert named in refusal("https://vimeo.com/76979871")
    assert named in str(block.child_blocks["url"].field.help_text)
    assert "YouTube" in refusal("https://www.youtube.com/@shop")


def shown(path: str) -> tuple[Any, str]:
    response = Client().get(path, secure=True)
    return BeautifulSoup(response.content, "html.parser"), response.headers["Content-Security-Policy"]


@pytest.mark.django_db
def test_a_page_holds_a_button_a_link_and_no_frame() -> None:
    order = placed()
    _soup, policy = shown(order_path(order))
    assert "frame-src" not in policy
    lay_out(embed(title="For {{ shop_name }}"), {"type": "parcels", "value": {}})
    for _kept in range(2):
        soup, policy = shown(order_path(order))
        assert "frame-src https://www.youtube-nocookie.com https://player.vimeo.com https://www.openstreetmap.org;" in (
            f"{policy};"
        )
        assert soup.find("iframe") is None
        card = soup.find("order-embed")
        assert card["data-src"] == FRAME
        assert card.find("button").get_text() == "Load the video from youtube-nocookie.com"
        link = card.find("a")
        assert (link["href"], link["rel"]) == (VIDEO, ["noopener", "noreferrer"])
        assert card.parent.find("h2").get_text() == "For Tilia & Sal"
        assert "/static/order_status_plugin/embed.js" in str(card.parent.find("script"))
    lay_out({"type": "parcels", "value": {}})
    soup, policy = shown(order_path(order))
    assert "frame-src" not in policy
    assert "embed.js" not in str(soup)


@pytest.mark.django_db
def test_it_may_stand_above_the_look_up_form() -> None:
    home = Site.objects.get(is_default_site=True).root_page
    page = OrderStatusPage(title="Where is my order?", slug="my-order", body=json.dumps([embed()]))
    home.add_child(instance=page)
    page.save_revision().publish()
    soup, policy = shown("/my-order/")
    assert soup.find("order-embed")["data-src"] == FRAME
    assert "frame-src https://www.youtube-nocookie.com " in policy


@pytest.mark.django_db
def test_one_of_a_provider_that_was_taken_out_is_a_link(embeds: Any) -> None:
    order = placed()
    lay_out(embed(), embed("javascript://youtube.com/%0aalert(1)", "No link at all"))
    embeds("Vimeo")
    soup, policy = shown(order_path(order))
    assert soup.find("order-embed") is None
    assert "frame-src" not in policy
    assert [link["rel"] for link in soup.find_all("a", href=VIDEO)] == [["noopener", "noreferrer"]]
    assert "No link at all" not in str(soup)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("YouTub", "names 'YouTub', which we do not know."),
        (3, "entry 1 is neither a name nor a dict: 3."),
        ({**OWN, "width": 3}, "entry 1 has an unknown key 'width'."),
        ({**OWN, "name": " "}, "entry 1 needs a 'name'."),
        ({**OWN, "kind": "film"}, "entry 1 has a 'kind' that we do not know: 'film'."),
        ({**OWN, "hosts": ["*.example"]}, "entry 1 needs 'hosts'"),
        ({**OWN, "hosts": "tv.shop.example"}, "entry 1 needs 'hosts'"),
        ({**OWN, "pattern": "("}, "entry 1 needs a 'pattern'"),
        ({**OWN, "src": "http://tv.shop.example/{id}"}, "entry 1 needs a 'src'"),
        ({**OWN, "src": "https://{id}.shop.example/"}, "entry 1 needs a 'src'"),
        ({**OWN, "src": "https://tv.shop.example;script-src */{id}"}, "entry 1 needs a 'src'"),
        ({**OWN, "src": "https://tv.shop.example/{name}"}, "entry 1 has {name} in its 'src'"),
    ],
)
def test_a_wrong_entry_is_named_and_offers_nothing(embeds: Any, given: Any, said: str) -> None:
    embeds(given)
    (found,) = [each for each in check_settings() if each.id == "order_status.E016"]
    assert found.msg.startswith(f"ORDER_STATUS['EMBEDS'] {said}")
    assert providers.offered() == []
    with pytest.raises(SystemCheckError):
        call_command("check", tags=["order_status"])


def test_right_ones_are_no_finding(embeds: Any) -> None:
    embeds(*providers.PROVIDERS, OWN)
    assert [each for each in check_settings() if each.id == "order_status.E016"] == []
    assert all(urlsplit(origin).scheme == "https" for origin in providers.frames())


def test_whom_a_click_tells_is_named_before_a_deployment(embeds: Any) -> None:
    embeds()
    assert check_embeds() == []
    embeds("YouTube", OWN)
    (found,) = check_embeds()
    assert found.id == "order_status.W019"
    assert "www.youtube-nocookie.com, tv.shop.example" in found.msg
    with pytest.raises(SystemCheckError):
        call_command("check", deploy=True, tags=["security"], fail_level="WARNING")
