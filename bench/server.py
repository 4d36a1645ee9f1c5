"""The server under test: one gunicorn worker of four threads, on a core of its own where there are two."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psutil

THREADS = 4
#: The cores that are ours to use; empty where the system does not say.
CORES = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


@dataclass(frozen=True)
class Server:
    """A running server."""

    port: int
    process: psutil.Process

    def cpu(self) -> float:
        """Return the seconds of CPU that the whole process group has used, user and system."""
        total = 0.0
        for process in (self.process, *self.process.children(recursive=True)):
            times = process.cpu_times()
            total += times.user + times.system
        return total


def keep_to(core: int) -> None:
    """Keep this process, and what it starts from here on, to one core, where the system can."""
    if CORES:
        os.sched_setaffinity(0, {CORES[core]})


def roam() -> None:
    """Use every core again: preparations are not measured."""
    if CORES:
        os.sched_setaffinity(0, CORES)


@contextmanager
def serve() -> Iterator[Server]:
    """Start the server, wait for its first answer, and stop it at the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "bench.wsgi:application", "--bind", f"127.0.0.1:{port}"]
    command += ["--worker-class", "gthread", "--workers", "1", "--threads", str(THREADS), "--keep-alive", "60"]
    command += ["--log-level", "warning"]
    process = subprocess.Popen(command, preexec_fn=lambda: keep_to(0))
    try:
        _wait(port, process)
        yield Server(port, psutil.Process(process.pid))
    finally:
        process.terminate()
        process.wait(20)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError("The server ended before it answered.")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("The server did not answer within a minute.")
