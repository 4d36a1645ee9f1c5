"""A broker whose news a test makes, and an ASGI server of three functions."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar

from order_status_plugin.live.brokers import Broker, Publish

FAKE = {"LIVE_BROKER": "tests.live.fakes.FakeBroker"}


class FakeBroker(Broker):
    """Publishes nothing by itself; says how often it was started and stopped."""

    started: ClassVar[int] = 0
    stopped: ClassVar[int] = 0

    async def subscribe(self, publish: Publish) -> None:
        type(self).started += 1
        try:
            await asyncio.Event().wait()
        finally:
            type(self).stopped += 1


class FailingBroker(Broker):
    """Fails at once, the first time; then publishes version 9 of a channel."""

    async def subscribe(self, publish: Publish) -> None:
        if not getattr(self, "has_failed", False):
            self.has_failed = True
            raise OSError("the broker is away")
        publish("channel", 9)
        await asyncio.Event().wait()


class Client:
    """One request to an ASGI application, as a server would hand it over."""

    def __init__(self, app: Callable[..., Awaitable[None]], path: str, **scope: Any) -> None:
        headers = {b"host": b"testserver"} | {k.encode(): v.encode() for k, v in scope.pop("headers", {}).items()}
        self.scope = {
            "type": "http",
            "http_version": "1.1",
            "method": "GET",
            "path": path,
            "query_string": b"",
            "root_path": "",
            "headers": list(headers.items()),
            "client": ("127.0.0.1", 4),
            "server": ("127.0.0.1", 80),
            **scope,
        }
        self.status = 0
        self.headers: dict[str, str] = {}
        self.body = b""
        self.is_complete = False
        self._incoming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._incoming.put_nowait({"type": "http.request", "body": b"", "more_body": False})
        self._changed = asyncio.Event()
        self.task = asyncio.create_task(self._run(app))

    async def _run(self, app: Callable[..., Awaitable[None]]) -> None:
        await app(self.scope, self._incoming.get, self._send)

    async def _send(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            self.body += message["body"]
            self.is_complete = not message.get("more_body", False)
        self._changed.set()

    async def until(self, truth: Callable[[], object], within: float = 5.0) -> None:
        """Wait until something is true of what came back."""
        async with asyncio.timeout(within):
            while not truth():
                self._changed.clear()
                await self._changed.wait()

    async def whole(self) -> Client:
        """Wait for the end of the answer."""
        await asyncio.wait_for(self.task, 5)
        return self

    async def leave(self) -> None:
        """Close the connection, as a browser does."""
        self._incoming.put_nowait({"type": "http.disconnect"})
        await asyncio.wait_for(self.task, 5)
