"""Marks: what stands for a personal value while a page is rendered that may be kept without any.

The rows of such a page are :class:`Marked`: a personal column of theirs is a mark that names it, so that nothing
personal can come through by whatever way. A function that gives such a value another form (masks an address, groups a
number) is a :func:`form`: of a mark it returns a mark. :func:`fill` puts the values in, as one request reads them.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from decimal import Decimal
from functools import lru_cache
from html import escape
from types import MappingProxyType
from typing import Any, ParamSpec, TypeVar, cast

from django.utils.safestring import SafeString
from django.utils.translation import get_language

from ..exceptions import OrderStatusError
from ..keys import Key, signing_key

P = ParamSpec("P")
R = TypeVar("R")


class NoSuchValue(OrderStatusError):
    """The order has no such value any more, or never had one that a mark can name."""


@dataclass(slots=True)
class Values:
    """The values of one order, by the names that marks give them: "p7-tracking_number~grouped".

    A name is a row, then columns, fields and places behind "-", and forms behind "~".
    """

    order: Any
    contact: Any
    known: dict[str, Any]  # its rows, by kind and key: "p7"; what was read of them once stands here, too
    now: dt.datetime  # aware

    def value(self, name: str) -> Any:
        """Return the value of this name. Raises NoSuchValue."""
        if name not in self.known:
            try:
                self.known[name] = self._read(name)
            except (LookupError, AttributeError) as error:
                raise NoSuchValue(name) from error
        return self.known[name]

    def _read(self, name: str) -> Any:
        at = max(name.rfind("-"), name.rfind("~"))
        if at < 0:
            kind, *rest = name.split("_")
            return _MADE[kind](self, rest)
        base, how = self.value(name[:at]), name[at + 1 :]
        if name[at] == "~":
            form = _FORMS[how]
            value = form.write(base, form.beside(self)) if form.beside else form.write(base)
            return form.printed(value) if form.printed else value
        return base[int(how)] if how.isdecimal() else getattr(base, how)

    @property
    def language(self) -> str | None:
        """Return the language that is active, asked for once: a page has dozens of places to say in it."""
        if "language" not in self.known:
            self.known["language"] = get_language()
        found: str | None = self.known["language"]
        return found

    def mark(self, name: str) -> Any:
        """Return what stands for the value of this name. Where there is none, there is nothing to hide."""
        return self._hidden(name, self.value(name))

    def _hidden(self, name: str, value: Any) -> Any:
        if not value or isinstance(value, bool):
            return value
        if isinstance(value, Decimal):
            return _with(Amount(value), self, name)
        if isinstance(value, dt.datetime):
            return _with(Instant.fromisoformat(value.isoformat()), self, name)
        if isinstance(value, (str, float)):
            return _with(Mark(mark(name)), self, name)
        if isinstance(value, tuple):
            return tuple(self._hidden(f"{name}-{place}", each) for place, each in enumerate(value))
        if is_dataclass(value) and not isinstance(value, type):
            parts = {
                part.name: self._hidden(f"{name}-{part.name}", getattr(value, part.name)) for part in fields(value)
            }
            return replace(value, **parts)
        raise NoSuchValue(name)


#: Of no order: for pages that show nothing personal.
NOTHING = Values(None, None, {}, dt.datetime.min.replace(tzinfo=dt.UTC))


class _Stands:
    """The base of what stands for a value."""

    _values: Values
    _name: str

    def formed(self, form: str) -> Any:
        """Return what stands for that value in this form."""
        name = f"{self._name}~{form}"
        return self._values.mark(name) if _FORMS[form].is_personal else self._values.value(name)


class Mark(_Stands, str):
    """Stands for a text, or for a number that is printed as it is."""


class Amount(_Stands, Decimal):
    """An amount that can be compared and is printed as a mark."""


class Instant(_Stands, dt.datetime):
    """A moment that can be compared and is printed as a mark."""


T = TypeVar("T", bound=_Stands)


def _with(made: T, values: Values, name: str) -> T:
    made._values, made._name = values, name
    return made


class Marked(_Stands):
    """A row whose hidden columns are marks."""

    def __init__(self, row: Any, name: str, hidden: frozenset[str], values: Values) -> None:
        """Take the row, what names call it, and the columns to hide."""
        self._row, self._name, self._hidden, self._values = row, name, hidden, values

    def __getattr__(self, column: str) -> Any:
        """Return the column, or what stands for it."""
        return self._values.mark(f"{self._name}-{column}") if column in self._hidden else getattr(self._row, column)


@dataclass(frozen=True, slots=True)
class _Form:
    write: Callable[..., Any]
    beside: Callable[[Values], Any] | None
    is_personal: bool
    printed: Callable[[Any], Any] | None


_FORMS: dict[str, _Form] = {}
_MADE: dict[str, Callable[[Values, list[str]], Any]] = {}


def form(
    beside: Callable[[Values], Any] | None = None,
    *,
    is_personal: bool = True,
    printed: Callable[[Any], Any] | None = None,
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a function of one value a form of it. ``beside`` finds its second argument, where it takes one.

    What is not ``is_personal`` may be kept: it says no more of the value than whose site a link leads to. ``printed``
    is the filter that templates print it with: of a mark it makes nothing.
    """

    def made(write: Callable[P, R]) -> Callable[P, R]:
        name = write.__name__.strip("_")
        _FORMS[name] = _Form(write, beside, is_personal, printed)

        @functools.wraps(write)
        def of(*args: P.args, **kwargs: P.kwargs) -> R:
            value = args[0]
            return cast(R, value.formed(name)) if isinstance(value, _Stands) else write(*args, **kwargs)

        return of

    return made


def made_of(kind: str) -> Callable[[Callable[[Values, list[str]], R]], Callable[[Values, list[str]], R]]:
    """Let a function make what no row has: of the parts of its name, "map_7_12_13"."""

    def known(make: Callable[[Values, list[str]], R]) -> Callable[[Values, list[str]], R]:
        _MADE[kind] = make
        return make

    return known


def itself(values: Values) -> Values:
    """Return all of the order: what forms read beside a row. A picture has the same names."""
    return values


def fill(html: str, values: Values, holes: Mapping[str, str] = MappingProxyType({})) -> str:
    """Return HTML with the values in the place of their marks, escaped. Raises NoSuchValue.

    ``holes`` are marks of other kinds, by name, with the HTML that goes there.
    """
    before, *parts = html.split(f"{stem()}.")
    filled, known = [before], values.known
    for part in parts:
        name, _dot, rest = part.partition(".")
        if name in holes:
            filled += (holes[name], rest)
            continue
        value = known[name] if name in known else values.value(name)
        filled += (value if isinstance(value, SafeString) else escape(str(value)), rest)
    return "".join(filled)


def mark(name: str) -> str:
    """Return the mark with this name."""
    return f"{stem()}.{name}."


def stem() -> str:
    """Return what every mark begins with. Keyed, so that no item's title can spell one."""
    return _stem(signing_key())


@lru_cache(maxsize=4)
def _stem(key: Key) -> str:
    return key.mac("mark").hex()[:16]
