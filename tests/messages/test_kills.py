"""Relays and workers killed at random and at named points, again and again: nothing is lost, and what may be doubled says so."""

from __future__ import annotations

import contextlib
import os
import queue
import random
import re
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email import message_from_bytes
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection, connections

from tests.victims import Field, mail_server, nursery, provider

from .kills import CHANNELS

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="forks what it kills")

#: Where a relay may be killed; "random" is any time at all. Tries and records are written by then, and committed
#: "before call": one transaction notes what was sent and begins the next.
POINTS = (
    "before try",
    "after try",
    "before call",
    "in call",
    "accepted",
    "after call",
    "after record",
    "random",
    "random",
)
#: Relays at once.
TWO = 2
#: Seconds that a relay has to come to its point: it may have to wait for others' leases.
PATIENCE = 6.0
NUMBER = re.compile(r"K\d{6}")


@dataclass
class Receivers(Field):
    """The relays, and what was taken of them."""

    #: Order numbers that the keyed receiver took, each under its key; (key, process) of what the mail server took.
    keyed: dict[str, str] = field(default_factory=dict)
    plain: list[tuple[str, int]] = field(default_factory=list)

    def take_mail(self, raw: bytes, helo: str) -> bool:
        pid = int(helo)
        if self.comes_to("in call", pid):
            self.kill(pid)
            return False
        key = str(message_from_bytes(raw)["Message-ID"]).strip("<>").partition("@")[0]
        self.plain.append((key, pid))
        if self.comes_to("accepted", pid):
            self.kill(pid)
        return True

    def take_request(self, headers: Mapping[str, str], body: dict[str, Any]) -> int:
        pid = int(headers["X-Pid"])
        if self.comes_to("in call", pid):
            self.kill(pid)
            return 0
        with self.lock:
            self.keyed.setdefault(headers["Idempotency-Key"], NUMBER.findall(body["text"])[0])
        if self.comes_to("accepted", pid):
            self.kill(pid)
        return 200


