"""Streams through a real nginx that nobody has told of streams."""

from __future__ import annotations

import os
import shutil
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from .conftest import Listener, Server, Shop, live

NGINX = os.environ.get("NGINX") or shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
pytestmark = pytest.mark.skipif(NGINX is None, reason="no nginx here; python tools/find_nginx.py --install")

#: It gives up on an answer of which it hears nothing for two seconds.
CONFIG = """
daemon off; pid {folder}/pid; error_log {folder}/error.log; worker_processes 1; {user}
events {{ worker_connections 512; }}
http {{
  access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  upstream shop {{ server 127.0.0.1:{upstream}; keepalive 8; }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://shop; proxy_http_version 1.1; proxy_read_timeout 2s;
      proxy_set_header Host $http_host; proxy_set_header Connection "";
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    }}
  }}
}}
"""
#: Addresses that no test network has.
ONE, OTHER = "93.184.216.34", "93.184.216.35"


@pytest.fixture(scope="module")
def shop_server(serve: Callable[..., Server], shop: Shop) -> Server:
    server = serve("wrapped", LIVE_HEARTBEAT_SECONDS=0.4, LIVE_MAX_STREAMS_ADDRESS=3, TRUSTED_PROXIES=["127.0.0.1"])
    with server.ask(live(shop.order())) as stream:  # the first one loads the URLconf
        stream.until(b"retry: 3000", within=30)
    return server


@pytest.fixture(scope="module")
def nginx(shop_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("nginx")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    user = "user root;" if os.geteuid() == 0 else ""
    config = folder / "nginx.conf"
    config.write_text(CONFIG.format(folder=folder, upstream=shop_server.port, port=port, user=user))
    running = Server([str(NGINX), "-c", str(config), "-e", str(folder / "error.log")], port, {"PATH": os.defpath})
    yield running
    running.stop()
    assert "upstream timed out" not in Path(folder / "error.log").read_text()


def emptied(server: Server, count: int = 0, within: float = 3.0) -> bool:
    end = time.monotonic() + within
    while server.facts()["streams"] != count and time.monotonic() < end:
        time.sleep(0.05)
    return bool(server.facts()["streams"] == count)


def test_what_is_said_arrives_at_once_and_signs_of_life_keep_the_stream(
    nginx: Server, shop_server: Server, shop: Shop
) -> None:
    order = shop.order()
    with shop_server.ask(live(order)) as stream:
        stream.until(b"retry: 3000")
    assert b"x-accel-buffering: no" in stream.data.lower()
    with nginx.ask(live(order)) as stream:
        assert stream.until(b"retry: 3000") < 1
        stream.quiet(2.5)  # longer than nginx waits
        assert not stream.is_closed
        assert stream.data.count(b": k") >= 3
        shop.change(order)
        assert stream.until(b"data: 2") < 1.5
    assert b"x-accel" not in stream.data.lower(), "nginx has read it"


def test_a_browser_that_leaves_is_noticed(nginx: Server, shop_server: Server, shop: Shop) -> None:
    order = shop.order()
    with nginx.ask(live(order)) as stream:
        stream.until(b"retry: 3000")
        assert emptied(shop_server, 1)
    assert emptied(shop_server)


def test_each_address_has_so_many_streams_by_the_word_of_the_proxy(
    nginx: Server, shop_server: Server, shop: Shop
) -> None:
    assert emptied(shop_server)
    path = live(shop.order())

    def ask(forwarded: str) -> Listener:
        return stack.enter_context(nginx.ask(path, f"X-Forwarded-For: {forwarded}"))

    with ExitStack() as stack:
        for number in range(3):
            # What a visitor writes into the header himself stands before what the proxy adds.
            ask(f"10.0.0.{number}, {ONE}").until(b"retry: 3000")
        refused = ask(f"192.0.2.1, {ONE}")
        refused.until(b"\r\n\r\n")
        assert b" 503 " in refused.data
        assert b"retry-after: 30" in refused.data.lower()
        ask(OTHER).until(b"retry: 3000")
    assert emptied(shop_server)
    with nginx.ask(path, f"X-Forwarded-For: {ONE}") as stream:
        stream.until(b"retry: 3000")


def test_an_address_inside_is_no_visitors(nginx: Server, shop_server: Server, shop: Shop) -> None:
    """A proxy that the setting does not name would be everybody."""
    assert emptied(shop_server)
    path = live(shop.order())
    with ExitStack() as stack:
        for _ in range(5):
            stack.enter_context(shop_server.ask(path)).until(b"retry: 3000")
    assert emptied(shop_server)
