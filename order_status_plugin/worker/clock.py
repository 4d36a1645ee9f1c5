"""A clock that was wrong and was put right leaves moments behind that are still to come: they are not believed.

A machine that is an hour ahead for a second writes questions, schedules and due dates that nobody would look at for an
hour. Only a worker whose own clock agrees with the database's may say that they are wrong.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connections, router
from django.db.models import DateTimeField, Value
from django.db.models.functions import Least, Now
from django.utils import timezone
from django_q.models import Schedule

from .models import Pulse

#: Clocks that differ by less are the same.
TOLERANCE = dt.timedelta(seconds=5)
#: A schedule of ours may be ahead by its own pace and this.
SLACK = dt.timedelta(minutes=2)


def now_by_both() -> Any:
    """Return now, for an UPDATE: by the database's clock where ours is ahead of that. What is due now is due for all."""
    now = timezone.now()
    if connections[router.db_for_write(Pulse)].vendor != "postgresql":
        return now
    return Least(Value(now, output_field=DateTimeField()), Now())


def is_right() -> bool:
    """Say whether our clock agrees with the database's, where it has one of its own."""
    connection = connections[router.db_for_write(Pulse)]
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (there,) = cursor.fetchone()
    return bool(abs(there - timezone.now()) < TOLERANCE)


def disbelieve(now: dt.datetime) -> int:
    """Put right what lies ahead of ``now`` in this room; return how many rows."""
    ahead = now + TOLERANCE * 2
    wrong = Pulse.objects.filter(woken_at__gt=ahead).update(is_woken=False, woken_at=now)
    wrong += Pulse.objects.filter(beat_at__gt=ahead).update(beat_at=None)
    ours = Schedule.objects.filter(func__startswith="order_status_plugin.", schedule_type=Schedule.MINUTES)
    for schedule in ours.filter(next_run__gt=now + SLACK):
        if schedule.next_run > now + SLACK + dt.timedelta(minutes=schedule.minutes or 0):
            wrong += ours.filter(pk=schedule.pk).update(next_run=now)
    return wrong
