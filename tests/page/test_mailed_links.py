"""Mail me my links: one answer to every address."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from order_status_plugin.access import links
from order_status_plugin.access.models import LinksRequest
from order_status_plugin.messages.models import OutboxMessage
from order_status_plugin.tracking import record

from ..access.test_headers import assert_ours
from ..orders import snapshot
from .doors import browser, posted, without_holes

pytestmark = pytest.mark.django_db

EMAIL = "noor@example.org"


@pytest.fixture
def orders():
    return [record.order("shop", snapshot(reference=n, number=f"TS-{n}"), is_import=True) for n in "12"]


def test_the_links_of_an_address_are_mailed_to_it(orders):
    erased = record.order("shop", snapshot(reference="3", number="TS-3"), is_import=True)
    type(erased).objects.filter(pk=erased.pk).update(erased_at=timezone.now())
    answer = browser().post("/orders/links/", {"email": " Noor@Example.org "})
    assert answer.status_code == 200
    assert_ours(answer)
    (letter,) = posted()
    assert letter.to == [EMAIL]
    for order in orders:
        assert links.order_url(order) in letter.body
        assert order.number in letter.body
    assert "TS-3" not in letter.body
    assert "Noor de Vries" not in letter.body
    assert {"X-Order-Status", "List-Unsubscribe"} & set(letter.extra_headers) == set()
    assert not LinksRequest.objects.exists()
    assert posted() == []


def test_every_address_gets_the_same_answer_at_the_same_cost(orders):
    browser("203.0.113.1").post("/orders/links/", {"email": "warm@example.org"})
    answers, statements = [], []
    for number, email in enumerate((EMAIL, "nobody@example.org", "no address", "x" * 2000)):
        with CaptureQueriesContext(connection) as queries:
            answers.append(without_holes(browser(f"192.0.2.{number}").post("/orders/links/", {"email": email})))
        statements.append([query["sql"].split(" ")[0] for query in queries.captured_queries])
    assert all(answer == answers[0] for answer in answers)
    assert all(each == statements[0] for each in statements)
    assert len(posted()) == 1


def test_an_address_and_a_visitor_are_limited_and_the_answer_stays(orders):
    first = without_holes(browser().post("/orders/links/", {"email": EMAIL}))
    for number in range(9):
        assert without_holes(browser(f"192.0.2.{number}").post("/orders/links/", {"email": EMAIL})) == first
    assert len(posted()) == 5
    for number in range(30):
        browser("198.51.100.1").post("/orders/links/", {"email": f"{number}@example.org"})
    assert LinksRequest.objects.count() == 20


def test_an_address_that_the_order_no_longer_has_gets_nothing(orders):
    from dataclasses import replace

    contact = replace(snapshot().contact, email="new@example.org")
    for n in "12":
        record.order("shop", snapshot(reference=n, number=f"TS-{n}", contact=contact))
    browser().post("/orders/links/", {"email": EMAIL})
    assert posted() == []
    browser().post("/orders/links/", {"email": "new@example.org"})
    assert posted()[0].to == ["new@example.org"]


def test_opening_the_address_mails_nothing(orders):
    assert browser().get("/orders/links/", {"email": EMAIL})["Location"] == "/orders/"
    assert not LinksRequest.objects.exists()
    assert not OutboxMessage.objects.exists()
