"""The statements of which every message needs one: written by hand, because building them cost more than running them.

They are plain SQL that SQLite and PostgreSQL both read; all else is asked through the ORM.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import connections, router

from ..cms.models import ContentEpoch
from ..tracking.models import Order
from .ledger import ConsentEntry
from .models import MessageAttempt, OutboxMessage
from .suppression import Suppression

_OUTBOX, _TRY, _ORDER, _EPOCH, _LEDGER, _SUPPRESSION = (
    f'"{model._meta.db_table}"'
    for model in (OutboxMessage, MessageAttempt, Order, ContentEpoch, ConsentEntry, Suppression)
)
_TAKE = (
    f"UPDATE {_OUTBOX} SET attempts = attempts + 1, leased_until = %s, recipient_digest = %s"  # noqa: S608
    " WHERE id = %s AND lease = %s AND state = 'pending'"
)
_OPEN = (
    f"INSERT INTO {_TRY} (message_id, lease, started_at, outcome, detail, may_double)"  # noqa: S608
    " VALUES (%s, %s, %s, '', '', %s)"
)
_END = f"UPDATE {_TRY} SET outcome = %s, detail = %s, ended_at = %s WHERE message_id = %s AND lease = %s"  # noqa: S608
_SENT = (
    f"UPDATE {_OUTBOX} SET state = 'sent', reason = '', lease = '', leased_until = NULL, sent_at = %s,"  # noqa: S608
    " provider_id = %s WHERE (id = %s OR told_by_id = %s) AND state IN ('pending', 'unknown')"
)


def take(row: OutboxMessage, held_until: dt.datetime) -> bool:
    """Count a try of this row, if it is still held under its lease, and hold it on; say whether it was."""
    return bool(_run(_TAKE, held_until, row.recipient_digest, row.pk, row.lease))


def open_try(row: OutboxMessage, now: dt.datetime, *, may_double: bool) -> None:
    """Write down that a try begins."""
    _run(_OPEN, row.pk, row.lease, now, may_double)


def end_try(message: int, lease: str, outcome: str, detail: str, now: dt.datetime) -> None:
    """Write down how the try of this row under this lease ended: there is one at the most."""
    _run(_END, outcome, detail, now, message, lease)


def note_sent(row: OutboxMessage, provider_id: str, now: dt.datetime) -> None:
    """Write down that this row was sent, and with it those that it tells; whoever holds them by now."""
    _run(_SENT, now, provider_id, row.pk, row.pk)


def facts(alias: str, orders: Sequence[int], digests: Sequence[str]) -> list[tuple[Any, ...]]:
    """Return key, whether it was erased, the content's epoch, and whether its customer ever said anything, an order.

    With each stand the digest and the reason of a suppressed recipient, one row for each of them; None where there is
    none.
    """
    names = ", ".join(["%s"] * len(digests)) or "NULL"
    return _rows(
        "SELECT o.id, o.erased_at IS NOT NULL,"  # noqa: S608
        f" (SELECT number FROM {_EPOCH} LIMIT 1),"
        f" EXISTS (SELECT 1 FROM {_LEDGER} said WHERE said.order_id = o.id AND said.channel = %s),"
        " stopped.recipient_digest, stopped.reason"
        f" FROM {_ORDER} o LEFT JOIN {_SUPPRESSION} stopped ON stopped.channel = %s"
        f" AND stopped.lifted_at IS NULL AND stopped.recipient_digest IN ({names})"
        f" WHERE o.id IN ({', '.join(['%s'] * len(orders))})",
        alias,
        alias,
        *digests,
        *orders,
    )


def _run(sql: str, *values: Any) -> int:
    connection = connections[router.db_for_write(OutboxMessage)]
    with connection.cursor() as cursor:
        cursor.execute(sql, [_adapted(connection, value) for value in values])
        return int(cursor.rowcount)


def _rows(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with connections[router.db_for_write(OutboxMessage)].cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def _adapted(connection: Any, value: Any) -> Any:
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, dt.datetime) else value
