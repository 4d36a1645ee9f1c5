"""The workers' heartbeats: each supervisor asks for one, and whichever cluster takes the task gives its own.

Clusters on one queue take each other's questions: each beats, and hands on what was not meant for it. A cluster knows
its own name from its supervisor.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os

from django.db.models import Q
from django.utils import timezone
from django_q.conf import Conf
from django_q.tasks import async_task

from ..conf import conf
from .models import Pulse
from .wake import begin, put

NAME = "pulse"
BEAT = "order_status_plugin.worker.pulse.beat"
#: Environment variable by which a cluster knows its name.
WORKER = "ORDER_STATUS_WORKER"

#: A question may have gone down with another cluster: it is soon put again.
STALE = dt.timedelta(seconds=8)
#: How often it is handed on: enough to find one of ten.
HANDS = 12
#: Supervisors that have not asked for this long are forgotten.
FORGOTTEN = dt.timedelta(days=1)


def name_of(worker: str) -> str:
    """Return the name of a worker's row; that of "" is for clusters that nobody supervises."""
    return f"{NAME}:{worker}"[:40] if worker else NAME


def beat(asker: str = "", hands: int = HANDS) -> None:
    """Run by a worker: it lives, and takes tasks. ``asker`` is the worker whose supervisor asked."""
    mine = os.environ.get(WORKER, "")
    begin(name_of(mine))
    if asker in ("", mine):
        return
    if hands:
        options = {"save": False, **conf.Q_OPTIONS, "cluster": Conf.CLUSTER_NAME}
        async_task(BEAT, asker, hands - 1, q_options=options)
    else:
        forget(asker)


def ask(worker: str = "", **q_options: str) -> None:
    """Ask for a beat; at most one question of a worker waits. Raises what database and broker raise."""
    put(name_of(worker), BEAT, worker, stale=STALE, **q_options)


def forget(worker: str = "") -> None:
    """Let the next question through at once: the worker that was asked is no more."""
    Pulse.objects.filter(name=name_of(worker)).update(is_woken=False)


def succeed(worker: str) -> None:
    """Forget workers of this machine that were killed: whoever starts there takes their place."""
    machine, _, _pid = name_of(worker).rpartition(".")
    for name in Pulse.objects.filter(name__startswith=f"{machine}.").values_list("name", flat=True):
        with contextlib.suppress(PermissionError, ValueError):
            try:
                os.kill(int(name.rpartition(".")[2]), 0)
            except ProcessLookupError:
                Pulse.objects.filter(name=name).delete()


def leave(worker: str) -> None:
    """Forget a worker that was told to stop, and those of whom nothing was heard for long."""
    long_ago = timezone.now() - FORGOTTEN
    is_old = Q(woken_at__lt=long_ago) | Q(woken_at=None, beat_at__lt=long_ago)
    workers = Pulse.objects.filter(name__startswith=f"{NAME}:")
    workers.filter(Q(name=name_of(worker)) | is_old).delete()


def last_beat(worker: str = "") -> dt.datetime | None:
    """Return when this worker last answered."""
    return Pulse.objects.filter(name=name_of(worker)).values_list("beat_at", flat=True).first()
