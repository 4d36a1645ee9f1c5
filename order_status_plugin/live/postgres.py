"""The broker for shops on PostgreSQL: ``LISTEN`` and ``NOTIFY``, and no other server."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from django.core.checks import CheckMessage, Error
from django.db import connections
from django.utils.connection import ConnectionDoesNotExist

from ..conf import conf
from .listening import ListeningBroker
from .news import pack, topic

if TYPE_CHECKING:
    import psycopg

#: PostgreSQL takes payloads below 8,000 bytes.
MOST = 7900
#: How long a connection may take to come about, and how soon one is found dead of which nothing is heard.
PATIENCE = {"connect_timeout": 5, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}
#: What Django's wrapper adds to the parameters of the connection for itself.
DJANGOS = ("context", "cursor_factory", "prepare_threshold")


class PostgresBroker(ListeningBroker):
    """One connection a process listens, another one tells; neither is ever inside a transaction of the shop's.

    A commit that notifies holds a lock that all such commits of a server wait for. So what is told is told after the
    shop's own commit, all that came meanwhile at once, in a transaction that waits for no disk.
    """

    _teller: psycopg.Connection[Any] | None = None

    async def listen(self, heard: Callable[[str], None], subscribed: Callable[[], None]) -> None:
        """Listen on a connection of its own."""
        import psycopg
        from psycopg import sql

        async with await psycopg.AsyncConnection.connect(**_parameters(), autocommit=True) as connection:
            await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(topic())))
            subscribed()
            async for notice in connection.notifies():
                heard(notice.payload)

    def tell(self, news: Mapping[str, int]) -> None:
        """Notify: one transaction for all news."""
        import psycopg

        texts = list(pack(news, MOST))
        if self._teller is not None:
            try:
                return self._notify(self._teller, texts)
            except psycopg.Error:  # the server may have been restarted since
                self.close()
        teller = psycopg.connect(**_parameters(), autocommit=True)
        try:
            teller.execute("SET synchronous_commit TO off")
            teller.execute("SET statement_timeout TO 2000")
            self._notify(teller, texts)
        except psycopg.Error:
            teller.close()
            raise
        self._teller = teller

    def _notify(self, teller: psycopg.Connection[Any], texts: list[str]) -> None:
        teller.execute("SELECT pg_notify(%s, text) FROM unnest(%s::text[]) AS text", [topic(), texts])

    def close(self) -> None:
        """Close the connection that tells."""
        if self._teller is not None:
            self._teller.close()
            self._teller = None

    def check(self) -> list[CheckMessage]:
        """Look for psycopg 3, and for PostgreSQL in DATABASES."""
        try:
            vendor = connections[conf.LIVE_DATABASE].vendor
        except ConnectionDoesNotExist:
            vendor = ""
        if vendor != "postgresql":
            return [
                Error(
                    f"PostgresBroker listens on DATABASES[{conf.LIVE_DATABASE!r}], which is no PostgreSQL.",
                    hint="ORDER_STATUS['LIVE_DATABASE'] names the one that is, or leave LIVE_BROKER out.",
                    id="order_status.E020",
                )
            ]
        if find_spec("psycopg") is None:
            return [
                Error(
                    "PostgresBroker needs psycopg 3.",
                    hint="pip install order-status-plugin[postgres]",
                    id="order_status.E020",
                )
            ]
        return []


def _parameters() -> dict[str, Any]:
    """Return how Django connects to this database, without what only Django reads."""
    found: dict[str, Any] = connections[conf.LIVE_DATABASE].get_connection_params()
    return PATIENCE | {name: value for name, value in found.items() if name not in DJANGOS}
