"""Pages that customers have open: each hears of its order by a stream, and only then reads itself again, as ``live.js`` does."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlsplit

from .ledger import HEADLINES, Ledger

#: Seconds after which a stream that broke is opened anew, a page that could not be read is read again, and one that is older
#: than what was heard.
REOPEN, AGAIN, LAGGING = 3.0, 5.0, 1.0
#: Chromium asks after 45 seconds of silence whether the other side is there: a server that is killed while a cable is out
#: cannot say that it is gone.
PROBES = (
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 45),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 45),
)


@dataclass(frozen=True)
class Shown:
    """What an order's page shows."""

    headline: str
    version: int


class OpenPages:
    """Keeps the page of each order open until it shows that it was delivered. ``read`` returns None where it cannot."""

    def __init__(self, ledger: Ledger, address: tuple[str, int], read: Callable[[str], Shown | None]) -> None:
        self.ledger, self.address, self.read = ledger, address, read
        #: The loop itself holds its tasks by weak references alone.
        self.kept: list[Future[None]] = []
        self.readers = ThreadPoolExecutor(24, "reader")
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, name="open pages", daemon=True)
        self.thread.start()

    def open(self, number: str, link: str) -> None:
        """Open the page of an order, from any thread."""
        self.kept.append(asyncio.run_coroutine_threadsafe(self._keep(number, urlsplit(link).path), self.loop))

    def end(self) -> None:
        """Close them all."""

        async def cancel() -> None:
            tasks = asyncio.all_tasks() - {asyncio.current_task()}
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(cancel(), self.loop).result(10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        self.loop.close()
        self.readers.shutdown(cancel_futures=True)

    async def _keep(self, number: str, path: str) -> None:
        shown = await self._show(number, path, again=LAGGING)  # there is no page before the order was applied
        is_first = True
        while shown.headline != HEADLINES[-1]:
            with contextlib.suppress(OSError):
                shown = await self._listen(number, path, shown, is_first=is_first)
            is_first = False
            await asyncio.sleep(REOPEN)

    async def _listen(self, number: str, path: str, shown: Shown, *, is_first: bool) -> Shown:
        """Read the stream until it breaks, or nothing more is to come; return what the page shows then."""
        reader, writer = await asyncio.open_connection(*self.address)
        connection = writer.get_extra_info("socket")
        for level, option, value in PROBES:
            connection.setsockopt(level, option, value)
        try:
            writer.write(f"GET {path}live/?v={shown.version} HTTP/1.1\r\nHost: shop.example\r\n\r\n".encode())
            if b" 200 " not in await reader.readline():
                return shown
            while (await reader.readline()).strip():
                pass
            if not is_first:  # something may have been missed
                shown = await self._show(number, path)
            while shown.headline != HEADLINES[-1] and (line := await reader.readline()):
                if line.startswith(b"id: ") and int(line[4:]) > shown.version:
                    shown = await self._show(number, path, int(line[4:]))
        finally:
            writer.close()
        return shown

    async def _show(self, number: str, path: str, version: int = 0, again: float = AGAIN) -> Shown:
        """Read the page again, until it is of this version."""
        while True:
            shown = await self.loop.run_in_executor(self.readers, self.read, path)
            if shown:
                self.ledger.hears(number, shown.headline)
                if shown.version >= version:
                    return shown
            await asyncio.sleep(LAGGING if shown else again)
