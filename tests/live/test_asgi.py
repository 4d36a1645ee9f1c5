from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import pytest
from django.test import override_settings
from django.urls import path

from order_status_plugin.access.links import channel_of, link_for, read_link
from order_status_plugin.live import hub as hubs
from order_status_plugin.live.asgi import wrap
from order_status_plugin.live.hub import get_hub
from order_status_plugin.tracking.models import Order

from .fakes import FAKE, Client

LOCATOR = "AAAAAAAAAAAAAAAA"
CHANNEL = channel_of(LOCATOR, 1)

#: For a project that does not include our addresses.
urlpatterns = [path("elsewhere/", lambda request: None)]


@pytest.fixture(autouse=True)
def _fake_broker(settings: Any) -> None:
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, **FAKE}


async def django(scope: Any, receive: Any, send: Any) -> None:
    """Stands for the shop: says what it was asked."""
    if scope["type"] == "lifespan":
        await send({"type": "lifespan.startup.complete", "status": 0, "body": b""})
        return
    await send({"type": "http.response.start", "status": 299, "headers": []})
    await send({"type": "http.response.body", "body": scope["path"].encode()})


app = wrap(django)


def link() -> str:
    return link_for(Order(locator=LOCATOR, link_version=1))


def live(token: str = "") -> str:
    return f"/orders/{token or link()}/live/"


def run(test: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    async def guarded() -> Any:
        result = await test()
        await asyncio.sleep(0)
        assert not hubs._hubs, "a stream was left open"
        return result

    return asyncio.run(guarded())


def ask(where: str, **scope: Any) -> Client:
    async def once() -> Client:
        return await Client(app, where, **scope).whole()

    return run(once)


def test_a_stream_opens_hears_and_ends_with_its_browser() -> None:
    async def test() -> None:
        client = Client(app, live(), query_string=b"v=4")
        await client.until(lambda: client.body)
        assert (client.status, client.body) == (200, b"retry: 3000\n\n")
        get_hub().publish(CHANNEL, 4)
        get_hub().publish(CHANNEL, 5)
        await client.until(lambda: b"data" in client.body)
        assert client.body == b"retry: 3000\n\nid: 5\nevent: changed\ndata: 5\n\n"
        await client.leave()

    run(test)


def test_its_headers_keep_proxies_caches_and_robots_away() -> None:
    async def test() -> Client:
        client = Client(app, live())
        await client.until(lambda: client.body)
        await client.leave()
        return client

    headers = run(test).headers
    assert headers["content-type"].startswith("text/event-stream")
    assert {"no-store", "no-transform", "private"} <= set(headers["cache-control"].split(", "))
    assert headers["x-accel-buffering"] == "no"
    assert headers["x-robots-tag"] == "noindex, nofollow, noarchive"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "default-src 'self'" in headers["content-security-policy"]


def test_last_event_id_counts_where_it_is_newer_than_the_page() -> None:
    async def test() -> tuple[bytes, bytes]:
        keeper = get_hub().open("other", 0)
        get_hub().publish(CHANNEL, 6)
        bodies = []
        for said in ("5", "6"):
            client = Client(app, live(), query_string=b"v=2", headers={"last-event-id": said})
            await client.until(lambda: client.body)  # noqa: B023
            await asyncio.sleep(0.05)
            await client.leave()
            bodies.append(client.body)
        get_hub().close(keeper)
        return bodies[0], bodies[1]

    behind, level = run(test)
    assert b"data: 6" in behind
    assert b"data" not in level


def test_a_link_with_a_wrong_signature_is_404_without_a_query() -> None:
    # No mark for the database: any query would fail this test.
    token = link()
    wrong = token[:-3] + ("AAA" if token[-3:] != "AAA" else "BBB")
    assert read_link(wrong) is None
    answer = ask(live(wrong))
    assert answer.status == 404
    assert answer.headers["cache-control"] == "no-store, private"
    assert answer.headers["x-robots-tag"] == "noindex, nofollow, noarchive"
    assert answer.body


def test_a_host_that_is_not_ours_is_400() -> None:
    with override_settings(ALLOWED_HOSTS=["shop.example"]):
        assert ask(live(), headers={"host": "evil.example"}).status == 400
        assert ask(live(), headers={"host": "not a host"}).status == 400
        assert ask(live("x" * 43), headers={"host": "shop.example:8000"}).status == 404
        forwarded = {"host": "10.0.0.1", "x-forwarded-host": "shop.example"}
        assert ask(live("x" * 43), headers=forwarded).status == 400
        with override_settings(USE_X_FORWARDED_HOST=True):
            assert ask(live("x" * 43), headers=forwarded).status == 404


def test_a_developer_without_allowed_hosts_gets_localhost_only() -> None:
    with override_settings(ALLOWED_HOSTS=[], DEBUG=True):
        assert ask(live("x" * 43), headers={"host": "shop.localhost"}).status == 404
        assert ask(live("x" * 43), headers={"host": "shop.example"}).status == 400


def test_a_request_without_host_is_judged_by_the_server() -> None:
    with override_settings(ALLOWED_HOSTS=["127.0.0.1"]):
        assert ask(live("x" * 43)).status == 400  # "testserver"
        client_scope = {"headers": {}, "server": ("127.0.0.1", 80)}

        async def test() -> Client:
            client = Client(app, live("x" * 43), **client_scope)
            client.scope["headers"] = []
            return await client.whole()

        assert run(test).status == 404


def test_only_get_and_head_are_answered() -> None:
    answer = ask(live(), method="POST")
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")
    assert answer.headers["referrer-policy"] == "same-origin"
    head = ask(live(), method="HEAD")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["content-type"].startswith("text/event-stream")
    refused = ask(live("x" * 43), method="HEAD")
    assert (refused.status, refused.body) == (404, b"")


@pytest.mark.parametrize(
    "where",
    ["/", "/orders/", "/orders/hooks/live/", "/orders/claim/live/", "/orders/" + "x" * 43 + "/", "/a/live/"],
)
def test_every_other_address_goes_to_django_untouched(where: str) -> None:
    answer = ask(where)
    assert (answer.status, answer.body) == (299, where.encode())


def test_lifespan_goes_to_django() -> None:
    seen: list[str] = []

    async def inner(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["type"])

    asyncio.run(_call(wrap(inner), {"type": "lifespan"}))
    assert seen == ["lifespan"]


async def _call(application: Callable[..., Awaitable[None]], scope: Any) -> None:
    await application(scope, None, None)


def test_a_proxy_may_mount_the_shop_below_a_prefix() -> None:
    async def test() -> None:
        client = Client(app, "/shop" + live(), root_path="/shop")
        await client.until(lambda: client.body)
        assert client.body == b"retry: 3000\n\n"
        await client.leave()
        elsewhere = await Client(app, "/shop" + live()).whole()
        assert elsewhere.status == 299

    run(test)


def test_a_project_without_our_addresses_has_no_streams() -> None:
    with override_settings(ROOT_URLCONF=__name__):
        assert ask(live()).status == 299


def test_one_stream_too_many_is_asked_to_come_back(settings: Any) -> None:
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "LIVE_MAX_STREAMS": 0}
    answer = ask(live())
    assert (answer.status, answer.headers["retry-after"]) == (503, "30")


