"""The language in which a customer is written to."""

from __future__ import annotations

from django.conf import settings
from django.utils import translation


def language_of(locale: str) -> str:
    """Return the nearest language that the shop has."""
    try:
        return translation.get_supported_language_variant(locale)
    except LookupError:
        return settings.LANGUAGE_CODE
