"""The visitors: a few connections that are kept open and ask for one page again and again."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from statistics import median
from typing import BinaryIO

CONNECTIONS = 4


@dataclass(frozen=True)
class Page:
    """What to ask for, and what a right answer looks like."""

    name: str
    path: str
    marker: str  # stands in the body; a login form or an error page does not have it
    cookie: str = ""

    def request(self, port: int) -> bytes:
        """Return the request as it goes over the wire."""
        lines = [f"GET {self.path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Accept: text/html", "Accept-Language: en"]
        lines += [f"Cookie: {self.cookie}"] * bool(self.cookie)
        return "\r\n".join([*lines, "", ""]).encode()


def fetch(port: int, page: Page) -> tuple[int, str]:
    """Return status and body of one request."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", page.path, headers={"Cookie": page.cookie, "Accept-Language": "en"})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


@dataclass(frozen=True)
class Latency:
    """How long answers took, in milliseconds."""

    median: float
    p99: float


def latency(port: int, page: Page, times: int) -> Latency:
    """Return what so many requests took, one after the other over one connection."""
    request, taken = page.request(port), []
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        reader = connection.makefile("rb")
        for _ in range(times):
            began = time.perf_counter()
            connection.sendall(request)
            answer(reader)
            taken.append(time.perf_counter() - began)
    return Latency(median(taken) * 1000, sorted(taken)[len(taken) * 99 // 100] * 1000)


def ask(port: int, page: Page, times: int) -> None:
    """Ask ``times`` times from a process of its own, so that the visitors' work is not the server's."""
    command = [sys.executable, "-m", "bench.load", str(port), str(times), page.path, page.marker, page.cookie]
    subprocess.run(command, check=True)


def answer(reader: BinaryIO) -> tuple[bytes, bytes]:
    """Return status line and body of the next answer."""
    status = reader.readline()
    length = 0
    while (line := reader.readline()) not in {b"\r\n", b""}:
        if line[:15].lower() == b"content-length:":
            length = int(line[15:])
    return status, reader.read(length)


def _visit(port: int, page: Page, times: int, failed: list[str]) -> None:
    request, marker = page.request(port), page.marker.encode()
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        reader = connection.makefile("rb")
        for _ in range(times):
            connection.sendall(request)
            status, body = answer(reader)
            if b" 200 " not in status or marker not in body:
                failed.append(f"{page.path} answered {status!r} and {len(body)} bytes")
                return


def main() -> None:
    """Run the visitors that the command line describes."""
    port, times, path, marker, cookie = sys.argv[1:6]
    page = Page("", path, marker, cookie)
    failed: list[str] = []
    visitors = [
        threading.Thread(target=_visit, args=(int(port), page, int(times) // CONNECTIONS, failed))
        for _ in range(CONNECTIONS)
    ]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    if failed:
        print(failed[0], file=sys.stderr)
        os._exit(1)


if __name__ == "__main__":
    main()
