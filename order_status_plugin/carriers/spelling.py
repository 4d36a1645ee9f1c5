"""When two spellings of a carrier's name are the same."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from .carrier import Carrier


def fold(text: str) -> str:
    """Return letters and digits alone, without case and accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if char.isalnum())


def by_spelling(carriers: Iterable[Carrier]) -> dict[str, Carrier]:
    """Return the carriers by every folded spelling; the first that has one keeps it."""
    found: dict[str, Carrier] = {}
    for carrier in carriers:
        for spelling in (carrier.slug, carrier.name, *carrier.aliases):
            if folded := fold(spelling):
                found.setdefault(folded, carrier)
    return found
