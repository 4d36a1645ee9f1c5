"""PUT an order, whole; then its parts; then read it."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import resolve

from order_status_plugin import flow
from order_status_plugin.api import calls
from order_status_plugin.cms.models import OrderNote
from order_status_plugin.intake import inbox
from order_status_plugin.intake.models import InboxMessage
from order_status_plugin.messages.models import OutboxMessage
from order_status_plugin.tracking.models import Order, OrderContact, Parcel

from .caller import ROOT, UPS, Caller, order


def test_an_order_that_is_told_stands_on_its_page(shop: Caller) -> None:
    response = shop("PUT", "/A-1", order())
    assert response.status_code == 201, response.content
    said = response.json()
    assert said == {
        "reference": "A-1",
        "link": said["link"],
        "state": "handled",
        "reason": "",
        "headline": "in_transit",
    }
    assert said["link"].startswith("http://testserver/orders/") or said["link"].startswith("http://localhost/orders/")
    row = Order.objects.get(host="push", reference="A-1")
    assert (row.number, row.locale, row.country, str(row.total)) == ("W-20418", "nl", "NL", "57.500")
    assert OrderContact.objects.get(order=row).email == "noor@example.org"
    page = Client().get(said["link"].partition("//")[2].partition("/")[1] + said["link"].split("/", 3)[3])
    assert 'data-order-status="in_transit"' in page.content.decode()


def test_the_same_again_is_the_same(shop: Caller) -> None:
    shop("PUT", "/A-1", order())
    version = Order.objects.get().version
    again = shop("PUT", "/A-1", order())
    assert (again.status_code, again.json()["state"]) == (200, "handled")
    assert Order.objects.get().version == version
    assert InboxMessage.objects.count() == 1


def test_the_last_word_counts_even_when_it_was_said_before(shop: Caller) -> None:
    first, second = order(changed_at=None, state_text="one"), order(changed_at=None, state_text="two")
    for body in (first, second, first):
        assert shop("PUT", "/A-1", body).json()["state"] == "handled"
    assert Order.objects.get().state_text == "one"


SENT = {"lines": [{"line": "1", "quantity": 1}], "parcels": [{"carrier": "UPS", "tracking_number": UPS}]}
ONCE = {"parcels": []}
OF_PARCEL = f"/s1/parcels/{UPS}"


@pytest.mark.parametrize(
    ("told", "is_there"),
    [
        ([("PUT", "/s1", SENT), ("DELETE", "/s1"), ("PUT", "/s1", SENT)], True),
        ([("DELETE", "/s1"), ("PUT", "/s1", SENT), ("DELETE", "/s1")], False),
        ([("PUT", "/s1", SENT), ("PUT", "/s1", ONCE), ("PUT", "/s1", SENT), ("PUT", "/s1", ONCE)], False),
        ([("PUT", OF_PARCEL, {"carrier": "UPS"}), ("DELETE", OF_PARCEL), ("PUT", OF_PARCEL, {"carrier": "UPS"})], True),
    ],
)
def test_the_last_word_about_a_part_counts_while_all_of_them_wait(
    shop: Caller, monkeypatch: pytest.MonkeyPatch, told: list[Any], is_there: bool
) -> None:
    shop("PUT", "/A-1", order(changed_at=None, fulfillments=[{"reference": "s1", "lines": SENT["lines"]}]))
    monkeypatch.setattr(inbox, "has_backlog", lambda: True)
    for method, path, *body in told:
        assert shop(method, f"/A-1/fulfillments{path}", *body).json()["state"] == "received"
    flow.drain_inbox()
    there = Parcel.objects.filter(number_key=UPS, is_withdrawn=False, fulfillment__is_cancelled=False)
    assert there.exists() is is_there


def test_the_last_word_counts_while_all_of_them_wait(shop: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    paid, refunded = (order(changed_at=None, payment=payment) for payment in ("paid", "refunded"))
    monkeypatch.setattr(inbox, "has_backlog", lambda: True)
    for body in (paid, paid, refunded, paid, paid, refunded, refunded, paid, paid):
        assert shop("PUT", "/A-1", body).json()["state"] == "received"
    # What was said last, said again, is no news.
    assert InboxMessage.objects.count() == 5
    flow.drain_inbox()
    assert Order.objects.get().payment == "paid"
    for body in (refunded, paid, refunded):
        shop("PUT", "/A-1", body)
    shop("PUT", "/B-1", paid, idempotency_key="k1")
    shop("PUT", "/B-1", refunded)
    shop("PUT", "/B-1", paid, idempotency_key="k1")
    flow.drain_inbox()
    said = Order.objects.order_by("reference").values_list("reference", "payment")
    assert list(said) == [("A-1", "refunded"), ("B-1", "refunded")]


def test_an_older_state_changes_nothing(shop: Caller) -> None:
    shop("PUT", "/A-1", order(state_text="new", changed_at="2026-11-24T12:00:00Z"))
    late = shop("PUT", "/A-1", order(state_text="old", changed_at="2026-11-24T11:00:00Z"))
    assert late.status_code == 200
    assert Order.objects.get().state_text == "new"


def test_fulfillments_that_are_left_out_stay(shop: Caller) -> None:
    shop("PUT", "/A-1", order())
    whole = order(state_text="packed", changed_at=None)
    del whole["fulfillments"]
    shop("PUT", "/A-1", whole)
    row = Order.objects.get()
    assert row.state_text == "packed"
    assert row.parcels.filter(is_withdrawn=False, fulfillment__is_cancelled=False).count() == 1
    shop("PUT", "/A-1", order(fulfillments=[], changed_at=None))
    assert not row.parcels.filter(fulfillment__is_cancelled=False).exists()


def test_one_key_is_one_call(shop: Caller) -> None:
    first = shop("PUT", "/A-1", order(), idempotency_key="k1")
    assert first.status_code == 201
    assert shop("PUT", "/A-1", order(), idempotency_key="k1").status_code == 200
    other = shop("PUT", "/A-1", order(number="W-1"), idempotency_key="k1")
    assert other.status_code == 409
    assert other["Content-Type"] == "application/problem+json"
    assert shop("PUT", "/A-2", order(), idempotency_key="k1").status_code == 409
    assert (Order.objects.get().number, InboxMessage.objects.count()) == ("W-20418", 1)


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"number": ""}, "#/number"),
        ({"placed_at": "yesterday"}, "#/placed_at"),
        ({"placed_at": "2026-11-24T09:30:00"}, "#/placed_at"),
        ({"placed_at": 1763976600}, "#/placed_at"),
        ({"lines": []}, "#/lines"),
        ({"lines": [{"reference": "1", "title": "Bowl", "quantity": 0}]}, "#/lines/0/quantity"),
        ({"lines": [{"reference": "1", "title": "Bo\x00wl", "quantity": 1}]}, "#/lines/0/title"),
        ({"contact": {"e-mail": "noor@example.org"}}, "#/contact/e-mail"),
        ({"contact": {"email": "noor"}}, "#/contact/email"),
        ({"total": "12.34567"}, "#/total"),
        ({"total": "NaN"}, "#/total"),
        ({"country": "Netherlands"}, "#/country"),
        ({"state": "lost"}, "#/state"),
        ({"fulfillments": [{"reference": "s1", "lines": [{"line": "9", "quantity": 1}]}]}, "#"),
    ],
)
def test_what_is_wrong_is_named(shop: Caller, change: dict[str, Any], pointer: str) -> None:
    response = shop("PUT", "/A-1", order(**change))
    said = response.json()
    assert (response.status_code, response["Content-Type"]) == (422, "application/problem+json")
    assert (said["status"], said["title"]) == (422, HTTPStatus(422).phrase)
    assert pointer in {error["pointer"] for error in said["errors"]}
    assert not InboxMessage.objects.exists()


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff", b"[" * 5000, b'{"number": 1e999}', b"[]", b'"\\ud800"', b"9" * 9999]
)
def test_what_is_no_order_is_refused(shop: Caller, body: bytes) -> None:
    assert shop("PUT", "/A-1", body).status_code in (400, 422)


def test_what_is_too_long_is_not_read(shop: Caller, settings: Any) -> None:
    settings.ORDER_STATUS["WEBHOOK_MAX_BYTES"] = 1000
    response = shop("PUT", "/A-1", order())
    assert (response.status_code, response["Content-Type"]) == (413, "application/problem+json")


def test_what_cannot_be_stored_is_asked_for_again(shop: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise OperationalError

    monkeypatch.setattr(inbox, "put", fail)
    response = shop("PUT", "/A-1", order())
    assert (response.status_code, response["Retry-After"]) == (503, "30")


def test_a_fault_of_ours_keeps_the_call(shop: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(pk: int) -> str:
        raise ZeroDivisionError

    monkeypatch.setattr(calls, "_handlers", [fail])
    response = shop("PUT", "/A-1", order())
    assert (response.status_code, response.json()["state"]) == (202, "failed")
    assert response.json()["link"].count("/orders/") == 1
    assert json.loads(bytes(InboxMessage.objects.get().body))["number"] == "W-20418"


def test_calls_about_one_order_are_done_in_their_order(shop: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "has_backlog", lambda: True)
    assert shop("PUT", "/A-1", order(fulfillments=[])).json()["state"] == "received"
    monkeypatch.undo()
    parcel = {"lines": [{"line": "1", "quantity": 1}], "parcels": [{"carrier": "UPS", "tracking_number": UPS}]}
    assert shop("PUT", "/A-1/fulfillments/s1", parcel).status_code == 202
    assert shop("PUT", "/B-1", order()).status_code == 201
    assert flow.drain_inbox() == 2
    assert Parcel.objects.filter(order__reference="A-1").get().tracking_number == UPS


def test_parts_are_told_by_themselves(shop: Caller) -> None:
    shop("PUT", "/A-1", order(fulfillments=[]))
    sent = {"lines": [{"line": "1", "quantity": 1}], "parcels": []}
    assert shop("PUT", "/A-1/fulfillments/s1", sent).status_code == 200
    assert shop("PUT", f"/A-1/fulfillments/s1/parcels/{UPS}", {"carrier": "UPS"}).status_code == 200
    parcel = Parcel.objects.get(is_withdrawn=False)
    assert (parcel.tracking_number, parcel.carrier) == (UPS, "ups")
    assert [(one.line.reference, one.quantity) for one in parcel.fulfillment.lines.all()] == [("1", 1)]
    # Told again without its parcels: they stay.
    shop("PUT", "/A-1/fulfillments/s1", {"lines": [{"line": "1", "quantity": 2}]})
    assert Parcel.objects.filter(is_withdrawn=False).count() == 1
    assert shop("DELETE", f"/A-1/fulfillments/s1/parcels/{UPS}").status_code == 200
    assert not Parcel.objects.filter(is_withdrawn=False, number_key=UPS).exists()
    assert shop("DELETE", "/A-1/fulfillments/s1").status_code == 200
    assert not Order.objects.get().fulfillments.filter(is_cancelled=False).exists()


def test_all_that_is_left_is_sent_where_no_lines_are_named(shop: Caller) -> None:
    shop("PUT", "/A-1", order(fulfillments=[]))
    shop("PUT", "/A-1/fulfillments/s1", {"lines": [{"line": "1", "quantity": 1}]})
    shop("PUT", "/A-1/fulfillments/s2", {})
    rest = Order.objects.get().fulfillments.get(reference="s2").lines.order_by("line__reference")
    assert [(one.line.reference, one.quantity) for one in rest] == [("1", 1), ("2", 1)]


def test_a_part_of_nothing_is_refused(shop: Caller) -> None:
    assert shop("PUT", "/A-1/fulfillments/s1", {}).status_code == 404
    shop("PUT", "/A-1", order())
    strange = shop(
        "PUT", "/A-1/fulfillments/s2", {"lines": [{"line": "1", "quantity": 1}, {"line": "9", "quantity": 1}]}
    )
    assert (strange.status_code, strange.json()["errors"][0]["pointer"]) == (422, "#/lines/1/line")
    assert shop("PUT", f"/A-1/fulfillments/s9/parcels/{UPS}", {}).status_code == 404
    assert shop("POST", "/A-1/fulfillments/s1/parcels/UNKNOWN/events", {}).status_code == 404
    assert shop("PUT", "/A%2F1", order()).status_code in (404, 422)


def test_events_move_the_parcel(shop: Caller) -> None:
    shop("PUT", "/A-1", order())
    events = {
        "events": [
            {
                "id": "e1",
                "status": "out_for_delivery",
                "happened_at": "2026-11-25T07:30:00+01:00",
                "message": "With the driver",
                "place": {"city": "Amsterdam", "country": "NL"},
            }
        ],
        "estimate": {"earliest": "2026-11-25", "latest": "2026-11-25"},
    }
    url = f"/A-1/fulfillments/s1/parcels/{UPS}/events"
    assert shop("POST", url, events).json()["headline"] == "out_for_delivery"
    assert shop("POST", url, events).status_code == 200
    parcel = Parcel.objects.get()
    assert parcel.events.count() == 1
    event = parcel.events.get()
    assert (event.source, event.message_id) == (
        "push",
        InboxMessage.objects.get(about="A-1", headers__operation="post events").pk,
    )


def test_notes_stand_on_the_page(shop: Caller) -> None:
    shop("PUT", "/A-1", order())
    note = {"text": "Your bowl <is> glazed.\n\nIt leaves tomorrow.", "is_told": True}
    for _ in range(2):
        assert shop("POST", "/A-1/notes", note, idempotency_key="n1").status_code == 200
    written = OrderNote.objects.get()
    assert (
        written.text == "<p>Your bowl &lt;is&gt; glazed.</p><p>It leaves tomorrow.</p>" or "&lt;is&gt;" in written.text
    )
    assert (written.author, written.is_public) == ("warehouse", False)
    assert OutboxMessage.objects.filter(milestone="note").count() == 1
    inbox.replay(InboxMessage.objects.all())
    flow.drain_inbox()
    assert OrderNote.objects.count() == 1
    shop("POST", "/A-1/notes", note)
    shop("POST", "/A-1/notes", note)
    assert OrderNote.objects.count() == 3


def test_an_order_is_read(shop: Caller) -> None:
    shop("PUT", "/A-1", order())
    said = shop("GET", "/A-1").json()
    assert said["headline"] == "in_transit"
    assert said["fulfillments"][0]["parcels"][0]["tracking_number"] == UPS
    found = shop("GET", "?number=%23w-20418").json()["orders"]
    assert [each["reference"] for each in found] == ["A-1"]
    assert shop("GET", "?number=W-1").json() == {"orders": []}
    assert shop("GET", "/B-1").status_code == 404


def test_the_picture_is_that_of_the_page(shop: Caller) -> None:
    shop("PUT", "/A-1", order())
    public = shop("GET", "/A-1/view")
    assert public.json()["private"] is None
    for personal in ("Noor", "noor@", "Lindenlaan", UPS, "W-20418", "4242", "Inês"):
        assert personal not in json.dumps(public.json(), ensure_ascii=False)
    private = shop("GET", "/A-1/view?tier=private&language=fr").json()
    assert private["private"]["number"] == "W-20418"
    assert (private["tier"], private["language"]) == ("private", "fr")
    assert private["parcels"][0]["tracking_number"].replace(" ", "") == UPS
    assert shop("GET", "/A-1/view?tier=staff").status_code == 422


def test_the_ordering_device_is_let_in(shop: Caller) -> None:
    shop("PUT", "/A-1", order())
    claim = shop("POST", "/A-1/claims").json()
    browser = Client()
    path = "/" + claim["action"].split("/", 3)[3]
    let_in = browser.post(path, {"code": claim["code"]})
    assert let_in.status_code in (302, 303)
    assert "Noor de Vries" in browser.get(let_in["Location"]).content.decode()
    assert shop("POST", "/B-1/claims").status_code == 404


def test_every_answer_has_our_headers(shop: Caller) -> None:
    answers = [
        shop("PUT", "/A-1", order()),
        shop("PUT", "/A-1", b"{"),
        shop("PATCH", "/A-1", {}),
        shop("GET", "/none"),
        Client().get(f"{ROOT}/openapi.json"),
        Client().get(f"{ROOT}/nothing/"),
        Client().get(f"{ROOT}/"),
    ]
    assert [answer.status_code for answer in answers] == [201, 400, 405, 404, 200, 404, 404]
    for answer in answers:
        assert answer["Cache-Control"] == "no-store, private"
        assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]


def test_no_login_is_asked_and_no_transaction_is_around(shop: Caller, settings: Any) -> None:
    """Under LoginRequiredMiddleware and ATOMIC_REQUESTS a key is enough, and what is stored is committed at once."""
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "django.contrib.auth.middleware.LoginRequiredMiddleware"]
    assert shop("PUT", "/A-1", order()).status_code == 201
    assert Client().get(f"{ROOT}/openapi.json").status_code == 200
    assert Client().get(f"{ROOT}/hosts/push/orders/A-1").status_code == 401
    for path in ("/A-1", "/A-1/notes", f"/A-1/fulfillments/s1/parcels/{UPS}/events"):
        view: Any = resolve(f"{ROOT}/hosts/push/orders{path}").func
        assert view._non_atomic_requests == {"default"}
        assert view.csrf_exempt
