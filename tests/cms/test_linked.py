"""Pages that ours lead to: what becomes of them is seen at once, and of others nobody is disturbed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from wagtail.models import Page, PageViewRestriction

from order_status_plugin.cms import epoch
from order_status_plugin.tracking.models import Order
from tests.access.orders import placed

from .test_layout import lay_out, text
from .test_special import publish, shown

RESTRICTED = {"restriction_type": PageViewRestriction.LOGIN}


@pytest.fixture
def order(db: None) -> Order:
    return placed()


@pytest.fixture
def section(db: None) -> Page:
    """Return a section of the shop with the page in it that a button and a word lead to."""
    home = Page.objects.get(depth=2)
    made = home.add_child(instance=Page(title="Service", slug="service"))
    hours = made.add_child(instance=Page(title="Hours", slug="hours"))
    publish(extras=[("button", {"label": "All hours", "page": hours, "url": ""})])
    lay_out(text(f'Ask <a linktype="page" id="{hours.pk}">us</a>'))
    return made


def _hours(section: Page) -> Page:
    return section.get_children().get()


def _reslug(page: Page) -> None:
    page.slug = f"{page.slug}-2"
    page.save_revision().publish()


def _move(section: Page) -> None:
    other = Page.objects.get(depth=2).add_child(instance=Page(title="Other", slug="other"))
    section.refresh_from_db()
    section.move(other, "last-child")


def _shut(section: Page) -> None:
    PageViewRestriction.objects.create(page=section, **RESTRICTED)


@pytest.mark.parametrize(
    ("deed", "button", "word"),
    [
        (lambda section: _hours(section).unpublish(), "", "/service/hours/"),
        (lambda section: _hours(section).delete(), "", ""),
        (lambda section: _reslug(_hours(section)), "/service/hours-2/", "/service/hours-2/"),
        (_reslug, "/service-2/hours/", "/service-2/hours/"),
        (_move, "/other/service/hours/", "/other/service/hours/"),
        (_shut, "", "/service/hours/"),
    ],
    ids=["unpublished", "deleted", "renamed", "section renamed", "section moved", "section shut"],
)
def test_its_new_address_is_shown_at_once_or_none(
    order: Order,
    section: Page,
    deed: Callable[[Page], Any],
    button: str,
    word: str,
    django_capture_on_commit_callbacks: Any,
) -> None:
    before = shown(order)
    assert before.count('href="/service/hours/"') == 2
    with django_capture_on_commit_callbacks(execute=True):
        deed(section)
    html = shown(order)
    assert "We close for Christmas" in html
    assert (f'href="{button}">All hours</a>' in html) == bool(button)
    assert ("All hours" in html) == bool(button)
    assert (f'<a href="{word}">us</a>' in html) == bool(word)


def test_a_page_that_comes_back_and_a_section_that_is_opened(order: Order, section: Page) -> None:
    hours = _hours(section)
    hours.unpublish()
    assert "All hours" not in shown(order)
    hours.save_revision().publish()
    assert "All hours" in shown(order)
    _shut(section)
    assert "All hours" not in shown(order)
    PageViewRestriction.objects.all().delete()
    assert "All hours" in shown(order)


def test_a_shut_section_is_deleted_with_its_pages(order: Order, section: Page) -> None:
    _shut(section)
    section.refresh_from_db()
    section.delete()
    assert "All hours" not in shown(order)


def test_pages_that_nothing_leads_to_disturb_nobody(
    order: Order, section: Page, django_capture_on_commit_callbacks: Any
) -> None:
    before = epoch.current()
    with django_capture_on_commit_callbacks(execute=True):
        other = Page.objects.get(depth=2).add_child(instance=Page(title="News", slug="news"))
        other.save_revision().publish()
        _reslug(other)
    other.unpublish()
    PageViewRestriction.objects.create(page=other, **RESTRICTED)
    other.delete()
    assert epoch.current() == before
