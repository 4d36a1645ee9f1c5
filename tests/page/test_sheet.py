"""The overview sheet: all statuses, one look, for those who may change what is shown."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from order_status_plugin.pages.models import OrderStatusPage
from order_status_plugin.view import samples

from .test_preview import page, rows

__all__ = ["page"]


def frames(response: Any) -> list[str]:
    return [html.unescape(src) for src in re.findall(r'<iframe src="([^"]+)"', response.content.decode())]


def test_it_shows_every_status_of_the_draft(admin_client: Client, page: OrderStatusPage) -> None:
    before = rows()
    sheet = admin_client.get(f"/cms/order-status/sheet/order_status_pages/orderstatuspage/{page.pk}/")
    found = frames(sheet)
    assert len(found) == len(samples.SCENES)
    for src, scene in zip(found, samples.SCENES, strict=True):
        look = admin_client.get(src)
        assert f'data-order-status="{samples.SCENES[scene].headline}"' in look.content.decode()
        assert "Draft for dear customer" in look.content.decode()
        assert look.headers["X-Frame-Options"] == "SAMEORIGIN"
        assert "preview-bar" not in look.content.decode()
    assert rows() == before


@pytest.mark.django_db
def test_without_a_page_it_shows_what_is_live(admin_client: Client) -> None:
    sheet = admin_client.get("/cms/order-status/sheet/", {"language": "fr", "tier": "private"})
    look = admin_client.get(frames(sheet)[2]).content.decode()
    assert "En transit." in look
    assert "Rua das Flores 18" in look
    assert "/cms/order-status/sheet/" in admin_client.get("/cms/").content.decode(), "the menu"


@pytest.mark.django_db
def test_mails_have_a_sheet_of_their_own(admin_client: Client) -> None:
    sheet = admin_client.get("/cms/order-status/sheet/", {"what": "mail"})
    assert all("mode=mail-" in src for src in frames(sheet))
    assert 'name="parcels"' in sheet.content.decode()
    assert 'name="tier"' not in sheet.content.decode(), "a mail is the same for everybody"
    assert 'name="tier"' in admin_client.get("/cms/order-status/sheet/").content.decode()
    assert admin_client.get(frames(sheet)[0]).status_code == 200


def test_the_editor_leads_there(admin_client: Client, page: OrderStatusPage) -> None:
    editor = admin_client.get(f"/cms/pages/{page.pk}/edit/").content.decode()
    assert f"/cms/order-status/sheet/order_status_pages/orderstatuspage/{page.pk}/" in editor


@pytest.mark.parametrize("where", ["sheet", "look"])
def test_it_is_for_those_who_may_change_the_page(
    where: str,
    page: OrderStatusPage,
    django_user_model: Any,
    client: Client,
) -> None:
    one = f"/cms/order-status/{where}/order_status_pages/orderstatuspage/{page.pk}/"
    assert client.get(one).status_code == 302
    user = django_user_model.objects.create_user("writer", "writer@shop.example", "secret")
    user.user_permissions.add(Permission.objects.get(codename="access_admin"))
    client.force_login(user)
    answer = client.get(one, {"mode": "in_transit"})
    assert (answer.status_code, "Draft for" in answer.content.decode()) == (302, False)


@pytest.mark.parametrize(
    "what", ["order_status_plugin/order/1", "nothing/nobody/1", "order_status_pages/orderstatuspage/99"]
)
def test_what_has_no_preview_has_no_sheet(admin_client: Client, db: None, what: str) -> None:
    assert admin_client.get(f"/cms/order-status/sheet/{what}/").status_code == 404
