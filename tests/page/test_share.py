"""Sharing: the public link, links of their own, a new link."""

from __future__ import annotations

import re

import pytest
import time_machine
from django.utils import timezone

from order_status_plugin.access import links, sharing
from order_status_plugin.access.models import ShareLink
from order_status_plugin.events import DeliveryWindow, ParcelStatus
from order_status_plugin.tracking import record

from ..access.test_headers import assert_ours
from ..orders import PERSONAL, scan, sent, snapshot, update
from .doors import PERSON, browser, without_holes

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    order = record.order("shop", snapshot(fulfillments=(sent(),)), is_import=True)
    record.tracking("aftership", update(scan(ParcelStatus.IN_TRANSIT)))
    return order


@pytest.fixture
def owner(order):
    client = browser()
    client.post("/orders/", PERSON)
    return client


def make(owner, order, **data):
    answer = owner.post(f"{links.order_path(order)}share/", {"scope": "arrival", "days": "7", "label": "Ada", **data})
    assert answer["Location"] == f"{links.order_path(order)}share/"
    return sharing.path_of(ShareLink.objects.latest("pk"))


def test_everybody_with_the_link_can_show_it_on(order):
    body = browser().get(f"{links.order_path(order)}share/").content.decode()
    assert f'value="{links.order_url(order)}" readonly' in body
    assert '<svg viewBox="0 0' in body
    assert "For a neighbour" not in body
    assert "Make a new link" not in body
    assert not [value for value in PERSONAL if value in body]


def test_the_page_leads_there_and_says_nothing_to_link_previews(order):
    body = browser().get(links.order_path(order)).content.decode()
    assert f'href="{links.order_path(order)}share/"' in body
    assert '<meta property="og:title" content="Tilia &amp; Sal">' in body or 'og:title" content="localhost"' in body
    assert '<meta property="og:description" content="See where the order is.">' in body
    assert "og:url" not in body


@pytest.mark.parametrize("scope", ["arrival", "items"])
def test_a_link_of_its_own_shows_its_scope_and_nothing_more(order, owner, scope):
    path = make(owner, order, scope=scope)
    answer = browser("203.0.113.1").get(path)
    assert_ours(answer)
    body = answer.content.decode()
    assert "In transit" in body
    assert ("Bowl a" in body) == (scope == "items")
    assert not [value for value in PERSONAL if value in body]
    for hidden in ("UPS", "12.50", "25.00", "Ash glaze", "Cologne", links.link_for(order), "Ada"):
        assert hidden not in body


def test_hours_of_a_window_are_not_shared(order, owner):
    moment = timezone.now().replace(hour=10, minute=0, second=0, microsecond=0) + timezone.timedelta(days=1)
    window = DeliveryWindow(
        earliest=moment.replace(tzinfo=None),
        latest=moment.replace(tzinfo=None, hour=14),
        stated_at=timezone.now(),
        reason="r",
    )
    record.tracking("aftership", update(scan(ParcelStatus.IN_TRANSIT, 5), window=window))
    assert "10:00 to 14:00" in owner.get(links.order_path(order)).content.decode()
    body = browser().get(make(owner, order)).content.decode()
    assert "Arriving" in body
    assert "10:00" not in body


def test_expired_revoked_wrong_and_erased_ones_answer_like_unknown(order, owner):
    path = make(owner, order)
    unknown = without_holes(browser().get(f"/orders/share/{'A' * 40}/"))
    assert unknown[0] == 404
    assert without_holes(browser().get(path[:-2] + ("B" if path[-2] != "B" else "C") + "/")) == unknown
    with time_machine.travel(timezone.now() + timezone.timedelta(days=7, minutes=1)):
        assert without_holes(browser().get(path)) == unknown
    assert browser().get(path).status_code == 200
    owner.post(f"{links.order_path(order)}share/end/", {"link": ShareLink.objects.get().pk})
    assert without_holes(browser().get(path)) == unknown
    path = make(owner, order)
    type(order).objects.update(erased_at=timezone.now())
    assert without_holes(browser().get(path)) == unknown


def test_the_customer_sees_the_links_and_on_how_many_days_they_were_opened(order, owner):
    path = make(owner, order)
    for _ in range(3):
        browser().get(path)
        browser().head(path)
    with time_machine.travel(timezone.now() + timezone.timedelta(days=1)):
        browser().get(path)
        body = owner.get(f"{links.order_path(order)}share/").content.decode()
    assert "opened on 2 days" in body
    assert "Ada" in body
    assert f'value="{links.url_of(order, path)}"' in body
    assert ShareLink.objects.get().views == 2


def test_a_head_request_counts_no_view(order, owner):
    browser().head(make(owner, order))
    assert ShareLink.objects.get().views == 0


def test_links_are_made_as_the_form_allows_and_not_without_end(order, owner):
    path = f"{links.order_path(order)}share/"
    for days in ("", "0", "365", "x"):
        assert owner.post(path, {"days": days}).status_code == 422
    for _ in range(sharing.MOST):
        owner.post(path, {"days": "1", "scope": "prices"})
    assert owner.post(path, {"days": "1"}).status_code == 422
    assert ShareLink.objects.count() == sharing.MOST
    assert set(ShareLink.objects.values_list("scope", flat=True)) == {"arrival"}


def test_another_orders_link_cannot_be_ended_from_this_one(order, owner):
    second = record.order("shop", snapshot(reference="2", number="TS-2"), is_import=True)
    foreign = sharing.make(second, ShareLink.Scope.ARRIVAL, 7)
    owner.post(f"{links.order_path(order)}share/end/", {"link": foreign.pk})
    assert sharing.resolve(sharing.path_of(foreign).split("/")[-2])


def test_the_token_is_not_in_the_database(order, owner):
    token = make(owner, order).split("/")[-2]
    assert not [row for row in ShareLink.objects.values() if token in str(row)]
    assert re.fullmatch(r"[\w-]{40}", token)


def test_a_new_link_replaces_the_old_one_everywhere(order, owner):
    old = links.order_path(order)
    shared = make(owner, order)
    answer = owner.post(f"{old}renew/")
    order.refresh_from_db()
    new = links.order_path(order)
    assert (answer.status_code, answer["Location"]) == (303, new)
    assert new != old
    unknown = without_holes(browser().get(f"/orders/{'A' * 43}/"))
    assert without_holes(browser().get(old)) == unknown
    assert browser().get(new).status_code == 200
    assert "TS-20418" in owner.get(new).content.decode()
    assert browser().get(shared).status_code == 200
