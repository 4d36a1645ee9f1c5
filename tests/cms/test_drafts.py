"""Drafts are nobody's business: while an editor writes, no kept page is thrown away and no open page reads anew."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone
from wagtail.models import Site
from wagtail.test.utils.form_data import nested_form_data, rich_text, streamfield

from order_status_plugin.cms import epoch
from order_status_plugin.cms.special import SpecialMessage
from order_status_plugin.pages.models import OrderStatusPage

from .test_special import BASE, form, publish

pytestmark = pytest.mark.django_db


_NONE = {"TOTAL_FORMS": "0", "INITIAL_FORMS": "0"}


def page_form(words: str) -> dict[str, str]:
    audience = {"shipping_methods": streamfield([]), "tags": streamfield([])}
    text = ("text", {"text": rich_text(f"<p>{words}</p>"), "audience": audience})
    blocks = {"body": streamfield([text]), "layout": streamfield([])}
    return nested_form_data({"title": "Where is my order?", "slug": "my-order", "comments": _NONE, **blocks})


def test_a_message_that_was_never_live_is_saved_again_and_again(admin_client: Client) -> None:
    admin_client.post(f"{BASE}/add/", form())
    one = SpecialMessage.objects.get()
    before = epoch.current()
    for title in ("We close soon", "We close sooner"):
        saved = admin_client.post(f"{BASE}/edit/{one.pk}/", form(title=title))
        assert saved.status_code == 302
        one.refresh_from_db()
        assert (one.title, one.live) == (title, False), "saved whole"
    assert epoch.current() == before
    admin_client.post(f"{BASE}/edit/{one.pk}/", form(**{"action-publish": "1"}))
    assert epoch.current() > before


def test_a_page_that_was_never_live_is_saved_again_and_again(admin_client: Client) -> None:
    home = Site.objects.get(is_default_site=True).root_page
    page = home.add_child(instance=OrderStatusPage(title="x", slug="my-order", live=False))
    before = epoch.current()
    for words in ("First", "Second"):
        saved = admin_client.post(f"/cms/pages/{page.pk}/edit/", page_form(words))
        assert saved.status_code == 302
        page.refresh_from_db()
        assert (page.live, words in str(page.body)) == (False, True), "saved whole"
    assert epoch.current() == before
    admin_client.post(f"/cms/pages/{page.pk}/edit/", {**page_form("Third"), "action-publish": "1"})
    assert epoch.current() > before


def test_what_was_live_and_is_no_more_begins_an_epoch() -> None:
    one = publish()
    before = epoch.current()
    one.unpublish()
    assert epoch.current() == before + 1
    one.save_revision().publish()
    one.refresh_from_db()
    one.expire_at = timezone.now() - dt.timedelta(seconds=1)
    before = epoch.current()
    one.unpublish(set_expired=True)
    assert epoch.current() == before + 1
