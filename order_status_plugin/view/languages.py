"""The languages that a customer can be shown something in."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import global_settings, settings
from django.core.signals import setting_changed
from django.utils.translation import to_locale

LOCALES = Path(__file__).parent.parent / "locale"


@lru_cache(maxsize=1)
def _ours() -> frozenset[str]:
    return frozenset({"en", *(path.name for path in LOCALES.iterdir() if path.is_dir())})


@lru_cache(maxsize=1)
def codes() -> tuple[str, ...]:
    """Return the languages that the shop has (in Wagtail, else in Django) and we speak.

    Where nobody chose any, Django has a hundred, six kinds of Spanish among them: then these are ours, once each.
    """
    has = getattr(settings, "WAGTAIL_CONTENT_LANGUAGES", None) or settings.LANGUAGES
    if has == global_settings.LANGUAGES:
        return tuple(code for code, _name in has if to_locale(code) in _ours())
    return tuple(
        code for code, _name in has if not _ours().isdisjoint({to_locale(code), to_locale(code.partition("-")[0])})
    )


def _forget(*, setting: str, **kwargs: Any) -> None:
    if setting in {"LANGUAGES", "WAGTAIL_CONTENT_LANGUAGES"}:
        codes.cache_clear()


setting_changed.connect(_forget, dispatch_uid="order_status.languages")
