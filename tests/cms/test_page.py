"""The page that editors own: its address is the look-up form."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db.migrations.writer import MigrationWriter
from django.test import Client
from wagtail.models import Locale, Page, Site

from order_status_plugin.access.links import order_path
from order_status_plugin.cms.fields import IntroField
from order_status_plugin.pages.models import OrderStatusPage
from tests.access.orders import EMAIL, placed

BODY = [
    {"type": "heading", "value": {"text": "Ask us <b>anything</b>"}},
    {"type": "text", "value": {"text": "<p>We answer <b>within a day</b>.</p>"}},
]


@pytest.fixture
def page(db: None) -> OrderStatusPage:
    home = Site.objects.get(is_default_site=True).root_page
    page = OrderStatusPage(title="Where is my order?", slug="my-order", body=json.dumps(BODY))
    home.add_child(instance=page)
    return page


def test_it_shows_the_editors_words_above_the_form(client: Client, page: OrderStatusPage) -> None:
    response = client.get("/my-order/")
    html = response.content.decode()
    assert "<h1>Where is my order?</h1>" in html
    assert ">Ask us &lt;b&gt;anything&lt;/b&gt;</h2>" in html
    assert "<b>within a day</b>" in html
    assert html.index("within a day") < html.index('<form method="post" action="/my-order/">')
    assert response.headers["Cache-Control"] == "no-store, private"
    assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("audience", "is_shown"),
    [
        ({"tiers": ["public"]}, True),
        ({"tiers": ["public", "private"]}, True),
        ({"locales": ["en"], "first_day": "2020-01-01"}, True),
        ({"locales": ["fr"]}, False),
        ({"first_day": "2999-12-24"}, False),
        ({"last_day": "2020-01-01"}, False),
        ({"tiers": ["private"]}, False),
        ({"stages": ["confirmed"]}, False),
        ({"countries": ["FR"]}, False),
        ({"carriers": ["ups"]}, False),
        ({"shipping_methods": ["Standard"]}, False),
        ({"tags": ["vip"]}, False),
        ({"least_total": "0"}, False),
        ({"loyalty": "first"}, False),
    ],
)
def test_a_stranger_reads_only_what_asks_for_no_order(
    client: Client, page: OrderStatusPage, audience: dict[str, Any], is_shown: bool
) -> None:
    aimed = {"type": "text", "value": {"text": "<p>Aimed words</p>", "audience": audience}}
    page.body = json.dumps([*BODY, aimed])
    page.save()
    html = client.get("/my-order/").content.decode()
    assert "within a day" in html
    assert ("Aimed words" in html) is is_shown
    is_of_days = bool({"first_day", "last_day"} & audience.keys())
    preview = page.make_preview_request().content.decode()
    assert ("Aimed words" in preview) is (is_shown or is_of_days), "whatever the day"


def test_where_no_block_is_left_a_sentence_of_ours_stands(client: Client, page: OrderStatusPage) -> None:
    page.body = json.dumps([{"type": "text", "value": {"text": "<p>x</p>", "audience": {"tiers": ["private"]}}}])
    page.save()
    assert "No account needed." in client.get("/my-order/").content.decode()


def test_an_empty_body_shows_a_sentence_of_ours(client: Client, page: OrderStatusPage) -> None:
    OrderStatusPage.objects.update(body="[]")
    assert "No account needed." in client.get("/my-order/").content.decode()


def test_number_and_email_lead_to_the_order(client: Client, page: OrderStatusPage) -> None:
    order = placed()
    response = client.post("/my-order/", {"number": "TS-20418", "email": EMAIL}, secure=True)
    assert (response.status_code, response.headers["Location"]) == (303, order_path(order))
    assert "Order TS-20418" in client.get(order_path(order), secure=True).content.decode()


def test_a_failure_keeps_the_editors_words_and_marks_no_field(client: Client, page: OrderStatusPage) -> None:
    response = client.post("/my-order/", {"number": "TS-1", "email": "who@shop.example"}, secure=True)
    html = response.content.decode()
    assert response.status_code == 422
    assert 'role="alert"' in html
    assert "within a day" in html
    assert "who@" not in html
    assert "aria-invalid" not in html


def test_a_forged_post_is_refused(page: OrderStatusPage) -> None:
    response = Client(enforce_csrf_checks=True).post("/my-order/", {"number": "TS-1", "email": EMAIL})
    assert response.status_code == 403


@pytest.mark.parametrize(("method", "status"), [("OPTIONS", 200), ("PUT", 405), ("PATCH", 405), ("DELETE", 405)])
def test_what_a_form_has_no_use_for_is_refused_with_our_headers(
    client: Client, page: OrderStatusPage, method: str, status: int
) -> None:
    response = client.generic(method, "/my-order/")
    assert response.status_code == status
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}
    assert response.headers["Cache-Control"] == "no-store, private"
    assert "default-src 'self'" in response.headers["Content-Security-Policy"]


def test_our_own_address_leads_to_it(client: Client, page: OrderStatusPage) -> None:
    assert client.get("/orders/").headers["Location"] == "/my-order/"
    page.unpublish()
    assert client.get("/orders/").status_code == 200


def test_our_own_address_leads_to_a_translation_once_its_home_is_live(
    client: Client, page: OrderStatusPage, settings: Any
) -> None:
    settings.WAGTAIL_I18N_ENABLED = True
    settings.LANGUAGES = settings.WAGTAIL_CONTENT_LANGUAGES = [("en", "English"), ("fr", "French")]
    french = Locale.objects.create(language_code="fr")
    home = page.get_parent().specific.copy_for_translation(french)
    other = page.copy_for_translation(french)
    other.title, other.slug = "Où est ma commande ?", "ma-commande"
    other.save_revision().publish()
    asked = {"headers": {"accept-language": "fr"}}
    form = client.get("/orders/", **asked)
    assert form.status_code == 200, "Wagtail serves nothing below a home page that is a draft"
    assert '<html lang="fr"' in form.content.decode()
    home.refresh_from_db()  # it counts its children
    home.save_revision().publish()
    assert client.get("/orders/", **asked).headers["Location"] == "/ma-commande/"
    assert "Où est ma commande" in client.get("/ma-commande/", **asked).content.decode()
    assert client.get("/orders/").headers["Location"] == "/my-order/"


def test_links_to_orders_do_not_hang_on_it(client: Client, page: OrderStatusPage) -> None:
    path = order_path(placed())
    page.slug = "elsewhere"
    page.save_revision().publish()
    assert client.get(path).status_code == 200
    page.delete()
    assert client.get(path).status_code == 200


def test_the_admin_may_frame_a_preview_and_nobody_else(page: OrderStatusPage) -> None:
    response = page.make_preview_request()
    assert "frame-ancestors 'self'" in response.headers["Content-Security-Policy"]
    assert "within a day" in response.content.decode()


def test_an_editor_can_create_it_in_the_admin(admin_client: Client, db: None) -> None:
    home = Site.objects.get(is_default_site=True).root_page
    form = admin_client.get(f"/cms/pages/add/order_status_pages/orderstatuspage/{home.pk}/")
    assert form.status_code == 200
    assert "Stands above the look-up form" in form.content.decode()


def test_the_migration_names_no_blocks() -> None:
    """So that a new block, ours or a shop's, makes no migration."""
    text, _ = MigrationWriter.serialize(OrderStatusPage._meta.get_field("body"))
    assert "heading" not in text
    assert "Block" not in text
    clone: Any = OrderStatusPage._meta.get_field("body").clone()
    assert isinstance(clone, IntroField)
    assert set(clone.stream_block.child_blocks) == {"heading", "text", "picture", "questions", "contact", "embed"}


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", "order_status_pages", check=True, dry_run=True, stdout=StringIO())


def test_the_mixin_is_a_page_of_any_kind() -> None:
    assert issubclass(OrderStatusPage, Page)
    assert OrderStatusPage._meta.app_label == "order_status_pages"
