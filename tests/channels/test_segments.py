"""Sizes of messages against values that anybody can look up, and rules that hold for every text."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from order_status_plugin.channels.segments import ROOM, Encoding, cost, encoding, measure, plain

GSM, UCS = Encoding.GSM7, Encoding.UCS2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", (GSM, 0, 0)),
        ("a" * 160, (GSM, 160, 1)),
        ("a" * 161, (GSM, 161, 2)),
        ("a" * 306, (GSM, 306, 2)),
        ("a" * 307, (GSM, 307, 3)),
        ("a" * 459, (GSM, 459, 3)),
        ("€" * 80, (GSM, 160, 1)),
        ("€" * 81, (GSM, 162, 2)),
        # A segment holds 153: the escape and its character stay together, so 76 of them, and one place is lost.
        ("€" * 152, (GSM, 304, 2)),
        ("€" * 153, (GSM, 306, 3)),
        ("a" * 152 + "€" + "a" * 152, (GSM, 306, 3)),
        ("é" * 160, (GSM, 160, 1)),
        ("ç", (UCS, 1, 1)),  # the small one is not in the alphabet
        ("Ç", (GSM, 1, 1)),
        ("ж" * 70, (UCS, 70, 1)),
        ("ж" * 71, (UCS, 71, 2)),
        ("ж" * 134, (UCS, 134, 2)),
        ("ж" * 135, (UCS, 135, 3)),
        ("😀", (UCS, 2, 1)),
        ("😀" * 35, (UCS, 70, 1)),
        ("😀" * 36, (UCS, 72, 2)),
        ("😀" * 66, (UCS, 132, 2)),
        ("😀" * 67, (UCS, 134, 3)),  # 33 pairs a segment: no pair is cut
    ],
)
def test_sizes(text: str, expected: tuple[Encoding, int, int]) -> None:
    size = measure(text)
    assert (size.encoding, size.units, size.segments) == expected


def test_the_alphabet_is_whole() -> None:
    """127 characters and an escape are 2⁷; ten more stand behind the escape."""
    every = [chr(code) for code in range(0x10000) if not 0xD800 <= code < 0xE000]
    gsm = [char for char in every if encoding(char) is GSM]
    assert len(gsm) == 127 + 10
    assert sorted(char for char in gsm if measure(char).units == 2) == sorted("\f^{}\\[~]|€")


@given(st.text(max_size=700))
def test_no_text_falls_between(text: str) -> None:
    size = measure(text)
    alone, joined = ROOM[size.encoding]
    if size.segments <= 1:
        assert size.units <= alone
    else:
        # At most one unit a segment is lost to what cannot be cut.
        assert -(-size.units // joined) <= size.segments <= -(-size.units // (joined - 1))


@given(st.text(max_size=300))
def test_plain_never_costs_more_and_changes_no_letter(text: str) -> None:
    done = plain(text)
    assert measure(done).segments <= measure(text).segments
    assert [char for char in done if char.isalpha()] == [char for char in text if char.isalpha()]
    assert plain(done) == done


def test_plain() -> None:
    assert plain("It’s “here” – now…") == 'It\'s "here" - now...'
    assert plain("Ça va être livré aujourd’hui") == "Ça va être livré aujourd’hui"  # ê needs UCS-2 all the same
    assert plain("\u2068TS-1\u2069 is sent") == "TS-1 is sent"


def test_cost() -> None:
    prices = {"PT": "0.0385", "*": 0.1}
    assert cost("a" * 161, "PT", prices) == Decimal("0.0770")
    assert cost("a", "FR", prices) == Decimal("0.1")
    assert cost("a", "FR", {"PT": "1"}) is None
