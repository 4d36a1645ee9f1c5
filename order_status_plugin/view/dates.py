"""Days and hours as people read them. A time of a place is shown as the clock of that place showed it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import lru_cache, wraps
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from ..conf import conf
from ..events import Precision
from .model import Moment


def shop_zone() -> ZoneInfo:
    """Return the zone for times that belong to no place."""
    return conf.zone()


def _kept(write: Callable[[dt.date], str]) -> Callable[[dt.date], str]:
    """Keep what was written for a day in a language: a page and a mail name the same few days again and again."""

    @lru_cache(maxsize=512)
    def kept(day: dt.date, language: str | None) -> str:
        return write(day)

    @wraps(write)
    def of(day: dt.date) -> str:
        return kept(dt.date(day.year, day.month, day.day), get_language())

    return of


@_kept
def long_day(day: dt.date) -> str:
    """Return "Wednesday, 25 November"."""
    return date_format(day, pgettext("date format", "l, j F"))


@_kept
def short_day(day: dt.date) -> str:
    """Return "Wed 25 November"."""
    return date_format(day, pgettext("date format", "D j F"))


@_kept
def tiny_day(day: dt.date) -> str:
    """Return "Wed 25 Nov": for columns of times."""
    return date_format(day, pgettext("date format", "D j M"))


@_kept
def plain_day(day: dt.date) -> str:
    """Return "25 November"."""
    return date_format(day, pgettext("date format", "j F"))


@_kept
def full_day(day: dt.date) -> str:
    """Return "25 November 2026"."""
    return date_format(day, pgettext("date format", "j F Y"))


def clock(time: dt.datetime) -> str:
    """Return "21:42"."""
    return _clock(time.hour, time.minute, get_language())


@lru_cache(maxsize=4096)
def _clock(hour: int, minute: int, language: str | None) -> str:
    return date_format(dt.datetime(2000, 1, 1, hour, minute, tzinfo=dt.UTC), pgettext("time format", "H:i"))


def near_day(day: dt.date, today: dt.date) -> str:
    """Return "today" or "tomorrow" where that is so, else "Wednesday, 25 November"."""
    if day == today:
        return _("today")
    if day == today + dt.timedelta(days=1):
        return _("tomorrow")
    return long_day(day)


def local(text: str) -> dt.datetime | None:
    """Return a stored local time or date, None where it is none."""
    try:
        return dt.datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return None


def event_moment(local_time: str, utc_offset: int | None, precision: str, *, with_clock: bool) -> Moment:
    """Return the time of an event at its place; the day alone where no more is known or may be seen."""
    moment = local(local_time)
    if moment is None:
        return Moment(iso="", day="")
    if precision == Precision.DATE or not with_clock:
        return Moment(iso=moment.date().isoformat(), day=tiny_day(moment))
    iso = moment.isoformat(timespec="minutes")
    if utc_offset is not None:
        sign, minutes = ("-" if utc_offset < 0 else "+"), abs(utc_offset)
        iso += f"{sign}{minutes // 60:02d}:{minutes % 60:02d}"
    return Moment(iso=iso, day=tiny_day(moment), clock=clock(moment))


def zone_name(offset: int) -> str:
    """Return "UTC+5:30" for minutes east of UTC."""
    hours, minutes = divmod(abs(offset), 60)
    return f"UTC{'−' if offset < 0 else '+'}{hours}{f':{minutes:02d}' if minutes else ''}"


def shop_moment(moment: dt.datetime, *, with_clock: bool = True) -> Moment:
    """Return an instant of ours in the shop's zone."""
    here = moment.astimezone(shop_zone())
    if not with_clock:
        return Moment(iso=here.date().isoformat(), day=short_day(here))
    return Moment(iso=here.isoformat(timespec="minutes"), day=short_day(here), clock=clock(here))
