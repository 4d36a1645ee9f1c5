"""A browser that takes nothing more: what waits for it does not grow, and after a while it is cut off."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
from django.core.asgi import get_asgi_application

from order_status_plugin.access.links import channel_of, link_for
from order_status_plugin.live import hub as hubs
from order_status_plugin.live.asgi import wrap
from order_status_plugin.live.hub import get_hub
from order_status_plugin.live.stream import AskedStream
from order_status_plugin.tracking.models import Order

from .fakes import FAKE

ORDER = Order(locator="A" * 16, link_version=1)
CHANNEL = channel_of(ORDER.locator, ORDER.link_version)
APPLICATIONS = {"wrapped": wrap(get_asgi_application()), "plain": get_asgi_application()}


@pytest.fixture(autouse=True)
def _quick(settings: Any) -> None:
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, **FAKE, "LIVE_HEARTBEAT_SECONDS": 0.1}
    settings.MIDDLEWARE = []


@asynccontextmanager
async def server(application: str) -> AsyncIterator[int]:
    """Run uvicorn on this loop, with little room for what a browser does not take."""
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    config = uvicorn.Config(APPLICATIONS[application], lifespan="off", log_config=None, timeout_graceful_shutdown=1)
    running = uvicorn.Server(config)
    running.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    task = asyncio.create_task(running.serve(sockets=[listening]))
    try:
        yield listening.getsockname()[1]
    finally:
        running.should_exit = True
        await task


async def opened(port: int) -> socket.socket:
    """Open a stream as a browser with little room, and read no more than its beginning."""
    browser = socket.socket()
    browser.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    browser.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(browser, ("127.0.0.1", port))
    request = f"GET /orders/{link_for(ORDER)}/live/?v=1 HTTP/1.1\r\nHost: testserver\r\n\r\n"
    await loop.sock_sendall(browser, request.encode())
    async with asyncio.timeout(20):
        assert b" 200 " in await loop.sock_recv(browser, 64)
    await until(lambda: CHANNEL in get_hub().channels)
    return browser


async def until(truth: Callable[[], object], within: float = 5.0) -> None:
    async with asyncio.timeout(within):
        while not truth():  # noqa: ASYNC110 - nothing says so
            await asyncio.sleep(0.01)


async def until_stuck() -> int:
    """Publish until a frame is not taken any more; return the version."""
    (stream,) = get_hub().channels[CHANNEL]
    for version in range(2, 200_000):
        get_hub().publish(CHANNEL, version)
        for _ in range(20):
            if not stream.frame:
                break
            await asyncio.sleep(0)
        else:
            await asyncio.sleep(0.02)
            if stream.frame:
                return version
    raise AssertionError("it took everything")


@pytest.mark.parametrize("application", ["wrapped", "plain"])
def test_a_browser_that_takes_nothing_is_cut_off(application: str, caplog: pytest.LogCaptureFixture) -> None:
    async def test() -> None:
        async with server(application) as port:
            browser = await opened(port)
            try:
                version = await until_stuck()
                (stream,) = get_hub().channels[CHANNEL]
                for later in range(version + 1, version + 100):
                    get_hub().publish(CHANNEL, later)
                assert stream.frame == b"id: %d\nevent: changed\ndata: %d\n\n" % (later, later), "the newest one waits"
                await until(lambda: not hubs._hubs, within=5)
                if application == "wrapped":
                    await is_cut(browser)
            finally:
                browser.close()

    with caplog.at_level(logging.ERROR):
        asyncio.run(test())
    if application == "wrapped":
        assert not caplog.records


async def is_cut(browser: socket.socket) -> None:
    """Read what was on its way, and find the connection broken instead of ended in good order."""

    async def read() -> bytes:
        seen = b""
        while data := await asyncio.get_running_loop().sock_recv(browser, 65536):
            seen += data
        return seen

    assert not (await asyncio.wait_for(read(), 5)).endswith(b"0\r\n\r\n")


def test_one_that_takes_its_time_is_not_cut_off(settings: Any) -> None:
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "LIVE_HEARTBEAT_SECONDS": 0.5}

    async def test() -> None:
        async with server("wrapped") as port:
            browser, seen = await opened(port), b""
            try:
                version = await until_stuck()
                get_hub().publish(CHANNEL, version + 1)
                await asyncio.sleep(0.5)  # a beat
                async with asyncio.timeout(5):
                    while b"data: %d\n" % (version + 1) not in seen:
                        data = await asyncio.get_running_loop().sock_recv(browser, 65536)
                        assert data, "it was cut off"
                        seen += data
                await asyncio.sleep(1.25)  # two more
                assert get_hub().count == 1
            finally:
                browser.close()
            await until(lambda: not hubs._hubs)

    asyncio.run(test())


def test_a_drain_does_not_wait_for_a_browser_that_takes_nothing() -> None:
    async def test() -> None:
        async with server("wrapped") as port:
            browser = await opened(port)
            try:
                await until_stuck()
                get_hub().drain()
                await until(lambda: not hubs._hubs, within=3)
            finally:
                browser.close()

    asyncio.run(test())


def test_what_waits_for_two_beats_is_stuck() -> None:
    stream = AskedStream("channel", 1, 0, 60)
    stream.tell(2, b"two")
    stream.beat()
    assert not stream.is_gone
    assert stream.take() == b"two"
    stream.tell(3, b"three")
    stream.beat()
    stream.beat()
    assert (stream.is_gone, stream.is_stuck) == (True, True)
