"""How many processes, connections and how much disk so many orders a day want, reckoned from what was measured."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

#: What an order brings in its life. A shop that knows its own figures reckons with those.
WEBHOOKS, MAILS, LOOKS, PRIVATE = 10, 5, 12, 0.5
#: The busiest minute against the mean of the day, and how much of a core is planned for.
PEAK, FULL = 5, 0.6
#: How long a page stays open, in seconds.
OPEN = 120
#: Rows of the table: orders a day.
SIZES = (1_000, 10_000, 100_000, 1_000_000)
#: Threads of a web process, workers of a cluster, and the cluster's own connections beside theirs.
THREADS, WORKERS, AROUND = 8, 2, 3
#: Web processes and worker clusters of ``make bench-cluster``.
WEB, CLUSTERS = 3, 2
#: Streams that one process is asked to hold.
STREAMS = 8_000
DAY = 86_400


class Unmeasured(Exception):
    """A row is missing."""


@dataclass(frozen=True)
class Costs:
    """Seconds of CPU each, and bytes."""

    public: float
    private: float
    #: Of the web process that takes a webhook in and, where no others wait, applies it before it answers.
    webhook: float
    mail: float
    disk: float | None
    #: The database's CPU for each second of ours, where the cluster has shown it.
    database: float | None
    #: What a web process, a worker cluster and the database use of a core while nothing comes in, where that was measured.
    idle: tuple[float, float, float] | None

    @classmethod
    def of(cls, rows: list[dict[str, Any]], cluster: dict[str, Any] | None) -> Costs:
        """Read them from the rows of the benchmark. Raises Unmeasured."""
        share, idle = (_share(cluster), _idle(cluster)) if cluster else (None, None)
        grown = r"growth, [\d,]+ orders: "
        with_database = _need(rows, f"{grown}webhook accepted") + _need(rows, f"{grown}webhook applied")
        return cls(
            public=_need(rows, "public page warm") / 1e6,
            private=_need(rows, "private page warm") / 1e6,
            webhook=with_database / (1 + (share or 0)) / 1e3,
            mail=_need(rows, "messages, relay") / 1e3,
            disk=_find(rows, f"{grown}on disk"),
            database=share,
            idle=idle,
        )


def _find(rows: list[dict[str, Any]], pattern: str) -> float | None:
    return next((float(row["value"]) for row in rows if re.fullmatch(pattern, row["name"])), None)


def _need(rows: list[dict[str, Any]], pattern: str) -> float:
    found = _find(rows, pattern)
    if found is None:
        raise Unmeasured(pattern)
    return found


def _cpu(cluster: dict[str, Any], kind: str, when: str = "CPU") -> float:
    """Return how much of a core this kind of process used in the cluster."""
    return (_find(cluster["rows"], f"{when}: {kind}") or 0.0) / 100


def _share(cluster: dict[str, Any]) -> float | None:
    busy = [
        _cpu(cluster, kind) - _cpu(cluster, kind, "idle CPU") for kind in ("web server", "worker cluster", "postgresql")
    ]
    ours = busy[0] + busy[1]
    return busy[2] / ours if ours > 0 else None


def _idle(cluster: dict[str, Any]) -> tuple[float, float, float] | None:
    if _find(cluster["rows"], "idle CPU: worker cluster") is None:
        return None
    web, worker, database = (_cpu(cluster, kind, "idle CPU") for kind in ("web server", "worker cluster", "postgresql"))
    return web / WEB, worker / CLUSTERS, database


@dataclass(frozen=True)
class Size:
    """What so many orders a day want."""

    orders: int
    web: float  # cores in the busiest minute
    worker: float
    database: float | None
    web_processes: int
    clusters: int
    streams: int
    stream_processes: int
    connections: int
    disk: float | None  # GB a year


def size(orders: int, costs: Costs) -> Size:
    """Reckon."""
    busiest = orders / DAY * PEAK
    looks = PRIVATE * costs.private + (1 - PRIVATE) * costs.public
    web = busiest * (LOOKS * looks + WEBHOOKS * costs.webhook)
    worker = busiest * MAILS * costs.mail
    streams = math.ceil(busiest * LOOKS * OPEN)
    web_processes = max(2, math.ceil(web / FULL))
    clusters = max(1 if orders < 10_000 else 2, math.ceil(worker / FULL / WORKERS))
    holding = math.ceil(streams / STREAMS)
    idle = costs.idle or (0.0, 0.0, 0.0)
    return Size(
        orders=orders,
        web=web + web_processes * idle[0],
        worker=worker + clusters * idle[1],
        database=None if costs.database is None else (web + worker) * costs.database + idle[2],
        web_processes=web_processes,
        clusters=clusters,
        streams=streams,
        stream_processes=holding,
        # The PostgresBroker has each process that records tell by one connection, and each that holds streams listen by one.
        connections=web_processes * (THREADS + 1) + clusters * (2 * WORKERS + AROUND) + holding * 2,
        disk=None if costs.disk is None else orders * 365 * costs.disk / 1e9,
    )


def markdown(costs: Costs) -> str:
    """Return the table."""
    lines = [
        "| orders a day | web processes | worker clusters of 2 | open pages | stream processes | connections | "
        "cores in the busiest minute: web, worker, database | disk a year |",
        "| ---: | ---: | ---: | ---: | ---: | ---: | --- | ---: |",
    ]
    for orders in SIZES:
        one = size(orders, costs)
        database = "?" if one.database is None else f"{one.database:.2g}"
        disk = "?" if one.disk is None else f"{one.disk:,.0f} GB" if one.disk >= 10 else f"{one.disk:.1f} GB"
        lines.append(
            f"| {orders:,} | {one.web_processes} | {one.clusters} | {one.streams:,} | {one.stream_processes} | "
            f"{one.connections} | {one.web:.2g}, {one.worker:.2g}, {database} | {disk} |"
        )
    return "\n".join(lines)


def check(costs: Costs, cluster: dict[str, Any]) -> str:
    """Hold what is reckoned for the cluster's own rate of webhooks against what it used."""
    rate, mails = (_find(cluster["rows"], name) or 0.0 for name in ("webhooks taken in", "mails sent"))
    idle = WEB * costs.idle[0] + CLUSTERS * costs.idle[1] if costs.idle else 0.0
    reckoned = rate * costs.webhook + mails * costs.mail + idle
    used = _cpu(cluster, "web server") + _cpu(cluster, "worker cluster")
    a_day = rate * DAY / WEBHOOKS / PEAK
    row = next((orders for orders in SIZES if orders >= a_day), SIZES[-1])
    at_rest = (
        f"{idle:.2g} of them while nothing comes in" if costs.idle else "without what it uses while nothing comes in"
    )
    return (
        f"The cluster took in {rate:.3g} webhooks a second and sent {mails:.3g} mails: the busiest minute of a shop of "
        f"{a_day:,.0f} orders a day, {a_day / row * 10:.0f} tenths of the row of {row:,}. Reckoned for that are {reckoned:.2g} cores of web and worker, "
        f"{at_rest}; it used {used:.2g}, {used / reckoned:.2g} times as much. Nobody looked at pages."
    )
