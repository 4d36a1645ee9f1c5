"""The open pages: thousands of streams in one process of its own, which is told what to do on stdin, a line of JSON each."""

from __future__ import annotations

import asyncio
import base64
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast

#: Streams that are being opened at once.
AT_ONCE = 100
#: How long one may take to open, and an event to come.
PATIENCE = 30.0


def more_files() -> None:
    """Let this process hold as many connections as the system lets it."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


class Listeners:
    """The controls of that process."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        """Take over a process that was started."""
        self.process = process

    def _do(self, **what: Any) -> Any:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(what).encode() + b"\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline() or '{"error": "The listeners have gone."}')
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["value"]

    def open(self, port: int, paths: Sequence[str]) -> float:
        """Open one stream more for each path; return the seconds until the last has its first bytes."""
        return float(self._do(do="open", port=port, paths=list(paths)))

    def close(self) -> None:
        """Close all streams."""
        self._do(do="close")

    def publish(self, url: str, topic: str, messages: Sequence[tuple[int, str]], rate: float) -> list[float]:
        """Publish into Redis, so many a second; return after how many seconds each was heard on its stream."""
        return list(self._do(do="publish", url=url, topic=topic, messages=list(messages), rate=rate))

    def post(self, port: int, requests: Sequence[tuple[int, bytes]], rate: float) -> list[tuple[float, float]]:
        """Post to the server, so many a second; return the moment of each post, and that of its event."""
        told = [(number, base64.b64encode(request).decode()) for number, request in requests]
        return [(a, b) for a, b in self._do(do="post", port=port, requests=told, rate=rate)]


@contextmanager
def listeners() -> Iterator[Listeners]:
    """Start the process, where this one is pinned, and end it."""
    command = [sys.executable, "-m", "bench.listeners"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, preexec_fn=more_files)
    try:
        yield Listeners(process)
    finally:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe:
                pipe.close()


class _Stream(asyncio.Protocol):
    def __init__(self, request: bytes) -> None:
        loop = asyncio.get_running_loop()
        self.request = request
        self.opened: asyncio.Future[None] = loop.create_future()
        self.heard: asyncio.Future[float] = loop.create_future()
        self.data = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's are of another class
        self.transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        now = time.monotonic()
        if not self.opened.done():
            self.data += data
            if b"retry:" in self.data or b"stream-open" in self.data:
                self.opened.set_result(None)
                self.data = b""
            elif b" 200 " not in self.data[:20]:
                self.opened.set_exception(RuntimeError(f"a stream was answered {self.data[:200]!r}"))
        elif b"event: changed" in data and not self.heard.done():
            self.heard.set_result(now)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.opened.done():
            self.opened.set_exception(RuntimeError(f"a stream was closed before it opened: {exc}"))
        if not self.heard.done():
            self.heard.cancel()


class _Process:
    def __init__(self) -> None:
        self.streams: list[_Stream] = []

    async def open(self, port: int, paths: list[str]) -> float:
        began, gate = time.monotonic(), asyncio.Semaphore(AT_ONCE)
        loop = asyncio.get_running_loop()

        async def one(path: str) -> _Stream:
            request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: text/event-stream\r\n\r\n".encode()
            async with gate:
                _transport, stream = await loop.create_connection(lambda: _Stream(request), "127.0.0.1", port)
                await asyncio.wait_for(stream.opened, PATIENCE)
            return stream

        self.streams += await asyncio.gather(*(one(path) for path in paths))
        return time.monotonic() - began

    async def close(self) -> None:
        for stream in self.streams:
            stream.transport.close()
        self.streams.clear()
        await asyncio.sleep(1)

    async def publish(self, url: str, topic: str, messages: list[list[Any]], rate: float) -> list[float]:
        from redis.asyncio import Redis

        async with Redis.from_url(url) as client:
            await client.ping()
            done = []
            start = time.monotonic() + 0.1
            for count, (number, text) in enumerate(messages):
                await asyncio.sleep(max(0.0, start + count / rate - time.monotonic()))
                heard = self.streams[number].heard = asyncio.get_running_loop().create_future()
                done.append((time.monotonic(), heard))
                await client.publish(topic, text)
            return [await asyncio.wait_for(heard, PATIENCE) - began for began, heard in done]

    async def post(self, port: int, requests: list[list[Any]], rate: float) -> list[tuple[float, float]]:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        done = []
        start = time.monotonic() + 0.1
        for count, (number, request) in enumerate(requests):
            await asyncio.sleep(max(0.0, start + count / rate - time.monotonic()))
            heard = self.streams[number].heard = asyncio.get_running_loop().create_future()
            done.append((time.monotonic(), heard))
            writer.write(base64.b64decode(request))
            head = await reader.readuntil(b"\r\n\r\n")
            if b" 200 " not in head.splitlines()[0]:
                raise RuntimeError(f"a webhook was answered {head!r}")
            (length,) = [line for line in head.lower().splitlines() if line.startswith(b"content-length:")]
            await reader.readexactly(int(length.split(b":")[1]))
        writer.close()
        return [(began, await asyncio.wait_for(heard, PATIENCE)) for began, heard in done]


async def _serve() -> None:
    process = _Process()
    while line := await asyncio.to_thread(sys.stdin.readline):
        said = json.loads(line)
        try:
            answer = {"value": await getattr(process, said.pop("do"))(**said)}
        except Exception as error:  # noqa: BLE001 - told to who asked
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    import uvloop

    uvloop.run(_serve())
