"""One open stream: what waits to be written to one browser."""

from __future__ import annotations

import asyncio
import time

#: The first bytes: come back after three seconds when the stream breaks.
HELLO = b"retry: 3000\n\n"
BEAT = b": k\n\n"


def frame_of(version: int) -> bytes:
    """Return the event that says: the page has this version now."""
    return b"id: %d\nevent: changed\ndata: %d\n\n" % (version, version)


def content_frame_of(epoch: int) -> bytes:
    """Return the event that says: editors have published something, the content is of this epoch now."""
    return b"event: content\ndata: %d\n\n" % epoch


class Stream:
    """At most one frame waits. A newer version replaces an older one: the browser reads the page again anyway."""

    __slots__ = ("channel", "ends_at", "epoch", "frame", "is_gone", "seen", "wake")

    def __init__(self, channel: str, seen: int, epoch: int, lifetime: float) -> None:
        """``seen`` and ``epoch`` are what the browser shows; the stream ends itself after ``lifetime`` seconds."""
        self.channel = channel
        self.seen = seen
        self.epoch = epoch
        self.frame = b""
        self.wake: asyncio.Future[None] | None = None
        self.is_gone = False
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
        """Have a sign of life written, unless something else will be."""
        if not self.frame:
            self.frame = BEAT
            self._wake()

    def end(self) -> None:
        """Have the stream end."""
        self.is_gone = True
        self._wake()

    async def next(self) -> bytes:
        """Wait for what is to be written next; b"" means that the stream is over."""
        if not self.frame and not self.is_gone:
            self.wake = asyncio.get_running_loop().create_future()
            try:
                await self.wake
            finally:
                self.wake = None
        frame, self.frame = self.frame, b""
        return b"" if self.is_gone else frame

    def _wake(self) -> None:
        if self.wake is not None and not self.wake.done():
            self.wake.set_result(None)
