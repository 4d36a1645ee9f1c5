"""A carrier's nightly flood: how fast it is taken in and applied, in how much memory, and how long another one waits.

``python -m bench.burst`` measures this alone, with a whole night's events or as many as it is told.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from itertools import islice

import psutil

from .posts import Post, send
from .rows import Row, absolute, rate
from .server import Server, roam

#: Events of a whole night, which are sent when this is measured alone, and those that ``make bench`` sends.
WHOLE, COUNT = 100_000, 10_000
#: Webhooks that are made and sent at once.
CHUNK = 2_000
#: A worker that drains until nothing is due, as django-q2 does task by task.
WORKER = (
    "import django; django.setup()\n"
    "from order_status_plugin import flow\n"
    "from order_status_plugin.intake import inbox\n"
    "while inbox.is_due(): flow.drain_inbox()"
)


def burst(server: Server, count: int = COUNT) -> Iterator[Row]:
    """Send so many events of one source through the door, then drain them while another source tells of one parcel."""
    from order_status_plugin.tracking.models import TrackingEvent

    from .webhooks import said_of, stock

    roam()
    numbers, other = stock(count, of=800), stock(1, of=790)
    before = TrackingEvent.objects.count()
    name = f"webhook burst: {count:,} events"
    yield absolute(f"{name}, taken in", count / _send(server, islice(said_of(numbers), count)), "events/s")
    began = time.monotonic()
    worker = subprocess.Popen([sys.executable, "-W", "ignore", "-c", WORKER])
    memory: list[int] = []
    waited: list[float] = []
    late = threading.Thread(target=_late, args=(server, next(said_of(other, "quiet")), other[0], waited))
    late.start()
    seen = psutil.Process(worker.pid)
    while worker.poll() is None:
        memory.append(seen.memory_info().rss)
        time.sleep(0.2)
    seconds = time.monotonic() - began
    late.join()
    applied = TrackingEvent.objects.count() - before
    if worker.returncode or applied != count + 1:
        raise RuntimeError(f"{applied} events of {count + 1} were applied.")
    yield rate(f"{name}, applied", applied / seconds, "events/s a process", at_least=500)
    yield absolute(f"{name}, the worker's memory at its peak", max(memory) / 2**20, "MB", at_most=300)
    yield absolute(f"{name}, another source's event waits", waited[0], "s", at_most=5)


def _send(server: Server, posts: Iterator[Post]) -> float:
    """Send them, some at a time; return the seconds that the door took."""
    taken = 0.0
    while some := list(islice(posts, CHUNK)):
        began = time.monotonic()
        send(server.port, some)
        taken += time.monotonic() - began
    return taken


def _late(server: Server, post: Post, number: str, waited: list[float]) -> None:
    """Tell of one parcel while the flood is drained; note after how many seconds it was applied."""
    from django.db import connections

    from order_status_plugin.tracking.models import TrackingEvent

    time.sleep(4)  # the worker has begun
    send(server.port, [post])
    began = time.monotonic()
    while not TrackingEvent.objects.filter(parcel__tracking_number=number).exists():
        if time.monotonic() - began > 600:
            break
        time.sleep(0.02)
    waited.append(time.monotonic() - began)
    connections.close_all()


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
        from .server import serve

        shop.build()
        with serve() as server:
            print(table(list(burst(server, int(sys.argv[1]) if sys.argv[1:] else WHOLE))))
        connections.close_all()


if __name__ == "__main__":
    main()
