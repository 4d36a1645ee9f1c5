"""The catalogue: from what a shop or a source calls a carrier, or from a number, to the carrier and its link."""

from __future__ import annotations

from functools import lru_cache

from . import detection, own
from .carrier import Carrier
from .data import CARRIERS
from .detection import Candidate
from .formats import Evidence
from .links import link
from .numbers import group, normalise_number
from .spelling import by_spelling, fold

__all__ = [
    "CARRIERS",
    "Candidate",
    "Carrier",
    "Evidence",
    "detect",
    "every",
    "find",
    "fold",
    "get",
    "group",
    "likely",
    "link",
    "normalise_number",
    "refresh",
]

#: Read the shop's own carriers anew where they may have changed: see ``own``.
refresh = own.refresh


def every() -> tuple[Carrier, ...]:
    """Return the carriers of the catalogue and, behind them, the shop's own."""
    return CARRIERS + own.carriers()


def get(slug: str) -> Carrier | None:
    """Return the carrier of this slug, None when there is none."""
    return _by_slug().get(slug) or own.get(slug)


def find(text: str) -> Carrier | None:
    """Return the carrier that somebody spells like this (slug, name or alias), None when we do not know.

    A shop that gives a carrier of its own a spelling means that one.
    """
    folded = fold(text)
    return get(text) or own.find(folded) or _by_spelling().get(folded)


def detect(number: str) -> list[Candidate]:
    """Return the carriers whose numbers look like this one, the strongest evidence first. Never a decision."""
    return detection.detect(number, CARRIERS)


def likely(number: str) -> list[Candidate]:
    """Return the candidates that customers may be shown: those with more to say for them than a length."""
    return [candidate for candidate in detect(number) if candidate.evidence > Evidence.LENGTH]


@lru_cache(maxsize=1)
def _by_slug() -> dict[str, Carrier]:
    return {carrier.slug: carrier for carrier in CARRIERS}


@lru_cache(maxsize=1)
def _by_spelling() -> dict[str, Carrier]:
    return by_spelling(CARRIERS)
