"""A shop that is large already: how long its orders take to be taken in, and what it costs in memory.

``python -m bench.hosts 100000`` measures this alone, with as many orders as it is told.
"""

from __future__ import annotations

import copy
import datetime as dt
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import psutil
from django.db.models import Model

from .rows import Row, absolute
from .server import roam

#: Orders that are taken in, and those of a large shop, whose time is reckoned from theirs.
COUNT = 3000
WHOLE = 100_000
#: Orders that are made at once.
BATCH = 2000
#: Of the run, what passes before memory is compared: imports, the catalogue and the first batches.
WARM = 0.3


def hosts(placed: Any, count: int = COUNT) -> Iterator[Row]:
    """Take in a shop of copies of one order, from a process of its own, as ``order_status_sync`` does."""
    from order_status_plugin.tracking.models import Order

    stock(placed, count)
    roam()
    known = Order.objects.filter(host="shop").count()
    seconds, memory = _sync()
    taken = Order.objects.filter(host="shop", read_at__isnull=False).count() - known
    if taken != count:
        raise RuntimeError(f"{taken} orders of {count} were taken in.")
    name = f"hosts: sync of {count:,} Oscar orders"
    early = max(size for moment, size in memory if moment <= seconds * WARM)
    peak = max(size for _moment, size in memory)
    yield absolute(name, seconds / 60, "minutes")
    if count != WHOLE:
        yield absolute(f"{name}: {WHOLE:,} at this speed", seconds * WHOLE / count / 60, "minutes")
    for share, part in ((0.1, "a tenth"), (0.5, "half"), (1.0, "all")):
        size = max(size for moment, size in memory if moment <= max(seconds * share, memory[0][0]))
        yield absolute(f"{name}, memory up to {part}", size / 2**20, "MB")
    yield absolute(f"{name}, memory at its peak", peak / 2**20, "MB", at_most=400)
    yield absolute(f"{name}, memory that grows", (peak - early) / 2**20, "MB", at_most=10)


def _sync() -> tuple[float, list[tuple[float, int]]]:
    """Run the command; return its seconds, and (second, bytes in memory) twice a second."""
    script = "import django; django.setup(); from django.core.management import call_command as c; c('order_status_sync', '--host', 'shop')"
    began = time.monotonic()
    process = subprocess.Popen([sys.executable, "-W", "ignore", "-c", script], stdout=subprocess.DEVNULL)
    seen, memory = psutil.Process(process.pid), list[tuple[float, int]]()
    while process.poll() is None:
        with seen.oneshot():
            memory.append((time.monotonic() - began, seen.memory_info().rss))
        time.sleep(0.5)
    if process.returncode:
        raise RuntimeError("The orders could not be taken in.")
    return time.monotonic() - began, memory


def stock(placed: Any, count: int) -> None:
    """Give Oscar so many more orders: copies of one, each with its own address, lines and shipping events."""
    for first in range(0, count, BATCH):
        _copy(placed, first, min(BATCH, count - first))


def _copy(placed: Any, first: int, count: int) -> None:
    lines, events = list(placed.lines.all()), list(placed.shipping_events.all())
    addresses = _copies(placed.shipping_address, count, lambda new, n: None)
    orders = _copies(placed, count, lambda new, n: _renumber(new, first + n, addresses[n]))
    new_lines = [_copies(line, count, lambda new, n: setattr(new, "order_id", orders[n].pk)) for line in lines]
    place = {line.pk: position for position, line in enumerate(lines)}
    for number, event in enumerate(events):

        def dispatch(new: Any, n: int, number: int = number) -> None:
            new.order_id, new.notes = orders[n].pk, f"UPS 1Z999AA1{(first + n) * len(events) + number:010d}"

        sent = _copies(event, count, dispatch)
        for quantity in event.line_quantities.all():
            to = new_lines[place[quantity.line_id]]

            def send(new: Any, n: int, sent: list[Any] = sent, to: list[Any] = to) -> None:
                new.event_id, new.line_id = sent[n].pk, to[n].pk

            _copies(quantity, count, send)


def _renumber(order: Any, n: int, address: Any) -> None:
    order.number, order.shipping_address_id = f"2{n:07d}", address.pk
    order.date_placed -= dt.timedelta(minutes=n)


def _copies(original: Any, count: int, change: Callable[[Any, int], None]) -> list[Any]:
    rows = []
    for n in range(count):
        row: Model = copy.copy(original)
        row._state = copy.copy(original._state)
        row.pk = None
        change(row, n)
        rows.append(row)
    return type(original)._default_manager.bulk_create(rows)


def main() -> None:
    """Measure in a database of its own, and print the table."""
    from tests.servers import database, postgresql

    with postgresql() as server_url, database(server_url, f"order_status_bench_{os.getpid()}") as url:
        os.environ |= {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "bench.settings"}
        import django

        django.setup()
        from django.db import connections

        from . import shop
        from .rows import table

        placed, _order = shop.build()
        print(table(list(hosts(placed, int(sys.argv[1]) if sys.argv[1:] else COUNT))))
        connections.close_all()


if __name__ == "__main__":
    main()
