"""Amounts and countries in the reader's language."""

from __future__ import annotations

from decimal import Decimal

from babel import Locale, UnknownLocaleError
from babel.numbers import format_currency
from django.utils.translation import get_language, to_locale


def reader() -> Locale:
    """Return the locale of the language that is active."""
    try:
        return Locale.parse(to_locale(get_language() or "en"))
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def money(amount: Decimal | None, currency: str) -> str:
    """Return "€174.50", or "" where there is no amount."""
    if amount is None:
        return ""
    return format_currency(amount, currency or "XXX", locale=reader()) if currency else f"{amount.normalize():f}"


def country_name(code: str, given: str = "") -> str:
    """Return the name of a country by its ISO code, else what the host called it."""
    return str(reader().territories.get(code.upper(), "")) or given or code
