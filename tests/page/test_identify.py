from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.http import HttpResponse
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from order_status_plugin.access import claims, devices, links
from order_status_plugin.access.models import AttemptCount, Device, Grant, SpentClaim
from order_status_plugin.hosts.demo import DemoHost
from order_status_plugin.page import identify
from order_status_plugin.tracking import record
from order_status_plugin.tracking.models import Order

from ..access.orders import EMAIL, placed
from ..access.test_headers import assert_ours

pytestmark = pytest.mark.django_db

RIGHT = {"number": "TS-20418", "email": EMAIL}
WRONG = {"number": "TS-20418", "email": "wrong@example.org"}
NAME = "Nora Vega"


@pytest.fixture
def https(client: Client) -> Client:
    client.defaults["wsgi.url_scheme"] = "https"
    return client


def sees_all(client: Client, order: Order) -> bool:
    return "TS-20418" in client.get(links.order_path(order)).content.decode()


def without_holes(response: HttpResponse) -> tuple[int, list[tuple[str, str]], str]:
    """Return status, headers and body without what differs between any two requests."""
    body = re.sub(r'value="[A-Za-z0-9]{64}"|<time.*?</time>', "", response.content.decode())
    given = [(name, value) for name, value in response.headers.items() if name != "Content-Length"]
    return response.status_code, sorted(given), body


# --- the look-up ------------------------------------------------------------------------------------


def test_the_look_up_leads_to_the_order_and_makes_the_device_private(https):
    order = placed()
    assert not sees_all(https, order)
    response = https.post("/orders/", RIGHT)
    assert (response.status_code, response["Location"]) == (303, links.order_path(order))
    assert_ours(response)
    assert response.cookies[devices.COOKIE]["secure"]
    assert sees_all(https, order)
    assert not sees_all(Client(), order)
    assert Grant.objects.get().method == Grant.Method.IDENTIFIED


def test_every_failure_of_the_look_up_is_one_answer(https):
    placed()
    answers = [
        https.post("/orders/", data) for data in (WRONG, {**RIGHT, "number": "TS-9"}, {}, {"number": "TS-20418"})
    ]
    for number in range(5):
        https.post("/orders/", {**WRONG, "email": f"{number}@example.org"}, REMOTE_ADDR=f"192.0.2.{number}")
    answers.append(https.post("/orders/", RIGHT))
    first = without_holes(answers[0])
    assert first[0] == 422
    assert all(without_holes(answer) == first for answer in answers)
    assert_ours(answers[0])
    body = answers[0].content.decode()
    assert "We could not show it here" in body
    assert "TS-20418" not in body
    assert "wrong@example.org" not in body
    assert devices.COOKIE not in answers[0].cookies


def test_the_form_says_what_it_wants(https):
    response = https.get("/orders/")
    assert response.status_code == 200
    assert_ours(response)
    body = response.content.decode()
    for part in ('<label for="number">', '<label for="email">', 'action="/orders/"', "csrfmiddlewaretoken"):
        assert part in body
    assert 'role="alert"' not in body


def test_the_look_up_leads_to_the_editors_page_where_there_is_one(https, monkeypatch):
    monkeypatch.setattr(identify, "editors_page", lambda request: "/where-is-it/")
    assert https.get("/orders/")["Location"] == "/where-is-it/"
    order = placed()
    assert https.post("/orders/", RIGHT)["Location"] == links.order_path(order)


def test_a_site_without_the_page_keeps_the_look_up():
    assert identify.editors_page(RequestFactory().get("/")) == ""


def test_editors_pages_can_hold_the_form():
    order, made = placed(), RequestFactory()
    shown = []

    def render(request, error, status):
        shown.append(error)
        return HttpResponse(error, status=status)

    assert identify.answer_look_up(made.get("/"), render).status_code == 200
    assert identify.answer_look_up(made.post("/", WRONG), render).status_code == 422
    assert identify.answer_look_up(made.post("/", RIGHT), render)["Location"] == links.order_path(order)
    assert [str(error) for error in shown] == ["", "We could not show it here"]


# --- a link's own form ------------------------------------------------------------------------------


def test_number_and_email_open_the_page_that_the_form_stands_on(https):
    order = placed()
    path = links.order_path(order)
    response = https.post(f"{path}identify/", RIGHT)
    assert (response.status_code, response["Location"]) == (303, path)
    assert sees_all(https, order)


