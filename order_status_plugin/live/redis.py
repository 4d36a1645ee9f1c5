"""The broker for shops that run Redis (or Valkey): pub/sub."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from typing import Any

from django.core.checks import CheckMessage, Error

from ..conf import conf
from .listening import ListeningBroker
from .news import pack, topic

#: Characters of one message.
MOST = 60_000
#: How many seconds a connection, and the answer to a command, may take.
PATIENCE = 1.0
#: After so many seconds of silence we ask whether the server is there; it has as long to answer.
SILENCE = 10.0


class RedisBroker(ListeningBroker):
    """One subscription a process listens, a client that is kept tells. What is told in a gap is found in the database."""

    _teller: Any = None

    async def listen(self, heard: Callable[[str], None], subscribed: Callable[[], None]) -> None:
        """Listen on one subscription."""
        from redis.asyncio import Redis
        from redis.asyncio.retry import Retry
        from redis.backoff import NoBackoff

        client = Redis.from_url(
            conf.LIVE_REDIS_URL, socket_connect_timeout=PATIENCE, socket_keepalive=True, retry=Retry(NoBackoff(), 0)
        )
        try:
            async with client.pubsub() as subscription:
                await subscription.subscribe(topic())
                is_asked = False
                while True:
                    message = await subscription.get_message(timeout=SILENCE)
                    if message is None:
                        if is_asked:
                            raise TimeoutError("Redis does not answer.")
                        async with asyncio.timeout(PATIENCE):
                            await subscription.ping()
                        is_asked = True
                        continue
                    is_asked = False
                    if message["type"] == "subscribe":  # also after the client has connected again by itself
                        subscribed()
                    elif message["type"] == "message":
                        heard(message["data"].decode("ascii", "replace"))
        finally:
            await client.aclose()

    def tell(self, news: Mapping[str, int]) -> None:
        """Publish: one message for all news, or a few."""
        if self._teller is None:
            from redis import Redis
            from redis.backoff import NoBackoff
            from redis.retry import Retry

            # Tried once more: the connection that was kept may be one to a server that was restarted since.
            self._teller = Redis.from_url(
                conf.LIVE_REDIS_URL,
                socket_connect_timeout=PATIENCE,
                socket_timeout=PATIENCE,
                socket_keepalive=True,
                retry=Retry(NoBackoff(), 1),
            )
        for text in pack(news, MOST):
            self._teller.publish(topic(), text)

    def close(self) -> None:
        """Close the client that tells."""
        if self._teller is not None:
            self._teller.close()
            self._teller = None

    def check(self) -> list[CheckMessage]:
        """Look for the client and the address of the server."""
        if find_spec("redis") is None:
            return [
                Error(
                    "RedisBroker needs the client of Redis.",
                    hint="pip install order-status-plugin[redis]",
                    id="order_status.E021",
                )
            ]
        if not conf.LIVE_REDIS_URL:
            return [
                Error(
                    "RedisBroker does not know where Redis is.",
                    hint='ORDER_STATUS["LIVE_REDIS_URL"] = "redis://127.0.0.1:6379/0"',
                    id="order_status.E021",
                )
            ]
        return []
