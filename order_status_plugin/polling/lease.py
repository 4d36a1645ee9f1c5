"""Who asks a source: one worker at a time, until its lease ends. A killed worker's lease ends by itself."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

from django.db.models import Q
from django.utils import timezone

from .models import SourceState

#: Longer than a call may last with its repetitions; it is extended before each.
LEASE = dt.timedelta(minutes=3)


def take(alias: str) -> SourceState | None:
    """Take the lease of this source; None when another worker has it."""
    SourceState.objects.get_or_create(alias=alias)
    now = timezone.now()
    until = _until(now)
    # A lease that is longer than any was given by a clock that was wrong.
    free = Q(leased_until=None) | Q(leased_until__lte=now) | Q(leased_until__gt=now + 2 * LEASE)
    # Compare and set: whoever changes the row first has it.
    if not SourceState.objects.filter(free, alias=alias).update(leased_until=until, turn_at=now):
        return None
    return SourceState.objects.filter(alias=alias, leased_until=until).first()


def keep(state: SourceState, **fields: Any) -> bool:
    """Write to a row that is still ours, and extend its lease; False when it is another's by now."""
    return _write(state, leased_until=_until(timezone.now()), **fields)


def end(state: SourceState) -> None:
    """Give the lease back."""
    _write(state, leased_until=None)


def _write(state: SourceState, **fields: Any) -> bool:
    if not SourceState.objects.filter(alias=state.alias, leased_until=state.leased_until).update(**fields):
        return False
    for name, value in fields.items():
        setattr(state, name, value)
    return True


def _until(now: dt.datetime) -> dt.datetime:
    # The end of the lease is also its name: the few random microseconds make it one of its kind.
    return now + LEASE + dt.timedelta(microseconds=random.randrange(1_000_000))  # noqa: S311
