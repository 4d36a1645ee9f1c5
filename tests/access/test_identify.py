from __future__ import annotations

import hmac
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from order_status_plugin.access import identify
from order_status_plugin.access.models import AttemptCount
from order_status_plugin.tracking import record
from order_status_plugin.tracking.models import Order, OrderContact

from .orders import EMAIL, placed

ADDRESS = "192.0.2.1"


def look_up(number: str, email: str, address: str = ADDRESS) -> Order | None:
    return identify.check(None, number, email, address)


@pytest.mark.django_db
def test_number_and_email_open_the_order():
    order = placed()
    placed("TS-2", "tom@example.org")
    assert look_up("TS-20418", EMAIL) == order
    assert identify.check(order, "TS-20418", EMAIL, ADDRESS) == order


@pytest.mark.django_db
@pytest.mark.parametrize(
    "number",
    [
        "ts-20418",
        "#TS-20418",
        " TS-20418 ",
        "TS - 20418",
        "\uff34\uff33\uff0d\uff12\uff10\uff14\uff11\uff18",
        "TS\u201120418",
        "TS\u201320418",
        "\u200eTS-20418\u200b",
        "TS\u00a0-20418",
    ],
)
@pytest.mark.parametrize("email", [EMAIL, "Nora.Vega@Example.ORG", f" {EMAIL}\t", f"mailto:{EMAIL}", f"\u200b{EMAIL}"])
def test_spelling_does_not_matter(number, email):
    order = placed()
    assert look_up(number, email) == order


@pytest.mark.django_db
def test_the_email_of_the_checkout_and_the_present_one_both_open():
    order = placed()
    placed(email="new@example.org")
    assert look_up("TS-20418", "new@example.org") == order
    assert look_up("TS-20418", EMAIL) == order
    placed(email="newest@example.org")
    assert look_up("TS-20418", "new@example.org") is None


@pytest.mark.django_db
def test_another_orders_credentials_do_not_open_this_one():
    order, other = placed(), placed("TS-2", "tom@example.org")
    assert identify.check(order, "TS-2", "tom@example.org", ADDRESS) is None
    assert identify.check(order, "TS-20418", "tom@example.org", ADDRESS) is None
    assert identify.check(order, "TS-2", EMAIL, ADDRESS) is None
    assert identify.check(other, "TS-2", "tom@example.org", ADDRESS) == other


@pytest.mark.django_db
def test_the_same_number_at_two_hosts_and_twice_in_one_is_told_apart_by_the_email(settings):
    demo = settings.ORDER_STATUS["HOSTS"]["shop"]
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "HOSTS": {"shop": demo, "outlet": demo}}
    one = placed()
    two = placed(email="tom@example.org", host="outlet")
    three = placed(email="ana@example.org", reference="another")
    assert [look_up("TS-20418", email) for email in (EMAIL, "tom@example.org", "ana@example.org")] == [one, two, three]
    assert look_up("TS-20418", "nobody@example.org") is None


@pytest.mark.django_db
def test_wrong_tries_count_for_all_orders_of_the_number(settings):
    demo = settings.ORDER_STATUS["HOSTS"]["shop"]
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "HOSTS": {"shop": demo, "outlet": demo}}
    placed()
    placed(email="tom@example.org", host="outlet")
    for number in range(5):
        look_up("TS-20418", f"{number}@example.org", f"192.0.2.{number}")
    assert look_up("TS-20418", EMAIL, "192.0.2.100") is None
    assert look_up("TS-20418", "tom@example.org", "192.0.2.101") is None


