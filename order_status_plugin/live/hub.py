"""The hub: one a process and event loop, with one upstream and one timer, whatever the number of streams.

Everything here runs on the thread of its event loop; :func:`announce` is for the others.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import Counter, OrderedDict
from typing import cast

from django.utils.module_loading import import_string

from ..conf import conf
from . import shutdown
from .brokers import CONTENT, Broker
from .stream import AskedStream, Stream, content_frame_of, frame_of

logger = logging.getLogger("order_status_plugin")

#: How many changes are remembered for streams that open a moment after one.
REMEMBERED = 5000
#: A stream ends after so many seconds; the browser opens the next one.
LIFETIME = 3600.0
#: Heartbeats go out in batches with a pause between them, so that their wake-ups spread.
BATCH, PAUSE = 200, 0.01
#: A broker that fails is started again after 1, 2, 4 … seconds; one that lasted so long begins at 1 again.
LONGEST_WAIT, HEALTHY = 30.0, 60.0
#: So long after the signal to stop no stream opens: one that slipped in would hold the server up.
STOPPING = 5.0


class Full(Exception):
    """No more streams: this process holds as many as it may, or is about to stop."""


class Hub:
    """Which streams are open, and what they should hear."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Make a hub for this event loop. Streams get it by :func:`get_hub`."""
        self.loop = loop
        # Tuples, as most channels have one stream: a set takes four times as much.
        self.channels: dict[str, tuple[Stream, ...]] = {}
        self.count = 0
        self._of_address: Counter[str] = Counter()
        self._recent: OrderedDict[str, int] = OrderedDict()
        self._epoch = 0
        self._tasks: tuple[asyncio.Task[None], ...] = ()

    def open(self, channel: str, seen: int, epoch: int = 0, address: str = "") -> AskedStream:
        """Return a new stream, which hears at once of what is newer than the browser's version and epoch. Raises Full."""
        stream = AskedStream(channel, seen, epoch, LIFETIME)
        stream.address = address
        self.add(stream)
        return stream

    def add(self, stream: Stream) -> None:
        """Have a stream hear of what comes, and at once of what is newer than what its browser shows. Raises Full."""
        if self.refuses(stream.address):
            raise Full
        if stream.address:
            self._of_address[stream.address] += 1
        self.channels[stream.channel] = (*self.channels.get(stream.channel, ()), stream)
        self.count += 1
        if self.count == 1:
            _enlist(self)
            self._tasks = (self.loop.create_task(self._listen()), self.loop.create_task(self._beat()))
        version = self._recent.get(stream.channel, 0)
        stream.tell(version, frame_of(version))
        stream.tell_content(self._epoch, content_frame_of(self._epoch))

    def refuses(self, address: str) -> bool:
        """Say whether a stream of this address would be one too many; "" for one that is not counted by its address."""
        if self.count >= conf.LIVE_MAX_STREAMS or _is_stopping():
            return True
        return address != "" and self._of_address[address] >= conf.LIVE_MAX_STREAMS_ADDRESS

    def close(self, stream: Stream) -> None:
        """Forget a stream; after the last one the upstream and the timer end, too."""
        streams = self.channels.get(stream.channel, ())
        if stream not in streams:
            return
        stream.end()
        others = tuple(each for each in streams if each is not stream)
        if others:
            self.channels[stream.channel] = others
        else:
            del self.channels[stream.channel]
        self.count -= 1
        if stream.address:
            self._of_address[stream.address] -= 1
            if not self._of_address[stream.address]:
                del self._of_address[stream.address]
        if not self.count:
            for task in self._tasks:
                task.cancel()
            self._tasks = ()
            _dismiss(self)

    def publish(self, channel: str, version: int) -> None:
        """Tell every stream of a channel that its page has this version now; the channel CONTENT is everybody's."""
        if channel == CONTENT:
            self._publish_content(version)
            return
        if version > self._recent.get(channel, 0):
            self._recent[channel] = version
            self._recent.move_to_end(channel)
            if len(self._recent) > REMEMBERED:
                self._recent.popitem(last=False)
        streams = self.channels.get(channel)
        if streams:
            frame = frame_of(version)
            for stream in streams:
                stream.tell(version, frame)

    def _publish_content(self, epoch: int) -> None:
        if epoch > self._epoch:
            self._epoch = epoch
            frame = content_frame_of(epoch)
            for streams in self.channels.values():
                for stream in streams:
                    stream.tell_content(epoch, frame)

    def drain(self) -> None:
        """End every stream: the server is about to stop."""
        for streams in self.channels.values():
            for stream in streams:
                stream.end()

    async def _listen(self) -> None:
        broker = cast("Broker", import_string(conf.LIVE_BROKER)())
        wait = 1.0
        while True:
            began = time.monotonic()
            try:
                await broker.subscribe(self.publish)
                logger.warning("The live broker ended; it is started again.")
            except Exception as error:  # noqa: BLE001 - whatever it was, open pages must go on hearing of changes
                logger.warning("The live broker failed, next try in %d s: %s", wait, error)
            if time.monotonic() - began > HEALTHY:
                wait = 1.0
            await asyncio.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(conf.LIVE_HEARTBEAT_SECONDS)
            now = time.monotonic()
            everyone = [stream for streams in self.channels.values() for stream in streams]
            for number, stream in enumerate(everyone, 1):
                if stream.ends_at < now:
                    stream.end()
                else:
                    stream.beat()
                    if stream.is_stuck:
                        self.close(stream)  # whoever writes may be held up for long
                if number % BATCH == 0:
                    await asyncio.sleep(PAUSE)


_hubs: dict[asyncio.AbstractEventLoop, Hub] = {}
_lock = threading.Lock()
#: When the process was told to stop.
_stopped_at = [float("-inf")]


def _enlist(hub: Hub) -> None:
    with _lock:
        _hubs[hub.loop] = hub
    shutdown.install(drain_all)


def _dismiss(hub: Hub) -> None:
    with _lock:
        _hubs.pop(hub.loop, None)
        is_last = not _hubs
    if is_last:
        shutdown.uninstall()


def get_hub() -> Hub:
    """Return the hub of the running event loop."""
    loop = asyncio.get_running_loop()
    return _hubs.get(loop) or Hub(loop)


def refuses(address: str) -> bool:
    """Say, on any thread, whether this process would refuse a stream of this address now."""
    hubs = _open_hubs()
    return all(hub.refuses(address) for hub in hubs) if hubs else conf.LIVE_MAX_STREAMS < 1 or _is_stopping()


def open_streams() -> int:
    """Return how many streams are open in this process."""
    return sum(hub.count for hub in _open_hubs())


def announce(channel: str, version: int) -> None:
    """Publish to every hub of this process, from any thread. Nothing happens where no stream is open."""
    for hub in _open_hubs():
        _call(hub, hub.publish, channel, version)


def drain_all() -> None:
    """End every stream of this process, from any thread or a signal handler, and open none for a moment."""
    _stopped_at[0] = time.monotonic()
    for hub in tuple(_hubs.values()):  # no lock: a signal may come while this very thread holds it
        _call(hub, hub.drain)


def _is_stopping() -> bool:
    return time.monotonic() - _stopped_at[0] < STOPPING


def _open_hubs() -> list[Hub]:
    if not _hubs:
        return []
    with _lock:
        return list(_hubs.values())


def _call(hub: Hub, func: object, *args: object) -> None:
    try:
        hub.loop.call_soon_threadsafe(func, *args)  # type: ignore[arg-type]
    except RuntimeError:  # the loop was closed without closing its streams
        _hubs.pop(hub.loop, None)
