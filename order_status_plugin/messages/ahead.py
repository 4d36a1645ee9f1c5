"""Moments of the outbox that a clock which was wrong put ahead: see :mod:`order_status_plugin.worker.clock`."""

from __future__ import annotations

import datetime as dt

from django.db.models import Exists, OuterRef

from ..worker.clock import TOLERANCE
from .lease import LEASE, PENDING
from .models import ChannelState, MessageAttempt, OutboxMessage


def disbelieve(now: dt.datetime) -> int:
    """Make due what was written or tried "later" than now, and free what is held for too long; return how many rows.

    ``now`` is by a clock that agrees with the database's.
    """
    ahead = now + TOLERANCE * 2
    pending = OutboxMessage.objects.filter(PENDING)
    wrong = pending.filter(due_at__gt=ahead, created_at__gt=ahead).update(due_at=now, created_at=now)
    tries = MessageAttempt.objects.filter(started_at__gt=ahead)
    # Only rows that wait for a later moment are looked at: there are few, and the index has them.
    tried = list(
        pending.filter(Exists(tries.filter(message=OuterRef("pk"))), due_at__gt=ahead).values_list("pk", flat=True)
    )
    if tried:
        tries.filter(message__in=tried).update(started_at=now)
        wrong += pending.filter(pk__in=tried).update(due_at=now)
    wrong += pending.filter(leased_until__gt=ahead + LEASE).update(leased_until=None)
    return wrong + ChannelState.objects.filter(last_failure_at__gt=ahead).update(last_failure_at=now, open_until=now)
