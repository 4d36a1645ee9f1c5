from __future__ import annotations

import asyncio
import threading
from types import SimpleNamespace
from typing import Any

import pytest

from order_status_plugin.access.links import channel_of
from order_status_plugin.live import hub as hubs
from order_status_plugin.live import publish
from order_status_plugin.live.brokers import CONTENT
from order_status_plugin.live.hub import Full, get_hub
from order_status_plugin.live.seen import seen_version
from order_status_plugin.live.stream import BEAT, content_frame_of, frame_of

from .fakes import FAKE, FakeBroker


@pytest.fixture(autouse=True)
def _fake_broker(settings: Any) -> None:
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, **FAKE}


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def test_an_event_says_the_version_and_nothing_else() -> None:
    assert frame_of(7) == b"id: 7\nevent: changed\ndata: 7\n\n"


async def _newest_only() -> None:
    hub = get_hub()
    slow, other = hub.open("channel", 1), hub.open("other", 1)
    for version in range(2, 100):
        hub.publish("channel", version)
    assert await slow.next() == frame_of(99)
    assert not slow.frame
    assert not other.frame
    hub.close(slow)
    hub.close(other)


def test_a_slow_stream_holds_one_frame_the_newest() -> None:
    asyncio.run(_newest_only())


async def _content() -> None:
    hub = get_hub()
    behind, abreast = hub.open("channel", 1, 3), hub.open("other", 1, 4)
    hub.publish(CONTENT, 4)
    assert await behind.next() == content_frame_of(4) == b"event: content\ndata: 4\n\n"
    assert not abreast.frame
    hub.publish("channel", 2)
    hub.publish(CONTENT, 5)
    assert await behind.next() == frame_of(2), "one frame is enough: the page is read again anyway"
    assert not behind.frame
    assert await abreast.next() == content_frame_of(5)
    late = hub.open("late", 1, 3)
    assert await late.next() == content_frame_of(5), "what was published before the stream opened is said at once"
    for stream in (behind, abreast, late):
        hub.close(stream)


def test_what_editors_publish_reaches_every_stream_once() -> None:
    asyncio.run(_content())


async def _known_version() -> None:
    hub = get_hub()
    stream = hub.open("channel", 5)
    for version in (3, 5):
        hub.publish("channel", version)
    assert not stream.frame
    hub.publish("channel", 6)
    hub.publish("channel", 6)
    assert await stream.next() == frame_of(6)
    assert not stream.frame
    hub.close(stream)


def test_what_the_browser_shows_already_is_not_told() -> None:
    asyncio.run(_known_version())


async def _late_opener() -> None:
    hub = get_hub()
    first = hub.open("other", 0)
    hub.publish("channel", 4)
    late, level = hub.open("channel", 3), hub.open("channel", 4)
    assert await asyncio.wait_for(late.next(), 1) == frame_of(4)
    assert not level.frame
    for stream in (first, late, level):
        hub.close(stream)


def test_a_stream_opened_just_after_a_change_hears_of_it() -> None:
    asyncio.run(_late_opener())


async def _memory() -> int:
    hub = get_hub()
    stream = hub.open("channel", 0)
    for number in range(hubs.REMEMBERED + 500):
        hub.publish(f"channel-{number}", 1)
    hub.close(stream)
    return len(hub._recent)


def test_the_memory_of_changes_is_bounded() -> None:
    assert asyncio.run(_memory()) == hubs.REMEMBERED


async def _upstream() -> None:
    FakeBroker.started = FakeBroker.stopped = 0
    hub = get_hub()
    first, second = hub.open("a", 0), hub.open("b", 0)
    await settle()
    assert get_hub() is hub
    assert FakeBroker.started == 1
    hub.close(first)
    hub.close(first)
    await settle()
    assert FakeBroker.stopped == 0
    hub.close(second)
    await settle()
    assert FakeBroker.stopped == 1
    assert (hub.count, hub.channels, hubs._hubs) == (0, {}, {})


def test_one_upstream_starts_with_the_first_stream_and_ends_with_the_last() -> None:
    asyncio.run(_upstream())


async def _beats() -> bytes:
    hub = get_hub()
    stream = hub.open("channel", 0)
    frame = await asyncio.wait_for(stream.next(), 2)
    hub.close(stream)
    return frame


