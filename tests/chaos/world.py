"""Everything that runs: database, Redis, web servers, worker clusters, receivers; and who starts again what died."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from pathlib import Path
from typing import Any

from tests.victims import Field, mail_server, nursery, provider
from tests.worker.processes import alive, child_of

from .clock import SET, file_of
from .ledger import NUMBER, Ledger
from .load import Load, ask
from .machines import Machine, machines
from .servers import Postgres, Redis, free_port, servers

ROOT = Path(__file__).resolve().parents[2]
MACHINES = ("web", "work1", "work2")


class Receivers(Field):
    """A provider that honours keys and a mail server that knows none; both can be made to fail."""

    def __init__(self, ledger: Ledger) -> None:
        super().__init__()
        self.ledger = ledger
        #: "" is well, "500", "hangs" (answers late), "hangs up" (takes it and says nothing).
        self.provider_is = self.mail_is = ""

    def take_mail(self, raw: bytes, helo: str) -> bool:
        """Take a mail, unless its sender is to be killed in the middle."""
        pid = int(helo) if helo.isdigit() else 0
        if self.comes_to("in call", pid):
            self.kill(pid)
            return False
        if self.mail_is:
            return False
        mail = message_from_bytes(raw)
        body = next(part for part in mail.walk() if part.get_content_type() == "text/plain")
        text = bytes(body.get_payload(decode=True) or b"").decode()
        key = str(mail["Message-ID"]).strip("<>").partition("@")[0]
        self.ledger.took("plain", NUMBER.findall(text)[0], str(mail["X-Order-Status"]), key)
        if self.comes_to("accepted", pid):
            self.kill(pid)
        return True

    def take_request(self, headers: Any, body: dict[str, Any]) -> int:
        """Take a message once under its key."""
        pid = int(headers.get("X-Pid", 0))
        if self.comes_to("in call", pid):
            self.kill(pid)
            return 0
        if self.provider_is == "500":
            return 500
        end = time.monotonic() + 8
        while self.provider_is == "hangs" and time.monotonic() < end:
            time.sleep(0.05)
        key, about = headers["Idempotency-Key"], (NUMBER.findall(body["text"])[0], body["milestone"], "keyed")
        with self.ledger.lock:
            if key not in self.ledger.taken[about]:
                self.ledger.took("keyed", about[0], about[1], key)
        if self.comes_to("accepted", pid):
            self.kill(pid)
        return 0 if self.provider_is == "hangs up" else 200


@dataclass
class Service:
    """One process that is started again when it ends, as systemd would."""

    name: str
    command: list[str]
    machine: Machine
    env: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes] = field(init=False)
    #: Not before then it is disturbed again: what is never well cannot be seen to recover.
    free_at: float = 0.0

    def start(self) -> None:
        """Start it, in a group of its own."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*self.machine.before, *self.command],
                env={**os.environ, **self.env},
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def kill(self) -> None:
        """Kill its whole group."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def members(self) -> list[int]:
        """Return the processes of its group."""
        return sorted(alive(self.process.pid))


@dataclass
class World:
    """What faults are done to."""

    folder: Path
    database: Postgres
    redis: Redis | None
    machines: dict[str, Machine]
    receivers: Receivers
    ledger: Ledger
    load: Load
    services: dict[str, Service]
    nursery: subprocess.Popen[str]
    is_over: threading.Event = field(default_factory=threading.Event)

    @property
    def clusters(self) -> list[Service]:
        """Return the supervisors of the worker clusters."""
        return [service for name, service in self.services.items() if name.startswith("work")]

    def cluster_of(self, supervisor: Service) -> int:
        """Return the process group of the cluster that a supervisor runs now; 0 where it has none."""
        return child_of(supervisor.process.pid, "qcluster")

    def mind(self) -> None:
        """Start again what has ended."""
        while not self.is_over.wait(0.25):
            for service in self.services.values():
                if service.process.poll() is not None:
                    service.kill()
                    service.start()

    def set_clock(self, machine: str, wrong: float) -> None:
        """Put a machine's clock wrong by so many seconds."""
        file_of(str(self.folder), machine).write_text(str(wrong))
        for _ in range(3):  # one that is forked meanwhile has its parent's clock, and is found the next time
            for service in self.services.values():
                if service.machine.name == machine or not service.machine.namespace:
                    groups = [service.process.pid, self.cluster_of(service) if service in self.clusters else 0]
                    for pid in [pid for group in groups if group for pid in alive(group)]:
                        if _obeys(pid):
                            with contextlib.suppress(ProcessLookupError):
                                os.kill(pid, SET)
            time.sleep(0.2)

    def health(self) -> tuple[int, dict[str, Any]]:
        """Return what ``orders/health/`` says."""
        status, said = ask(self.load.webs[0], "GET", "/orders/health/", b"", {})
        return status, json.loads(said) if said.startswith(b"{") else {}

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Ask the database."""
        import psycopg

        with psycopg.connect(self.database.url(), autocommit=True, connect_timeout=5) as connection:
            return connection.execute(sql).fetchall()  # type: ignore[call-overload, no-any-return]

    def do(self, sql: str) -> None:
        """Have the database do something."""
        import psycopg

        with psycopg.connect(self.database.url(), autocommit=True, connect_timeout=5) as connection:
            connection.execute(sql)  # type: ignore[call-overload]


def _obeys(pid: int) -> bool:
    """Say whether a process has a handler for a clock that is set: to all others the signal is the end."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("SigCgt:"):
                return bool(int(line.split()[1], 16) >> (SET - 1) & 1)
    return False


