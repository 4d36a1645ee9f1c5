"""The contract of a broker for open pages, as tests."""

from __future__ import annotations

import asyncio
import itertools
import threading
import time
from abc import ABC
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from decimal import Decimal
from typing import Any, TypeVar, cast

from django.conf import settings
from django.db import connections
from django.test import override_settings
from django.utils import timezone
from django.utils.module_loading import import_string

from .. import flow
from ..access.links import channel_of
from ..backends import get_host
from ..cms import epoch
from ..events import ContactSnapshot, LineSnapshot, OrderSnapshot
from ..live.brokers import CONTENT, Broker
from ..live.telling import teller
from ..tracking.models import Order
from .hosts import must

T = TypeVar("T")

_count = itertools.count(1)


class BrokerContract(ABC):
    """Subclass it, name your broker, and run the tests that come with it.

    ::

        @pytest.mark.django_db(transaction=True)
        class TestBus(BrokerContract):
            backend = "shop.live.Bus"

    With unittest, put ``TransactionTestCase`` beside it: what changes must be committed, for other connections to see.
    Changes are recorded as a shop records them, and heard by a broker of its own, as another process has one.
    """

    #: Dotted path of the broker, as in ``LIVE_BROKER``.
    backend: str
    #: How soon a change is heard, and how soon all that changed while the bus was away, in seconds.
    within: float = 2.0
    within_after_gap: float = 15.0

    def options(self) -> Mapping[str, Any]:
        """Return the keys of ``ORDER_STATUS`` that the broker reads."""
        return {}

    @contextmanager
    def away(self) -> Iterator[None]:
        """Have what the broker talks through be away meanwhile. Left as it is, nothing is away."""
        yield

    # --- what is heard ----------------------------------------------------------------------------

    def test_a_change_is_heard(self) -> None:
        """Again and again, with the version that the page has then."""

        async def test(shop: _Shop) -> None:
            async with shop.listening() as heard:
                for _ in range(3):
                    channel, version = await shop.change("a")
                    await _until(lambda: heard.get(channel) == version, self.within, "a change is heard")  # noqa: B023

        self._run(test)

    def test_what_changed_before_is_heard(self) -> None:
        """A page may have been rendered a moment before its stream opened."""

        async def test(shop: _Shop) -> None:
            channel, version = await shop.change("a")
            async with shop.listening() as heard:
                await _until(
                    lambda: heard.get(channel) == version, self.within_after_gap, "what changed just before is heard"
                )

        self._run(test)

    def test_many_changes_are_heard(self) -> None:
        """A burst: each order, with its newest version."""

        async def test(shop: _Shop) -> None:
            async with shop.listening() as heard:
                wanted = dict([await shop.change(f"many-{number % 20}") for number in range(40)])
                await _until(
                    lambda: all(heard.get(channel) == wanted[channel] for channel in wanted),
                    self.within + 1,
                    "of many changes each order's last one is heard",
                )

        self._run(test)

    def test_what_editors_publish_is_heard(self) -> None:
        """The channel of the content, with the epoch."""

        async def test(shop: _Shop) -> None:
            async with shop.listening() as heard:
                number = await shop.publish()
                await _until(lambda: heard.get(CONTENT) == number, self.within, "what editors publish is heard")

        self._run(test)

    def test_a_revoked_link_hears_nothing(self) -> None:
        """The channel of an order's older link is silent."""

        async def test(shop: _Shop) -> None:
            async with shop.listening() as heard:
                old, _version = await shop.change("a")
                await _until(lambda: old in heard, self.within, "a change is heard")
                said = heard[old]
                channel, version = await shop.change("a", revoke=True)
                await _until(lambda: heard.get(channel) == version, self.within, "the new link hears of a change")
                must(channel != old and heard[old] == said, "a revoked link hears nothing")

        self._run(test)

    # --- what goes wrong --------------------------------------------------------------------------

    def test_a_gap_is_closed(self) -> None:
        """What changes while the bus is away is recorded without delay, and heard afterwards."""

        async def test(shop: _Shop) -> None:
            async with shop.listening() as heard:
                channel, version = await shop.change("a")
                await _until(lambda: heard.get(channel) == version, self.within, "a change is heard")
                with self.away():
                    began = time.monotonic()
                    channel, missed = await shop.change("a", patient=True)
                    must(time.monotonic() - began < self.within_after_gap, "recording does not wait for the bus")
                await _until(lambda: heard.get(channel) == missed, self.within_after_gap, "a gap is closed")
                _other, after = await shop.change("a")
                await _until(lambda: heard.get(channel) == after, self.within_after_gap, "the bus is heard again")

        self._run(test)

    def test_it_gives_back_what_it_holds(self) -> None:
        """After the last stream no thread is left."""

        async def test(shop: _Shop) -> None:
            before = {thread.ident for thread in threading.enumerate()}
            async with shop.listening() as heard:
                channel, version = await shop.change("a")
                await _until(lambda: heard.get(channel) == version, self.within, "a change is heard")
            await _until(
                lambda: {thread.ident for thread in threading.enumerate()} <= before | {shop.thread},
                5,
                "a broker that is cancelled ends its threads",
            )

        self._run(test)

    def test_it_is_content_with_its_options(self) -> None:
        """``manage.py check`` has nothing to say."""
        with self._settings():
            broker = cast("Broker", import_string(self.backend)())
            must(broker.check() == [], f"check() finds nothing, not {broker.check()}")

    # --- how it is run ----------------------------------------------------------------------------

    def _settings(self) -> Any:
        ours = {**getattr(settings, "ORDER_STATUS", {}), "LIVE_BROKER": self.backend, "LIVE_POLL_SECONDS": 0.2}
        ours["HOSTS"] = {"contract": {"BACKEND": "order_status_plugin.hosts.demo.DemoHost"}}
        return override_settings(ORDER_STATUS=ours | dict(self.options()))

    def _run(self, test: Callable[[_Shop], Coroutine[Any, Any, None]]) -> None:
        async def run() -> None:
            async with _shop(self.backend) as shop:
                await test(shop)

        with self._settings():
            asyncio.run(run())


