"""``order_status_worker``: the worker, supervised."""

from __future__ import annotations

import logging
import os
import platform
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import close_old_connections
from django.utils import timezone
from django_q.conf import Conf

from ...clocks import disbelieve
from ...intake import inbox
from ...messages.outbox import DRAIN
from ...messages.relay import is_due
from ...worker import pulse
from ...worker.supervisor import Supervisor, Timing
from ...worker.wake import wake

#: The command of django-q2 that we keep alive.
CLUSTER = "qcluster"


class Heart:
    """The cluster's heartbeat, in the database."""

    def __init__(self, worker: str = "", cluster: str = "") -> None:
        """Take the worker's name, and the queue that its cluster reads, "" for the project's first."""
        self.worker = worker
        self.cluster = cluster or Conf.CLUSTER_NAME
        #: It has not yet taken the place of those that were killed here: the database may be away when it starts.
        self.is_new = True

    def ask(self) -> None:
        """Ask for a beat, and for what has come due, or free again, since the last wake-up."""
        close_old_connections()
        disbelieve()
        if self.is_new:
            pulse.succeed(self.worker)
            self.is_new = False
        pulse.ask(self.worker, cluster=self.cluster)
        if inbox.is_due():
            wake("inbox", inbox.DRAIN)
        if is_due():
            wake("outbox", DRAIN)

    def forget(self) -> None:
        """Take back the question that the last cluster left unanswered."""
        close_old_connections()
        pulse.forget(self.worker)

    def silent_for(self) -> float | None:
        """Return how many seconds ago the cluster last answered."""
        beat = pulse.last_beat(self.worker)
        return (timezone.now() - beat).total_seconds() if beat else None

    def leave(self) -> None:
        """Say that this worker is to be missed no more."""
        close_old_connections()
        pulse.leave(self.worker)


class Command(BaseCommand):
    """Runs django-q2's cluster and starts a new one when it ended or froze."""

    help = "Run the django-q2 worker under supervision: restarted when it ends, and when it is alive but frozen."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take how patient to be."""
        parser.add_argument(
            "--silence",
            type=float,
            default=Timing().silence,
            help="seconds without a sign of life, after it lost a process, until it is started anew (%(default)s)",
        )
        parser.add_argument(
            "--cluster",
            default="",
            help="the queue to work on, a key of Q_CLUSTER['ALT_CLUSTERS']; left out: the project's first",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Supervise until told to stop."""
        if not logging.getLogger("order_status_plugin").hasHandlers():
            logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
        cluster = options["cluster"]
        others: Any = settings.Q_CLUSTER.get("ALT_CLUSTERS", {})
        if cluster and cluster not in {Conf.PREFIX, Conf.CLUSTER_NAME, *others}:
            raise CommandError(f"Q_CLUSTER['ALT_CLUSTERS'] has no {cluster!r}: django-q2 would not start.")
        longest: int | None = others.get(cluster, {}).get("timeout", Conf.TIMEOUT)
        # A task may take its time: only one that outlasted its own limit twice says that nobody works any more.
        patience = 2 * longest + 60 if longest else Timing().patience
        timing = Timing(
            silence=options["silence"],
            patience=max(patience, options["silence"]),
            grace=longest + 5 if longest else Timing().grace,
        )
        # Its end is what tells one container of a deployment from another.
        worker = f"{platform.node().partition('.')[0][-24:]}.{os.getpid()}"
        env = {pulse.WORKER: worker, **({"Q_CLUSTER_NAME": cluster} if cluster else {})}
        Supervisor([*_manage(), CLUSTER], Heart(worker, cluster), timing, env).run()


def _manage() -> list[str]:
    """Return how this very command was started, up to its name: manage.py, django-admin or -m django."""
    script = sys.argv[0]
    if script.endswith("__main__.py"):
        return [sys.executable, "-m", "django"]
    return [sys.executable, script]