@pytest.mark.django_db
def test_right_answers_do_not_use_an_order_up_and_wrong_ones_do():
    order = placed()
    for number in range(8):
        assert identify.check(order, "TS-20418", EMAIL, f"192.0.2.{number}")
    for number in range(5):
        assert identify.check(order, "TS-20418", f"{number}@example.org", f"192.0.2.{number}") is None
    assert identify.check(order, "TS-20418", EMAIL, "192.0.2.99") is None
    assert look_up("TS-20418", EMAIL, "192.0.2.99") is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("number", "email"),
    [
        ("", ""),
        ("", EMAIL),
        ("TS-20418", ""),
        (" ", " "),
        ("#", EMAIL),
        ("\x00", "\x00"),
        ("\ud800", "\ud800"),
        ("None", "None"),
    ],
)
def test_nothing_opens_nothing(number, email):
    for order in (
        placed(),
        placed("TS-2", ""),
        record.first_sight("shop", "minimal"),
        placed("", EMAIL, reference="no number"),
    ):
        assert identify.check(order, number, email, ADDRESS) is None
    assert look_up(number, email) is None


@pytest.mark.django_db
def test_an_erased_order_opens_for_nobody():
    order = placed()
    Order.objects.update(erased_at=timezone.now())
    assert look_up("TS-20418", EMAIL) is None
    OrderContact.objects.all().delete()
    assert identify.check(order, "TS-20418", EMAIL, ADDRESS) is None


@pytest.mark.django_db
def test_a_change_of_keys_locks_nobody_out(settings):
    order = placed()
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another secret key of some length that signs from here on"
    assert look_up("TS-20418", EMAIL) == order


def work_of(monkeypatch, *given) -> tuple[list[str], int]:
    """Return the statements (without their values) and the number of hashes of one attempt."""
    hashes = []
    real = hmac.new
    with monkeypatch.context() as patch, CaptureQueriesContext(connection) as queries:
        patch.setattr(hmac, "new", lambda *args: hashes.append(1) or real(*args))
        assert identify.check(*given) is None
    statements = [re.sub(r"'[^']*'|s?\d+_x\d+|\d+", "?", query["sql"]) for query in queries.captured_queries]
    return statements, len(hashes)


@pytest.mark.django_db
def test_every_failure_at_the_look_up_is_the_same_work(monkeypatch):
    erased = placed("TS-666")
    Order.objects.filter(pk=erased.pk).update(erased_at=timezone.now())
    placed()
    work = work_of(monkeypatch, None, "TS-20418", "wrong@example.org", ADDRESS)
    assert len(work[0]) == 11
    assert work_of(monkeypatch, None, "TS-9", EMAIL, ADDRESS) == work
    assert work_of(monkeypatch, None, "TS-666", EMAIL, ADDRESS) == work
    assert work_of(monkeypatch, None, "", "", ADDRESS) == work
    for number in range(5):
        look_up("TS-20418", f"{number}@example.org", f"192.0.2.{number}")
    assert work_of(monkeypatch, None, "TS-20418", EMAIL, ADDRESS) == work


@pytest.mark.django_db
def test_every_failure_on_a_links_own_form_is_the_same_work(monkeypatch):
    order = placed()
    work = work_of(monkeypatch, order, "TS-20418", "wrong@example.org", ADDRESS)
    assert work_of(monkeypatch, order, "TS-9", EMAIL, ADDRESS) == work
    assert work_of(monkeypatch, order, "", "", ADDRESS) == work
    for number in range(5):
        identify.check(order, "TS-9", f"{number}@example.org", f"192.0.2.{number}")
    assert work_of(monkeypatch, order, "TS-20418", EMAIL, ADDRESS) == work


@pytest.mark.django_db
def test_attempts_leave_no_address_behind():
    placed()
    look_up("TS-20418", "somebody@example.org")
    look_up("TS-7777", "somebody@example.org")
    kept = str(list(AttemptCount.objects.values()))
    assert "somebody" not in kept
    assert "7777" not in kept


class AnyInput(TestCase):
    @given(number=st.text(max_size=400), email=st.text(max_size=400))
    def test_no_input_breaks_it_or_opens_anything(self, number: str, email: str) -> None:
        placed()
        assert look_up(number, email) is None
