"""The worker's heartbeat: asked for by the supervisor, given by whichever worker takes the task."""

from __future__ import annotations

import datetime as dt

from .models import Pulse
from .wake import begin, wake

NAME = "pulse"
BEAT = "order_status_plugin.worker.pulse.beat"


def beat() -> None:
    """Run by a worker: it lives, and takes tasks."""
    begin(NAME)


def ask() -> None:
    """Ask for a beat; at most one waits at a time."""
    wake(NAME, BEAT)


def forget() -> None:
    """Let the next question through at once: the worker that was asked is no more."""
    Pulse.objects.filter(name=NAME).update(is_woken=False)


def last_beat() -> dt.datetime | None:
    """Return when a worker last answered."""
    return Pulse.objects.filter(name=NAME).values_list("beat_at", flat=True).first()
