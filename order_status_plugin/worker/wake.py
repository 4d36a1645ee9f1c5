"""Wake the worker for a kind of work: one django-q2 task a drain, never one an event or a message."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any

from django.db import DatabaseError, connections, router, transaction
from django.db.models import Q
from django.utils import timezone
from django_q.tasks import async_task

from ..conf import conf
from .models import Pulse

logger = logging.getLogger(__name__)

#: A wake-up that no worker heard for this long is made again.
STALE = dt.timedelta(seconds=20)
#: Written by hand: every webhook asks it.
_WOKEN = f'SELECT 1 FROM "{Pulse._meta.db_table}" WHERE name = %s AND is_woken AND woken_at >= %s'  # noqa: S608


def wake(name: str, func: str) -> None:
    """Ask a worker, once this transaction is committed, to run ``func`` (a dotted path) soon.

    Waking is a courtesy: the schedules run every kind of work anyway, so a failure here loses nothing.
    """

    def call() -> None:
        try:
            put(name, func)
        except Exception as error:  # noqa: BLE001 - each broker raises its own, and none of them is the caller's matter
            logger.warning("could not wake the worker for %s: %s", name, error)

    transaction.on_commit(call, robust=True)


def put(name: str, func: str, *args: Any, stale: dt.timedelta = STALE, **q_options: Any) -> None:
    """Ask a worker now to run ``func`` with ``args``, unless one was asked for ``name`` within ``stale`` and has not begun.

    Raises what database and broker raise: then nobody was asked, and the next who wants to is not kept from it.
    """
    now = timezone.now()
    if _is_woken(name, now - stale):
        return
    asleep = Q(is_woken=False) | Q(woken_at__lt=now - stale)
    if not Pulse.objects.filter(asleep, name=name).update(is_woken=True, woken_at=now):
        _pulse, is_new = Pulse.objects.get_or_create(name=name, defaults={"is_woken": True, "woken_at": now})
        if not is_new:
            return
    try:
        async_task(func, *args, q_options={"save": False, **conf.Q_OPTIONS, **q_options})
    except Exception:
        try:
            Pulse.objects.filter(name=name).update(is_woken=False)
        except DatabaseError:  # it is the database that is away: the mark ends by itself
            logger.debug("could not take back the mark of %s", name)
        raise


def _is_woken(name: str, since: dt.datetime) -> bool:
    """Say whether this work was asked for already, and lately. Under load that is so for nearly all who ask."""
    connection = connections[router.db_for_write(Pulse)]
    with connection.cursor() as cursor:
        cursor.execute(_WOKEN, [name, connection.ops.adapt_datetimefield_value(since)])
        return cursor.fetchone() is not None


def begin(name: str) -> None:
    """Say that a worker begins this work now; whoever wakes it from here on is heard again."""
    Pulse.objects.update_or_create(name=name, defaults={"is_woken": False, "beat_at": timezone.now()})
