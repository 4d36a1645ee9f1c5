"""The report of feedback in Wagtail: figures, filters, spreadsheet, and who may read it."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from order_status_plugin.events import FulfillmentSnapshot, ParcelSnapshot
from order_status_plugin.feedback.models import Feedback
from order_status_plugin.staff.feedback import by_carrier, over_time
from order_status_plugin.tracking.models import Order
from tests.access.orders import placed

pytestmark = pytest.mark.django_db

URL = "/cms/reports/order-feedback/"


def order(number: str, *carriers: str) -> Order:
    parcels = tuple(
        ParcelSnapshot(carrier=slug, carrier_text=slug, tracking_number=f"{number}{slug}9") for slug in carriers
    )
    sent = (FulfillmentSnapshot(reference="1", sent_at=None, lines=(("1", 1),), parcels=parcels),) if parcels else ()
    return placed(number, fulfillments=sent)


def said(about: Order, rating: str, day: str = "2026-11-20", comment: str = "") -> Feedback:
    at = dt.datetime.fromisoformat(f"{day}T12:00:00+00:00")
    return Feedback.objects.create(order=about, rating=rating, comment=comment, created_at=at, changed_at=at)


def test_it_shows_shares_bars_and_comments(admin_client: Client) -> None:
    ups, both = order("TS-1", "ups"), order("TS-2", "ups", "usps")
    said(ups, "good", comment="<script>alert(1)</script> Fine")
    said(both, "good")
    said(both, "bad")
    said(order("TS-3"), "fair")
    html = admin_client.get(URL).content.decode()
    assert "<b>50 %</b> <span>Good</span> <small>2</small>" in html
    assert "<b>25 %</b> <span>Bad</span> <small>1</small>" in html
    assert '<rect data-rating="fair" x="50.00" y="0" width="25.00" height="8"/>' in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; Fine" in html
    assert "TS-2" in html
    bars = {bar.label: bar.counts for bar in by_carrier(Feedback.objects.all())}
    assert bars == {"UPS": (2, 0, 1), "USPS": (1, 0, 1), "No carrier known": (0, 1, 0)}


def test_short_spans_are_weeks_and_long_ones_months() -> None:
    about = order("TS-1")
    said(about, "good", "2026-11-17")
    said(about, "bad", "2026-11-20")
    said(about, "bad", "2026-11-23")
    assert [bar.counts for bar in over_time(Feedback.objects.all())] == [(1, 0, 1), (0, 0, 1)]
    said(about, "fair", "2025-01-05")
    assert [(bar.label, bar.counts) for bar in over_time(Feedback.objects.all())] == [
        ("January 2025", (0, 1, 0)),
        ("November 2026", (1, 0, 2)),
    ]


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ({"created_at_from": "2026-11-01", "created_at_to": "2026-11-30"}, {"new", "other"}),
        ({"carrier": "ups"}, {"new", "old"}),
        ({"rating": "bad"}, {"other"}),
        ({"has_comment": "true"}, {"new", "old", "other"}),
        ({"carrier": "nobody"}, {"new", "old", "other"}),  # no choice of the list: the form says so
    ],
)
def test_filters_narrow_figures_and_comments_alike(admin_client: Client, query: dict[str, str], left: set[str]) -> None:
    ups, other = order("TS-1", "ups"), order("TS-2", "usps")
    said(ups, "good", comment="word-new")
    said(ups, "fair", "2026-02-01", comment="word-old")
    said(other, "bad", comment="word-other")
    said(other, "good", "2024-01-01")
    for address in (URL, f"{URL}results/"):
        html = admin_client.get(address, query).content.decode()
        assert {word for word in ("new", "old", "other") if f"word-{word}" in html} == left


def test_a_spreadsheet_runs_nothing(admin_client: Client) -> None:
    said(order("=TS-1"), "good", comment="=HYPERLINK(1)")
    answer = admin_client.get(URL, {"export": "csv"})
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    heading, row = list(csv.reader(io.StringIO(text)))
    assert heading[2:] == ["Rating", "Comment", "Order"]
    assert row[2:] == ["good", "'=HYPERLINK(1)", "'=TS-1"]
    assert admin_client.get(URL, {"export": "xlsx"}).status_code == 200


def test_nothing_said_is_said(admin_client: Client) -> None:
    html = admin_client.get(URL).content.decode()
    assert "Nobody has said anything yet." in html
    assert "order-feedback-total" not in html


def test_it_is_for_those_who_may_read_it(client: Client) -> None:
    assert client.get(URL).status_code == 302
    user = User.objects.create_user("ed")
    user.user_permissions.add(Permission.objects.get(codename="access_admin"))
    client.force_login(user)
    said(order("TS-1"), "good", comment="secret words")
    for address in (URL, f"{URL}results/", f"{URL}?export=csv"):
        answer = client.get(address, follow=True)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
        assert b"secret words" not in body
    assert URL not in client.get("/cms/").content.decode()
    user.user_permissions.add(Permission.objects.get(codename="view_feedback"))
    client.force_login(User.objects.get(pk=user.pk))
    assert "secret words" in client.get(URL).content.decode()
    assert URL in client.get("/cms/").content.decode(), "the menu"


def test_a_thousand_words_cost_the_queries_of_one(admin_client: Client) -> None:
    def queries() -> int:
        admin_client.get(URL)
        with CaptureQueriesContext(connection) as found:
            admin_client.get(URL)
        return len(found)

    about = order("TS-1", "ups")
    said(about, "good", comment="one")
    few = queries()
    for number in range(2, 12):
        said(order(f"TS-{number}", "usps"), "bad", comment="more")
    assert queries() == few


def test_every_permission_of_a_group_can_be_given(admin_client: Client) -> None:
    html: Any = admin_client.get("/cms/groups/new/").content.decode()
    assert f'value="{Permission.objects.get(codename="view_feedback").pk}"' in html
