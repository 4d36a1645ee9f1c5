"""Hold open pages against ``make demo-cluster`` and ask of each whether it heard in time: ``make bench-cluster``.

An event counts from the moment at which the simulator begins to send its webhook to the moment at which each open page of
that order reads the next frame of its stream, through nginx. A page that hears nothing before the next event of its order
has missed one. The load's own CPU is counted apart: it is not the cluster's.
"""

from __future__ import annotations

import asyncio
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser, Namespace
from bisect import bisect_left
from collections import Counter
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil

from example_site.children import is_free

from .rows import Row, absolute, table

CHECKOUT = Path(__file__).parent.parent
RESULTS = Path(__file__).parent / "cluster.json"
#: Within so many seconds an open page must have heard.
PATIENCE = 1.0
#: So many streams open at a time, and all of them within so many seconds.
OPENING, OPENED_WITHIN = 50, 120.0
#: Seconds between the last opening and the first event that counts.
WARM_UP = 10.0
#: Seconds for which nothing comes in at the end, at the most, and those before them in which what came is done.
IDLE, WIND_DOWN = 60.0, 5.0


@dataclass(slots=True)
class Page:
    """One open page: when it heard something, on the monotonic clock."""

    link: str
    heard: list[float] = field(default_factory=list)
    is_open: bool = False
    broken: int = 0


@dataclass(frozen=True)
class Held:
    """What was seen while the streams were open."""

    first: float
    last: float
    opened_in: float
    cpu: dict[str, float]
    memory: dict[str, float]
    pages: list[Page]
    #: CPU a second while the streams are open and nothing comes in.
    idle: dict[str, float] = field(default_factory=dict)
    mails: int = 0


async def hold(facts: dict[str, Any], pages: list[Page], seconds: float) -> Held:
    """Open every stream, wait, and look at what the processes have used."""
    gate, began = asyncio.Semaphore(OPENING), time.monotonic()
    tasks = [asyncio.create_task(_read(page, facts["base_url"], gate)) for page in pages]
    while not all(page.is_open for page in pages):
        for task in tasks:
            if task.done():
                task.result()
        if time.monotonic() - began > OPENED_WITHIN:
            raise SystemExit(f"{sum(not page.is_open for page in pages)} streams did not open.")
        await asyncio.sleep(0.1)
    opened_in = time.monotonic() - began
    print(f"{len(pages)} streams are open after {opened_in:.1f} s; measuring for {seconds:g} s …", flush=True)
    await asyncio.sleep(WARM_UP)
    before, first, mails = used(facts), time.monotonic(), _mails(facts)
    await asyncio.sleep(seconds)
    after, last, mails = used(facts), time.monotonic(), _mails(facts) - mails
    cpu = {kind: after[kind] - before.get(kind, 0) for kind in after}
    await asyncio.sleep(3 * PATIENCE)  # what was sent last has its time, too
    in_use = memory(facts)
    idle = await _idle(facts, min(seconds, IDLE))
    for task in tasks:
        task.cancel()
    return Held(first, last, opened_in, cpu, in_use, pages, idle, mails)


def _mails(facts: dict[str, Any]) -> int:
    """Return how many mails were sent so far: a file each."""
    return sum(1 for _mail in Path(facts["mail"]).glob("*.eml"))


async def _idle(facts: dict[str, Any], seconds: float) -> dict[str, float]:
    """Return the CPU a second that is used while the simulator holds its breath."""
    simulator = _members(facts).get("simulator", [])
    for process in simulator:
        process.suspend()
    try:
        await asyncio.sleep(WIND_DOWN)
        before, first = used(facts), time.monotonic()
        await asyncio.sleep(seconds)
        after, last = used(facts), time.monotonic()
    finally:
        for process in simulator:
            process.resume()
    return {kind: (after[kind] - before.get(kind, 0)) / (last - first) for kind in after}