class _Shop:
    """Records on a thread of its own, as a shop's worker does."""

    def __init__(self, backend: str, worker: ThreadPoolExecutor) -> None:
        self.backend, self.worker = backend, worker
        self.thread = worker.submit(threading.get_ident).result()

    async def change(self, name: str, *, revoke: bool = False, patient: bool = False) -> tuple[str, int]:
        """Record an order anew, with another item; return its channel and version.

        ``patient`` tries again while the database itself is away.
        """
        while True:
            try:
                return await self._work(lambda: _change(name, revoke))
            except Exception:
                if not patient:
                    raise
                patient = False
                await asyncio.sleep(0.5)

    async def publish(self) -> int:
        """Begin another epoch of the content; return its number."""

        def begin() -> int:
            epoch.begin()
            return epoch.current()

        return await self._work(begin)

    async def _work(self, func: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self.worker, func)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[dict[str, int]]:
        """Run a broker as a process with open pages does; yield the newest version by channel."""
        heard: dict[str, int] = {}

        def publish(channel: str, version: int) -> None:
            heard[channel] = max(version, heard.get(channel, 0))

        async def listen() -> None:
            broker = cast("Broker", import_string(self.backend)())
            while True:
                try:
                    await broker.subscribe(publish)
                except Exception:  # noqa: BLE001 - as the hub does, only sooner
                    await asyncio.sleep(0.2)

        task = asyncio.create_task(listen())
        channel, version = await self.change("first")
        await _until(lambda: heard.get(channel) == version, 10, "a broker hears soon after it began")
        try:
            yield heard
        finally:
            task.cancel()
            await asyncio.wait([task])


@asynccontextmanager
async def _shop(backend: str) -> AsyncIterator[_Shop]:
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="contract") as worker:
        try:
            yield _Shop(backend, worker)
        finally:
            worker.submit(_clean_up).result()


def _clean_up() -> None:
    while any(thread.name == "order-status-tell" for thread in threading.enumerate()):
        time.sleep(0.01)
    teller.close()
    Order.objects.filter(host="contract").delete()
    connections.close_all()


def _change(name: str, revoke: bool) -> tuple[str, int]:
    shelf: Any = get_host("contract")
    shelf.orders["contract", name] = OrderSnapshot(
        reference=name,
        number=name,
        placed_at=timezone.now(),
        lines=(LineSnapshot(reference="1", title=f"A thing {next(_count)}", quantity=1, total=Decimal("1.00")),),
        contact=ContactSnapshot(),
    )
    try:
        if revoke:
            order = Order.objects.get(host="contract", reference=name)
            Order.objects.filter(pk=order.pk).update(link_version=order.link_version + 1)
        flow.take_order("contract", name, is_import=True)
        order = Order.objects.get(host="contract", reference=name)
    except Exception:
        connections.close_all()
        raise
    return channel_of(order.locator, order.link_version), order.version


async def _until(truth: Callable[[], bool], within: float, promise: str) -> None:
    end = time.monotonic() + within
    while not truth():
        must(time.monotonic() < end, promise)
        await asyncio.sleep(0.005)
