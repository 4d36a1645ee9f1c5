"""From one row to thousands like it: what differs is filled in, and every time is moved by whole days."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import AutoField, DateField, DateTimeField, Field, JSONField, Model

#: What is filled in: a name in the values of an order, or a day as its ordinal in the prototype's time.
Hole = str | int
#: What is filled in for one order.
Values = dict[Hole, Any]

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


class Days:
    """The days as text, by their ordinals: there are few of them, and every row needs several."""

    def __init__(self) -> None:
        self._known: dict[int, str] = {}

    def __getitem__(self, ordinal: int) -> str:
        """Return the day in ISO 8601."""
        found = self._known.get(ordinal)
        if found is None:
            found = self._known[ordinal] = dt.date.fromordinal(ordinal).isoformat()
        return found


DAYS = Days()


def dated(text: str) -> tuple[str, tuple[Hole, ...]]:
    """Return a text that begins with an ISO date as a pattern with that day left open; "" stays as it is."""
    if not text:
        return "", ()
    return f"%s{plain(text[10:])}", (dt.date.fromisoformat(text[:10]).toordinal(),)


def plain(text: str) -> str:
    """Return a text so that it may stand in a pattern."""
    return text.replace("%", "%%")


def hexed(raw: bytes) -> str:
    """Return bytes as a line of COPY has them."""
    return f"\\\\x{raw.hex()}"


class Form:
    """Rows of one table that are like one row of it.

    ``holes`` gives for columns, by attribute name, a pattern and what is filled in. Every time and day that it does not
    name is moved with its order. A key that the database counts itself is left to it unless it is named.
    """

    def __init__(
        self,
        row: Model,
        holes: Mapping[str, tuple[str, tuple[Hole, ...]]],
        connection: BaseDatabaseWrapper,
    ) -> None:
        self.model = type(row)
        self.is_text = connection.vendor == "postgresql"
        fields = [
            field for field in row._meta.concrete_fields if field.attname in holes or not isinstance(field, AutoField)
        ]
        self.columns = tuple(str(field.column) for field in fields)
        cells = [
            self._cell(field, getattr(row, field.attname), holes.get(field.attname), connection) for field in fields
        ]
        #: Of a line of COPY.
        self._line = "\t".join(pattern for pattern, _holes, _value in cells) + "\n"
        self._holes = tuple(hole for _pattern, inside, _value in cells for hole in inside)
        self._cells = cells

    def _cell(
        self,
        field: Field[Any, Any],
        value: Any,
        given: tuple[str, tuple[Hole, ...]] | None,
        connection: BaseDatabaseWrapper,
    ) -> tuple[str, tuple[Hole, ...], Any]:
        """Return pattern, holes, and the value where there is no hole."""
        if given is None and value is not None and isinstance(field, DateField):
            text = (
                value.astimezone(dt.UTC).replace(tzinfo=None).isoformat(" ")
                if isinstance(field, DateTimeField)
                else value.isoformat()
            )
            given = dated(text)
        if given is not None:
            pattern, holes = given
            if self.is_text:
                pattern = pattern.translate(_ESCAPES) + ("+00" if holes and isinstance(field, DateTimeField) else "")
            return pattern, holes, None if holes else pattern.replace("%%", "%")
        if isinstance(value, bytes | memoryview) and self.is_text:
            return hexed(bytes(value)), (), value
        if isinstance(field, JSONField):
            value = json.dumps(value, ensure_ascii=False, cls=DjangoJSONEncoder)
        elif not self.is_text:
            value = field.get_db_prep_save(value, connection)
        if not self.is_text:
            return "", (), value
        text = "\\N" if value is None else plain(str(value).translate(_ESCAPES))
        return text, (), value

    def fill(self, values: Values, shift: int) -> Any:
        """Return a line of COPY, or the values of a row where there is no COPY."""
        if self.is_text:
            return self._line % tuple(
                [DAYS[hole + shift] if hole.__class__ is int else values[hole] for hole in self._holes]
            )
        return tuple(
            [self._filled(pattern, holes, values, shift) if holes else value for pattern, holes, value in self._cells]
        )

    @staticmethod
    def _filled(pattern: str, holes: tuple[Hole, ...], values: Values, shift: int) -> Any:
        filled = [DAYS[hole + shift] if isinstance(hole, int) else values[hole] for hole in holes]
        return filled[0] if pattern == "%s" else pattern % tuple(filled)
