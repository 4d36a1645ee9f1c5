"""A mailed code: for whoever is locked out, or for everybody by setting."""

from __future__ import annotations

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from order_status_plugin.access import codes, links
from order_status_plugin.access.models import AttemptCount, Grant, MailedCode
from order_status_plugin.messages.models import OutboxMessage
from order_status_plugin.tracking import record

from ..access.test_headers import assert_ours
from ..orders import snapshot
from .doors import PERSON, browser, code_in, posted, without_holes

pytestmark = pytest.mark.django_db

WRONG = {**PERSON, "email": "tom@example.org"}


@pytest.fixture
def order():
    return record.order("shop", snapshot(), is_import=True)


def sees_all(client, order):
    return "TS-20418" in client.get(links.order_path(order)).content.decode()


def by_code(settings, word="mailed_code"):
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "IDENTIFICATION": word}


@pytest.mark.parametrize("address", ["/orders/code/ask/", "code/"])
def test_a_locked_out_owner_gets_in_by_a_mailed_code(order, address):
    path = links.order_path(order)
    for number in range(5):  # a stranger with the link uses up the order's hour
        browser(f"192.0.2.{number}").post(f"{path}identify/", {**WRONG, "email": f"{number}@example.org"})
    owner = browser("198.51.100.1")
    refused = owner.post(f"{path}identify/", PERSON)
    assert refused.status_code == 422
    assert "Mail me a code" in refused.content.decode()
    asked = owner.post(address if address.startswith("/") else path + address, PERSON)
    assert (asked.status_code, asked["Location"]) == (303, "/orders/code/")
    assert_ours(asked)
    (letter,) = posted()
    assert letter.to == ["noor@example.org"]
    entered = owner.post("/orders/code/", {"code": code_in(letter)})
    assert (entered.status_code, entered["Location"]) == (303, path)
    assert sees_all(owner, order)
    assert Grant.objects.get().method == Grant.Method.CODE


def test_a_code_is_taken_however_it_is_typed(order):
    owner = browser()
    owner.post("/orders/code/ask/", PERSON)
    code = code_in(posted()[0])
    typed = f" {code.lower().replace('-', ' ').replace('0', 'o').replace('1', 'l')} "
    assert owner.post("/orders/code/", {"code": typed}).status_code == 303


def test_a_code_works_once_and_only_where_it_was_asked_for(order):
    owner, thief = browser(), browser("203.0.113.9")
    owner.post("/orders/code/ask/", PERSON)
    thief.post("/orders/code/ask/", PERSON)  # has a cookie of its own, and no mail
    codes_mailed = [code_in(letter) for letter in posted()]
    assert thief.post("/orders/code/", {"code": codes_mailed[0]}).status_code == 422
    assert owner.post("/orders/code/", {"code": codes_mailed[0]}).status_code == 303
    assert owner.post("/orders/code/", {"code": codes_mailed[0]}).status_code == 422
    assert not sees_all(thief, order)


def test_a_code_ends_after_ten_minutes_and_after_five_tries(order):
    owner = browser()
    owner.post("/orders/code/ask/", PERSON)
    code = code_in(posted()[0])
    with time_machine.travel(timezone.now() + codes.conf.CODE_LIFETIME):
        assert owner.post("/orders/code/", {"code": code}).status_code == 422
    for _ in range(5):
        assert owner.post("/orders/code/", {"code": "AAAA-AAAA"}).status_code == 422
    assert owner.post("/orders/code/", {"code": code}).status_code == 422
    assert not Grant.objects.exists()


def test_a_code_that_comes_too_late_is_not_mailed(order):
    browser().post("/orders/code/ask/", PERSON)
    MailedCode.objects.update(expires_at=timezone.now())
    assert posted() == []
    assert OutboxMessage.objects.get().state == OutboxMessage.State.HELD


def test_the_code_stands_nowhere_in_the_database(order):
    browser().post("/orders/code/ask/", PERSON)
    code = code_in(posted()[0]).replace("-", "")
    for model in (MailedCode, OutboxMessage, AttemptCount):
        for row in model.objects.values():
            assert code not in str(row).replace("-", "")


