"""Each try to send, written down before the call: what broke off is found, and judged, by whoever comes next."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from enum import Enum, auto

from django.db import router, transaction
from django.utils import timezone

from ..channels.base import Channel
from . import lease, statements
from .models import MessageAttempt, OutboxMessage

BROKE_OFF = "A worker stopped while it was sending: the message may have arrived."

#: Outcomes of tries that may have arrived; staff had a message with a "waived" one sent again, knowing that.
UNKNOWN, WAIVED = "unknown", "waived"
DOUBTFUL = ("", UNKNOWN, WAIVED)


class Doubt(Enum):
    """What earlier tries mean for the next one."""

    NONE = auto()  # none may have arrived, or the receiver tells the same message from a second one
    MARKED = auto()  # it is sent again, and may be a second one
    LEFT = auto()  # it is not sent again unless staff say so


def doubtful(rows: Iterable[OutboxMessage]) -> dict[int, list[MessageAttempt]]:
    """Return the tries that may have arrived, by row, and note of those that broke off that nobody knows."""
    tried = [row.pk for row in rows if row.attempts]
    found: dict[int, list[MessageAttempt]] = defaultdict(list)
    if not tried:
        return found
    for attempt in MessageAttempt.objects.filter(message__in=tried, outcome__in=DOUBTFUL):
        found[attempt.message_id].append(attempt)
    broken = [attempt for tries in found.values() for attempt in tries if not attempt.outcome]
    if broken:
        MessageAttempt.objects.filter(pk__in=[attempt.pk for attempt in broken], outcome="").update(
            outcome=UNKNOWN, detail=BROKE_OFF
        )
        for attempt in broken:
            attempt.outcome = UNKNOWN
    return found


def judge(tries: Sequence[MessageAttempt], channel: Channel, now: dt.datetime) -> Doubt:
    """Say what these tries mean for a next one by this channel."""
    lifetime = channel.key_lifetime()
    # The next call may take as long as a lease to reach the receiver.
    unknown = [one for one in tries if lifetime is None or now - one.started_at + lease.LEASE >= lifetime]
    if not unknown:
        return Doubt.NONE
    if channel.resends() or all(one.outcome == WAIVED for one in unknown):
        return Doubt.MARKED
    return Doubt.LEFT


def start(rows: Sequence[OutboxMessage], marked: Iterable[int] = ()) -> dict[int, MessageAttempt]:
    """Write one open try a row, for those that are still held under their lease; ``marked`` may be second ones.

    It must be committed before the call.
    """
    now, doubled = timezone.now(), set(marked)
    tries: list[MessageAttempt] = []
    with transaction.atomic(using=router.db_for_write(OutboxMessage), savepoint=False):
        for row in rows:
            may_double = row.pk in doubled
            if statements.begin_try(row, now + lease.LEASE, now, may_double=may_double):
                row.attempts += 1
                tries.append(MessageAttempt(message=row, lease=row.lease, started_at=now, may_double=may_double))
    return {attempt.message_id: attempt for attempt in tries}


def end(attempt: MessageAttempt, outcome: str, detail: str = "") -> None:
    """Note how a try ended."""
    statements.end_try(attempt.message_id, attempt.lease, outcome, detail[:500], timezone.now())
