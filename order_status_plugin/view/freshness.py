"""When a carrier was last asked, as it is at this very moment: for pages that are not kept."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from . import dates
from .marks import form


@form(lambda values: values.now)
def ago(moment: dt.datetime, now: dt.datetime) -> str:
    """Return "just now", "12 minutes ago", "3 hours ago"; after a day the day and the shop's clock."""
    minutes = int((now - moment).total_seconds() // 60)
    return _ago(max(minutes, 0), get_language()) or str(dates.shop_moment(moment))


@lru_cache(maxsize=4096)
def _ago(minutes: int, language: str | None) -> str:
    if minutes < 1:
        return _("just now")
    if minutes < 60:
        return ngettext("%(n)s minute ago", "%(n)s minutes ago", minutes) % {"n": minutes}
    hours = minutes // 60
    if hours < 24:
        return ngettext("%(n)s hour ago", "%(n)s hours ago", hours) % {"n": hours}
    return ""
