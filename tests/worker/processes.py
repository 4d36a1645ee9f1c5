"""Start, watch and end real processes of a real project."""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


class Project:
    """One project in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.env = {
            **os.environ,
            "WORKER_TEST_DIR": str(folder),
            "DJANGO_SETTINGS_MODULE": "tests.worker.project",
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
            "PYTHONUNBUFFERED": "1",
        }
        self.env.pop("DATABASE_URL", None)
        self.started: list[subprocess.Popen[bytes]] = []
        self.log = folder / "log.txt"

    def run(self, *args: str) -> str:
        done = subprocess.run(
            [sys.executable, "-W", "ignore", *args], env=self.env, cwd=ROOT, capture_output=True, text=True, timeout=300
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def django(self, *args: str) -> str:
        return self.run("-m", "django", *args)

    def start(self, *args: str, **env: str) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-W", "ignore", *args],
                env={**self.env, **env},
                cwd=ROOT,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.started.append(process)
        return process

    def query(self, sql: str, *values: Any) -> list[Any]:
        with contextlib.closing(sqlite3.connect(self.folder / "db.sqlite3", timeout=20)) as database:
            rows = database.execute(sql, values).fetchall()
            database.commit()
            return rows

    def end(self) -> None:
        for process in self.started:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(15)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def eventually(what: Callable[[], Any], seconds: float = 120, every: float = 0.2) -> Any:
    """Wait until it is so; fail when it never is."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = what()
        if found:
            return found
        time.sleep(every)
    raise AssertionError(f"it did not come about within {seconds} seconds")


def processes() -> dict[int, tuple[int, int, str, str]]:
    """Return parent, process group, state and command line of every process, by its id."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
                found[int(entry.name)] = (int(fields[1]), int(fields[2]), fields[0], line)
    return found


def alive(group: int) -> list[int]:
    """Return the living processes of a group."""
    return [pid for pid, (_parent, pgrp, state, _line) in processes().items() if pgrp == group and state != "Z"]


def child_of(pid: int, word: str) -> int:
    """Return the child of this process whose command line has this word, 0 for none."""
    return next((child for child, (parent, _g, _s, line) in processes().items() if parent == pid and word in line), 0)


def mails(project: Project) -> list[str]:
    """Return the keys of the mails that left, in their order."""
    log = project.folder / "mail" / "log"
    return log.read_text().split() if log.exists() else []


def states(project: Project) -> dict[str, int]:
    """Count the messages of the outbox by state."""
    return dict(project.query("select state, count(*) from order_status_plugin_outboxmessage group by state"))


def start_worker(project: Project, *options: str, **env: str) -> tuple[int, int]:
    """Start the supervisor; return its id and the cluster's, once that has given a sign of life."""
    supervisor = project.start("-m", "django", "order_status_worker", "--silence", "8", *options, **env)
    assert "qcluster" not in processes()[supervisor.pid][3]
    cluster = eventually(lambda: child_of(supervisor.pid, "qcluster"))
    eventually(lambda: beats(project, supervisor.pid))
    return supervisor.pid, cluster


def beats(project: Project, supervisor: int) -> list[str]:
    """Return the last beat of the cluster of this supervisor, nothing where there was none."""
    rows = project.query("select beat_at from order_status_plugin_pulse where name like ?", f"pulse:%.{supervisor}")
    return [row[0] for row in rows if row[0]]