@pytest.fixture
def database(transactional_db: None, tmp_path: Path) -> Iterator[str]:
    """Give a copy of the migrated database, which other processes can open."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        path = tmp_path / "kills.sqlite3"
        with contextlib.closing(sqlite3.connect(path)) as copy:
            connection.connection.backup(copy)
        yield f"sqlite:///{path}"
        return
    import psycopg

    connections.close_all()  # a template that is in use cannot be copied
    name = str(connection.settings_dict["NAME"])
    server = urlsplit(os.environ["DATABASE_URL"])._replace(path="/postgres").geturl()
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f'DROP DATABASE IF EXISTS "{name}_kills" WITH (FORCE)')
        admin.execute(f'CREATE DATABASE "{name}_kills" TEMPLATE "{name}"')
        try:
            yield urlsplit(server)._replace(path=f"/{name}_kills").geturl()
        finally:
            admin.execute(f'DROP DATABASE "{name}_kills" WITH (FORCE)')


def rows(database: str, sql: str) -> list[tuple[Any, ...]]:
    if database.startswith("sqlite"):
        with contextlib.closing(sqlite3.connect(urlsplit(database).path, timeout=60)) as opened:
            return opened.execute(sql).fetchall()
    import psycopg

    with psycopg.connect(database) as opened:
        return opened.execute(sql).fetchall()


def fight(killing: Receivers, process: subprocess.Popen[str], count: int) -> None:
    """Start relays and kill them, two at a time, so many times; then let two come to the end."""
    assert killing.told.get(timeout=120)[0] == "ready", "look into nursery.log"
    starting, last_ones = 0, 0
    end = time.monotonic() + 120 + 3 * count
    while time.monotonic() < end:
        is_over = sum(killing.kills.values()) >= count
        while len(killing.victims) + starting < TWO and (not is_over or last_ones < TWO):
            point = "never" if is_over else random.choice(POINTS)
            last_ones += is_over
            process.stdin.write(f"{point} {random.randrange(3)}\n")  # type: ignore[union-attr]
            process.stdin.flush()  # type: ignore[union-attr]
            starting += 1
        with contextlib.suppress(queue.Empty):
            told = killing.told.get(timeout=0.02)
            starting -= told[0] == "started"
            killing.hear(*told)
        now = time.monotonic()
        for pid, victim in list(killing.victims.items()):
            if (victim.dies and now > victim.dies) or (victim.point != "never" and now > victim.born + PATIENCE):
                killing.kill(pid)
        if is_over and last_ones == TWO and not starting and not killing.victims:
            return
    raise AssertionError(f"not over: {killing.kills}, {len(killing.victims)} relays")


def test_a_few_kills(database: str, tmp_path: Path) -> None:
    check(database, tmp_path, kills=30, messages=120, lease=1.5)


@pytest.mark.full
def test_many_kills_under_the_lease_that_shops_have(database: str, tmp_path: Path) -> None:
    """As many as ORDER_STATUS_KILLS says: a thousand take about two minutes of a core that nothing else uses."""
    kills = int(os.environ.get("ORDER_STATUS_KILLS", "1000"))
    check(database, tmp_path, kills=kills, messages=kills * 3, lease=0)


def check(database: str, folder: Path, *, kills: int, messages: int, lease: float) -> None:
    """``lease`` in seconds; 0 leaves it as shops have it."""
    killing = Receivers()
    mails = folder / "mails"
    with mail_server(killing.take_mail) as port, provider(killing.take_request) as keyed:
        said = {
            "provider": f"http://127.0.0.1:{keyed}/",
            "folder": str(mails),
            "port": port,
            "count": messages,
            "lease": lease,
        }
        env = {"DATABASE_URL": database}
        with nursery(killing, folder / "nursery.log", said, module="tests.messages.kills", env=env) as process:
            fight(killing, process, kills)
    assert sum(killing.kills.values()) >= kills

    # Nothing is lost.
    owed = rows(database, "select id, key, channel, state from order_status_plugin_outboxmessage")
    assert Counter(state for *_row, state in owed) == {"sent": messages}
    keys = {channel: {key for _pk, key, alias, _state in owed if alias == channel} for channel in CHANNELS}
    assert {key for key, _pid in killing.plain} == keys["plain"]
    written = {path.name.partition("@")[0]: path.read_text() for path in mails.glob("*.eml")}
    assert set(written) == keys["folder"]
    assert set(killing.keyed) == keys["keyed"]

    # Who knows keys has each order once, and nobody doubts it.
    assert len(set(killing.keyed.values())) == len(killing.keyed)
    assert len({NUMBER.findall(text)[0] for text in written.values()}) == len(written)
    marked = Counter(
        key
        for (key,) in rows(
            database,
            "select m.key from order_status_plugin_messageattempt a join order_status_plugin_outboxmessage m"
            " on m.id = a.message_id where a.may_double",
        )
    )
    assert set(marked) <= keys["plain"]

    # Who does not may get a second one: one for a kill between its acceptance and our record, and it is marked.
    recorded = Counter(
        lease
        for (lease,) in rows(
            database,
            "select a.lease from order_status_plugin_messageattempt a join order_status_plugin_outboxmessage m"
            " on m.id = a.message_id where a.outcome = 'sent' and m.channel = 'plain'",
        )
    )
    accepted = Counter(pid for _key, pid in killing.plain)
    inside = {pid: accepted[pid] - sum(recorded[one] for one in victim.leases) for pid, victim in killing.dead.items()}
    assert set(inside.values()) <= {0, 1}
    times = Counter(key for key, _pid in killing.plain)
    doubled = {key: count - 1 for key, count in times.items() if count > 1}
    assert sum(doubled.values()) <= sum(inside.values())
    assert all(marked[key] >= count for key, count in doubled.items())

    # And nobody waits for long.
    waits = sorted(killing.recoveries)
    assert waits
    p99 = waits[int(len(waits) * 0.99)]
    print(  # noqa: T201
        f"\n{sum(killing.kills.values())} kills {dict(killing.kills)}; {messages} messages;"
        f" {sum(inside.values())} kills between acceptance and record; {sum(doubled.values())} doubled,"
        f" {sum(marked.values())} tries marked; recovery p50 {waits[len(waits) // 2]:.1f} s, p99 {p99:.1f} s,"
        f" longest {waits[-1]:.1f} s"
    )
    assert p99 <= 60, waits[-10:]
