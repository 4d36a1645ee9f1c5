"""The statements of every webhook: written by hand, because building them cost more than running them.

They are plain SQL that SQLite and PostgreSQL both read; all else is asked through the ORM.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connections, router

from ..worker.models import Pulse
from ..worker.wake import STALE
from .models import InboxMessage

_TABLE, _PULSE = (f'"{model._meta.db_table}"' for model in (InboxMessage, Pulse))
_NAMES = ("alias", "key", "digest", "body", "headers", "is_answer", "about", "received_at", "due_at")
_COLUMNS = ", ".join(f'"{name}"' for name in _NAMES)
#: In the words of the index of what is due.
_DUE = f"SELECT id FROM {_TABLE} WHERE state = 'received' AND due_at <= %s ORDER BY due_at, id LIMIT %s"  # noqa: S608
_INSERT = (
    f"INSERT INTO {_TABLE} ({_COLUMNS}, state, reason, waits_for, attempts)"  # noqa: S608
    f" VALUES ({', '.join(['%s'] * len(_NAMES))}, 'received', '', '', 0) RETURNING id,"
    f" (SELECT count(*) FROM ({_DUE}) due),"
    f" EXISTS (SELECT 1 FROM {_PULSE} WHERE name = %s AND is_woken AND woken_at >= %s)"
)


def insert(message: InboxMessage, backlog: int) -> None:
    """Store a new message, and say in it whether it is left to a worker. Raises IntegrityError where its key is there.

    It is where more than ``backlog`` others are due, and a worker was woken for them that has not begun.
    """
    connection: Any = connections[router.db_for_write(InboxMessage)]
    ops = connection.ops
    now, due_at = ops.adapt_datetimefield_value(message.received_at), ops.adapt_datetimefield_value(message.due_at)
    stale = ops.adapt_datetimefield_value(message.received_at - STALE)
    body = connection.Database.Binary(message.body)
    headers = ops.adapt_json_value(message.headers, None)
    said = (message.alias, message.key, message.digest, body, headers, message.is_answer, message.about, now, due_at)
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, (*said, now, backlog + 1, "inbox", stale))
        message.pk, due, is_woken = cursor.fetchone()
    message.is_left = bool(due > backlog and is_woken)
    message._state.adding, message._state.db = False, connection.alias


def count_due(now: dt.datetime, most: int) -> int:
    """Return how many messages are due; at the most ``most`` are counted."""
    connection = connections[router.db_for_write(InboxMessage)]
    with connection.cursor() as cursor:
        cursor.execute(_DUE, [connection.ops.adapt_datetimefield_value(now), most])
        return len(cursor.fetchall())
