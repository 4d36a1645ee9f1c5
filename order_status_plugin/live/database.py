"""The broker that needs nothing but the database: one look a second a process."""

from __future__ import annotations

import asyncio

from ..conf import conf
from .brokers import Broker, Publish
from .look import Look


class DatabaseBroker(Broker):
    """Polls ``Order.changed_at``."""

    def __init__(self) -> None:
        """Look at nothing yet; what was seen is remembered over a failure."""
        self._look = Look()

    async def subscribe(self, publish: Publish) -> None:
        """Look, publish, wait. A failure of the database is the hub's to repeat; what it hid is found afterwards."""
        with self._look as look:
            while True:
                for channel, version in await look.news():
                    publish(channel, version)
                await asyncio.sleep(conf.LIVE_POLL_SECONDS)