async def _read(page: Page, base_url: str, gate: asyncio.Semaphore) -> None:
    """Open the stream and read it; one that breaks is opened again, as a browser does."""
    address = urlsplit(base_url)
    host, port = address.hostname or "", address.port or 80
    request = f"GET {page.link}live/?v=0 HTTP/1.1\r\nHost: {host}:{port}\r\nAccept: text/event-stream\r\n\r\n"
    while True:
        async with gate:
            reader, writer = await asyncio.open_connection(host, port)
            writer.write(request.encode())
            status = await reader.readline()
            if b" 200 " not in status:
                raise SystemExit(f"A stream was answered {status!r}.")
            while (await reader.readline()).strip():
                pass
        page.is_open = True
        with suppress(OSError):
            while line := await reader.readline():
                if line.startswith(b"event: changed"):
                    page.heard.append(time.monotonic())
        page.is_open = False
        page.broken += 1
        writer.close()


def _members(facts: dict[str, Any]) -> dict[str, list[psutil.Process]]:
    """Return the processes by what they are: those of the cluster with their children, and the load itself."""
    found: dict[str, list[psutil.Process]] = {"load": [psutil.Process()]}
    for name, pid in facts["processes"].items():
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(pid)
            found.setdefault(name.rstrip(" 0123456789").lower(), []).extend(
                [process, *process.children(recursive=True)]
            )
    return found


def used(facts: dict[str, Any]) -> dict[str, float]:
    """Return the seconds of CPU so far, by what the processes are; those of ended children are their parents'."""
    total: dict[str, float] = {}
    for kind, processes in _members(facts).items():
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                times = process.cpu_times()
                own = times.user + times.system
                ended = 0.0 if kind == "load" else times.children_user + times.children_system
                total[kind] = total.get(kind, 0.0) + own + ended
    return total


def memory(facts: dict[str, Any]) -> dict[str, float]:
    """Return the memory in MB that is their own (USS), by what the processes are."""
    total: dict[str, float] = {}
    for kind, processes in _members(facts).items():
        for process in processes:
            with suppress(psutil.Error):
                total[kind] = total.get(kind, 0.0) + process.memory_full_info().uss / 1e6
    return total


@dataclass(frozen=True)
class Heard:
    """How long each event took to each open page of its order, in seconds, and those that one never heard of."""

    events: int
    #: How many by HTTP status; 0 where there was no answer.
    refused: Counter[int]
    delays: list[float]
    missed: int
    #: Of each page, its last event alone; infinite where it was missed.
    last: list[float]

    def share(self, percent: float, of: list[float] | None = None) -> float:
        """Return a percentile, missed events counted as the slowest."""
        every = sorted(of if of is not None else [*self.delays, *[float("inf")] * self.missed])
        return every[min(len(every) - 1, int(len(every) * percent / 100))] if every else float("inf")


def compare(held: Held, log: list[str]) -> Heard:
    """Hold what was sent against what was heard."""
    sent: dict[str, list[float]] = {}
    events, refused = 0, Counter[int]()
    for line in log:
        link, began, _ended, status = line.split()
        if int(status) not in {200, 202}:
            refused[int(status)] += held.first <= float(began) <= held.last
            continue
        sent.setdefault(link, []).append(float(began))
        events += held.first <= float(began) <= held.last
    delays, last, missed = [], [], 0
    for page in held.pages:
        moments = sorted(sent.get(page.link, []))
        newest = float("nan")
        for moment, following in zip(moments, [*moments[1:], float("inf")], strict=True):
            if not held.first <= moment <= held.last:
                continue
            place = bisect_left(page.heard, moment)
            heard = page.heard[place] if place < len(page.heard) else float("inf")
            newest = heard - moment if heard < following else float("inf")
            if newest == float("inf"):
                missed += 1
            else:
                delays.append(newest)
        if newest == newest:
            last.append(newest)
    return Heard(events, refused, delays, missed, last)


