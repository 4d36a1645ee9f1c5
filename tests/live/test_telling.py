"""What this process tells the others: in few calls, beside the work, and without harm when nobody takes it."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar

import pytest

from order_status_plugin import checks
from order_status_plugin.live import telling
from order_status_plugin.live.brokers import Broker, Publish
from order_status_plugin.live.postgres import PostgresBroker
from order_status_plugin.live.telling import Teller

NOWHERE = "redis://127.0.0.1:9/0"


class Heard(Broker):
    """Keeps what is told; each call takes a moment."""

    calls: ClassVar[list[dict[str, int]]] = []
    error: ClassVar[Exception | None] = None
    closed: ClassVar[int] = 0

    async def subscribe(self, publish: Publish) -> None:
        raise AssertionError("nobody listens here")

    def tell(self, news: Mapping[str, int]) -> None:
        self.calls.append(dict(news))
        time.sleep(0.02)
        if self.error:
            raise self.error

    def close(self) -> None:
        type(self).closed += 1


@pytest.fixture
def teller(settings: Any) -> Iterator[Teller]:
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "LIVE_BROKER": "tests.live.test_telling.Heard"}
    Heard.calls, Heard.error, Heard.closed = [], None, 0
    teller = Teller()
    yield teller
    until(lambda: not tellers())
    teller.close()


def tellers() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "order-status-tell"]


def until(truth: Callable[[], object], within: float = 5.0) -> None:
    end = time.monotonic() + within
    while not truth():
        assert time.monotonic() < end, "it did not come true"
        time.sleep(0.005)


def test_many_changes_are_few_calls_and_the_thread_ends(teller: Teller) -> None:
    for version in range(1, 101):
        teller.tell("a", version)
        teller.tell(f"b{version}", 1)
    until(lambda: not tellers())
    assert len(Heard.calls) <= 3
    together: dict[str, int] = {}
    for call in Heard.calls:
        together |= call
    assert together == {"a": 100} | {f"b{number}": 1 for number in range(1, 101)}


def test_an_older_version_does_not_replace_a_newer_one(teller: Teller) -> None:
    teller.tell("first", 1)
    until(lambda: Heard.calls)
    teller.tell("a", 5)
    teller.tell("a", 4)
    until(lambda: len(Heard.calls) == 2)
    assert Heard.calls[1] == {"a": 5}


def test_a_broker_that_finds_changes_by_itself_has_no_thread(teller: Teller, settings: Any) -> None:
    settings.ORDER_STATUS["LIVE_BROKER"] = "order_status_plugin.live.database.DatabaseBroker"
    teller.tell("a", 1)
    assert not tellers()


def test_one_that_fails_is_left_alone_for_a_moment_and_said_once(
    teller: Teller, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(telling, "PAUSE", 0.1)
    Heard.error = OSError("nobody there")
    for _ in range(3):
        teller.tell("a", 1)
        until(lambda: not tellers())
        teller.tell("lost", 1)
        assert not tellers(), "while it pauses nothing is tried"
        time.sleep(0.12)
    assert [list(call) for call in Heard.calls] == [["a"]] * 3
    assert caplog.text.count("nobody there") == 1
    Heard.error = None
    teller.tell("a", 2)
    until(lambda: len(Heard.calls) == 4)


def test_a_dead_redis_holds_nobody_up(teller: Teller, settings: Any, caplog: pytest.LogCaptureFixture) -> None:
    settings.ORDER_STATUS |= {
        "LIVE_BROKER": "order_status_plugin.live.redis.RedisBroker",
        "LIVE_REDIS_URL": NOWHERE,
    }
    began = time.monotonic()
    for version in range(50):
        teller.tell("a", version)
    assert time.monotonic() - began < 0.5
    until(lambda: not tellers(), within=4)
    assert "Other processes cannot be told" in caplog.text


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_a_child_has_a_thread_of_its_own() -> None:
    reading, writing = os.pipe()
    telling.teller._is_running = True  # as if the fork came while the parent tells
    try:
        child = os.fork()
        if not child:
            os.write(writing, b"n" if telling.teller._is_running else b"y")
            os._exit(0)
        os.waitpid(child, 0)
    finally:
        telling.teller._is_running = False
    assert os.read(reading, 1) == b"y"
    os.close(reading)
    os.close(writing)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"LIVE_BROKER": "order_status_plugin.live.redis.RedisBroker"}, "where Redis is"),
        (
            {"LIVE_BROKER": "order_status_plugin.live.postgres.PostgresBroker", "LIVE_DATABASE": "nowhere"},
            "no PostgreSQL",
        ),
    ],
)
def test_a_broker_that_cannot_work_is_named(settings: Any, change: dict[str, Any], words: str) -> None:
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, **change}
    (found,) = [
        message for message in checks.check_backends() if message.id in {"order_status.E020", "order_status.E021"}
    ]
    assert words in found.msg


@pytest.mark.parametrize("package", ["redis", "psycopg"])
def test_a_broker_whose_package_is_missing_says_which(
    package: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from order_status_plugin.live import postgres, redis

    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "LIVE_REDIS_URL": NOWHERE}
    broker = {"redis": redis.RedisBroker, "psycopg": postgres.PostgresBroker}[package]()
    if isinstance(broker, PostgresBroker):
        monkeypatch.setattr(postgres, "connections", {"default": type("PostgreSQL", (), {"vendor": "postgresql"})})
    assert not [message for message in broker.check() if isinstance(broker, redis.RedisBroker)]
    for module in (redis, postgres):
        monkeypatch.setattr(module, "find_spec", lambda name: None)
    (found,) = broker.check()
    assert f"[{'postgres' if package == 'psycopg' else package}]" in str(found.hint)
