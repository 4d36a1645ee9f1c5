from __future__ import annotations

import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from order_status_plugin.access import tokens


@given(st.binary(min_size=1, max_size=32))
def test_a_token_carries_what_was_put_in(payload):
    token = tokens.write("a", payload)
    assert tokens.read("a", token, len(payload)) == payload
    assert tokens.read("b", token, len(payload)) is None
    assert tokens.read("a", token, len(payload) + 1) is None


@given(st.integers(0, 39), st.sampled_from("ABCxyz019-_"))
def test_a_changed_character_makes_it_nobodys(place, char):
    token = tokens.write("a", b"twelve bytes")
    changed = token[:place] + char + token[place + 1 :]
    assert (tokens.read("a", changed, 12) is not None) == (changed == token)


@pytest.mark.parametrize("token", ["", "é", "A" * 40, "A" * 500, "=" * 40, "a b", "\x00"])
def test_what_is_no_token_is_none(token):
    assert tokens.read("a", token, 12) is None


def test_a_retired_key_still_reads_and_a_removed_one_does_not(settings):
    old, new = secrets.token_urlsafe(40), secrets.token_urlsafe(40)
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "KEYS": [old]}
    token = tokens.write("a", b"twelve bytes")
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "KEYS": [new, old]}
    assert tokens.read("a", token, 12) == b"twelve bytes"
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "KEYS": [new]}
    assert tokens.read("a", token, 12) is None