def rows(held: Held, heard: Heard, asked: Namespace) -> list[Row]:
    """Return the table."""
    seconds = held.last - held.first
    whole = f"{asked.streams} streams"
    last = absolute(
        f"{whole}: the last event of each is heard, p99", heard.share(99, heard.last) * 1000, "ms", at_most=1000
    )
    found = [
        last,
        absolute(f"{whole}: every event is heard, p50", heard.share(50) * 1000, "ms"),
        absolute(f"{whole}: every event is heard, p99", heard.share(99) * 1000, "ms"),
        absolute(f"{whole}: events that a page did not hear of before the next", heard.missed, "events"),
        absolute(f"{whole}: broken and opened again", sum(page.broken for page in held.pages), "streams"),
        absolute("webhooks taken in", heard.events / seconds, "a second"),
        absolute("webhooks refused or unanswered", heard.refused.total(), "webhooks", at_most=0),
        absolute("mails sent", held.mails / seconds, "a second"),
        absolute("frames read", len(heard.delays) / seconds, "a second"),
        absolute("all streams opened in", held.opened_in, "s"),
    ]
    found += [
        absolute(f"CPU: {kind}", 100 * cpu / seconds, "% of a core")
        for kind, cpu in sorted(held.cpu.items(), key=lambda item: -item[1])
    ]
    found += [
        absolute(f"idle CPU: {kind}", 100 * cpu, "% of a core")
        for kind, cpu in sorted(held.idle.items(), key=lambda item: -item[1])
    ]
    return found + [
        absolute(f"memory: {kind}", size, "MB") for kind, size in sorted(held.memory.items(), key=lambda item: -item[1])
    ]


def main() -> int:
    """Return 0 when every target is met."""
    parser = ArgumentParser(prog="make bench-cluster", description=__doc__)
    parser.add_argument("--streams", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--rate", type=float, default=50, help="events a second")
    parser.add_argument("--orders", type=int, default=250, help="orders that the pages and events are of")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the cluster ends with us
    with tempfile.TemporaryDirectory(prefix="order-status-bench-") as folder:
        var = Path(folder) / "var"
        cluster = _start(var, asked)
        try:
            facts = _ready(var, cluster)
            links = json.loads(Path(facts["orders"]).read_text())
            pages = [Page(links[place % len(links)]) for place in range(asked.streams)]
            held = asyncio.run(hold(facts, pages, asked.seconds))
            heard = compare(held, Path(facts["events"]).read_text().splitlines())
        finally:
            cluster.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                cluster.wait(40)
            cluster.kill()
    measured = rows(held, heard, asked)
    print(f"\n{table(measured)}\n")
    if heard.refused.total():
        print(f"refused, by status: {dict(heard.refused)}")
    RESULTS.write_text(json.dumps({"machine": machine(), "rows": [asdict(row) for row in measured]}, indent=2) + "\n")
    missed = [row.name for row in measured if row.ok is False]
    print(f"missed: {', '.join(missed)}" if missed else "every target met")
    return bool(missed)


def _start(var: Path, asked: Namespace) -> subprocess.Popen[bytes]:
    port = next(port for port in range(8700, 9700, 10) if all(is_free(port + each) for each in range(4)))
    command = [
        sys.executable,
        "-u",
        "-m",
        "example_site.cluster",
        "--rate",
        str(asked.rate),
        "--orders",
        str(asked.orders),
    ]
    wanted = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    return subprocess.Popen(command, cwd=CHECKOUT, env={**wanted, "PORT": str(port), "EXAMPLE_VAR": str(var)})


def _ready(var: Path, cluster: subprocess.Popen[bytes]) -> dict[str, Any]:
    """Wait until the simulator has placed its orders; return what the cluster says of itself."""
    until = time.monotonic() + 900
    while time.monotonic() < until and cluster.poll() is None:
        told = var / "cluster.json"
        if told.exists():
            facts: dict[str, Any] = json.loads(told.read_text())
            if Path(facts["events"]).exists():
                return facts
        time.sleep(0.5)
    raise SystemExit("The cluster did not become ready.")


def machine() -> dict[str, Any]:
    """Return what it was measured on."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.processor(),
    )
    return {
        "cpu": model,
        "cores": len(psutil.Process().cpu_affinity()) or os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9),
        "system": platform.platform(),
        "python": platform.python_version(),
    }


if __name__ == "__main__":
    sys.exit(main())