def test_a_browser_that_is_gone_already_leaves_nothing() -> None:
    async def test() -> None:
        client = Client(app, live())
        await client.until(lambda: client.body)

        async def broken(message: Any) -> None:
            raise OSError("gone")

        client._send = broken  # type: ignore[method-assign]
        await client.leave()

        async def refuse(message: Any) -> None:
            raise OSError("gone")

        await app(client.scope, client._incoming.get, refuse)

    run(test)


def test_one_address_has_so_many_streams_and_gets_them_back(settings: Any) -> None:
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "LIVE_MAX_STREAMS_ADDRESS": 1}

    async def test() -> None:
        one, other = {"client": ("93.184.216.34", 1)}, {"client": ("2606:2800:220:1::1", 1)}
        for _ in range(2):
            first, second = Client(app, live(), **one), Client(app, live(), **other)
            await first.until(lambda: first.body)  # noqa: B023
            await second.until(lambda: second.body)  # noqa: B023
            assert (await Client(app, live(), **one).whole()).status == 503
            neighbour = await Client(app, live(), client=("2606:2800:220:1:ffff::2", 1)).whole()
            assert neighbour.status == 503, "an IPv6 /64 is one visitor"
            await first.leave()
            await second.leave()

    run(test)


def test_an_address_that_may_be_a_proxys_is_not_counted(settings: Any) -> None:
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "LIVE_MAX_STREAMS_ADDRESS": 1}

    async def test() -> None:
        for peer in ("10.0.0.7", "127.0.0.1", ""):
            clients = [Client(app, live(), client=(peer, 1), headers={"x-forwarded-for": "8.8.8.8"}) for _ in range(3)]
            for client in clients:
                await client.until(lambda: client.body)  # noqa: B023
                await asyncio.sleep(0)
            for client in clients:
                assert client.status == 200
                await client.leave()

    run(test)


def test_what_a_browser_said_of_itself_is_not_kept() -> None:
    async def test() -> None:
        client = Client(app, live(), headers={"user-agent": "x" * 500, "cookie": "y" * 500})
        await client.until(lambda: client.body)
        assert client.scope["headers"] == []
        await client.leave()

    run(test)
