"""The servers that the manual names, started as it says: many streams, a change of another process, SIGTERM."""

from __future__ import annotations

import importlib.util
import re
import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from .conftest import CHECKOUT, Server, Shop, live

MANUAL = CHECKOUT / "docs" / "servers.md"
#: By server, the words after its name; without the block in which gunicorn has the pages.
RECIPES = {
    name: shlex.split(rest)
    for block in re.findall(r"```sh\n(.*?)```", MANUAL.read_text(), re.DOTALL)
    if "gunicorn" not in block
    for name, rest in re.findall(r"^(\w+) (.*)$", block, re.MULTILINE)
}
#: How many streams each is asked to hold: more than granian's own limit, and fewer where opening them takes long.
STREAMS = {"uvicorn": 1_500, "granian": 1_500, "hypercorn": 300, "daphne": 300}


def test_each_server_of_the_table_has_its_command() -> None:
    table = " ".join(re.findall(r"^\| (.*?) \|", MANUAL.read_text(), re.MULTILINE))
    assert set(RECIPES) == set(STREAMS)
    assert all(name in table for name in RECIPES)


@pytest.fixture(params=sorted(RECIPES))
def name(request: pytest.FixtureRequest) -> str:
    if importlib.util.find_spec(request.param) is None:
        pytest.skip(f"no {request.param} here; the group dev brings it")
    return str(request.param)


@pytest.fixture
def server(name: str, serve: Callable[..., Server]) -> Iterator[Server]:
    words = [re.sub(r"\b8000\b", "{port}", word) for word in RECIPES[name]]
    words[words.index("shop.asgi:application")] = "tests.live.site:wrapped"
    running = serve("", command=[str(Path(sys.executable).parent / name), *words])
    yield running
    running.stop()


@pytest.mark.full
def test_a_server_as_the_manual_starts_it_holds_streams_and_ends(name: str, server: Server, shop: Shop) -> None:
    order = shop.order()
    with server.ask(live(order)) as stream:  # the first one loads the URLconf
        stream.until(b"retry: 3000", within=30)
    before = server.facts()
    with ExitStack() as stack:
        streams = [stack.enter_context(server.ask(live(order))) for _ in range(STREAMS[name])]
        for stream in streams:
            stream.until(b"retry: 3000", within=30)
        during = server.facts()  # a page behind all of them
        shop.change(order)
        for stream in streams:
            stream.until(b"data: 2", within=30)
        assert server.stop() < 14, "it was killed"
    assert during["streams"] >= STREAMS[name]
    assert during["threads"] - before["threads"] < 8
