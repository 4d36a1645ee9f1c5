"""From all that sources said about the day of delivery to the present estimate and its moves. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Statement:
    """One thing a source said: ISO dates or local times, or both "" when it took its estimate back."""

    stated_at: dt.datetime
    source: str
    earliest: str
    latest: str
    reason: str = ""


def moves(statements: Iterable[Statement]) -> list[Statement]:
    """Return what was said, oldest first, without repetitions of what stood already."""
    said: list[Statement] = []
    for statement in sorted(set(statements)):
        if not said and not statement.earliest:
            continue
        if said and (said[-1].earliest, said[-1].latest) == (statement.earliest, statement.latest):
            continue
        said.append(statement)
    return said


def present(statements: Iterable[Statement]) -> Statement | None:
    """Return the estimate that stands, or None."""
    said = moves(statements)
    return said[-1] if said and said[-1].earliest else None
