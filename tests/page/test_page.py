"""The page of one order, over HTTP: what it shows to whom, what it keeps, what it costs."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from order_status_plugin.access.links import link_for, order_path
from order_status_plugin.page import kept
from order_status_plugin.page.models import KeptPage
from order_status_plugin.tracking import record
from order_status_plugin.tracking.models import Order
from tests.access.orders import EMAIL, let_in, placed, snapshot

pytestmark = pytest.mark.django_db
#: What a request may differ in, for comparisons.
TOKEN = re.compile(r'(csrfmiddlewaretoken" value=)"\w+"')


@pytest.fixture
def order() -> Order:
    return placed()


def text(response: Any) -> str:
    return TOKEN.sub(r"\1", response.content.decode())


def change_order() -> Order:
    (line,) = snapshot().lines
    return record.order("shop", replace(snapshot(), lines=(replace(line, title="Blue bowl"),)), is_import=True)


def test_anyone_with_the_link_sees_status_and_items_and_nothing_personal(client: Client, order: Order) -> None:
    page = text(client.get(order_path(order)))
    assert '<main class="os" id="order" data-order-status="confirmed" data-version="' in page
    assert "Stoneware bowl" in page
    assert f'action="{order_path(order)}identify/"' in page
    for secret in ("TS-20418", "Nora", EMAIL, "n•••@", "forget/"):
        assert secret not in page


def test_an_identified_device_sees_the_rest_and_may_forget_it(client: Client, order: Order) -> None:
    client.cookies.load(let_in(order))
    page = text(client.get(order_path(order), secure=True))
    assert "Order TS-20418" in page
    assert "Shown on this device only." in page
    assert f'action="{order_path(order)}forget/"' in page
    assert "identify/" not in page
    kept_html = KeptPage.objects.get().html
    assert "Shown on this device only." in kept_html
    assert [secret for secret in ("TS-20418", "Nora", EMAIL, "n•••@") if secret in kept_html] == []


def test_the_last_slash_may_be_missing_and_head_answers_as_get(client: Client, order: Order) -> None:
    path = order_path(order)
    whole = client.get(path)
    bare = client.get(path.rstrip("/"))
    head = client.head(path)
    assert (bare.status_code, text(bare)) == (200, text(whole))
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["Content-Length"] == whole.headers["Content-Length"] == bare.headers["Content-Length"]


def test_the_warm_page_is_one_query_and_equal_to_the_cold_one(
    client: Client, order: Order, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(12):
        cold = client.get(order_path(order))
    with django_assert_num_queries(1):
        warm = client.get(order_path(order))
    assert text(cold) == text(warm)
    assert dict(cold.headers) == dict(warm.headers)


def test_neither_the_link_nor_a_token_is_kept(client: Client, order: Order) -> None:
    client.get(order_path(order))
    html = KeptPage.objects.get().html
    assert link_for(order) not in html
    assert client.cookies["csrftoken"].value not in html
    assert 'name="csrfmiddlewaretoken"' in html


def test_the_token_of_a_kept_page_lets_its_visitor_post() -> None:
    order, guest = placed(), Client(enforce_csrf_checks=True)
    other = Client(enforce_csrf_checks=True)
    for client in (other, guest):
        page = client.get(order_path(order), secure=True).content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert token
    form = {"number": "TS-20418", "email": EMAIL, "csrfmiddlewaretoken": token[1]}
    headers = {"referer": "https://testserver/"}
    path = f"{order_path(order)}identify/"
    assert other.post(path, form, secure=True, headers=headers).status_code == 403
    assert guest.post(path, form, secure=True, headers=headers).status_code == 303


def test_a_kept_page_gives_way_to_a_new_version_of_the_order(client: Client, order: Order) -> None:
    client.get(order_path(order))
    change_order()
    assert "Blue bowl" in text(client.get(order_path(order)))
    assert KeptPage.objects.count() == 1


def test_a_kept_page_ends_with_its_time(client: Client, order: Order) -> None:
    client.get(order_path(order))
    KeptPage.objects.update(html="stale")
    assert text(client.get(order_path(order))) == "stale"
    KeptPage.objects.update(valid_until="2020-01-01T00:00:00Z")
    assert "Stoneware bowl" in text(client.get(order_path(order)))


def test_a_kept_page_gives_way_to_other_settings(client: Client, order: Order, settings: Any) -> None:
    client.get(order_path(order))
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "HELP_EMAIL": "hello@shop.example"}
    assert "mailto:hello@shop.example" in text(client.get(order_path(order)))


def test_pages_whose_time_is_over_go_with_the_sweep(
    client: Client, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "CLEANED_AT_ONCE", 1)
    client.get(order_path(order))
    client.get(order_path(order), headers={"Accept-Language": "de"})
    kept.clean()
    assert KeptPage.objects.count() == 2
    KeptPage.objects.update(valid_until=timezone.now() - dt.timedelta(seconds=1))
    kept.clean(seconds=0)
    assert KeptPage.objects.count() == 2
    kept.clean()
    assert KeptPage.objects.count() == 0


def test_a_cold_page_reads_no_more_for_more_parcels(client: Client, order: Order) -> None:
    with CaptureQueriesContext(connection) as queries:
        client.get(order_path(order))
    read = [q["sql"] for q in queries.captured_queries if not q["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN"))]
    assert len(read) <= 12, read


def test_a_revoked_link_finds_no_kept_page(client: Client, order: Order) -> None:
    path = order_path(order)
    assert client.get(path).status_code == 200
    Order.objects.update(link_version=2)
    assert client.get(path).status_code == 404
    order.refresh_from_db()
    assert client.get(order_path(order)).status_code == 200


def test_a_wrong_link_is_a_readable_404(client: Client, order: Order) -> None:
    path = order_path(order)
    response = client.get(path[:-2] + ("A" if path[-2] != "A" else "B") + "/")
    assert response.status_code == 404
    assert "There is nothing at this address" in response.content.decode()


def test_the_order_is_shown_in_its_own_language_where_we_have_it(client: Client) -> None:
    order = placed(locale="fr")
    for _ in range(2):  # cold and warm
        response = client.get(order_path(order), headers={"accept-language": "de"})
        assert response.headers["Content-Language"] == "fr"
        assert '<html lang="fr" dir="ltr">' in text(response)
    unknown = placed("TS-2", locale="xx")
    assert client.get(order_path(unknown), headers={"accept-language": "de"}).headers["Content-Language"] == "de"
    assert client.get(order_path(unknown), headers={"accept-language": "ar"}).headers["Content-Language"] == "ar"


def test_a_wrong_answer_comes_back_on_the_page_with_empty_fields(client: Client, order: Order) -> None:
    answers = [
        client.post(f"{order_path(order)}identify/", {"number": "TS-99", "email": "wrong@shop.example"}) for _ in "ab"
    ]
    for response in answers:
        page = text(response)
        assert '<details class="os-card os-identify" id="identify" open>' in page
        assert 'role="alert"' in page
        assert "TS-99" not in page
        assert "wrong@" not in page
    assert "alert" not in text(client.get(order_path(order)))


def test_the_shops_own_frame_is_rendered_for_each_request(client: Client, order: Order, settings: Any) -> None:
    own = "<title>{% block title %}{% endblock %}</title><i>{{ request.GET.who }}</i>{% block order_status %}{% endblock %}"
    loaders = [
        ("django.template.loaders.locmem.Loader", {"own.html": own}),
        "django.template.loaders.app_directories.Loader",
    ]
    (engine,) = settings.TEMPLATES
    settings.TEMPLATES = [{**engine, "APP_DIRS": False, "OPTIONS": {**engine["OPTIONS"], "loaders": loaders}}]
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "BASE_TEMPLATE": "own.html"}
    for who in ("Ada", "Bob"):
        page = text(client.get(order_path(order), {"who": who}))
        assert f"<i>{who}</i>" in page
        assert "<title>Confirmed." in page
        assert page.count("<main") == 1
        assert "status.css" in page
    assert "<i>" not in KeptPage.objects.get().html


def test_staff_are_told_that_they_look_as_staff(admin_client: Client, order: Order) -> None:
    assert "Staff view" in text(admin_client.get(order_path(order)))
    assert "Order TS-20418" in text(admin_client.get(order_path(order)))
    as_public = text(admin_client.get(order_path(order), {"as": "public"}))
    assert "TS-20418" not in as_public
    assert "You see what anyone with the link sees." in as_public
    assert "what the customer sees" in text(admin_client.get(order_path(order), {"as": "customer"}))
    assert [page for page in KeptPage.objects.all() if "Staff view" in page.html] == []


def test_nobody_else_is_told_of_staff(client: Client, order: Order) -> None:
    assert "Staff view" not in text(client.get(order_path(order), {"as": "public"}))


def test_a_page_that_cannot_be_kept_is_shown_all_the_same(client: Client, order: Order, monkeypatch: Any) -> None:
    from django.db import OperationalError
    from django.db.models.query import QuerySet

    def locked(*args: object, **kwargs: object) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(QuerySet, "bulk_create", locked)
    assert "Stoneware bowl" in text(client.get(order_path(order)))
