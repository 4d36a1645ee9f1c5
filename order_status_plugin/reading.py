"""Reading JSON that may hold anything: each function takes any value and gives what can be stored, or nothing."""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from typing import Any

from .events import Precision
from .exceptions import UnreadableMessage

#: Times outside of these years are slips of a key or of a program.
YEARS = range(1990, 2101)

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_OFFSET = re.compile(r"([+-])(\d{1,2})(?:[:.]?(\d{2}))?")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def load(body: bytes) -> Any:
    """Return what a body of JSON holds. Raises UnreadableMessage, which says where it breaks and nothing of its words."""
    try:
        return json.loads(body)
    except json.JSONDecodeError as error:
        said = f"{error.msg} at line {error.lineno}, column {error.colno}."
    except UnicodeDecodeError as error:
        said = f"byte {error.start} is not UTF-8."
    except (ValueError, RecursionError):
        said = "it is nested too deeply or holds a number that is too long."
    raise UnreadableMessage(f"The body is not JSON: {said}")


def kind(value: object) -> str:
    """Name a JSON type, so that a reason holds nothing personal."""
    names = {type(None): "null", bool: "a boolean", str: "a text", list: "a list", dict: "an object"}
    return names.get(type(value), "a number")


def rows(value: object) -> list[dict[str, Any]]:
    """Return the objects of a list, as :func:`mapping` does; [] for anything else."""
    return [mapping(item) for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def text(value: object, limit: int) -> str:
    """Return a text, trimmed and cut; numbers are texts, everything else is none."""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return ""
    # Lone surrogates and NUL are legal in JSON and in no database.
    clean = _CONTROL.sub("", str(value)).encode("utf-8", "replace").decode("utf-8")
    return clean.strip()[:limit].strip()


def mapping(value: object) -> dict[str, Any]:
    """Return an object with its names in snake case (older webhooks wrote camel case), {} for anything else."""
    if not isinstance(value, dict):
        return {}
    return {_CAMEL.sub("_", name).lower(): item for name, item in value.items()}


def moment(value: object) -> dt.datetime | dt.date | None:
    """Return a time (naive where no offset is given) or a date; None for anything that is neither."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _epoch(value)
    if not isinstance(value, str):
        return None
    given = value.strip()
    try:
        if len(given) == 10:
            day = dt.date.fromisoformat(given)
            return day if day.year in YEARS else None
        when = dt.datetime.fromisoformat(given)
    except ValueError:
        return None
    return when if when.year in YEARS else None


def aware(value: object) -> dt.datetime | None:
    """Return an instant; a time without offset, and a date, are none."""
    when = moment(value)
    return when.astimezone(dt.UTC) if isinstance(when, dt.datetime) and when.tzinfo else None


def clock(value: object) -> tuple[dt.datetime, int | None, Precision] | None:
    """Return the clock on the wall, its minutes east of UTC where they are given, and how exact it is."""
    when = moment(value)
    if when is None:
        return None
    if not isinstance(when, dt.datetime):
        return dt.datetime.combine(when, dt.time()), None, Precision.DATE
    shift = when.utcoffset()
    offset = None if shift is None else round(shift.total_seconds() / 60)
    return when.replace(tzinfo=None), offset, Precision.INSTANT


def day_or_hour(value: object) -> dt.date | dt.datetime | None:
    """Return a date, or a time on the clock of the place. Midnight is how a date is written as a time."""
    when = moment(value) if isinstance(value, str) else None
    if not isinstance(when, dt.datetime):
        return when
    local = when.replace(tzinfo=None)
    is_day = local.time() == dt.time() or local.time() >= dt.time(23, 59)
    return local.date() if is_day else local


def span(first: object, last: object) -> tuple[dt.date | dt.datetime, dt.date | dt.datetime] | None:
    """Return both ends as dates or both as times, the earlier one first; one end alone is both."""
    edges = [edge for edge in (day_or_hour(first), day_or_hour(last)) if edge is not None]
    if not edges:
        return None
    if len({isinstance(edge, dt.datetime) for edge in edges}) == 2:
        edges = [edge.date() if isinstance(edge, dt.datetime) else edge for edge in edges]
    low, high = edges[0], edges[-1]
    return (low, high) if low <= high else (high, low)


def minutes_east(value: object) -> int | None:
    """Return an offset from UTC in minutes: "-05:00", "-7:00", "+0100", "Z" and UPS's "-04.00"; None for anything else."""
    if value == "Z":
        return 0
    found = _OFFSET.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        return None
    minutes = int(found[2]) * 60 + int(found[3] or 0)
    return None if minutes > 14 * 60 else -minutes if found[1] == "-" else minutes


def point(latitude: object, longitude: object) -> tuple[float | None, float | None]:
    """Return a point in degrees, (None, None) where there is none: 0/0 is how programs write that."""
    north, east = degrees(latitude, 90), degrees(longitude, 180)
    return (None, None) if north is None or east is None or north == east == 0 else (north, east)


def degrees(value: object, limit: int) -> float | None:
    """Return an angle of at most ``limit`` either way."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    number = float(value) if abs(value) <= limit else math.nan
    return number if math.isfinite(number) else None


def _epoch(value: float) -> dt.datetime | None:
    """Read seconds or, from older webhooks, milliseconds."""
    try:
        when = dt.datetime.fromtimestamp(value / 1000 if abs(value) > 1e11 else value, dt.UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return when if when.year in YEARS else None
