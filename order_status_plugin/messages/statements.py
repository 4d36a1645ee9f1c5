"""The statements of which every message needs one: written by hand, because building them cost more than running them.

They are plain SQL that SQLite and PostgreSQL both read, or a statement of PostgreSQL's in place of two of them; all
else is asked through the ORM.
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
    f"UPDATE {_OUTBOX} SET attempts = attempts + 1, leased_until = %s,"  # noqa: S608
    " recipient_digest = %s, recipient_masked = %s"
    " WHERE id = %s AND lease = %s AND state = 'pending'"
)
_OPEN = (
    f"INSERT INTO {_TRY} (message_id, lease, started_at, outcome, detail, may_double)"  # noqa: S608
    " VALUES (%s, %s, %s, '', '', %s)"
)
_TAKE_AND_OPEN = (
    f"WITH taken AS ({_TAKE} RETURNING id, lease)"  # noqa: S608
    f" INSERT INTO {_TRY} (message_id, lease, started_at, outcome, detail, may_double)"
    " SELECT id, lease, %s, '', '', %s FROM taken"
)
_END = f"UPDATE {_TRY} SET outcome = %s, detail = %s, ended_at = %s WHERE message_id = %s AND lease = %s"  # noqa: S608
_SENT = (
    f"UPDATE {_OUTBOX} SET state = 'sent', reason = '', lease = '', leased_until = NULL, sent_at = %s,"  # noqa: S608
    " provider_id = %s WHERE (id = %s OR told_by_id = %s) AND state IN ('pending', 'unknown')"
)
_END_AND_SENT = f"WITH ended AS ({_END}) {_SENT}"


def begin_try(row: OutboxMessage, held_until: dt.datetime, now: dt.datetime, *, may_double: bool) -> bool:
    """Count a try of this row, hold it on, and write down that it begins; say whether it was held under its lease.

    PostgreSQL does it in one statement, SQLite in two: what calls must lie in a transaction.
    """
    held = (held_until, row.recipient_digest, row.recipient_masked, row.pk, row.lease)
    said = (now, may_double)
    if _is_postgresql():
        return bool(_run(_TAKE_AND_OPEN, *held, *said))
    return bool(_run(_TAKE, *held) and _run(_OPEN, row.pk, row.lease, *said))


def end_try(message: int, lease: str, outcome: str, detail: str, now: dt.datetime) -> None:
    """Write down how the try of this row under this lease ended: there is one at the most."""
    _run(_END, outcome, detail, now, message, lease)


def end_sent(row: OutboxMessage, lease: str, provider_id: str, now: dt.datetime) -> None:
    """Write down that its try under this lease arrived, and that it was sent, with those that it tells.

    That is so whoever holds them by now. One statement or two, as above.
    """
    ended, sent = ("sent", "", now, row.pk, lease), (now, provider_id, row.pk, row.pk)
    if _is_postgresql():
        _run(_END_AND_SENT, *ended, *sent)
    else:
        _run(_END, *ended)
        _run(_SENT, *sent)


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


def _is_postgresql() -> bool:
    return connections[router.db_for_write(OutboxMessage)].vendor == "postgresql"


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