@contextlib.contextmanager
def world(folder: Path, rng: random.Random, *, broker: str, apart: bool) -> Iterator[World]:
    """Start everything, wait until it serves, and end it all."""
    ledger = Ledger()
    receivers = Receivers(ledger)
    with contextlib.ExitStack() as stack:
        database, redis = stack.enter_context(servers())
        net = stack.enter_context(machines(MACHINES, apart=apart))
        address = "0.0.0.0" if apart else "127.0.0.1"
        mail = stack.enter_context(mail_server(receivers.take_mail, address))
        keyed = stack.enter_context(provider(receivers.take_request, address))

        def env(machine: Machine, *, is_asgi: bool = False) -> dict[str, str]:
            said = {
                "url": database.url(machine.centre),
                "keyed": f"http://{machine.centre}:{keyed}/",
                "mail": [machine.centre, mail],
                "redis": redis.url(machine.centre) if broker == "redis" else "",
                "folder": str(folder),
                "is_asgi": is_asgi,
            }
            return {
                "CHAOS": json.dumps(said),
                "CHAOS_MACHINE": machine.name,
                "DJANGO_SETTINGS_MODULE": "tests.chaos.project",
                "PYTHONPATH": os.pathsep.join([str(ROOT), *(path for path in sys.path if path)]),
                "PYTHONUNBUFFERED": "1",
                "PYTHONWARNINGS": "ignore",
            }

        def django(*words: str) -> str:
            command = [sys.executable, "-m", "django", *words]
            done = subprocess.run(
                command, env={**os.environ, **env(Machine("here"))}, cwd=ROOT, capture_output=True, text=True
            )
            if done.returncode:
                raise RuntimeError(done.stdout + done.stderr)
            return done.stdout

        django("migrate", "--run-syncdb", "--verbosity", "0")
        key = django("order_status_api_key", "push", "--name", "chaos").strip()
        web, ports = net["web"], (free_port(), free_port())
        bind = "0.0.0.0" if apart else "127.0.0.1"
        gunicorn = [sys.executable, "-m", "gunicorn", "tests.live.site:wsgi", "--bind", f"{bind}:{ports[0]}"]
        gunicorn += ["--worker-class", "gthread", "--workers", "2", "--threads", "4", "--preload"]
        gunicorn += ["--log-level", "error", "--graceful-timeout", "2"]
        uvicorn = [sys.executable, "-m", "uvicorn", "tests.live.site:wrapped", "--host", bind, "--port", str(ports[1])]
        uvicorn += ["--log-level", "error", "--timeout-graceful-shutdown", "2"]
        worker = [sys.executable, "-m", "django", "order_status_worker"]
        services = {
            "gunicorn": Service("gunicorn", gunicorn, web, env(web), folder / "gunicorn.log"),
            "uvicorn": Service("uvicorn", uvicorn, web, env(web, is_asgi=True), folder / "uvicorn.log"),
            "work1": Service("work1", worker, net["work1"], env(net["work1"]), folder / "work1.log"),
            "work2": Service("work2", worker, net["work2"], env(net["work2"]), folder / "work2.log"),
        }
        load = Load(ledger, [(web.address, port) for port in ports], key, rng)
        stack.callback(load.end)
        child = stack.enter_context(
            nursery(
                receivers,
                folder / "nursery.log",
                {},
                module="tests.chaos.victims",
                env=env(net["work2"]),
                before=net["work2"].before,
            )
        )
        made = World(
            folder, database, redis if broker == "redis" else None, net, receivers, ledger, load, services, child
        )
        stack.callback(_end, made)
        for service in services.values():
            service.start()
        threading.Thread(target=made.mind, name="minder", daemon=True).start()
        _until(lambda: made.health()[0] == 200, 90, folder)
        if receivers.told.get(timeout=60)[0] != "ready":
            raise RuntimeError("the nursery does not start: look into nursery.log")
        yield made


def _end(made: World) -> None:
    made.is_over.set()
    time.sleep(0.3)
    for service in made.services.values():
        cluster = made.cluster_of(service) if service in made.clusters else 0
        for group in (service.process.pid, cluster):
            if group:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(group, signal.SIGKILL)
        service.process.wait()


def _until(what: Callable[[], bool], seconds: float, folder: Path) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return
        time.sleep(0.2)
    logs = "\n".join(f"== {log.name}\n{log.read_text()[-3000:]}" for log in sorted(folder.glob("*.log")))
    raise RuntimeError(f"it does not come up\n{logs}")
