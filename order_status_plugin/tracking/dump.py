"""One row as plain values, for the export of what is kept about somebody."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import Model


def dump(row: Model, *, without: Collection[str] = ()) -> dict[str, Any]:
    """Return every column of a row by name, but for those that are named: keys to other rows, digests, internals."""
    return {
        field.name: _plain(field.value_from_object(row))
        for field in row._meta.concrete_fields
        if field.name not in without
    }


def _plain(value: Any) -> Any:
    return bytes(value).decode("utf-8", "replace") if isinstance(value, bytes | memoryview) else value
