"""Growth: what a page, a webhook, a sweep and a list cost in a shop of a million orders, against one of a thousand.

``python -m bench.growth`` measures this alone. ``BENCH_ORDERS=100000`` before either makes the large shop smaller.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from statistics import median
from typing import Any

from tests.servers import database, postgresql

from .rows import Row, absolute, share

SMALL, LARGE = 1_000, int(os.environ.get("BENCH_ORDERS", "1000000"))
#: Each is measured so many times at both sizes, in turns.
ROUNDS = 3
#: As much dearer as a page or a webhook may be in the large shop.
MOST = 1.2
#: A list that staff open, in milliseconds; and a report that counts all parcels of a month, which is kept then.
LONGEST, REPORT = 300, 5_000

#: What is asked of both, how often in a round, and its unit: CPU of the process and of its database connection.
HELD = {
    "public page cold": 40,
    "public page warm": 160,
    "private page warm": 24,
    "webhook accepted": 60,
    "webhook applied": 60,
}
BESIDE = {
    "look-up by number and email": 20,
    "sweep, stalled": 1,
    "sweep, parcels without a poll": 1,
    "sweep, polls that are due": 5,
    "sweep, what ran out": 1,
    "inbox, what is due": 20,
    "outbox, what is due": 20,
    "live, one poll": 20,
    "retention, one step": 1,
}


class Shop:
    """One of the two, in a process of its own."""

    def __init__(self, url: str, orders: int) -> None:
        self.orders = orders
        environment = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "bench.grown_settings"}
        command = [sys.executable, "-W", "ignore", "-m", "bench.grown", str(orders)]
        self._process = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, what: str, times: int = 1) -> Any:
        """Have it do something so many times, and return what it says."""
        self._process.stdin.write(f"{json.dumps([what, times])}\n")  # type: ignore[union-attr]
        self._process.stdin.flush()  # type: ignore[union-attr]
        line = self._process.stdout.readline()  # type: ignore[union-attr]
        if not line:
            raise RuntimeError(f"The shop of {self.orders:,} orders ended at: {what}.")
        return json.loads(line)

    def end(self) -> None:
        """Stop it."""
        self._process.communicate(timeout=60)


@contextmanager
def _shops(server: str) -> Iterator[list[Shop]]:
    with ExitStack() as stack:
        shops = []
        for orders in (SMALL, LARGE):
            url = stack.enter_context(database(server, f"order_status_growth_{orders}_{os.getpid()}"))
            shops.append(Shop(url, orders))
            stack.callback(shops[-1].end)
        yield shops


def growth(server: str) -> Iterator[Row]:
    """Build both shops on this server, and measure them in turns."""
    with _shops(server) as (small, large):
        small.ask("build")
        began = time.monotonic()
        built = large.ask("build")
        name = f"growth, {LARGE:,} orders"
        yield absolute(f"{name}: written", LARGE / (time.monotonic() - began), "orders a second")
        yield absolute(f"{name}: on disk", built["bytes"] / LARGE, "bytes an order")
        yield absolute(f"{name}: events", built["events"] / LARGE, "events an order")
        for what, times in {**HELD, **BESIDE}.items():
            yield from _compared(name, what, times, small, large)
        for what in large.ask("lists"):
            walls = [large.ask(what)["wall"] for _ in range(ROUNDS)]
            yield absolute(
                f"{name}: {what}", median(walls), "ms", at_most=REPORT if what.endswith("/reports/orders/") else LONGEST
            )


def _compared(name: str, what: str, times: int, small: Shop, large: Shop) -> Iterator[Row]:
    taken: dict[Shop, list[dict[str, float]]] = {small: [], large: []}
    for number in range(ROUNDS + 1):
        for shop in (small, large) if number % 2 else (large, small):
            said = shop.ask(what, times)
            if number:  # the first warms up
                taken[shop].append(said)
    cpu, wall = ([median(said[kind] for said in taken[shop]) for shop in (small, large)] for kind in ("cpu", "wall"))
    if what in HELD:
        yield share(f"{name}: {what}", cpu[1], "ms of CPU, with the database's", cpu[0], one_in=1 / MOST)
        yield _row(f"{name}: {what}, time", wall, "ms, median")
    else:
        yield _row(f"{name}: {what}", wall, "ms, median")


def _row(name: str, values: list[float], unit: str) -> Row:
    small, large = values
    return Row(
        name=name, value=round(large, 2), unit=unit, baseline=round(small, 2), ratio=round(large / max(small, 0.001), 3)
    )


def main() -> None:
    """Measure on a server of its own, and print the table."""
    from .rows import line, table

    rows = []
    with postgresql() as server:
        for row in growth(server):
            print(line(row), flush=True)
            rows.append(row)
    print(f"\n{table(rows)}")


if __name__ == "__main__":
    main()