def test_a_silent_stream_gets_signs_of_life(settings: Any) -> None:
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "LIVE_HEARTBEAT_SECONDS": 0.05}
    assert asyncio.run(_beats()) == BEAT


def test_an_old_stream_ends_itself(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "LIVE_HEARTBEAT_SECONDS": 0.05}
    monkeypatch.setattr(hubs, "LIFETIME", 0.0)
    assert asyncio.run(_beats()) == b""


async def _many_beats() -> list[bytes]:
    hub = get_hub()
    streams = [hub.open(f"channel-{number}", 0) for number in range(7)]
    frames = await asyncio.wait_for(asyncio.gather(*(stream.next() for stream in streams)), 2)
    for stream in streams:
        hub.close(stream)
    return frames


def test_heartbeats_go_out_in_batches(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "LIVE_HEARTBEAT_SECONDS": 0.05}
    monkeypatch.setattr(hubs, "BATCH", 2)
    assert asyncio.run(_many_beats()) == [BEAT] * 7


async def _too_many() -> None:
    hub = get_hub()
    streams = [hub.open("channel", 0), hub.open("channel", 0)]
    with pytest.raises(Full):
        hub.open("channel", 0)
    hub.close(streams.pop())
    streams.append(hub.open("channel", 0))
    for stream in streams:
        hub.close(stream)


def test_a_process_holds_so_many_streams_and_no_more(settings: Any) -> None:
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "LIVE_MAX_STREAMS": 2}
    asyncio.run(_too_many())


async def _broken_broker() -> bytes:
    hub = get_hub()
    stream = hub.open("channel", 1)
    frame = await asyncio.wait_for(stream.next(), 5)
    hub.close(stream)
    return frame


def test_a_broker_that_fails_is_started_again(settings: Any, caplog: pytest.LogCaptureFixture) -> None:
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "LIVE_BROKER": "tests.live.fakes.FailingBroker"}
    assert asyncio.run(_broken_broker()) == frame_of(9)
    assert "the broker is away" in caplog.text


ORDER = SimpleNamespace(locator="AAAAAAAAAAAAAAAA", link_version=1)


async def _from_a_thread() -> bytes:
    hub = get_hub()
    stream = hub.open(channel_of(ORDER.locator, ORDER.link_version), 1)
    revoked = hub.open(channel_of(ORDER.locator, 2), 1)
    thread = threading.Thread(target=publish.changed, args=(ORDER, 2))
    thread.start()
    frame = await asyncio.wait_for(stream.next(), 2)
    thread.join()
    assert not revoked.frame
    hub.close(stream)
    hub.close(revoked)
    return frame


def test_a_change_in_this_process_arrives_at_once_from_any_thread() -> None:
    assert asyncio.run(_from_a_thread()) == frame_of(2)


def test_a_change_without_any_stream_is_no_trouble() -> None:
    publish.changed(ORDER, 2)  # type: ignore[arg-type]


async def _left_open() -> None:
    get_hub().open("channel", 0)
    await settle()


def test_a_loop_that_ended_without_closing_its_streams_is_forgotten() -> None:
    asyncio.run(_left_open())
    assert hubs._hubs
    publish.changed(ORDER, 2)  # type: ignore[arg-type]
    assert not hubs._hubs


async def _drained() -> bytes:
    hub = get_hub()
    stream = hub.open("channel", 0)
    waiting = asyncio.create_task(stream.next())
    await settle()
    hub.drain()
    frame = await asyncio.wait_for(waiting, 1)
    hub.close(stream)
    return frame


def test_a_server_that_stops_ends_its_streams() -> None:
    assert asyncio.run(_drained()) == b""


@pytest.mark.parametrize(
    ("said", "version"),
    [
        ((None, None), 0),
        (("7", ""), 7),
        (("7", "9"), 9),
        (("-7", "x"), 0),
        (("٧", "1e9"), 0),
        (("9" * 19, None), 2**63 - 1),
        (("9" * 5000, "3"), 3),
    ],
)
def test_what_a_browser_says_it_has_seen(said: tuple[str | None, ...], version: int) -> None:
    assert seen_version(*said) == version
