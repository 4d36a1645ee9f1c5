"""Real servers on a real database file, and the few words of HTTP that a test says to them."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from order_status_plugin.access.links import link_for
from order_status_plugin.tracking.models import Order

CHECKOUT = Path(__file__).parent.parent.parent
UVICORN = ("-m", "uvicorn", "--log-level", "warning")


class Shop:
    """The shop's database file, written as another process would."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.count = 0

    @contextmanager
    def _written(self) -> Iterator[sqlite3.Connection]:
        """Open the file, commit, and close it again: a connection's own ``with`` only commits."""
        with closing(sqlite3.connect(self.file, timeout=20)) as connection, connection:
            yield connection

    def order(self) -> Order:
        """Keep one more order."""
        self.count += 1
        locator = f"{self.count:016d}"
        now = _now()
        values = {
            "host": "shop",
            "reference": str(self.count),
            "locator": locator,
            "changed_at": now,
            "last_activity_at": now,
        }
        with self._written() as connection:
            known = {row[1]: row for row in connection.execute("PRAGMA table_info(order_status_plugin_order)")}
            for name, (_cid, _name, kind, notnull, _default, is_key) in known.items():
                if notnull and not is_key and name not in values:
                    is_text = "char" in kind or kind == "text"
                    values[name] = "" if is_text else 0
            values |= {"link_version": 1, "version": 1, "tags": "[]"}
            names = ", ".join(values)
            marks = ", ".join("?" * len(values))
            connection.execute(f"INSERT INTO order_status_plugin_order ({names}) VALUES ({marks})", [*values.values()])
        return Order(locator=locator, link_version=1, version=1)

    def change(self, order: Order, *, seconds_ago: float = 0.0) -> None:
        """Commit the next version, as ``record`` does."""
        order.version += 1
        with self._written() as connection:
            connection.execute(
                "UPDATE order_status_plugin_order SET version = ?, changed_at = ? WHERE locator = ?",
                (order.version, _now(seconds_ago), order.locator),
            )


def _now(seconds_ago: float = 0.0) -> str:
    return (dt.datetime.now(dt.UTC) - dt.timedelta(seconds=seconds_ago)).strftime("%Y-%m-%d %H:%M:%S.%f")


class Server:
    """One server process."""

    def __init__(self, command: list[str], port: int, env: dict[str, str]) -> None:
        self.port = port
        self.process = subprocess.Popen(
            command, cwd=CHECKOUT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        end = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > end:
                    self.process.kill()
                    pytest.fail(self.process.communicate()[0].decode())
            time.sleep(0.05)

    def ask(self, path: str, *headers: str) -> Listener:
        """Send a GET; what comes back is read by the listener."""
        return Listener(self.port, path, *headers)

    def facts(self) -> dict[str, Any]:
        """Return what the process holds."""
        with self.ask("/held/", "Connection: close") as answer:
            answer.until(b"}")
            return dict(json.loads(answer.data.partition(b"\r\n\r\n")[2]))

    def stop(self) -> float:
        """Send SIGTERM and return how many seconds it took."""
        began = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(5)
        if self.process.stdout:
            self.process.stdout.close()
        return time.monotonic() - began


class Listener:
    """An open connection."""

    def __init__(self, port: int, path: str, *headers: str) -> None:
        self.data = b""
        self.is_closed = False
        self.socket = socket.create_connection(("127.0.0.1", port), 10)
        lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Accept-Encoding: gzip", *headers, "", ""]
        self.socket.sendall("\r\n".join(lines).encode())

    def until(self, wanted: bytes, within: float = 10.0) -> float:
        """Read until these bytes are there; return how many seconds it took."""
        began = time.monotonic()
        while wanted not in self.data:
            left = within - (time.monotonic() - began)
            if left <= 0 or self.is_closed:
                pytest.fail(f"{wanted!r} did not come within {within} s, only {self.data!r}")
            self._read(left)
        return time.monotonic() - began

    def quiet(self, seconds: float) -> None:
        """Read for so long."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and not self.is_closed:
            self._read(left)

    def _read(self, within: float) -> None:
        self.socket.settimeout(within)
        try:
            data = self.socket.recv(65536)
        except TimeoutError:
            return
        self.data += data
        self.is_closed = not data

    def __enter__(self) -> Listener:
        return self

    def __exit__(self, *args: object) -> None:
        self.socket.close()


def live(order: Order, version: int | None = None) -> str:
    """Return the address of an order's stream."""
    return f"/orders/{link_for(order)}/live/?v={order.version if version is None else version}"


@pytest.fixture(scope="session")
def _environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    file = tmp_path_factory.mktemp("live") / "shop.sqlite3"
    env = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    env |= {"DJANGO_SETTINGS_MODULE": "tests.live.site_settings", "LIVE_DATABASE": str(file)}
    command = [sys.executable, "-m", "django", "migrate", "--run-syncdb", "--skip-checks", "-v0"]
    done = subprocess.run(command, cwd=CHECKOUT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return env


@pytest.fixture(scope="session")
def shop(_environment: dict[str, str]) -> Shop:
    """The database file that all servers of a run share."""
    return Shop(Path(_environment["LIVE_DATABASE"]))


@pytest.fixture(scope="session")
def serve(_environment: dict[str, str]) -> Iterator[Callable[..., Server]]:
    """Start uvicorn with one of the applications of ``tests.live.site``, and these keys of ``ORDER_STATUS``.

    ``command`` is another server's, with ``{port}`` in it.
    """
    servers: list[Server] = []

    def start(application: str, port: int = 0, command: Sequence[str] = (), **plugin: Any) -> Server:
        if not port:
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                port = int(probe.getsockname()[1])
        words = [*command] or [sys.executable, *UVICORN, f"tests.live.site:{application}", "--port", "{port}"]
        env = {**_environment, "LIVE_SETTINGS": json.dumps(plugin)}
        servers.append(Server([word.format(port=port) for word in words], port, env))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


@pytest.fixture(scope="session")
def wrapped(serve: Callable[..., Server]) -> Server:
    """A server whose application is wrapped."""
    return serve("wrapped")


@pytest.fixture(scope="session")
def plain(serve: Callable[..., Server]) -> Server:
    """A server that knows nothing but the URLconf."""
    return serve("plain")
