"""Is the work being done? What ``orders/health/`` and the staff's dashboards ask."""

from __future__ import annotations

import datetime as dt

from django.db.models import Max
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


def last_sign_of_life() -> dt.datetime | None:
    """Return when a worker last began any work of ours."""
    last: dt.datetime | None = Pulse.objects.aggregate(last=Max("beat_at"))["last"]
    return last


def longest_silence() -> dt.timedelta:
    """Return how long the worker may be silent: it depends on whether somebody asks it."""
    asked = Pulse.objects.filter(name=pulse.NAME).values_list("woken_at", flat=True).first()
    return SUPERVISED if asked and asked > timezone.now() - ASKING else SCHEDULED


def is_silent() -> bool:
    """Say whether there is work on a schedule and nobody does it."""
    if not Schedule.objects.filter(func__startswith="order_status_plugin.").exists():
        return False
    last = last_sign_of_life()
    return last is None or timezone.now() - last > longest_silence()
