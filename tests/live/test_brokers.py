"""The three brokers on real servers: what the contract promises, and what becomes of each when its server is away."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.db.backends.signals import connection_created

from order_status_plugin.live.news import pack, unpack
from order_status_plugin.live.postgres import _parameters
from order_status_plugin.testing.brokers import BrokerContract

from .. import servers

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _without_locks_of_tables() -> Iterator[None]:
    """In memory, threads share one SQLite: who reads a table would make who writes it fail, not wait.

    Django keeps such a connection when it is told to close it, so those of other threads are closed here.
    """
    opened: list[sqlite3.Connection] = []

    def read_on(connection: Any, **more: Any) -> None:
        if connection.vendor == "sqlite":
            connection.connection.execute("PRAGMA read_uncommitted = 1")
            if threading.current_thread() is not threading.main_thread():
                opened.append(connection.connection)

    connection_created.connect(read_on)
    yield
    connection_created.disconnect(read_on)
    for each in opened:
        each.close()


@pytest.fixture(scope="module")
def redis() -> Iterator[Any]:
    with servers.redis() as server:
        yield server


class TestDatabaseBroker(BrokerContract):
    backend = "order_status_plugin.live.database.DatabaseBroker"


class TestRedisBroker(BrokerContract):
    backend = "order_status_plugin.live.redis.RedisBroker"

    @pytest.fixture(autouse=True)
    def _redis(self, redis: Any) -> None:
        self.server = redis

    def options(self) -> Mapping[str, Any]:
        return {"LIVE_REDIS_URL": self.server.connection_url}

    @contextmanager
    def away(self) -> Iterator[None]:
        self.server.stop()
        yield
        self.server.start()


@pytest.mark.postgresql
class TestPostgresBroker(BrokerContract):
    backend = "order_status_plugin.live.postgres.PostgresBroker"

    @contextmanager
    def away(self) -> Iterator[None]:
        """End whoever listens or tells, again and again: the database itself is there."""
        is_over = threading.Event()

        def end_them() -> None:
            with psycopg.connect(**_parameters(), autocommit=True) as connection:
                while not is_over.wait(0.05):
                    connection.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                        " AND pid <> pg_backend_pid() AND (query LIKE 'LISTEN%' OR query LIKE '%pg_notify%')"
                    )

        thread = threading.Thread(target=end_them)
        thread.start()
        yield
        is_over.set()
        thread.join()


def test_news_are_few_texts_and_nobody_elses_words_do_harm() -> None:
    news = {f"{number:032x}": number for number in range(1000)} | {"": 7}
    texts = list(pack(news, 7900))
    assert len(texts) == 5
    assert all(len(text) <= 7900 for text in texts)
    assert dict(entry for text in texts for entry in unpack(text)) == news
    assert list(pack({}, 100)) == []
    assert list(unpack("a b:c :-1 d:٧ e:99999999999999999999 f:1:2 g:3")) == [("g", 3)]
