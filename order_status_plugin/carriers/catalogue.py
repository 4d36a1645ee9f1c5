"""The catalogue: from what a shop or a source calls a carrier, or from a number, to the carrier and its link."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from urllib.parse import quote

from .carrier import Carrier
from .data import CARRIERS
from .numbers import FORMATS, group, normalise_number

__all__ = ["CARRIERS", "Carrier", "detect", "find", "get", "group", "link", "normalise_number"]


def get(slug: str) -> Carrier | None:
    """Return the carrier of this slug, None when there is none."""
    return _by_slug().get(slug)


def find(text: str) -> Carrier | None:
    """Return the carrier that somebody spells like this (slug, name or alias), None when we do not know."""
    return get(text) or _by_spelling().get(_fold(text))


def link(carrier: Carrier | None, number: str) -> str:
    """Return where the carrier shows this parcel, else the carrier's tracking page, else ""."""
    if carrier is None:
        return ""
    normal = normalise_number(number)
    if not (carrier.template and normal):
        return carrier.home
    return carrier.template.replace("{number}", quote(normal, safe=""))


def detect(number: str) -> list[tuple[Carrier, str]]:
    """Return the carriers whose numbers look like this one, and why. A hint for staff, never a decision."""
    normal = normalise_number(number)
    found = []
    for carrier in CARRIERS:
        for name in carrier.numbers:
            reason, is_one = FORMATS[name]
            if is_one(normal) and (name != "s10" or normal.endswith(carrier.country)):
                found.append((carrier, reason))
    return found


def _fold(text: str) -> str:
    """Return letters and digits alone, without case and accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if char.isalnum())


@lru_cache(maxsize=1)
def _by_slug() -> dict[str, Carrier]:
    return {carrier.slug: carrier for carrier in CARRIERS}


@lru_cache(maxsize=1)
def _by_spelling() -> dict[str, Carrier]:
    spellings: dict[str, Carrier] = {}
    for carrier in CARRIERS:
        for spelling in (carrier.slug, carrier.name, *carrier.aliases):
            spellings.setdefault(_fold(spelling), carrier)
    return spellings
