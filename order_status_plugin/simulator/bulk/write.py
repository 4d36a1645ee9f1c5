"""Write the orders batch by batch, each in one transaction: COPY on PostgreSQL, many rows a statement elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db import connections, router, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Max, Model

from ...intake.models import InboxMessage
from ...messages.models import OutboxMessage
from ...tracking.models import Fulfillment, Order, OrderLine, Parcel
from .make import Batch, Maker, Shop

#: Orders of one transaction: some megabytes, whatever there is in all.
AT_ONCE = 500

_TABLES: dict[str, type[Model]] = {
    "order": Order,
    "line": OrderLine,
    "fulfillment": Fulfillment,
    "parcel": Parcel,
    "inbox": InboxMessage,
    "message": OutboxMessage,
}


def batches(shop: Shop) -> Iterator[range]:
    """Yield the numbers of the shop's orders, so many at once."""
    for first in range(1, shop.orders + 1, AT_ONCE):
        yield range(first, min(first + AT_ONCE, shop.orders + 1))


class Writer:
    """Writes the orders of one shop. Repeating it, or killing it at any time, does no harm: what is there stays."""

    def __init__(self, shop: Shop) -> None:
        self.shop, self._maker = shop, Maker(shop)
        self._connection: BaseDatabaseWrapper = connections[router.db_for_write(Order)]

    def write(self, numbers: range) -> int:
        """Write those of these orders that are missing; return how many that were."""
        references = {f"bulk-{number}": number for number in numbers}
        known = Order.objects.filter(host=self.shop.host, reference__in=references).values_list("reference", flat=True)
        missing = sorted(set(references.values()) - {references[reference] for reference in known})
        if not missing:
            return 0
        self._maker.prepare(missing)
        with transaction.atomic(using=self._connection.alias):
            self._lock()
            batch = self._maker.make(missing, self._reserve)
            if self._connection.vendor == "postgresql":
                self._copy(batch)
            else:
                self._insert(batch)
        return len(missing)

    def _lock(self) -> None:
        """Be the only one who writes, where keys are counted by hand: the first statement that writes locks SQLite."""
        if self._connection.vendor != "postgresql":
            Order.objects.filter(pk=0).update(version=1)

    def _reserve(self, label: str, count: int) -> Iterable[int]:
        model = _TABLES[label]
        if self._connection.vendor != "postgresql":  # this transaction alone writes
            last: int = model._default_manager.aggregate(last=Max("pk"))["last"] or 0
            return range(last + 1, last + 1 + count)
        with self._connection.cursor() as cursor:
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
                [model._meta.db_table, count],
            )
            return [key for (key,) in cursor.fetchall()]

    def _copy(self, batch: Batch) -> None:
        quote = self._connection.ops.quote_name
        with self._connection.cursor() as cursor:
            for (model, columns), lines in batch.rows.items():
                names = ", ".join(map(quote, columns))
                with cursor.copy(f"COPY {quote(model._meta.db_table)} ({names}) FROM STDIN") as copy:
                    copy.write("".join(lines))

    def _insert(self, batch: Batch) -> None:
        quote = self._connection.ops.quote_name
        with self._connection.cursor() as cursor:
            for (model, columns), rows in batch.rows.items():
                names, holes = ", ".join(map(quote, columns)), ", ".join(["%s"] * len(columns))
                sql = f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES ({holes})"  # noqa: S608
                cursor.executemany(sql, rows)


def analyse() -> None:
    """Tell the database how much there is now: its plans of a moment ago were made for other tables."""
    connection: Any = connections[router.db_for_write(Order)]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
