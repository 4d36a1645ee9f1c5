"""Feedback: who may give it, how often, and what becomes of it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from order_status_plugin.access.erase import erase
from order_status_plugin.access.links import order_path
from order_status_plugin.feedback.models import Feedback
from order_status_plugin.keys import signing_key
from order_status_plugin.tracking.models import Order
from tests.access.orders import let_in, placed
from tests.cms.test_layout import lay_out, shown

pytestmark = pytest.mark.django_db

BLOCK = {"type": "feedback", "value": {"title": "How was your delivery?"}}


@pytest.fixture
def order() -> Order:
    return placed()


def say(client: Client, order: Order, rating: str, **more: str) -> Any:
    return client.post(f"{order_path(order)}feedback/", {"rating": rating, **more}, secure=True)


def look(client: Client, order: Order, query: str = "") -> str:
    answer = client.get(f"{order_path(order)}feedback/{query}", secure=True)
    assert answer.status_code == 200
    return answer.content.decode()


def test_two_clicks_and_a_few_words(client: Client, order: Order) -> None:
    lay_out(BLOCK)
    page = shown(order)
    assert f'<form method="post" action="{order_path(order)}feedback/">' in page
    assert page.count('name="rating" value="') == 3
    answer = say(client, order, "good")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{order_path(order)}feedback/")
    thanks = look(client, order)
    assert 'value="good" aria-pressed="true"' in thanks
    answer = say(client, order, "good", comment="  Came a day early.\r\nThank you!  ")
    assert answer.headers["Location"] == f"{order_path(order)}feedback/?sent"
    assert "Your words have reached us." in look(client, order, "?sent")
    said = Feedback.objects.get()
    assert (said.rating, said.comment) == ("good", "Came a day early.\nThank you!")
    assert said.changed_at > said.created_at


def test_a_mind_may_be_changed_and_the_words_stay(client: Client, order: Order) -> None:
    say(client, order, "good", comment="Fine")
    say(client, order, "bad")
    said = Feedback.objects.get()
    assert (said.rating, said.comment) == ("bad", "Fine")
    assert ">Fine</textarea>" in look(client, order)
    say(client, order, "bad", comment="")
    assert Feedback.objects.get().comment == ""


def test_each_device_speaks_once_for_each_order(order: Order) -> None:
    one, two = Client(), Client()
    other = placed("TS-2")
    for client in (one, two):
        for rating in ("good", "fair"):
            say(client, order, rating)
    say(one, other, "bad")
    assert list(Feedback.objects.order_by("pk").values_list("order_id", "rating")) == [
        (order.pk, "fair"),
        (order.pk, "fair"),
        (other.pk, "bad"),
    ]
    # One browser's words on two orders are not to be told together, nor is its cookie kept.
    token = one.cookies["__Host-order-status-rated"].value
    digests = list(Feedback.objects.values_list("device_digest", flat=True))
    assert len(set(digests)) == 3
    assert not [each for each in digests if token in str(each)]


def test_a_new_key_still_knows_who_spoke(client: Client, order: Order, settings: Any) -> None:
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "KEYS": ["old" * 12]}
    before = signing_key()
    say(client, order, "good")
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "KEYS": ["new" * 12, "old" * 12]}
    assert signing_key() != before
    say(client, order, "bad")
    assert Feedback.objects.get().rating == "bad"


def test_looking_writes_nothing_and_shows_nobody_elses_words(client: Client, order: Order) -> None:
    say(Client(), order, "bad", comment="Somebody else's words")
    page = look(client, order)
    assert "Somebody else" not in page
    assert "aria-pressed" not in page
    assert "<textarea" not in page
    assert Feedback.objects.count() == 1
    assert "__Host-order-status-rated" not in client.cookies


@pytest.mark.parametrize("rating", ["", "great", "GOOD", "good\0", "5"])
def test_what_is_no_rating_is_refused_and_nothing_typed_is_lost(client: Client, order: Order, rating: str) -> None:
    say(client, order, "good")
    answer = say(client, order, rating, comment="My long words")
    assert answer.status_code == 422
    assert "Please choose one of the three" in answer.content.decode()
    assert "My long words" in answer.content.decode()
    assert Feedback.objects.get().comment == ""


def test_hostile_words_stay_words(client: Client, order: Order) -> None:
    say(client, order, "good", comment="</textarea><script>alert(1)</script>{{ 7 }}\0" + "x" * 5000)
    said = Feedback.objects.get()
    assert len(said.comment) == 2000
    page = look(client, order)
    assert "<script>alert" not in page
    assert "&lt;/textarea&gt;&lt;script&gt;" in page


def test_a_forged_post_is_refused(order: Order) -> None:
    client = Client(enforce_csrf_checks=True)
    assert say(client, order, "good").status_code == 403
    lay_out(BLOCK)
    page = client.get(order_path(order), secure=True).content.decode()
    form = page.split("feedback/")[1]
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form)
    assert token
    sent = {"rating": "good", "csrfmiddlewaretoken": token[1]}
    answer = client.post(f"{order_path(order)}feedback/", sent, secure=True, headers={"referer": "https://testserver/"})
    assert answer.status_code == 303
    assert Feedback.objects.count() == 1


def test_an_order_is_not_talked_to_death(order: Order, settings: Any) -> None:
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "LIMIT_FEEDBACK_ORDER_DAY": 2}
    statuses = [say(Client(), order, "bad").status_code for _ in range(3)]
    assert statuses == [303, 303, 429]
    assert Feedback.objects.count() == 2
    assert say(Client(), placed("TS-2"), "bad").status_code == 303
    answer = say(Client(), order, "bad", comment="Not lost")
    assert "That is enough for now" in answer.content.decode()


def test_one_address_is_limited(order: Order, settings: Any) -> None:
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "LIMIT_ADDRESS_HOUR": 1}
    assert say(Client(), order, "bad").status_code == 303
    assert say(Client(), placed("TS-2"), "bad").status_code == 429


def test_a_program_that_fills_in_everything_is_not_counted(client: Client, order: Order) -> None:
    assert 'name="left-empty"' in look(client, order)
    assert say(client, order, "bad", **{"left-empty": "scanner@example.org"}).status_code == 303
    assert not Feedback.objects.exists()


def test_staff_who_look_are_not_asked(order: Order) -> None:
    client = Client()
    client.force_login(User.objects.create_superuser("sam"))
    assert say(client, order, "good").headers["Location"] == order_path(order)
    assert not Feedback.objects.exists()


def test_the_identified_may_speak_too(order: Order) -> None:
    client = Client()
    client.cookies.load(let_in(order))
    assert say(client, order, "fair").status_code == 303
    assert 'value="fair" aria-pressed="true"' in look(client, order)


def test_an_erased_order_keeps_the_rating_and_takes_no_more(client: Client, order: Order) -> None:
    for each in (client, Client()):
        say(each, order, "bad", comment="I am Nora Vega")
    erase(order, "customer")
    assert set(Feedback.objects.values_list("rating", "comment", "device_digest")) == {("bad", "", None)}
    assert say(client, order, "good").headers["Location"] == order_path(order)
    assert client.get(f"{order_path(order)}feedback/", secure=True).status_code == 303
    assert Feedback.objects.filter(rating="good").count() == 0


def test_a_wrong_link_takes_nothing(client: Client) -> None:
    assert client.post(f"/orders/{'A' * 43}/feedback/", {"rating": "good"}, secure=True).status_code == 404
