"""Processes that are killed on purpose, and the receivers that know what left them before."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import queue
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.smtp_sink import Session, Take

#: Is given headers and body of a request; returns the status of the answer, 0 to hang up without any.
Answer = Callable[[Mapping[str, str], dict[str, Any]], int]


@dataclass
class Victim:
    """One process that is to be killed: where, and after how many times that it may pass there."""

    point: str
    passes: int
    born: float
    leases: list[str] = field(default_factory=list)
    held: list[int] = field(default_factory=list)
    dies: float = 0.0


@dataclass
class Field:
    """The relays that live, those that were killed, and how long what they held had to wait."""

    victims: dict[int, Victim] = field(default_factory=dict)
    dead: dict[int, Victim] = field(default_factory=dict)
    kills: Counter[str] = field(default_factory=Counter)
    told: queue.Queue[list[Any]] = field(default_factory=queue.Queue)
    waiting: dict[int, float] = field(default_factory=dict)
    recoveries: list[float] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def kill(self, pid: int) -> Victim | None:
        """Kill one, and return it; None for one that is dead already."""
        with self.lock:
            victim = self.victims.pop(pid, None)
            if victim is None:
                return None
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:  # it ended by itself
                return None
            now = time.time()
            self.dead[pid] = victim
            self.kills[victim.point] += 1
            for pk in victim.held:
                self.waiting.setdefault(pk, now)
            return victim

    def comes_to(self, point: str, pid: int) -> bool:
        """Say whether this relay is to be killed here, by its receiver."""
        victim = self.victims.get(pid)
        if victim is None or victim.point != point:
            return False
        victim.passes -= 1
        return victim.passes < 0

    def hear(self, what: str, pid: int, at: float, *more: Any) -> None:
        """Take what a relay tells."""
        victim = self.victims.get(pid)
        if what == "started":
            self.victims[pid] = Victim(more[0], more[1], time.monotonic())
            if more[0] == "random":
                self.victims[pid].dies = time.monotonic() + random.uniform(0, 0.4)
        elif what == "claimed":
            with self.lock:
                for pk in more[1]:
                    if pk in self.waiting:
                        self.recoveries.append(at - self.waiting.pop(pk))
                for one in (victim, self.dead.get(pid)):
                    if one is not None:
                        one.leases.append(more[0])
                        one.held = more[1]
                if pid in self.dead:  # it was killed before we heard
                    self.waiting.update(dict.fromkeys(more[1], at))
        elif what == "reached":
            self.kill(pid)
        elif what == "ended":
            self.victims.pop(pid, None)


@contextlib.contextmanager
def mail_server(take: Take, address: str = "127.0.0.1") -> Iterator[int]:
    """Run a mail server, and yield its port."""
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(loop.create_server(lambda: Session(take), address, 0))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:

        async def close() -> None:
            server.close()
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()

        asyncio.run_coroutine_threadsafe(close(), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()


@contextlib.contextmanager
def provider(answer: Answer, address: str = "127.0.0.1") -> Iterator[int]:
    """Run a provider of messages that is posted JSON, and yield its port."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            try:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            except ValueError:  # whoever sent it was killed
                return
            status = answer(dict(self.headers), body)
            with contextlib.suppress(OSError):
                if status:
                    self.send_response(status)
                    self.end_headers()
                    self.wfile.write(b"taken" if status == 200 else b"later")

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, *args: Any) -> None:
            """Say nothing of who hung up."""

    server = Server((address, 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


@contextlib.contextmanager
def nursery(
    killing: Field,
    log: Path,
    said: dict[str, Any],
    *,
    module: str,
    env: Mapping[str, str],
    before: tuple[str, ...] = (),
) -> Iterator[subprocess.Popen[str]]:
    """Run a module that forks a relay for each line that it is given, and have ``killing`` told what they tell.

    ``before`` comes before the command.
    """
    with log.open("a") as output:
        process = subprocess.Popen(
            [*before, sys.executable, "-W", "ignore", "-m", module],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path), **env},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=output,
            text=True,
            start_new_session=True,
        )
    assert process.stdin
    assert process.stdout

    def read() -> None:
        for line in process.stdout or ():
            killing.told.put(json.loads(line))
        killing.told.put(["closed", 0, 0.0])

    reader = threading.Thread(target=read, daemon=True)
    try:
        process.stdin.write(json.dumps(said) + "\n")
        process.stdin.flush()
        reader.start()
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        reader.join(5)
        process.stdin.close()
        process.stdout.close()
