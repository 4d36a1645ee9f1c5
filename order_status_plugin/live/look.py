"""A look at the database: which orders changed in the last moments, and which epoch the content has."""

from __future__ import annotations

import asyncio
import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType

from django.db import connection, connections
from django.utils import timezone

from ..access.links import channel_of
from ..cms import epoch
from ..tracking.models import Order
from .brokers import CONTENT

#: A change is looked for so long after its time: a transaction may commit late, and two machines' clocks may differ.
OVERLAP = dt.timedelta(seconds=30)
#: Rows of one look, newest first.
MOST = 10_000


class Look:
    """Looks on a thread and a connection of its own; both end with the ``with``, and the next ``with`` goes on.

    It begins with the changes of the last moments: a page may have been rendered before its stream opened.
    """

    _executor: ThreadPoolExecutor

    def __init__(self) -> None:
        """Open nothing yet."""
        self._looked_at = timezone.now()
        self._known: dict[tuple[str, int], int] = {}

    def __enter__(self) -> Look:
        """Have a thread; the connection is closed on the thread that opened it."""
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="order-status-live")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Close the connection on its thread, and let the thread end."""
        self._executor.submit(connections.close_all)
        self._executor.shutdown(wait=False)

    async def news(self) -> list[tuple[str, int]]:
        """Return channel and version of each order that changed since the last look, and of the content."""
        number, rows = await asyncio.get_running_loop().run_in_executor(self._executor, self.read)
        found = [(channel_of(locator, link_version), version) for locator, link_version, version in rows]
        return [*found, (CONTENT, number)]

    def read(self) -> tuple[int, list[tuple[str, int, int]]]:
        """Return the epoch, and locator, link version and version of each order that changed since the last look."""
        now = timezone.now()
        try:
            rows = list(
                Order.objects.filter(changed_at__gt=min(now, self._looked_at) - OVERLAP)
                .order_by("-changed_at")
                .values_list("locator", "link_version", "version")[:MOST]
            )
            number = epoch.current()
        except Exception:
            # The server may have been restarted: the next look asks on a new connection.
            connections.close_all()
            raise
        if connection.vendor == "sqlite":
            # While one connection of a process holds a lock, SQLite keeps the files of all others that it closes.
            connection.close()
        self._looked_at = now
        news = [row for row in rows if self._known.get(row[:2]) != row[2]]
        # Only what is in the window can come again.
        self._known = {(locator, link_version): version for locator, link_version, version in rows}
        return number, news
