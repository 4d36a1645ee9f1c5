"""Where an event happened, as people say it: "Cologne, Germany", "Louisville, KY, United States"."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from django.utils.translation import get_language

from .marks import form
from .money import country_name

#: Countries where a city is told by its state.
WITH_REGION = frozenset({"AU", "BR", "CA", "IN", "MX", "US"})

#: Words inside a name that stay small.
SMALL = frozenset(
    {"al", "am", "an", "and", "auf", "aux", "da", "das", "de", "dei", "del", "della", "den", "der", "di", "do", "dos"}
    | {"du", "el", "en", "et", "im", "in", "la", "las", "le", "les", "los", "of", "on", "op", "sous", "sur", "the"}
    | {"und", "upon", "van", "von", "y"}
)


@form(lambda values: values.language)
def place(event: Any, language: str | None = None) -> str:
    """Return the place of an event's row, the country in the reader's language; "" where nobody said.

    ``language`` is the active one, where the caller knows it.
    """
    return _place(event.city, event.region, event.country, event.place_text, language or get_language())


@lru_cache(maxsize=4096)
def _place(city: str, region: str, country: str, text: str, language: str | None) -> str:
    named = country_name(country)
    if city:
        region = _region(region) if country in WITH_REGION else ""
        return ", ".join(part for part in (proper(city), region, named) if part)
    if text:
        return proper(text)
    region = proper(region) if len(region) > 3 else ""
    return ", ".join(part for part in (region, named) if part)


def _region(region: str) -> str:
    return region.upper() if len(region) <= 3 else proper(region)


def proper(name: str) -> str:
    """Return a name that is shouted in the way people write it; every other one as it is."""
    if not name.isupper() or len(name) < 4:
        return name
    words = re.split(r"([\s\-/(]+)", name)
    return "".join(
        word.lower() if place and word.lower() in SMALL else word if len(word) == 2 and place else word.capitalize()
        for place, word in enumerate(words)
    )
