from __future__ import annotations

import asyncio
import datetime as dt
from typing import Any

import pytest
from asgiref.sync import SyncToAsync
from django.db import DatabaseError, connection
from django.test import AsyncClient, Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from order_status_plugin.access.links import channel_of, link_for
from order_status_plugin.cms import epoch
from order_status_plugin.live import hub, views
from order_status_plugin.live import look as looks
from order_status_plugin.live.brokers import CONTENT
from order_status_plugin.live.hub import get_hub
from order_status_plugin.live.look import Look
from order_status_plugin.live.release import release_thread
from order_status_plugin.tracking.locator import locator_for
from order_status_plugin.tracking.models import Order

from .fakes import FAKE


def make_order(reference: str = "1", **values: Any) -> Order:
    now = timezone.now()
    values = {"changed_at": now, "last_activity_at": now, "locator": locator_for("shop", reference)} | values
    return Order.objects.create(host="shop", reference=reference, **values)


def path(token: str) -> str:
    return f"/orders/{token}/live/"


@pytest.mark.django_db
def test_under_wsgi_the_version_is_answered_as_json(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    order = make_order(version=7)
    with django_assert_num_queries(2):  # the order, and the epoch
        response = client.get(path(link_for(order)))
    assert response.json() == {"version": 7, "epoch": 0}
    assert "no-store" in response["Cache-Control"]
    assert response["X-Robots-Tag"] == "noindex, nofollow, noarchive"
    assert not response.cookies


@pytest.mark.django_db
def test_under_wsgi_wrong_and_revoked_links_are_404(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    order = make_order()
    token = link_for(order)
    with django_assert_num_queries(0):
        assert client.get(path("x" * 43)).status_code == 404
    Order.objects.filter(pk=order.pk).update(link_version=2)
    response = client.get(path(token))
    assert response.status_code == 404
    assert "no-store" in response["Cache-Control"]
    assert client.post(path(token)).status_code == 405


def stream_of(link: str, **headers: Any) -> Any:
    return AsyncClient().get(path(link) + "?v=1", **headers)


async def leave(content: Any) -> None:
    """End a stream as Django's handler does when the browser has gone."""
    ended = asyncio.create_task(anext(content, b"ended"))
    await asyncio.sleep(0.05)
    ended.cancel()
    await asyncio.wait([ended])


def test_under_asgi_it_streams_and_leaves_nothing(settings: Any) -> None:
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, **FAKE}
    settings.MIDDLEWARE = ["django.middleware.gzip.GZipMiddleware"]
    order = Order(locator="A" * 16, link_version=1)

    async def test() -> Any:
        response = await stream_of(link_for(order), headers={"Accept-Encoding": "gzip"})
        content = aiter(response)
        frames = [await anext(content)]
        get_hub().publish(channel_of(order.locator, 1), 2)
        frames.append(await anext(content))
        await leave(content)
        assert not hub._hubs
        return response, frames

    response, frames = asyncio.run(test())
    assert frames == [b"retry: 3000\n\n", b"id: 2\nevent: changed\ndata: 2\n\n"]
    assert response["Content-Type"].startswith("text/event-stream")
    assert response["Content-Encoding"] == "identity"
    assert response["X-Accel-Buffering"] == "no"
    assert response["Content-Security-Policy"]


def test_under_asgi_a_wrong_link_needs_no_query(settings: Any) -> None:
    settings.MIDDLEWARE = []
    response = asyncio.run(stream_of("x" * 43))
    assert response.status_code == 404
    assert "no-store" in response["Cache-Control"]


def test_under_asgi_head_opens_no_stream(settings: Any) -> None:
    settings.MIDDLEWARE = []
    link = link_for(Order(locator="A" * 16, link_version=1))
    response = asyncio.run(AsyncClient().head(path(link)))
    assert (response.status_code, response.content) == (200, b"")
    assert response["Content-Type"].startswith("text/event-stream")


@pytest.mark.parametrize("limit", ["LIVE_MAX_STREAMS", "LIVE_MAX_STREAMS_ADDRESS"])
def test_one_stream_too_many_is_refused_before_it_is_answered(limit: str, settings: Any) -> None:
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, **FAKE, limit: 1, "TRUSTED_PROXIES": ["127.0.0.1"]}
    settings.MIDDLEWARE = []
    link = link_for(Order(locator="A" * 16, link_version=1))

    async def test() -> tuple[Any, Any]:
        visitor = {"X-Forwarded-For": "203.0.113.7"}
        first = await stream_of(link, headers=visitor)
        content = aiter(first)
        await anext(content)
        refused = await stream_of(link, headers=visitor)
        await leave(content)
        return refused, await stream_of(link, headers=visitor)

    refused, later = asyncio.run(test())
    assert (refused.status_code, refused["Retry-After"], later.status_code) == (503, "30", 200)
    assert refused["Content-Type"].startswith("text/plain")
    assert "no-store" in refused["Cache-Control"]


