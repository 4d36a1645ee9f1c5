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
#: A supervisor that has not asked for this long is not running.
ASKING = dt.timedelta(minutes=5)
#: One that runs asks every few seconds: so long after its last question others may have taken its place.
RUNNING = dt.timedelta(minutes=1)
#: What lies further ahead was written by a clock that was wrong, and tells nothing.
AHEAD = dt.timedelta(seconds=10)


def last_sign_of_life() -> dt.datetime | None:
    """Return when a worker last began any work of ours."""
    seen = Pulse.objects.filter(beat_at__lte=timezone.now() + AHEAD)
    last: dt.datetime | None = seen.aggregate(last=Max("beat_at"))["last"]
    return last


def longest_silence() -> dt.timedelta:
    """Return how long the worker may be silent: it depends on whether somebody asks it."""
    return SUPERVISED if _asked(ASKING) else SCHEDULED


def is_silent() -> bool:
    """Say whether there is work on a schedule and nobody does it, or one of several workers has fallen silent."""
    if not Schedule.objects.filter(func__startswith="order_status_plugin.").exists():
        return False
    now = timezone.now()
    last = last_sign_of_life()
    if last is None or now - last > longest_silence():
        return True
    # One that is only starting has never been heard.
    return any(beat_at is not None and now - beat_at > SUPERVISED for beat_at in _asked(RUNNING))


def _asked(within: dt.timedelta) -> list[dt.datetime | None]:
    """Return the last beats of workers whose supervisors asked them within this time."""
    workers = Q(name=pulse.NAME) | Q(name__startswith=f"{pulse.NAME}:")
    return list(Pulse.objects.filter(workers, woken_at__gt=timezone.now() - within).values_list("beat_at", flat=True))
