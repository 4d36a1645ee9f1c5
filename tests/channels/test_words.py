"""What customers answer: the whole message is the word, or it is none."""

from __future__ import annotations

import pytest

from order_status_plugin.channels.words import HELP, START, STOP, word
from order_status_plugin.events import Word


@pytest.mark.parametrize(
    "text",
    [
        "STOP", "stop", " Stop. ", "STOP\n", "stop!", '"STOP"', "ＳＴＯＰ", "STOP\u200b",
        "UNSUBSCRIBE", "END", "QUIT", "STOPALL", "Stop all", "REVOKE", "OPTOUT", "opt-out", "Opt out", "CANCEL", "REMOVE",
        "ARRET", "Arrêt", "arrêter", "TD", "STOPP", "BAJA", "إلغاء", "停止",
    ],
)  # fmt: skip
def test_stop(text: str) -> None:
    assert word(text) is Word.STOP


@pytest.mark.parametrize("text", ["START", "unstop", "Yes", "YES!", "opt in", "再開"])
def test_start(text: str) -> None:
    assert word(text) is Word.START


def test_help() -> None:
    assert word(" Help ") is Word.HELP
    assert word("INFO?") is Word.HELP


@pytest.mark.parametrize(
    "text",
    [
        "", "   ", "...", "please stop by after six", "stop it now", "yes please", "The end", "do not stop", "1", "stopper",
        "Can I cancel my order?", "ok", "STOP 123", "ja",
    ],
)  # fmt: skip
def test_what_is_more_than_the_word_is_none(text: str) -> None:
    assert word(text) is Word.OTHER


def test_no_word_means_two_things_and_each_is_found() -> None:
    assert len(STOP | START | HELP) == len(STOP) + len(START) + len(HELP)
    for said, words in ((Word.STOP, STOP), (Word.START, START), (Word.HELP, HELP)):
        for one in words:
            assert [word(one), word(f" {one.upper()}. ")] == [said, said], one
