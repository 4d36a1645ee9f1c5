"""Measure, print the table, write ``bench/results.json``: ``make bench``. Each row is said as soon as it is there."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterable, Iterator

from tests.servers import database, postgresql

from .rows import Row, line, table, write
from .server import keep_to, roam, serve


def say(began: float, what: str) -> None:
    """Print what is done, and after how long."""
    print(f"{time.monotonic() - began:6.0f} s  {what}", flush=True)


def told(began: float, parts: Iterable[Iterable[Row]]) -> Iterator[Row]:
    """Yield the rows of all parts, and say each as it comes."""
    for part in parts:
        for row in part:
            say(began, line(row))
            yield row


def main() -> int:
    """Return 0 when every target is met."""
    began, rows = time.monotonic(), list[Row]()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the database server ends with us
    keep_to(-1)
    with postgresql() as server_url, database(server_url, f"order_status_bench_{os.getpid()}") as url:
        os.environ |= {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "bench.settings"}
        import django

        django.setup()
        from . import access, burst, content, growth, hosts, maps, messages, pages, shop, streams, wallet, webhooks

        roam()
        placed, order = shop.build()
        say(began, "the shop is built")
        keep_to(-1)
        with webhooks.redis(), serve() as server:
            compared = pages.pages(server, placed, order)
            parts = (
                pages.cpu(server, compared),
                pages.queries(compared),
                pages.weight(server, compared),
                maps.drawing(),
                access.timing(order),
                content.content(order),
                wallet.wallet(order),
                streams.streams(),
                webhooks.webhooks(server),
                burst.burst(server),
                messages.messages(server, compared["public"]),
                hosts.hosts(placed),
            )
            for row in told(began, parts):
                rows.append(row)
                write(rows)  # what was measured is kept, whatever becomes of the rest
        from django.db import connections

        connections.close_all()
        roam()
        for row in told(began, [growth.growth(server_url)]):
            rows.append(row)
            write(rows)
    print(f"\n{table(rows)}")
    missed = [row.name for row in rows if row.ok is False]
    closing = f"missed: {', '.join(missed)}" if missed else "every target met"
    print(f"\n{len(rows)} rows in {time.monotonic() - began:.0f} s; {closing}")
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main())
