"""Streams: what thousands of open pages cost a process, and how soon they hear. ``python -m bench.streams`` runs this alone."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles

import psutil
from django.db import connection

from tests.servers import database, postgresql, redis
from tools import find_chromium

from . import parcels, server
from .listeners import Listeners, listeners, more_files
from .parcels import Waiting
from .rows import Row, absolute, line, share
from .server import Server, keep_to, serve

#: Streams of one process: for memory and latency, at the most, and for what is compared.
MANY, MOST, SOME = 5000, 10_000, 1000
ROUNDS = 5
#: Streams that are open before anything is compared.
WARM = 20
#: Changes of a round, and in a second: each touches one customer of thousands.
MESSAGES, RATE = 300, 50
#: Webhooks from door to page, and in a second: about 1.1 million a day; and how often all of them come.
WEBHOOKS, WEBHOOK_RATE, TURNS = 180, 13, 3
#: The first ones load what each thread of the door needs.
FIRST = 40
#: How long nothing happens but heartbeats.
IDLE = 20
#: Pages that a browser opens, one after the other.
PAGES = 5
#: Notes when the browser changed the page.
WATCH = """() => {
  window.changedAt = 0;
  new MutationObserver(() => { changedAt ||= performance.timeOrigin + performance.now(); })
    .observe(document.getElementById("order"), {subtree: true, childList: true, attributes: true, characterData: true});
}"""
REDIS = "BENCH_REDIS_URL"
BROKERS = {
    "PostgreSQL": "order_status_plugin.live.postgres.PostgresBroker",
    "Redis": "order_status_plugin.live.redis.RedisBroker",
    "SQLite": "order_status_plugin.live.database.DatabaseBroker",
}


@contextmanager
def uvicorn(application: str, module: str = "bench.settings", core: int = 0, **env: str) -> Iterator[Server]:
    """Run one uvicorn process, wait for its first answer, and stop it at the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", application, "--port", str(port), "--backlog", "4096"]
    command += ["--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning"]

    def prepare() -> None:
        keep_to(core)
        more_files()

    process = subprocess.Popen(command, preexec_fn=prepare, env=os.environ | {"DJANGO_SETTINGS_MODULE": module} | env)
    try:
        server._wait(port, process)
        yield Server(port, psutil.Process(process.pid))
    finally:
        process.terminate()
        process.wait(20)


