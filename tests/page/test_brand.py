"""What customers see of a brand: the page, its stylesheet, the look-up, mails and previews, each site its own."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import translation
from wagtail.models import Site

from order_status_plugin.access.headers import KEPT_FOR_EVER
from order_status_plugin.access.links import order_path
from order_status_plugin.cms import epoch, look
from order_status_plugin.cms.look import look_for
from order_status_plugin.events import Milestone
from order_status_plugin.messages.render import render, render_notice
from order_status_plugin.page.models import KeptPage
from order_status_plugin.security.crawl import HEADERS
from order_status_plugin.tracking.models import Order
from order_status_plugin.view.milestone import build_milestone
from tests.access.orders import let_in, placed
from tests.cms.brands import GREEN, PINK, brand, default_site, image, other_site

pytestmark = pytest.mark.django_db

REACH = {
    "help_url": "https://help.shop.example/",
    "contact_url": "https://shop.example/contact/",
    "contact_email": "hello@shop.example",
    "contact_phone": "+351 21 123 4567",
}
OWN = "{% load i18n %}<title>{% block title %}{% endblock %}</title><i>{{ help_url }} {{ help_email }} {{ shop }}</i>{% block order_status %}{% endblock %}"
STYLE = re.compile(r'<link rel="stylesheet" href="(/orders/style/\d+-[0-9a-f]{16}\.css)">')


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    cache.clear()  # of what Wagtail has drawn: keys come again after a roll-back


@pytest.fixture
def order() -> Order:
    return placed()


def html(order: Order, client: Client | None = None, **more: Any) -> str:
    return (client or Client()).get(order_path(order), **more).content.decode()


def style_of(page: str) -> str:
    (found,) = STYLE.findall(page)
    return str(found)


def own_frame(settings: Any) -> None:
    loaders = [
        ("django.template.loaders.locmem.Loader", {"own.html": OWN}),
        "django.template.loaders.app_directories.Loader",
    ]
    (engine,) = settings.TEMPLATES
    settings.TEMPLATES = [{**engine, "APP_DIRS": False, "OPTIONS": {**engine["OPTIONS"], "loaders": loaders}}]
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "BASE_TEMPLATE": "own.html"}


def test_as_it_comes_a_page_loads_nothing_more(order: Order) -> None:
    page = html(order)
    assert "/style/" not in page
    assert "theme-color" not in page
    assert "og:image" not in page
    assert ">Tilia &amp; Sal</a>" in page


def test_a_page_wears_the_brand(order: Order) -> None:
    logo, dark = image("logo.png"), image("dark.png", colour="white")
    brand(
        logo=str(logo.pk), dark_logo=str(dark.pk), social_image=str(image("social.png", size=(1200, 630)).pk), **REACH
    )
    page = html(order)
    assert re.search(r'<img class="os-logo" src="/media/[^"]+" width="120" height="40" alt="Tilia &amp; Sal">', page)
    assert re.search(r'<source srcset="/media/[^"]+" media="\(prefers-color-scheme: dark\)"', page)
    assert f'<meta name="theme-color" content="{GREEN}" media="(prefers-color-scheme: light)">' in page
    assert re.search(r'<meta property="og:image" content="http://localhost/media/[^"]+">', page)
    assert 'content="1200"' in page
    foot = page[page.index("<footer") :]
    for address in (
        "https://help.shop.example/",
        "https://shop.example/contact/",
        "mailto:hello@",
        "tel:+351211234567",
    ):
        assert address in foot
    css = Client().get(style_of(page)).content.decode()
    assert f"--os-accent: {GREEN};" in css
    assert css.count("--os-accent:") == 2


def test_no_style_is_inline(order: Order) -> None:
    """The policy of the page refuses it, and it is not there."""
    brand(logo=str(image().pk), background="#fffaf0", corners="square", font="serif", **REACH)
    for client in (Client(), _owner(order)):
        answer = client.get(order_path(order), secure=True)
        page = answer.content.decode()
        assert " style=" not in page
        assert "<style" not in page
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert not re.search(r"https?:|\*", answer.headers["Content-Security-Policy"])


def _owner(order: Order) -> Client:
    client = Client()
    client.cookies.load(let_in(order))
    return client


def test_what_other_apps_show_of_a_link_is_the_shops_alone(order: Order) -> None:
    brand(social_image=str(image().pk))
    for client in (Client(), _owner(order)):
        head = client.get(order_path(order), secure=True).content.decode().partition("</head>")[0]
        told = re.findall(r'<meta property="og:[^>]+>', head)
        assert len(told) == 7
        for each in told:
            for secret in ("TS-20418", "Nora", "bowl", order_path(order)):
                assert secret not in each


def test_the_look_up_wears_it(client: Client) -> None:
    brand(logo=str(image().pk), **REACH)
    page = client.get("/orders/").content.decode()
    assert style_of(page)
    assert 'class="os-logo"' in page
    assert '<a href="https://shop.example/contact/">Write to us</a>' in page


def test_so_does_what_is_not_there_and_the_end_of_mails(client: Client, order: Order) -> None:
    from order_status_plugin.messages.stop import stop_token

    brand(**REACH)
    for path in ("/orders/none/", f"/orders/unsubscribe/{stop_token(order, 'email')}/", f"{order_path(order)}share/"):
        page = client.get(path).content.decode()
        assert style_of(page), path
        assert "https://help.shop.example/" in page, path


def test_two_sites_have_two_looks_and_neither_shows_in_the_other(order: Order) -> None:
    other = other_site()
    theirs = placed("TS-2", reference="two")
    Order.objects.filter(pk=theirs.pk).update(site=other)
    brand(logo=str(image("mine.png").pk), contact_email="mine@shop.example")
    brand(other, accent=PINK, logo=str(image("theirs.png").pk), contact_email="theirs@other.example")
    mine, their = html(order), html(theirs)
    assert "mine@shop.example" in mine
    assert "theirs" not in mine
    assert "theirs@other.example" in their
    assert "mine" not in their
    assert "Other &amp; Co" in their
    assert GREEN in mine
    assert PINK in their
    assert style_of(mine) != style_of(their)
    assert PINK not in Client().get(style_of(mine)).content.decode()
    for site, colour in ((default_site(), GREEN), (other, PINK)):
        page = Client(SERVER_NAME=site.hostname).get("/orders/").content.decode()
        assert colour in page


def test_a_change_makes_kept_pages_anew(order: Order) -> None:
    row = brand()
    before = html(order)
    assert html(order) == before or GREEN in before
    row.accent = PINK
    row.save()
    after = html(order)
    assert PINK in after
    assert GREEN not in after
    assert style_of(after) != style_of(before)
    site = default_site()
    site.site_name = "Renamed"
    site.save()
    assert ">Renamed</a>" in html(order)


@pytest.mark.parametrize("with_brand", [False, True])
def test_warm_is_one_query_and_cold_no_more_than_twelve(
    order: Order, with_brand: bool, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    if with_brand:
        brand(logo=str(image().pk), dark_logo=str(image("b.png").pk), social_image=str(image("c.png").pk), **REACH)
        look_for(None)  # its pictures are drawn once
    else:
        default_site().save()
    html(order)
    KeptPage.objects.all().delete()
    with django_assert_max_num_queries(10):
        html(order)  # this process knows the look, and has to build the page
    with django_assert_num_queries(1):
        html(order)
    look.forget()
    KeptPage.objects.all().delete()
    with django_assert_max_num_queries(12):
        html(order)
    look.forget()
    with django_assert_num_queries(1):
        html(order)


def test_the_stylesheet_may_be_kept_by_everybody(order: Order, admin_client: Client) -> None:
    brand()
    address = style_of(html(order))
    client = admin_client
    client.cookies.load(let_in(order))
    for method in (client.get, client.head):
        answer = method(address, secure=True)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == KEPT_FOR_EVER
        assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert not answer.cookies
        assert "Cookie" not in answer.headers.get("Vary", "")
        assert set(HEADERS) <= set(answer.headers)
    assert client.post(address, secure=True).status_code == 405


def test_another_content_has_another_address(order: Order) -> None:
    row = brand()
    before = style_of(html(order))
    row.corners = "square"
    row.save()
    after = style_of(html(order))
    assert before != after
    answer = Client().get(before)
    assert (answer.status_code, answer.headers["Location"]) == (302, after)
    assert answer.headers["Cache-Control"] == "no-store, private"
    row.delete()
    gone = Client().get(after)
    assert gone.status_code == 404
    assert gone.headers["Cache-Control"] == "no-store, private"


@pytest.mark.parametrize(
    "tail", ["0-0123456789abcdef.css", "99-0123456789abcdef.css", "1-x.css", "1-0123456789abcdeg.css"]
)
def test_what_was_never_a_stylesheet_is_not_there(tail: str) -> None:
    brand()
    answer = Client().get(f"/orders/style/{tail}")
    assert answer.status_code == 404
    assert answer.headers["Cache-Control"] == "no-store, private"


def test_a_stylesheet_holds_properties_and_nothing_that_fetches_or_acts() -> None:
    brand(background="#fffaf0", text="#222222", font="geometric", corners="soft")
    css = look_for(None).css
    assert not re.search(r"url\(|@import|expression|</|\\", css)
    assert "--os-radius: 0.5rem;" in css
    assert "Avenir" in css
    body = re.sub(r"--os-[\w-]+: [^;{}]+;|color-scheme: (light|dark);", "", css)
    assert body.split() == [".os", "{", "}", "@media", "(prefers-color-scheme:", "dark)", "{", ".os", "{", "}", "}"]


def test_numbers_of_a_stylesheet_are_no_ones_language() -> None:
    brand(accent="#767676", corners="soft")
    before = look_for(None).css
    look.forget()
    with translation.override("de"):
        assert look_for(None).css == before


@pytest.mark.parametrize("is_kept", [False, True])
def test_the_shops_own_frame_gets_it_too(client: Client, order: Order, settings: Any, is_kept: bool) -> None:
    brand(**REACH)
    own_frame(settings)
    if is_kept:
        html(order)
        look.forget()
    page = html(order)
    assert "<i>https://help.shop.example/ hello@shop.example Tilia &amp; Sal</i>" in page
    assert style_of(page)
    assert "<title>Confirmed. Your order at Tilia &amp; Sal</title>" in page


def test_the_shops_own_frame_costs_no_query_more(order: Order, settings: Any, django_assert_num_queries: Any) -> None:
    brand(**REACH)
    own_frame(settings)
    html(order)
    with django_assert_num_queries(1):
        html(order)


def mail(order: Order) -> Any:
    news = build_milestone(order, Milestone.CONFIRMED)
    return render(news, link="https://shop.example/orders/x/", stop="https://shop.example/s/", number="", first_name="")


def test_mails_wear_it_inline(order: Order) -> None:
    brand(logo=str(image().pk), dark_logo=str(image("d.png").pk), corners="square", font="serif", text="#111111")
    sent = mail(order).html
    assert re.search(
        r'<img[^>]* src="https://shop\.example/media/[^"]+" width="120" height="40" alt="Tilia &amp; Sal"', sent
    )
    assert f"background: {GREEN}" in sent
    assert "color: #111111" in sent
    assert "Charter" in sent
    assert "border-radius: 0px" in sent
    assert "#0b62a8" not in sent
    button = re.search(r'<a class="button"[^>]*style="([^"]+)"', sent)
    assert button is not None
    assert f"background: {GREEN}" in button[1]
    dark = str(look_for(None).dark.accent)
    assert f"background: {dark} !important" in sent


def test_letters_wear_it_too() -> None:
    brand(logo=str(image().pk))
    context = {"look": look_for(None), "shop": "Tilia & Sal", "base": "https://shop.example/orders/x/", "lines": ["Hi"]}
    sent = render_notice("A code", context).html
    assert 'alt="Tilia &amp; Sal"' in sent
    assert "https://shop.example/media/" in sent
    assert "#0b62a8" not in sent


def test_without_a_brand_mails_name_the_shop(order: Order) -> None:
    sent = mail(order).html
    assert "<img" not in sent
    assert "#0b62a8" in sent
    assert ">Tilia &amp; Sal</p>" in sent


def preview(client: Client, **more: str) -> Any:
    from tests.cms.test_brand import address, fields

    given = fields(accent=PINK, **more)
    assert client.post(f"{address()}preview/", given).json()["is_valid"]
    return client.get(f"{address()}preview/", {"mode": "in_transit"})


def test_previews_of_a_page_show_the_brand(admin_client: Client) -> None:
    from order_status_plugin.pages.models import OrderStatusPage

    brand(logo=str(image().pk))
    home = default_site().root_page
    page = home.add_child(instance=OrderStatusPage(title="Where is my order?", slug="my-order"))
    page.save_revision()
    shown = admin_client.get(f"/cms/pages/{page.pk}/view_draft/", {"mode": "in_transit"}).content.decode()
    assert style_of(shown)
    assert 'class="os-logo"' in shown
    sent = admin_client.get(f"/cms/pages/{page.pk}/view_draft/", {"mode": "mail-shipped"}).content.decode()
    assert GREEN in sent
    assert 'class="logo"' in sent


def test_what_is_being_chosen_is_previewed_before_it_is_saved(admin_client: Client) -> None:
    row = brand()
    shown = preview(admin_client, contact_email="new@shop.example")
    text = shown.content.decode()
    assert f"--os-accent: {PINK};" in text
    assert not STYLE.search(text)
    assert "new@shop.example" in text
    policy = shown.headers["Content-Security-Policy"]
    assert "style-src 'unsafe-inline'" in policy
    assert "<script" not in text.partition("</head>")[0]
    row.refresh_from_db()
    assert row.accent == GREEN


def test_a_page_is_read_without_the_form_of_wagtail(order: Order, settings: Any) -> None:
    """Rows and page need no more than the model: tests/projects/bare has no wagtail.contrib.settings at all."""
    assert Site.objects.exists()
    assert epoch.current() == 0
    assert html(order)
