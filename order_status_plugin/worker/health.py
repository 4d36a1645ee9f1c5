"""Is the work being done? What ``orders/health/`` and the staff's dashboards ask."""

from __future__ import annotations

import datetime as dt

from django.db.models import Max, Q
from django.utils import timezone
from django_q.models import Schedule

from . import pulse
from .models import Pulse

#: A supervised worker beats every few seconds.
SUPERVISED = dt.timedelta(seconds=30)
#: Without a supervisor only the schedules, once a minute and looked at every half, show that somebody works.
SCHEDULED = dt.timedelta(minutes=3)
#: A supervisor that runs asks every few seconds, and one that is told to stop says so. One that has not asked for this
#: long is missed no more: until then somebody can hear of its loss.
ASKING = dt.timedelta(minutes=5)
#: What lies further ahead was written by a clock that was wrong, and tells nothing.
AHEAD = dt.timedelta(seconds=10)


def last_sign_of_life() -> dt.datetime | None:
    """Return when a worker last began any work of ours."""
    seen = Pulse.objects.filter(beat_at__lte=timezone.now() + AHEAD)
    last: dt.datetime | None = seen.aggregate(last=Max("beat_at"))["last"]
    return last


def longest_silence() -> dt.timedelta:
    """Return how long the worker may be silent: it depends on whether somebody asks it."""
    return SUPERVISED if _asked() else SCHEDULED


def is_silent() -> bool:
    """Say whether there is work on a schedule and nobody does it, or one of several workers has fallen silent."""
    if not Schedule.objects.filter(func__startswith="order_status_plugin.").exists():
        return False
    now = timezone.now()
    last = last_sign_of_life()
    if last is None or now - last > longest_silence():
        return True
    # One that is only starting has never been heard.
    return any(beat_at is not None and now - beat_at > SUPERVISED for beat_at in _asked())


def alive() -> int:
    """Return how many supervised workers gave a sign of life lately."""
    now = timezone.now()
    return sum(beat_at is not None and now - SUPERVISED <= beat_at <= now + AHEAD for beat_at in _asked())


def _asked() -> list[dt.datetime | None]:
    """Return the last beats of workers whose supervisors run, or were lost lately."""
    workers = Q(name=pulse.NAME) | Q(name__startswith=f"{pulse.NAME}:")
    return list(Pulse.objects.filter(workers, woken_at__gt=timezone.now() - ASKING).values_list("beat_at", flat=True))