def memory(process: psutil.Process) -> float:
    """Return what only this process holds, in KB."""
    text = Path(f"/proc/{process.pid}/smaps_rollup").read_text()
    return float(sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Private_")))


def streams(*only: str) -> Iterator[Row]:
    """Measure all of it, or only what is named. There must be a Redis."""
    parts = {"held": _held, "plain": _plain, "opened": _opened, "told": _door_to_page}
    if not os.environ.get(REDIS):
        return
    with listeners() as pages:
        for name in only or parts:
            yield from parts[name](pages)


def _locators(count: int) -> list[str]:
    """Return as many as there are orders that nobody stored: a stream reads no row."""
    return [secrets.token_urlsafe(12) for _ in range(count)]


def _links(locators: Sequence[str]) -> list[str]:
    """Return the addresses of their streams."""
    from order_status_plugin.access.links import link_for
    from order_status_plugin.tracking.models import Order

    orders = [Order(locator=locator, link_version=1, version=1) for locator in locators]
    return [f"/orders/{link_for(order)}/live/?v=1" for order in orders]


def _held(pages: Listeners) -> Iterator[Row]:
    """Measure what open streams hold, and how soon each hears of its change."""
    with uvicorn("bench.asgi:wrapped", BENCH_BROKER=BROKERS["Redis"]) as running:
        pages.open(running.port, _links(_locators(WARM)))
        time.sleep(2)
        before, threads, connections = memory(running.process), running.process.num_threads(), _connections()
        locators = _locators(MANY)
        pages.open(running.port, _links(locators))
        time.sleep(2)
        name = f"stream wrapped, {MANY:,} open"
        yield absolute(f"{name}: memory each", (memory(running.process) - before) / MANY, "KB", at_most=10)
        yield absolute(f"{name}: threads more", running.process.num_threads() - threads, "threads", at_most=0)
        yield absolute(f"{name}: database connections more", _connections() - connections, "connections", at_most=0)
        heard = [_heard(pages, locators, number) for number in range(ROUNDS)]
        yield absolute(f"{name}: published to received, p50", median(median(times) for times in heard) * 1000, "ms")
        yield absolute(
            f"{name}: published to received, p99, median of {ROUNDS}",
            median(_p99(times) for times in heard) * 1000,
            "ms",
            at_most=5,
        )
        began = running.cpu()
        time.sleep(IDLE)
        yield absolute(f"{name}: idle", (running.cpu() - began) / IDLE * 100, "% of a CPU", at_most=1)
        pages.open(running.port, _links(_locators(MOST - MANY - WARM)))
        time.sleep(2)
        yield absolute(f"stream wrapped, {MOST:,} open: the process", memory(running.process) / 1024, "MB", at_most=256)
        pages.close()


def _heard(pages: Listeners, locators: Sequence[str], number: int) -> list[float]:
    """Publish changes of single orders; return the seconds after which each was heard."""
    from order_status_plugin.access.links import channel_of
    from order_status_plugin.live.news import topic

    step = MANY // MESSAGES
    told = [
        (WARM + place, f"{channel_of(locators[place], 1)}:{number + 2}")
        for place in range(number, step * MESSAGES, step)
    ]
    return pages.publish(os.environ[REDIS], topic(), told, RATE)


def _p99(times: Sequence[float]) -> float:
    return quantiles(times, n=100)[98]


def _connections() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


def _plain(pages: Listeners) -> Iterator[Row]:
    """Measure what streams hold that go through Django."""
    with uvicorn("bench.asgi:plain", BENCH_BROKER=BROKERS["Redis"]) as running:
        pages.open(running.port, _links(_locators(100)))
        time.sleep(2)
        before, threads = memory(running.process), running.process.num_threads()
        pages.open(running.port, _links(_locators(SOME)))
        time.sleep(2)
        name = f"stream by a plain Django URL, {SOME:,} open"
        yield absolute(f"{name}: memory each", (memory(running.process) - before) / SOME, "KB", at_most=25)
        yield absolute(f"{name}: threads more", running.process.num_threads() - threads, "threads", at_most=5)
        pages.close()


def _opened(pages: Listeners) -> Iterator[Row]:
    """Compare what it costs to open a stream, in rounds that take turns."""
    with (
        uvicorn("bench.asgi:wrapped", BENCH_BROKER=BROKERS["Redis"]) as ours,
        uvicorn("bench.asgi:plain", "bench.eventstream") as theirs,
    ):
        taken: dict[str, list[float]] = {"ours": [], "theirs": []}
        held: list[float] = []
        for number in range(ROUNDS + 1):
            for name, running in (("ours", ours), ("theirs", theirs)):
                paths = (
                    _links(_locators(SOME))
                    if name == "ours"
                    else [f"/events/{secrets.token_hex(16)}/" for _ in range(SOME)]
                )
                before, space = running.cpu(), memory(running.process)
                pages.open(running.port, paths)
                time.sleep(0.3)
                if number:  # the first round warms up
                    taken[name].append((running.cpu() - before) / SOME * 1e6)
                elif name == "theirs":
                    held.append((memory(running.process) - space) / SOME)
                pages.close()
        cost = {name: median(values) for name, values in taken.items()}
        yield absolute("stream of django-eventstream: memory each", held[0], "KB")
        yield absolute("stream of django-eventstream, opened", cost["theirs"], "µs of CPU")
        yield share("stream wrapped, opened", cost["ours"], "µs of CPU", cost["theirs"], one_in=5)


def _door_to_page(pages: Listeners) -> Iterator[Row]:
    """Measure from the door to the open page: webhooks come to gunicorn, pages listen to uvicorn."""
    here = os.environ["DATABASE_URL"]
    waiting = _waiting(here)
    for count, name in enumerate(("PostgreSQL", "Redis")):
        yield _told(pages, waiting, count * TURNS, here, f"on {name}", BROKERS[name], at_most=25)
    yield from _looked_at(pages, waiting, here)
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/shop.sqlite3"
        yield _told(pages, _waiting(url), 0, url, "on SQLite", BROKERS["SQLite"], at_most=1500)


def _waiting(url: str) -> list[Waiting]:
    """Make the orders, by a process of its own."""
    command = [sys.executable, "-m", "bench.parcels", str(SOME), str(WEBHOOKS)]
    made = subprocess.run(command, env=os.environ | {"DATABASE_URL": url}, stdout=subprocess.PIPE, check=True)
    return parcels.read(made.stdout.decode())


def _told(
    pages: Listeners, waiting: list[Waiting], number: int, url: str, where: str, broker: str, *, at_most: float
) -> Row:
    """Post the webhooks of this number and of those after it, and wait for their events."""
    with _environment(DATABASE_URL=url, BENCH_BROKER=broker), serve() as door, uvicorn("bench.asgi:wrapped") as running:
        pages.open(running.port, [one.stream for one in waiting])
        first = [(place, waiting[place].request(number, door.port)) for place in range(WEBHOOKS - FIRST, WEBHOOKS)]
        pages.post(door.port, first, WEBHOOK_RATE)
        late = []
        for turn in range(number, number + TURNS):
            told = [(place, waiting[place].request(turn, door.port)) for place in range(WEBHOOKS - FIRST)]
            late.append(_p99([after - before for before, after in pages.post(door.port, told, WEBHOOK_RATE)]))
        pages.close()
    return absolute(
        f"webhook to event in {SOME:,} open pages, {where}, p99, median of {TURNS}",
        median(late) * 1000,
        "ms",
        at_most=at_most,
    )


def _looked_at(pages: Listeners, waiting: list[Waiting], url: str) -> Iterator[Row]:
    """Measure what a browser takes longer than a stream: it reads the page again, and changes what differs."""
    if find_chromium.find() is None:
        return
    taken = []
    with (
        _environment(DATABASE_URL=url, BENCH_BROKER=BROKERS["PostgreSQL"]),
        uvicorn("bench.asgi:looked_at") as running,
        find_chromium.launched() as browser,
    ):
        for one in waiting[:PAGES]:
            page = browser.new_page(bypass_csp=True)  # what waits in the page is written into it
            page.goto(f"http://127.0.0.1:{running.port}{one.page}")
            page.evaluate(WATCH)
            pages.open(running.port, [one.stream])
            time.sleep(1)
            for number in range(2 * TURNS, parcels.SCANS):
                ((_posted, heard),) = pages.post(running.port, [(0, one.request(number, running.port))], 1)
                page.wait_for_function("changedAt > 0", timeout=10_000)
                changed = page.evaluate("changedAt") / 1000 - (time.time() - time.monotonic())
                taken.append(changed - heard)
                time.sleep(0.5)
                page.evaluate("changedAt = 0")
            pages.close()
            page.close()
    yield absolute("webhook to changed DOM in Chromium, beyond the event", median(taken) * 1000, "ms", at_most=150)


@contextmanager
def _environment(**env: str) -> Iterator[None]:
    """Start servers with more in their environment."""
    before = dict(os.environ)
    os.environ |= env
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def main() -> None:
    """Measure the streams alone."""
    began = time.monotonic()
    keep_to(-1)
    with postgresql() as server_url, database(server_url, f"order_status_streams_{os.getpid()}") as url, redis() as bus:
        os.environ |= {
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "bench.settings",
            REDIS: bus.connection_url,
        }
        import django

        django.setup()
        subprocess.run([sys.executable, "-m", "bench.parcels", "0", "0"], stdout=subprocess.DEVNULL, check=True)
        for row in streams(*sys.argv[1:]):
            print(f"{time.monotonic() - began:6.0f} s  {line(row)}", flush=True)
        connection.close()


if __name__ == "__main__":
    main()
