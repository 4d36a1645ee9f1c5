"""One open stream: what waits to be written to one browser."""

from __future__ import annotations

import asyncio
import time
from typing import Any, Protocol

from .asgi import Receive, Send

#: The first bytes: come back after three seconds when the stream breaks.
HELLO = b"retry: 3000\n\n"
BEAT = b": k\n\n"
#: How many seconds the last word of a stream may take that ends while it writes.
LAST_WORD = 1.0


def frame_of(version: int) -> bytes:
    """Return the event that says: the page has this version now."""
    return b"id: %d\nevent: changed\ndata: %d\n\n" % (version, version)


def content_frame_of(epoch: int) -> bytes:
    """Return the event that says: editors have published something, the content is of this epoch now."""
    return b"event: content\ndata: %d\n\n" % epoch


class Stream:
    """At most one frame waits. A newer version replaces an older one: the browser reads the page again anyway."""

    __slots__ = ("address", "channel", "ends_at", "epoch", "frame", "is_gone", "is_late", "is_stuck", "seen")

    def __init__(self, channel: str, seen: int, epoch: int, lifetime: float) -> None:
        """``seen`` and ``epoch`` are what the browser shows; the stream ends itself after ``lifetime`` seconds."""
        self.channel = channel
        self.address = ""  # whose it is, where that is counted
        self.seen = seen
        self.epoch = epoch
        self.frame = b""
        self.is_gone = False
        self.is_late = False
        self.is_stuck = False
        self.ends_at = time.monotonic() + lifetime

    def tell(self, version: int, frame: bytes) -> None:
        """Have a version written, unless the browser has it."""
        if version > self.seen:
            self.seen = version
            self.frame = frame
            self._wake()

    def tell_content(self, epoch: int, frame: bytes) -> None:
        """Have an epoch of the content written, unless the browser has it, or reads the page again anyway."""
        if epoch > self.epoch:
            self.epoch = epoch
            if not self.frame or self.frame is BEAT:
                self.frame = frame
                self._wake()

    def beat(self) -> None:
        """Have a sign of life written, unless something else will be.

        What waited at the last beat and still does was not written since: the browser takes nothing, and is cut off.
        It opens another stream when it can, and reads the page again.
        """
        if not self.frame:
            self.frame = BEAT
            self._wake()
        elif self.is_late:
            self.is_stuck = True
            self.end()
        else:
            self.is_late = True

    def take(self) -> bytes:
        """Return what waits, and have nothing wait."""
        frame, self.frame, self.is_late = self.frame, b"", False
        return frame

    def end(self) -> None:
        """Have the stream end."""
        if not self.is_gone:
            self.is_gone = True
            self._wake()

    def _wake(self) -> None:
        """Something waits to be written, or nothing will be any more."""
        raise NotImplementedError


class Keeper(Protocol):
    """What a stream knows of its hub."""

    def close(self, stream: Stream) -> None:
        """Forget a stream."""


class AskedStream(Stream):
    """A stream whose writer asks for what comes next, as the body of a response of Django's is asked."""

    __slots__ = ("wake", "writer")

    def __init__(self, channel: str, seen: int, epoch: int, lifetime: float) -> None:
        """Nobody writes yet."""
        super().__init__(channel, seen, epoch, lifetime)
        self.wake: asyncio.Future[None] | None = None
        self.writer: asyncio.Task[Any] | None = None

    async def next(self) -> bytes:
        """Wait for what is to be written next; b"" means that the stream is over."""
        if not self.frame and not self.is_gone:
            self.writer = asyncio.current_task()
            self.wake = asyncio.get_running_loop().create_future()
            try:
                await self.wake
            finally:
                self.wake = None
        frame = self.take()
        return b"" if self.is_gone else frame

    def _wake(self) -> None:
        if self.wake is not None:
            if not self.wake.done():
                self.wake.set_result(None)
        elif self.is_stuck and self.writer is not None:
            self.writer.cancel()  # it waits for the browser, and would for ever


class SentStream(Stream):
    """A stream that writes by itself. While nothing is to be said, only its holder waits, for the browser to leave.

    That is one coroutine and one task for each open page, instead of two and a future: a quarter of the memory.
    """

    __slots__ = ("holder", "hub", "send", "writer")

    def __init__(self, channel: str, seen: int, epoch: int, lifetime: float, hub: Keeper) -> None:
        """Nobody holds it yet; ``hub`` forgets it when nobody does any more."""
        super().__init__(channel, seen, epoch, lifetime)
        self.hub = hub
        self.holder: asyncio.Task[Any] | None = None
        self.send: Send | None = None
        self.writer: asyncio.Task[None] | None = None

    async def hold(self, receive: Receive, send: Send) -> None:
        """Write what comes, until the browser leaves or the stream is to end."""
        self.holder, self.send = asyncio.current_task(), send
        if self.frame or self.is_gone:
            self._wake()
        try:
            while (await receive())["type"] != "http.disconnect":
                pass
        except asyncio.CancelledError:
            if not self.is_gone or self.holder is None:
                raise
            self.holder.uncancel()
            await self._finish(send)
        finally:
            self.holder = self.send = None
            if self.writer is not None:
                self.writer.cancel()
            self.hub.close(self)

    async def _finish(self, send: Send) -> None:
        if self.writer is not None:
            await asyncio.wait([self.writer], timeout=0 if self.is_stuck else LAST_WORD)
        if self.writer is None:
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        else:
            abort(send)
            await asyncio.sleep(0.01)  # for the server to notice

    def _wake(self) -> None:
        if self.send is None or self.holder is None:
            return
        if self.is_gone:
            self.holder.cancel()
        elif self.writer is None:
            self.writer = asyncio.get_running_loop().create_task(self._write(self.send))

    async def _write(self, send: Send) -> None:
        try:
            while self.frame:
                await send({"type": "http.response.body", "body": self.take(), "more_body": True})
        except OSError:
            self.end()  # the browser has gone: some servers say so by an error
        finally:
            self.writer = None


def abort(send: Send) -> None:
    """Cut a connection whose browser takes nothing: to close it would be to wait for that browser.

    ASGI has no word for it. uvicorn's ``send`` is a method of what has the transport; other servers' connections
    end when the system finds nobody at the other side.
    """
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is not None:
        transport.abort()
