"""Real uvicorn, a database file, and changes that another process commits."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack

import pytest

from .conftest import Server, Shop, live


@pytest.fixture(params=["wrapped", "plain"])
def server(request: pytest.FixtureRequest) -> Server:
    return request.getfixturevalue(request.param)  # type: ignore[no-any-return]


def empty(server: Server, within: float = 5.0) -> bool:
    end = time.monotonic() + within
    while server.facts()["streams"] and time.monotonic() < end:
        time.sleep(0.1)
    return not server.facts()["streams"]


def test_a_change_of_another_process_is_heard_within_one_and_a_half_seconds(server: Server, shop: Shop) -> None:
    order, other = shop.order(), shop.order()
    with server.ask(live(order)) as stream, server.ask(live(other)) as silent:
        stream.until(b"retry: 3000")
        for _ in range(3):
            shop.change(order)
            assert stream.until(b"id: %d\nevent: changed\ndata: %d\n\n" % (order.version, order.version)) < 1.5
        silent.quiet(0.2)
    assert b"changed" not in silent.data
    assert b"gzip" not in stream.data.lower()
    assert empty(server)


def test_a_commit_that_comes_late_is_heard(server: Server, shop: Shop) -> None:
    early, late = shop.order(), shop.order()
    with server.ask(live(early)) as first, server.ask(live(late)) as second:
        shop.change(early)
        first.until(b"data: 2")
        shop.change(late, seconds_ago=20)
        assert second.until(b"data: 2") < 1.5


def test_a_page_rendered_before_the_change_hears_of_it_at_once(server: Server, shop: Shop) -> None:
    order = shop.order()
    shop.change(order)
    with server.ask(live(order, version=1)) as stream:
        assert stream.until(b"data: 2") < 1.5
    with server.ask(live(order, version=1), "Last-Event-ID: 2") as stream:
        stream.quiet(1.3)
    assert b"retry" in stream.data
    assert b"changed" not in stream.data


def test_a_wrong_link_is_404_with_our_headers(server: Server) -> None:
    with server.ask(f"/orders/{'x' * 43}/live/", "Connection: close") as answer:
        answer.until(b"\r\n\r\n")
    assert b" 404 " in answer.data
    assert b"noindex, nofollow, noarchive" in answer.data
    assert b"no-store, private" in answer.data


def test_fifty_streams_keep_no_threads_and_no_connections(server: Server, shop: Shop) -> None:
    order = shop.order()
    before = server.facts()
    with ExitStack() as stack:
        streams = [stack.enter_context(server.ask(live(order))) for _ in range(50)]
        for stream in streams:
            stream.until(b"retry: 3000")
        time.sleep(1.5)  # a look at the database later
        during = server.facts()
        shop.change(order)
        for stream in streams:
            stream.until(b"data: 2")
    assert during["streams"] == 50
    assert during["threads"] - before["threads"] < 8
    assert during["database_files"] - before["database_files"] < 4
    assert empty(server)


def test_after_the_last_stream_the_look_at_the_database_ends(wrapped: Server, shop: Shop) -> None:
    with wrapped.ask(live(shop.order())) as stream:
        stream.until(b"retry: 3000")
        time.sleep(0.3)
        assert wrapped.facts()["lookers"] == 1
    assert empty(wrapped)
    time.sleep(0.5)
    assert (wrapped.facts()["lookers"], wrapped.facts()["database_files"]) == (0, 0)


@pytest.mark.parametrize("application", ["wrapped", "plain"])
def test_sigterm_ends_a_server_with_open_streams_and_browsers_come_back(
    application: str, serve: Callable[..., Server], shop: Shop
) -> None:
    server, order = serve(application), shop.order()
    with server.ask(live(order)) as stream, server.ask(live(order)) as another:
        stream.until(b"retry: 3000")
        another.until(b"retry: 3000")
        assert server.stop() < 3
        stream.quiet(1)
        assert stream.is_closed
    shop.change(order)
    again = serve(application, server.port)
    with again.ask(live(order, version=1)) as stream:
        stream.until(b"data: 2", within=3)
