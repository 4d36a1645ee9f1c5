"""A preview is what customers see, on orders that nobody placed: it writes nothing, runs nothing, and tells nobody."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from wagtail import hooks
from wagtail.models import GroupPagePermission, Site

from order_status_plugin.access.models import StaffView
from order_status_plugin.cms import preview as modes
from order_status_plugin.events import Tier
from order_status_plugin.pages.models import OrderStatusPage
from order_status_plugin.tracking.models import Order
from order_status_plugin.view import samples
from order_status_plugin.view.build import build
from order_status_plugin.view.extra import Field
from tests.access.orders import placed

WORDS = [
    {"type": "steps", "value": {}},
    {"type": "text", "value": {"text": "<p>Draft for {{ first_name }}</p>"}},
    {"type": "text", "value": {"text": "<p>Only on its way</p>", "audience": {"stages": ["in_transit"]}}},
    {"type": "parcels", "value": {}},
    {"type": "details", "value": {}},
]


@pytest.fixture
def page(db: None) -> OrderStatusPage:
    home = Site.objects.get(is_default_site=True).root_page
    page = home.add_child(instance=OrderStatusPage(title="Where is my order?", slug="my-order"))
    page.layout = json.dumps(WORDS)
    page.save_revision()
    return page


@pytest.fixture
def editor(admin_client: Client, page: OrderStatusPage) -> Any:
    def look(mode: str, **switches: str) -> Any:
        return admin_client.get(f"/cms/pages/{page.pk}/view_draft/", {"mode": mode, **switches})

    return look


def rows() -> dict[str, int]:
    """Count the rows of every table of ours."""
    ours = [model for model in apps.get_models() if model._meta.app_label.startswith("order_status")]
    return {model._meta.label: model._base_manager.count() for model in ours}


def headline(html: str) -> str:
    found = re.search(r'data-order-status="(\w+)"', html)
    return found[1] if found else ""


def test_the_names_of_the_scenes_are_those_that_are_played() -> None:
    assert list(modes.SCENES) == list(samples.SCENES)
    assert set(modes.MAILS) == set(samples.MAILS)


@pytest.mark.parametrize("scene", samples.SCENES)
def test_every_status_tier_and_number_of_parcels(editor: Any, scene: str) -> None:
    before = rows()
    for tier in ("public", "private"):
        for parcels in samples.SCENES[scene].counts:
            response = editor(scene, tier=tier, parcels=parcels)
            html = response.content.decode()
            assert response.status_code == 200
            assert headline(html) == samples.SCENES[scene].headline
            assert html.count('data-parcel-status="') == {"none": 0, "one": 1, "many": 3}[parcels]
            assert ("Draft for Nora" in html) == (tier == "private")
            assert ("Only on its way" in html) == (headline(html) == "in_transit")
    assert rows() == before


@pytest.mark.parametrize("milestone", modes.MAILS)
def test_every_mail(editor: Any, milestone: Any) -> None:
    before = rows()
    response = editor(f"mail-{milestone.value}")
    assert response.status_code == 200
    assert "preview-mail" in response.content.decode()
    assert rows() == before


def test_a_mail_tells_of_as_many_parcels_as_are_chosen(editor: Any) -> None:
    one, many, note = (
        editor(mode, parcels=parcels).content.decode()
        for mode, parcels in (("mail-shipped", "one"), ("mail-shipped", "many"), ("mail-note", "many"))
    )
    assert "part of your order" not in one
    assert "On its way: part of your order" in many
    assert "part of your order" not in note
    for html in (one, many):
        assert 'aria-label="Parcels"' in html
        assert 'aria-label="Seen by"' not in html
    assert 'aria-label="Parcels"' not in editor("mail-confirmed").content.decode(), "nothing is sent yet"


def test_it_speaks_the_language_that_is_chosen_and_remembers(editor: Any) -> None:
    assert "En transit." in editor("in_transit", language="fr", tier="private").content.decode()
    again = editor("in_transit").content.decode()
    assert "En transit." in again, "Wagtail reloads the preview without the switches"
    assert "Draft for Nora" in again


def test_a_block_shows_though_no_example_meets_its_conditions(editor: Any, page: OrderStatusPage) -> None:
    far = {"stages": ["in_transit"], "countries": ["FR"], "first_day": "2100-12-24"}
    page.layout = json.dumps([{"type": "text", "value": {"text": "<p>Far and late</p>", "audience": far}}])
    page.save_revision()
    html = editor("in_transit").content.decode()
    assert "Far and late" in html
    assert "Taken as met: to France; from December 24, 2100" in html
    assert "Far and late" not in editor("delivered").content.decode()


def test_nothing_in_it_acts(editor: Any) -> None:
    response = editor("in_transit")
    html = response.content.decode()
    policy = response.headers["Content-Security-Policy"]
    assert "<script" not in html
    assert 'method="post"' in html
    assert html.count('method="post"') == html.count('<form inert method="post"')
    assert "frame-ancestors 'self'" in policy
    assert "sandbox" in policy
    assert "allow-scripts" not in policy
    assert response.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_a_note_and_the_fields_of_other_code_are_seen(editor: Any, page: OrderStatusPage) -> None:
    seen: list[tuple[int | None, str]] = []

    def fields(found: list[Field], order: Order, tier: Tier) -> None:
        seen.append((order.pk, tier))
        found.append(Field(name="gift", value="Wrapped"))

    page.layout = json.dumps([{"type": "notes", "value": {}}])
    page.save_revision()
    with hooks.register_temporarily([("construct_order_view", fields)]):
        assert "An example: here stands what you write" in editor("in_transit", tier="private").content.decode()
        assert "An example: here stands what you write" not in editor("in_transit", tier="public").content.decode()
        assert set(seen) == {(samples.NOBODY, "private"), (samples.NOBODY, "public")}
        made = samples.sample("in_transit", Tier.PRIVATE, "one", timezone.now())
        assert build(made.order, Tier.PRIVATE, rows=made).extra == {"gift": "Wrapped"}
        made = samples.sample("in_transit", Tier.PUBLIC, "one", timezone.now())
        assert build(made.order, Tier.PUBLIC, rows=made).extra == {}


def test_in_the_panel_of_its_editor_wagtails_checker_runs_and_nothing_else(
    page: OrderStatusPage, admin_client: Client, rf: Any
) -> None:
    request = rf.get("/", HTTP_COOKIE=f"sessionid={admin_client.cookies['sessionid'].value}")
    for mode in ("in_transit", "mail-delivered"):
        response = page.make_preview_request(request, mode, {"in_preview_panel": True})
        html, policy = response.content.decode(), response.headers["Content-Security-Policy"]
        (nonce,) = re.findall(r"script-src 'nonce-([^']+)'(?:;|$)", policy)
        scripts = re.findall(r"<script\b([^>]*)>", html)
        assert "userbar.js" in html
        assert all(f'nonce="{nonce}"' in script or "application/json" in script for script in scripts)
        assert "allow-scripts" in policy
        assert nonce not in page.make_preview_request(request, mode, {"in_preview_panel": True}).content.decode()
    assert "userbar.js" in page.make_preview_request(request, "", {"in_preview_panel": True}).content.decode()


def test_an_unknown_mode_is_no_page(editor: Any) -> None:
    assert editor("nonsense").status_code == 404
    assert editor("mail-nonsense").status_code == 404


def test_whoever_may_not_edit_the_page_sees_no_preview(page: OrderStatusPage) -> None:
    assert Client().get(f"/cms/pages/{page.pk}/view_draft/", {"mode": "in_transit"}).status_code == 302


def test_a_real_order_is_for_permitted_staff_and_logged(editor: Any) -> None:
    placed("TS-20418")
    html = editor("in_transit", order="TS-20418", tier="private").content.decode()
    assert headline(html) == "confirmed"
    assert "Order TS-20418" in html
    assert [(look.user, look.viewed_as) for look in StaffView.objects.all()] == [("admin", "private")]
    assert "There is no order with this number." in editor("in_transit", order="TS-1").content.decode()


def test_an_editor_who_is_no_staff_of_orders_gets_the_example(
    page: OrderStatusPage, django_user_model: Any, client: Client
) -> None:
    placed("TS-20418", "someone@else.example")
    user = django_user_model.objects.create_user("editor", "editor@shop.example", "secret")
    user.user_permissions.add(
        Permission.objects.get(codename="access_admin"),
        Permission.objects.get(codename="change_page"),
    )
    group = Group.objects.create(name="Writers")
    GroupPagePermission.objects.create(group=group, page=page, permission_type="change")
    user.groups.add(group)
    client.force_login(user)
    response = client.get(f"/cms/pages/{page.pk}/view_draft/", {"mode": "in_transit", "order": "TS-20418"})
    html = response.content.decode()
    assert headline(html) == "in_transit"
    assert "TS-20418" not in html.replace('value="TS-20418"', "")
    assert 'name="order"' not in html, "nor is there a field to try numbers in"
    assert not StaffView.objects.exists()


@pytest.mark.django_db
@given(st.sampled_from(sorted(samples.SCENES)), st.sampled_from(["none", "one", "many"]), st.datetimes())
def test_an_example_stands_as_its_scene_says_on_every_day(scene: str, parcels: str, now: Any) -> None:
    moment = now.replace(year=2026, day=min(now.day, 28), tzinfo=dt.UTC)
    made = samples.sample(scene, Tier.PUBLIC, parcels, moment)
    assert made.order.headline == samples.SCENES[scene].headline
    assert len(made.parcels) == {"none": 0, "one": 1, "many": 3}[samples.count_for(scene, parcels)]
    assert made.contact is None
    assert all(not hasattr(parcel.row, "tracking_number") for parcel in made.parcels)
