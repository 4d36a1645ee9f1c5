"""The broker that needs nothing but the database: one look a second a process."""

from __future__ import annotations

import asyncio
import datetime as dt
from concurrent.futures import ThreadPoolExecutor

from django.db import connection, connections
from django.utils import timezone

from ..access.links import channel_of
from ..cms import epoch
from ..conf import conf
from ..tracking.models import Order
from .brokers import CONTENT, Broker, Publish

#: A change is looked for so long after its time: a transaction may commit late, and two machines' clocks may differ.
OVERLAP = dt.timedelta(seconds=30)
#: Rows of one look, newest first.
MOST = 10_000


class DatabaseBroker(Broker):
    """Polls ``Order.changed_at`` on a thread and a connection of its own; both end with the last stream."""

    def __init__(self) -> None:
        """Begin with the changes of the last moments: a page may have been rendered before its stream opened."""
        self._looked_at = timezone.now()
        self._known: dict[tuple[str, int], int] = {}

    async def subscribe(self, publish: Publish) -> None:
        """Look, publish, wait. A failure of the database is the hub's to repeat; what it hid is found afterwards."""
        loop = asyncio.get_running_loop()
        # A thread of our own: the connection is closed on the thread that opened it.
        executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="order-status-live")
        try:
            while True:
                number, news = await loop.run_in_executor(executor, self._look)
                for locator, link_version, version in news:
                    publish(channel_of(locator, link_version), version)
                publish(CONTENT, number)
                await asyncio.sleep(conf.LIVE_POLL_SECONDS)
        finally:
            executor.submit(connections.close_all)
            executor.shutdown(wait=False)

    def _look(self) -> tuple[int, list[tuple[str, int, int]]]:
        """Return the epoch, and locator, link version and version of each order that changed since the last look."""
        now = timezone.now()
        rows = list(
            Order.objects.filter(changed_at__gt=min(now, self._looked_at) - OVERLAP)
            .order_by("-changed_at")
            .values_list("locator", "link_version", "version")[:MOST]
        )
        number = epoch.current()
        if connection.vendor == "sqlite":
            # While one connection of a process holds a lock, SQLite keeps the files of all others that it closes.
            connection.close()
        self._looked_at = now
        news = [row for row in rows if self._known.get(row[:2]) != row[2]]
        # Only what is in the window can come again.
        self._known = {(locator, link_version): version for locator, link_version, version in rows}
        return number, news
