"""Send what is owed: batch by batch, each try written down before the call, each outcome after it."""

from __future__ import annotations

import time
from itertools import groupby

from django.utils import timezone
from django.utils.translation import gettext_noop

from ..conf import conf
from ..worker.stopping import is_over
from ..worker.wake import wake
from . import breaker
from .delivery import Delivery
from .lease import claim, due, held
from .models import OutboxMessage
from .outbox import DRAIN

#: Rows in one lease. Small: the rest of a dead relay's batch waits until its lease is over.
BATCH = 20
#: Where they leave quickly, as many as take so many seconds, and never more than that.
QUICK, LARGEST = 2.0, 200

SWITCHED_OFF = gettext_noop("All messages are switched off.")


def drain(limit: int = 500, *, seconds: float = 40) -> int:
    """Send what is due, at most ``limit`` rows and for about so many seconds. Returns how many messages left."""
    if not conf.MESSAGES:
        due(timezone.now()).filter(reason="").update(reason=SWITCHED_OFF)
        return 0
    sent = handled = 0
    size, began = BATCH, time.monotonic()
    end = began + seconds
    while handled < limit and not is_over(end):
        rows = _take(min(size, limit - handled))
        if not rows:
            return sent
        handled += len(rows)
        with held(rows[0].lease):
            rows.sort(key=lambda row: row.channel)
            for alias, group in groupby(rows, key=lambda row: row.channel):
                sent += Delivery(alias, list(group)).run()
        taken, began = time.monotonic() - began, time.monotonic()
        size = max(min(int(len(rows) * QUICK / max(taken, 0.001)), LARGEST), BATCH)
    if is_due():
        wake("outbox", DRAIN)
    return sent


def is_due() -> bool:
    """Say whether a row waits for the relay, and its channel is not left in peace."""
    if not conf.MESSAGES:
        return False
    now = timezone.now()
    resting = [state.alias for state in breaker.open_channels().values() if breaker.is_open(state, now)]
    return due(now).exclude(channel__in=resting).exists()


def _take(limit: int) -> list[OutboxMessage]:
    """Lease the next rows: one of a channel that is tried again, else what is due of those that work."""
    now = timezone.now()
    states = breaker.open_channels()
    if alias := breaker.probe(states, now):
        rows = claim(1, now, only=alias)
        if rows:
            return rows
    return claim(limit, now, without=states)