def test_where_none_may_be_open_every_stream_is_refused(settings: Any) -> None:
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "LIVE_MAX_STREAMS": 0}
    settings.MIDDLEWARE = []
    assert asyncio.run(stream_of(link_for(Order(locator="A" * 16, link_version=1)))).status_code == 503


def test_one_too_many_that_slipped_in_is_told_when_to_come_back(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, **FAKE, "LIVE_MAX_STREAMS": 0}
    settings.MIDDLEWARE = []
    monkeypatch.setattr(views, "refuses", lambda _address: False)

    async def test() -> list[bytes]:
        response = await stream_of(link_for(Order(locator="A" * 16, link_version=1)))
        return [frame async for frame in response]

    assert asyncio.run(test()) == [b"retry: 30000\n\n"]


@pytest.mark.django_db
def test_a_revoked_link_hears_what_all_hear_and_no_more_of_its_order(settings: Any) -> None:
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, **FAKE}
    settings.MIDDLEWARE = []
    order = Order(locator="A" * 16, link_version=1)

    async def test() -> list[bytes]:
        response = await stream_of(link_for(order))
        content = aiter(response)
        frames = [await anext(content)]
        get_hub().publish(channel_of(order.locator, 2), 2)  # the order's link has another version by now
        get_hub().publish(CONTENT, 7)
        frames.append(await anext(content))
        await leave(content)
        return frames

    assert asyncio.run(test()) == [b"retry: 3000\n\n", b"event: content\ndata: 7\n\n"]


@pytest.mark.parametrize("name", ["thread_sensitive_context", "context_to_thread_executor"])
def test_an_asgiref_without_these_names_keeps_its_thread(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(SyncToAsync, name)
    asyncio.run(release_thread())


# --- the look at the database ----------------------------------------------------------------------------------------


@pytest.fixture
def look() -> Look:
    return Look()


@pytest.mark.django_db
def test_a_change_is_published_once(look: Look, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    order = make_order(version=3)
    with django_assert_num_queries(2):  # the orders, and the epoch
        assert look.read()[1] == [(order.locator, 1, 3)]
    assert look.read()[1] == []
    Order.objects.filter(pk=order.pk).update(version=4, changed_at=timezone.now())
    assert look.read()[1] == [(order.locator, 1, 4)]
    assert look.read()[1] == []


@pytest.mark.django_db
def test_old_changes_are_history(look: Look) -> None:
    make_order("old", changed_at=timezone.now() - looks.OVERLAP - dt.timedelta(seconds=1))
    late = make_order("late", changed_at=timezone.now() - looks.OVERLAP + dt.timedelta(seconds=5))
    assert look.read()[1] == [(late.locator, 1, 1)]


@pytest.mark.django_db
def test_what_changed_while_the_database_was_away_is_found_afterwards(
    look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = timezone.now()
    look.read()
    monkeypatch.setattr(timezone, "now", lambda: now + dt.timedelta(minutes=10))
    order = make_order(changed_at=now + dt.timedelta(minutes=2))
    assert look.read()[1] == [(order.locator, 1, 1)]


@pytest.mark.django_db
def test_one_look_reads_so_many_rows_the_newest(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looks, "MOST", 2)
    for number in range(4):
        make_order(str(number), changed_at=timezone.now() - dt.timedelta(seconds=number))
    assert [row[0] for row in look.read()[1]] == [locator_for("shop", "0"), locator_for("shop", "1")]


def test_a_database_that_fails_is_asked_again(
    settings: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    looks: list[int] = []

    def look(self: Look) -> tuple[int, list[tuple[str, int, int]]]:
        looks.append(1)
        if len(looks) == 1:
            raise DatabaseError("the database is away")
        return 0, [("A" * 16, 1, 5)]

    monkeypatch.setattr(Look, "read", look)

    async def test() -> bytes:
        stream = get_hub().open(channel_of("A" * 16, 1), 1)
        frame = await asyncio.wait_for(stream.next(), 5)
        get_hub().close(stream)
        return frame

    assert b"data: 5" in asyncio.run(test())
    assert "the database is away" in caplog.text


@pytest.mark.django_db
def test_revoked_and_present_links_have_channels_of_their_own() -> None:
    order = make_order()
    assert channel_of(order.locator, 1) != channel_of(order.locator, 2)
    assert order.locator not in channel_of(order.locator, 1)
    assert connection.vendor


@pytest.mark.django_db
def test_a_look_sees_what_editors_published(look: Look) -> None:
    before = look.read()[0]
    epoch.begin()
    assert look.read()[0] == before + 1
