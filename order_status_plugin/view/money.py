"""Amounts and countries in the reader's language."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.numbers import format_currency
from django.utils.translation import get_language, to_locale

from .marks import form


def reader() -> Locale:
    """Return the locale of the language that is active."""
    return _locale(get_language() or "en")


@lru_cache(maxsize=128)
def _locale(language: str) -> Locale:
    try:
        return Locale.parse(to_locale(language))
    except (UnknownLocaleError, ValueError):
        return Locale("en")


@form(lambda values: values.order.currency)
def money(amount: Decimal | None, currency: str) -> str:
    """Return "€174.50", or "" where there is no amount."""
    return "" if amount is None else _money(amount, currency, get_language() or "en")


@lru_cache(maxsize=1024)
def _money(amount: Decimal, currency: str, language: str) -> str:
    return format_currency(amount, currency, locale=_locale(language)) if currency else f"{amount.normalize():f}"


def country_name(code: str, given: str = "") -> str:
    """Return the name of a country by its ISO code, else what the host called it."""
    return _territory(code.upper(), get_language() or "en") or given or code


@lru_cache(maxsize=1024)
def _territory(code: str, language: str) -> str:
    return str(_locale(language).territories.get(code, ""))
