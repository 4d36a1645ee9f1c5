"""A mail server that takes everything: run as a module it prints its port, and at the end of its input what it took."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable

#: Is called with the bytes of each message and the sender's HELO before it is accepted; returns whether it is.
Take = Callable[[bytes, str], bool]


class Session(asyncio.Protocol):
    """One connection; as much of RFC 5321 as smtplib speaks."""

    def __init__(self, take: Take) -> None:
        self.take = take
        self.buffer = bytearray()
        self.is_data = False
        self.helo = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._say(b"220 sink")

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while self._one():
            pass

    def _one(self) -> bool:
        end = b"\r\n.\r\n" if self.is_data else b"\r\n"
        at = self.buffer.find(end)
        if at < 0:
            return False
        said = bytes(self.buffer[:at])
        del self.buffer[: at + len(end)]
        if self.is_data:
            self.is_data = False
            self._say(b"250 taken" if self.take(said, self.helo) else b"451 later")
            return True
        verb = said[:4].upper()
        if verb == b"DATA":
            self.is_data = True
            self._say(b"354 go on")
        elif verb == b"QUIT":
            self._say(b"221 bye")
            self.transport.close()
        elif verb in {b"EHLO", b"HELO"}:
            self.helo = said[5:].decode("ascii", "replace")
            self._say(b"250 sink")
        else:
            self._say(b"250 ok")
        return True

    def _say(self, line: bytes) -> None:
        self.transport.write(line + b"\r\n")


async def serve() -> None:
    """Count what comes until the input ends."""
    taken = 0

    def take(_message: bytes, _helo: str) -> bool:
        nonlocal taken
        taken += 1
        return True

    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Session(take), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201
    await loop.run_in_executor(None, sys.stdin.read)
    print(taken, flush=True)  # noqa: T201


if __name__ == "__main__":
    asyncio.run(serve())