def test_asking_costs_and_answers_the_same_whatever_is_meant(order):
    tries = {
        "right": PERSON,
        "wrong email": WRONG,
        "unknown number": {**PERSON, "number": "TS-1"},
        "email of nobody": {"number": "TS-1", "email": "nobody@example.org"},
    }
    record.order("shop", snapshot(reference="erased", number="TS-9"), is_import=True)
    type(order).objects.filter(reference="erased").update(erased_at=timezone.now())
    tries["erased"] = {**PERSON, "number": "TS-9"}
    browser("203.0.113.1").post("/orders/code/ask/", {"number": "TS-0", "email": "a@example.org"})  # warm
    answers, statements = {}, {}
    for number, (name, data) in enumerate(tries.items()):
        client = browser(f"192.0.2.{number}")
        with CaptureQueriesContext(connection) as queries:
            answers[name] = without_holes(client.post("/orders/code/ask/", data))
        statements[name] = [query["sql"].split(" ")[0] for query in queries.captured_queries]
        assert client.cookies[codes.COOKIE]["httponly"]
        assert client.cookies[codes.COOKIE]["secure"]
    assert all(answer == answers["right"] for answer in answers.values())
    assert all(each == statements["right"] for each in statements.values())
    assert len(posted()) == 1


def test_typing_costs_and_answers_the_same_whatever_is_wrong(order):
    meant, unmeant, stranger = browser("192.0.2.1"), browser("192.0.2.2"), browser("192.0.2.3")
    meant.post("/orders/code/ask/", PERSON)
    unmeant.post("/orders/code/ask/", WRONG)
    browser("203.0.113.1").post("/orders/code/", {"code": "CCCC-CCCC"})  # warm
    answers, counts = [], []
    for client in (meant, unmeant, stranger):
        with CaptureQueriesContext(connection) as queries:
            response = client.post("/orders/code/", {"code": "AAAA-AAAA"})
        answers.append(without_holes(response))
        counts.append([query["sql"].split(" ")[0] for query in queries.captured_queries])
    assert answers[0][0] == 422
    assert answers[0] == answers[1] == answers[2]
    assert counts[0] == counts[1] == counts[2]


def test_codes_are_limited_and_strangers_use_up_none_of_an_order(order):
    for number in range(30):
        browser(f"192.0.2.{number}").post("/orders/code/ask/", WRONG)
    for _ in range(5):
        browser("198.51.100.1").post("/orders/code/ask/", PERSON)
    assert len(posted()) == 3
    for number in range(9):
        browser(f"203.0.113.{number}").post("/orders/code/ask/", PERSON)
    assert len(posted()) == 3  # six an hour for an order


def test_by_setting_number_and_email_open_nothing_but_a_letter_box(order, settings):
    by_code(settings)
    path = links.order_path(order)
    for address in ("/orders/", f"{path}identify/"):
        client = browser()
        assert "Mail me a code" in client.get(path).content.decode()
        answer = client.post(address, PERSON)
        assert (answer.status_code, answer["Location"]) == (303, "/orders/code/")
        assert not sees_all(client, order)
        (letter,) = [each for each in posted() if "Your code" in each.subject]
        client.post("/orders/code/", {"code": code_in(letter)})
        assert sees_all(client, order)


def test_a_setting_with_a_typing_error_is_the_strict_one_and_is_named(order, settings):
    from order_status_plugin.checks import check_settings

    by_code(settings, "mailed-code")
    assert browser().post("/orders/", PERSON)["Location"] == "/orders/code/"
    assert [found.id for found in check_settings()] == ["order_status.E003"]


def test_one_visitor_cannot_fill_the_table(order):
    for _ in range(25):
        browser().post("/orders/code/ask/", WRONG)
    assert MailedCode.objects.count() == 20


def test_opening_the_addresses_of_codes_does_nothing(order):
    client = browser()
    for address in ("/orders/code/", "/orders/code/ask/", f"{links.order_path(order)}code/"):
        assert client.get(address, {"code": "A", **PERSON}).status_code in {200, 302}
    assert not MailedCode.objects.exists()


def test_a_phone_number_identifies_as_the_email_does(order):
    client = browser()
    assert client.post("/orders/", {"number": "#ts-20418", "email": "06 12 34 56 42"}).status_code == 303
    assert sees_all(client, order)
    assert browser("192.0.2.9").post("/orders/", {"number": "TS-20418", "email": "0612345643"}).status_code == 422
