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
    accepted: float
    applied: float
    mail: float
    disk: float | None
    #: The database's CPU for each second of ours, where the cluster has shown it.
    database: float | None

    @classmethod
    def of(cls, rows: list[dict[str, Any]], cluster: dict[str, Any] | None) -> Costs:
        """Read them from the rows of the benchmark. Raises Unmeasured."""
        disk = _find(rows, r"growth, [\d,]+ orders: on disk")
        return cls(
            public=_need(rows, "public page warm") / 1e6,
            private=_need(rows, "private page warm") / 1e6,
            accepted=_need(rows, "webhook accepted") / 1e6,
            applied=1 / _need(rows, "webhook applied"),
            mail=_need(rows, "messages, relay") / 1e3,
            disk=disk,
            database=_share(cluster) if cluster else None,
        )


def _find(rows: list[dict[str, Any]], pattern: str) -> float | None:
    return next((float(row["value"]) for row in rows if re.fullmatch(pattern, row["name"])), None)


def _need(rows: list[dict[str, Any]], name: str) -> float:
    found = _find(rows, re.escape(name))
    if found is None:
        raise Unmeasured(name)
    return found


def _cpu(cluster: dict[str, Any], kind: str) -> float:
    """Return how much of a core this kind of process used in the cluster."""
    return (_find(cluster["rows"], f"CPU: {kind}") or 0.0) / 100


def _share(cluster: dict[str, Any]) -> float | None:
    ours = _cpu(cluster, "web server") + _cpu(cluster, "worker cluster")
    return _cpu(cluster, "postgresql") / ours if ours else None


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
    web = busiest * (LOOKS * looks + WEBHOOKS * costs.accepted)
    worker = busiest * (WEBHOOKS * costs.applied + MAILS * costs.mail)
    streams = math.ceil(busiest * LOOKS * OPEN)
    web_processes = max(2, math.ceil(web / FULL))
    clusters = max(1 if orders < 10_000 else 2, math.ceil(worker / FULL / WORKERS))
    holding = math.ceil(streams / STREAMS)
    return Size(
        orders=orders,
        web=web,
        worker=worker,
        database=None if costs.database is None else (web + worker) * costs.database,
        web_processes=web_processes,
        clusters=clusters,
        streams=streams,
        stream_processes=holding,
        connections=web_processes * THREADS + clusters * (WORKERS + AROUND) + holding,
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
    rate = _find(cluster["rows"], "webhooks taken in") or 0.0
    reckoned = rate * (costs.accepted + costs.applied)
    used = _cpu(cluster, "web server") + _cpu(cluster, "worker cluster")
    a_day = rate * DAY / WEBHOOKS
    return (
        f"The cluster took in {rate:.3g} webhooks a second, which is the mean of a shop of {a_day:,.0f} orders a day. "
        f"Reckoned for that are {reckoned:.2g} cores of web and worker; it used {used:.2g}, its idle work, its schedules "
        f"and what three web processes and two clusters cost by being there included."
    )
