"""Measure, print the table, write ``bench/results.json``: ``make bench``."""

from __future__ import annotations

import os
import signal
import sys
import time

from tests.servers import database, postgresql

from .rows import table, write
from .server import keep_to, roam, serve


def main() -> int:
    """Return 0 when every target is met."""
    began = time.monotonic()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the database server ends with us
    keep_to(-1)
    with postgresql() as server_url, database(server_url, f"order_status_bench_{os.getpid()}") as url:
        os.environ |= {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "bench.settings"}
        import django

        django.setup()
        from . import access, content, hosts, maps, messages, pages, shop

        roam()
        placed, order = shop.build()
        keep_to(-1)
        with serve() as server:
            compared = pages.pages(server, placed, order)
            rows = [
                *pages.cpu(server, compared),
                *pages.queries(compared),
                *pages.weight(server, compared),
                *maps.drawing(),
                *access.timing(order),
                *content.content(order),
                *messages.messages(server, compared["public"]),
                *hosts.hosts(placed),
            ]
        from django.db import connections

        connections.close_all()
    print(table(rows))
    write(rows)
    missed = [row.name for row in rows if row.ok is False]
    closing = f"missed: {', '.join(missed)}" if missed else "every target met"
    print(f"\n{len(rows)} rows in {time.monotonic() - began:.0f} s; {closing}")
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main())