def test_every_failure_on_a_links_form_is_one_answer(https):
    order = placed()
    placed("TS-2", "tom@example.org")
    path = f"{links.order_path(order)}identify/"
    answers = [
        https.post(path, data)
        for data in (WRONG, {**RIGHT, "number": "TS-9"}, {"number": "TS-2", "email": "tom@example.org"}, {})
    ]
    https.post(path, WRONG)
    answers.append(https.post(path, RIGHT))  # locked by now
    first = without_holes(answers[0])
    assert first[0] == 422
    assert all(without_holes(answer) == first for answer in answers)
    assert_ours(answers[0])
    body = answers[0].content.decode()
    assert "We could not show it here" in body
    assert NAME not in body
    assert EMAIL not in body
    assert "TS-20418" not in body


def test_the_form_of_a_wrong_or_revoked_link_is_nowhere(https):
    order = placed()
    path = links.order_path(order)
    record.revoke_link(order)
    for wrong in (f"{path}identify/", f"/orders/{'A' * 43}/identify/", f"{path}forget/"):
        for response in (https.post(wrong, RIGHT), https.get(wrong)):
            assert response.status_code == 404
            assert_ours(response)
    assert not Grant.objects.exists()
    assert not AttemptCount.objects.exists()


def test_hiding_ends_the_private_view_on_this_device_only(https):
    order = placed()
    path = links.order_path(order)
    other = Client()
    other.defaults["wsgi.url_scheme"] = "https"
    for browser in (https, other):
        browser.post("/orders/", RIGHT)
    response = https.post(f"{path}forget/")
    assert (response.status_code, response["Location"]) == (303, path)
    assert not sees_all(https, order)
    assert sees_all(other, order)


# --- the ordering device ----------------------------------------------------------------------------


def test_the_ordering_device_claims_its_order_once(https):
    order = placed()
    code = claims.code_for("shop", order.reference)
    response = https.post("/orders/claim/", {"code": code})
    assert (response.status_code, response["Location"]) == (303, links.order_path(order))
    assert sees_all(https, order)
    assert Grant.objects.get().method == Grant.Method.CLAIM
    stranger = Client()
    again = stranger.post("/orders/claim/", {"code": code})
    assert again["Location"] == links.order_path(order)
    assert not again.cookies.get(devices.COOKIE)
    assert not sees_all(stranger, order)


def test_a_claim_that_is_over_leads_to_the_public_page(https, settings):
    order = placed()
    code = claims.code_for("shop", order.reference)
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "CLAIM_LIFETIME": -claims.conf.CLAIM_LIFETIME}
    assert https.post("/orders/claim/", {"code": code})["Location"] == links.order_path(order)
    assert not sees_all(https, order)


def test_a_claim_that_is_over_does_not_tell_a_new_link(https, settings):
    order = placed()
    spent, old = (claims.code_for("shop", order.reference) for _ in range(2))
    https.post("/orders/claim/", {"code": spent})
    order = record.revoke_link(order)
    assert Client().post("/orders/claim/", {"code": spent})["Location"] == "/orders/"
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "CLAIM_LIFETIME": -claims.conf.CLAIM_LIFETIME}
    assert Client().post("/orders/claim/", {"code": old})["Location"] == "/orders/"


@pytest.mark.parametrize("code", ["", "A", "A" * 200, "\x00", "é"])
def test_what_is_no_claim_opens_nothing(https, code):
    response = https.post("/orders/claim/", {"code": code})
    assert response.status_code == 404
    assert_ours(response)
    assert not Device.objects.exists()


def test_a_claim_comes_before_the_order_was_recorded(https):
    response = https.post("/orders/claim/", {"code": claims.code_for("shop", "ts-20418")})
    order = Order.objects.get()
    assert response["Location"] == links.order_path(order)
    placed()
    assert sees_all(https, order)


def test_a_claim_is_spent_only_with_what_it_bought(https, monkeypatch):
    order = placed()
    code = claims.code_for("shop", order.reference)
    https.raise_request_exception = False
    with monkeypatch.context() as patch:
        patch.setattr(identify.grants, "give", lambda *args: 1 / 0)
        assert https.post("/orders/claim/", {"code": code}).status_code == 500
    assert not SpentClaim.objects.exists()
    https.post("/orders/claim/", {"code": code})
    assert sees_all(https, order)


