from __future__ import annotations

import base64
import datetime as dt

import pytest
from django.test import override_settings
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from order_status_plugin.access import claims
from order_status_plugin.access.models import SpentClaim


@pytest.fixture
def at(monkeypatch):
    def travel(**later: float) -> None:
        moment = timezone.now() + dt.timedelta(**later)
        monkeypatch.setattr(timezone, "now", lambda: moment)

    return travel


def test_a_code_says_the_order_and_nothing_else_is_a_code():
    claim = claims.read(claims.code_for("shop", "77"))
    assert claim
    assert (claim.host, claim.reference, claim.is_fresh) == ("shop", "77", True)


@pytest.mark.django_db
def test_a_code_works_once():
    code = claims.code_for("shop", "77")
    first, again = claims.read(code), claims.read(code)
    assert claims.spend(first)
    assert not claims.spend(again)
    assert claims.spend(claims.read(claims.code_for("shop", "77")))


@pytest.mark.django_db
def test_another_spelling_of_a_code_is_the_same_code():
    code = claims.code_for("shop", "7")
    raw = base64.urlsafe_b64decode(code + "=" * (-len(code) % 4))
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    spellings = [
        code[:-1] + char
        for char in alphabet
        if base64.urlsafe_b64decode(code[:-1] + char + "=" * (-len(code) % 4)) == raw
    ]
    assert [claims.spend(claim) for claim in map(claims.read, spellings) if claim].count(True) == 1


@pytest.mark.django_db
def test_a_code_is_over_after_its_minutes(at):
    code = claims.code_for("shop", "77")
    at(minutes=9)
    assert claims.read(code).is_fresh
    at(minutes=2)
    claim = claims.read(code)
    assert not claim.is_fresh
    assert not claims.spend(claim)
    assert not SpentClaim.objects.exists()


def test_a_code_from_the_future_is_not_fresh(at):
    at(hours=1)
    code = claims.code_for("shop", "77")
    at(hours=-1)
    assert not claims.read(code).is_fresh


@given(data=st.data())
def test_a_changed_code_is_refused(data):
    code = claims.code_for("shop", "77")
    raw = bytearray(base64.urlsafe_b64decode(code + "=" * (-len(code) % 4)))
    place = data.draw(st.integers(0, len(raw) - 1))
    raw[place] ^= data.draw(st.integers(1, 255))
    assert claims.read(base64.urlsafe_b64encode(bytes(raw)).decode().rstrip("=")) is None


@given(st.text(max_size=200))
def test_no_text_is_a_code(text: str):
    assert claims.read(text) is None


def test_an_endless_code_is_refused():
    assert claims.read("A" * 5_000_000) is None


def test_a_code_outlives_a_change_of_keys_but_not_the_end_of_its_own():
    with override_settings(ORDER_STATUS={"KEYS": ["old"]}):
        code = claims.code_for("shop", "77")
    with override_settings(ORDER_STATUS={"KEYS": ["new", "old"]}):
        assert claims.read(code)
    with override_settings(ORDER_STATUS={"KEYS": ["new"]}):
        assert claims.read(code) is None
