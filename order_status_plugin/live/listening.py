"""What brokers have in common that hear at once: when to look at the database all the same."""

from __future__ import annotations

import asyncio
import logging
from abc import abstractmethod
from collections.abc import Callable
from contextlib import suppress

from ..conf import conf
from .brokers import Broker, Publish
from .look import Look
from .news import unpack

logger = logging.getLogger("order_status_plugin")

#: While we hear, one look in so many seconds finds what a teller could not say. Well below what a look reaches back.
LOOK_SECONDS = 10.0
#: A lost connection is tried again after 0.5, 1, 2 … seconds.
FIRST_WAIT, LONGEST_WAIT = 0.5, 5.0


class ListeningBroker(Broker):
    """Hears of changes at once. While it cannot hear, it looks at the database as the ``DatabaseBroker`` does."""

    def __init__(self) -> None:
        """Open nothing yet."""
        self._look = Look()
        self._is_hearing = False
        self._should_look = asyncio.Event()

    @abstractmethod
    async def listen(self, heard: Callable[[str], None], subscribed: Callable[[], None]) -> None:
        """Connect and subscribe, and call ``subscribed`` each time that this is done: from there on nothing is missed.

        Call ``heard`` for each text (``news.pack``). Return or raise when the connection is lost, give it back when
        cancelled.
        """

    async def subscribe(self, publish: Publish) -> None:
        """Listen and look, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._keep_looking(publish))
            tasks.create_task(self._keep_listening(publish))

    async def _keep_listening(self, publish: Publish) -> None:
        def heard(text: str) -> None:
            for channel, version in unpack(text):
                publish(channel, version)

        wait, is_told = FIRST_WAIT, False
        while True:
            try:
                await self.listen(heard, self._subscribed)
                reason: object = "the connection ended"
            except Exception as error:  # noqa: BLE001 - whatever it was, open pages must go on hearing of changes
                reason = error
            if self._is_hearing:
                wait, is_told = FIRST_WAIT, False
            self._is_hearing = False
            self._should_look.set()
            if not is_told:
                logger.warning("The live broker hears nothing, the database is looked at instead: %s", reason)
                is_told = True
            await asyncio.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT)

    def _subscribed(self) -> None:
        self._is_hearing = True
        self._should_look.set()  # for what was said while we could not hear

    async def _keep_looking(self, publish: Publish) -> None:
        is_failing = False
        with self._look as look:
            while True:
                self._should_look.clear()
                try:
                    for channel, version in await look.news():
                        publish(channel, version)
                    is_failing = False
                except Exception as error:  # noqa: BLE001 - the next look finds what this one missed
                    if not is_failing:
                        logger.warning("The live broker cannot look at the database: %s", error)
                    is_failing = True
                seconds = LOOK_SECONDS if self._is_hearing and not is_failing else conf.LIVE_POLL_SECONDS
                with suppress(TimeoutError):
                    async with asyncio.timeout(seconds):
                        await self._should_look.wait()