# --- what GET may do, and what is carried everywhere ------------------------------------------------


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_opening_an_address_unlocks_spends_and_counts_nothing(https, method):
    order = placed()
    path = links.order_path(order)
    code = claims.code_for("shop", order.reference)
    for address in (path, path.rstrip("/"), f"{path}identify/", f"{path}forget/", "/orders/", "/orders/claim/"):
        query = f"?number=TS-20418&email={EMAIL}&code={code}"
        response = getattr(https, method)(address + query)
        assert response.status_code in {200, 302}
        assert_ours(response)
        assert devices.COOKIE not in response.cookies
    for model in (Device, Grant, SpentClaim, AttemptCount):
        assert not model.objects.exists()


def test_nothing_below_our_address_is_without_our_headers(https):
    path = links.order_path(placed())
    strange = ("nothing", "nothing/", f"{path[8:]}nothing/", f"{path[8:]}style.css", "claim", "%00", "a%0Ab", "a/b/c")
    for address in (f"{'A' * 43}/", *strange):
        response = https.get(f"/orders/{address}")
        assert response.status_code == 404, address
        assert_ours(response)
        assert "There is nothing at this address" in response.content.decode()
    for address in strange:
        response = https.post(f"/orders/{address}")
        assert response.status_code == 404, address
        assert_ours(response)


def test_a_forged_form_is_refused_readably():
    order = placed()
    path = links.order_path(order)
    browser = Client(enforce_csrf_checks=True)
    code = claims.code_for("shop", order.reference)
    for address, data in (
        ("/orders/", RIGHT),
        (f"{path}identify/", RIGHT),
        (f"{path}forget/", {}),
        ("/orders/claim/", {"code": code}),
    ):
        response = browser.post(address, data)
        assert response.status_code == 403
        assert_ours(response)
        assert "Please try again" in response.content.decode()
    assert not AttemptCount.objects.exists()
    assert not SpentClaim.objects.exists()


def test_a_form_of_ours_comes_with_its_token(https):
    order = placed()
    browser = Client(enforce_csrf_checks=True)
    body = browser.get("/orders/").content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', body)
    assert token
    response = browser.post("/orders/", {**RIGHT, "csrfmiddlewaretoken": token[1]})
    assert response["Location"] == links.order_path(order)


def test_a_private_page_asks_for_grant_page_and_devices_at_once_and_only_where_none_is_kept_again(https):
    order = placed()
    https.post("/orders/", RIGHT)
    with CaptureQueriesContext(connection) as queries:
        assert sees_all(https, order)
    asked = [query for query in queries.captured_queries if '"order_status_plugin_grant"' in query["sql"]]
    assert len(asked) == 3
    with CaptureQueriesContext(connection) as queries:
        assert sees_all(https, order)
    asked = [query for query in queries.captured_queries if '"order_status_plugin_grant"' in query["sql"]]
    assert len(asked) == len(queries) == 1


# --- the shop's own templates -----------------------------------------------------------------------


def rendered(source: str, **context: object) -> str:
    request = RequestFactory().get("/")
    return Template("{% load order_status %}" + source).render(Context({**context, "request": request}))


class Sale:
    """A shop's own order object."""

    reference = "ts-20418"


@pytest.fixture
def knows_sales(monkeypatch):
    monkeypatch.setattr(
        DemoHost, "reference_of", lambda self, thing: thing.reference if isinstance(thing, Sale) else None
    )


def test_a_shop_prints_the_address_of_an_order(knows_sales):
    order = placed()
    url = links.order_url(order)
    assert rendered("{% order_status_url order %}", order=order) == url
    assert rendered("{% order_status_url order %}", order=Sale()) == url
    assert rendered('{% order_status_url "shop" reference %}', reference=order.reference) == url
    assert urlsplit(url).scheme in {"http", "https"}
    assert rendered("{% order_status_url order %}", order="something else") == ""


def test_the_thank_you_page_has_a_button(https, knows_sales):
    order = placed()
    html = rendered('{% order_status_claim order css_class="btn" %}', order=Sale())
    assert 'method="post"' in html
    assert 'action="/orders/claim/"' in html
    assert "View order status" in html
    assert "csrfmiddlewaretoken" in html
    assert 'class="btn"' in html
    code = re.search(r'name="code" value="([\w-]+)"', html)
    assert code
    assert https.post("/orders/claim/", {"code": code[1]})["Location"] == links.order_path(order)
    assert rendered("{% order_status_claim order %}", order=None) == ""
