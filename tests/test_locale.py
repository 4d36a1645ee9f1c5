"""The catalogues: compiled, and with every placeholder of the original."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.utils import translation
from django.utils.translation import gettext, ngettext, pgettext, to_language

from order_status_plugin.view.words import HEADLINE
from tools import extract_messages

CHECKOUT = Path(__file__).parent.parent
CATALOGUES = sorted((CHECKOUT / "order_status_plugin" / "locale").glob("*/LC_MESSAGES/*.po"))


TAG = re.compile(r"</?\w+[^>]*>")


@pytest.fixture(scope="module")
def said() -> list[extract_messages.Text]:
    return extract_messages.texts()


def placeholders(text: str) -> list[str]:
    return sorted(re.findall(r"%\(\w+\)s", text))


def test_what_is_compiled_is_what_is_written() -> None:
    done = subprocess.run(
        [sys.executable, str(CHECKOUT / "tools" / "compile_messages.py"), "--check"], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parent.parent.name)
def test_every_translation_has_the_originals_placeholders(path: Path) -> None:
    with path.open("rb") as words:
        entries = [entry for entry in read_po(words, locale=path.parent.parent.name) if entry.id]
    assert len(entries) > 150
    for entry in entries:
        ids = [entry.id] if isinstance(entry.id, str) else list(entry.id)
        strings = [entry.string] if isinstance(entry.string, str) else list(entry.string)
        assert all(strings), entry.id
        # One may be a word instead of its number; the last form has them all.
        assert placeholders(strings[-1]) == placeholders(ids[-1]), entry.id
        assert all(set(placeholders(each)) <= set(placeholders(ids[-1])) for each in strings), entry.id


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parent.parent.name)
def test_everything_that_is_said_is_translated_and_nothing_else(path: Path, said: list[extract_messages.Text]) -> None:
    assert extract_messages.missing(path, said) == []
    assert extract_messages.gone(path, said) == []


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parent.parent.name)
def test_a_translation_is_no_copy(path: Path) -> None:
    """Names and words that a language has from English stay; a tenth would be no translation."""
    entries = [entry for entry in extract_messages.read(path) if entry.id]
    same = [entry.id for entry in entries if entry.string == entry.id]
    assert len(same) < len(entries) / 20, same


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parent.parent.name)
def test_no_mark_up_is_lost(path: Path) -> None:
    for entry in extract_messages.read(path):
        if isinstance(entry.id, str) and entry.id:
            assert sorted(TAG.findall(str(entry.string))) == sorted(TAG.findall(entry.id)), entry.id


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parent.parent.name)
def test_every_headline_is_a_word_of_its_own(path: Path) -> None:
    with translation.override(to_language(path.parent.parent.name)):
        said = {str(word) for word in HEADLINE.values()}
    assert len(said) == len(HEADLINE)


def test_django_finds_them() -> None:
    with translation.override("fr"):
        assert gettext("Make a new link") == "Créer un nouveau lien"
        assert pgettext("headline", "In transit.") == "En transit."
        assert ngettext("%(n)s parcel sent.", "%(n)s parcels sent.", 2) % {"n": 2} == "2 colis expédiés."
        assert gettext("In this parcel") == "Dans ce colis"
