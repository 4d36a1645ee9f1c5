"""Moments of the inbox that a clock which was wrong put ahead: see :mod:`order_status_plugin.worker.clock`."""

from __future__ import annotations

import datetime as dt

from ..worker.clock import TOLERANCE
from .inbox import LEASE
from .models import InboxMessage


def disbelieve(now: dt.datetime) -> int:
    """Make due what came "later" than now, and free what is held for longer than a lease lasts; return how many rows.

    ``now`` is by a clock that agrees with the database's.
    """
    waiting = InboxMessage.objects.filter(state=InboxMessage.State.RECEIVED)
    ahead = now + TOLERANCE * 2
    wrong = waiting.filter(due_at__gt=ahead, received_at__gt=ahead).update(due_at=now, received_at=now)
    # Their ends lie up to a second apart.
    return wrong + waiting.filter(leased_until__gt=ahead + LEASE).update(leased_until=None)
