"""The catalogues: compiled, and with every placeholder of the original."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.utils import translation
from django.utils.translation import gettext, ngettext, pgettext

CHECKOUT = Path(__file__).parent.parent
CATALOGUES = sorted((CHECKOUT / "order_status_plugin" / "locale").glob("*/LC_MESSAGES/*.po"))


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


def test_django_finds_them() -> None:
    with translation.override("fr"):
        assert gettext("Make a new link") == "Créer un nouveau lien"
        assert pgettext("headline", "In transit.") == "En transit."
        assert ngettext("%(n)s parcel sent.", "%(n)s parcels sent.", 2) % {"n": 2} == "2 colis expédiés."
        assert gettext("In this parcel") == "Dans ce colis"
