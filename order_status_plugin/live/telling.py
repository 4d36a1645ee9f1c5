"""Tell the other processes what changed in this one, beside the work that changed it: it waits for nobody."""

from __future__ import annotations

import logging
import os
import threading
import time
from typing import cast

from django.utils.module_loading import import_string

from ..conf import conf
from .brokers import Broker

logger = logging.getLogger("order_status_plugin")

#: While more comes, so many seconds are collected for the next call: many changes are few calls.
COLLECT = 0.005
#: After a failure nothing is tried for so long; who listens looks at the database anyway.
PAUSE = 5.0


class Teller:
    """Collects changes, and hands them to the broker on a thread that lives as long as there are some.

    The thread is no daemon: a process that ends says its last news first, which the broker's short timeouts bound.
    """

    def __init__(self) -> None:
        """Know of nothing yet."""
        self._begin()

    def _begin(self) -> None:
        self._lock = threading.Lock()
        self._news: dict[str, int] = {}
        self._is_running = False
        self._broker: tuple[str, Broker] | None = None
        self._silent_until = 0.0
        self._is_failing = False

    def tell(self, channel: str, version: int) -> None:
        """Have this told, if the broker of this project tells anything."""
        broker = self._broker_of(conf.LIVE_BROKER)
        if type(broker).tell is Broker.tell or time.monotonic() < self._silent_until:
            return
        with self._lock:
            self._news[channel] = max(version, self._news.get(channel, 0))
            if self._is_running:
                return
            self._is_running = True
        try:
            threading.Thread(target=self._run, args=(broker,), name="order-status-tell").start()
        except RuntimeError:  # the interpreter is ending and starts no threads
            self._run(broker)

    def _broker_of(self, path: str) -> Broker:
        if self._broker is None or self._broker[0] != path:
            self._broker = (path, cast("Broker", import_string(path)()))
        return self._broker[1]

    def _run(self, broker: Broker) -> None:
        while True:
            with self._lock:
                news, self._news = self._news, {}
                if not news:
                    self._is_running = False
                    return
            try:
                broker.tell(news)
                self._is_failing = False
            except Exception as error:  # noqa: BLE001 - whatever it was, what was recorded stands
                self._silent_until = time.monotonic() + PAUSE
                if not self._is_failing:
                    logger.warning("Other processes cannot be told of changes, until they look: %s", error)
                self._is_failing = True
            time.sleep(COLLECT)

    def close(self) -> None:
        """Let go of the broker: the next change gets another one."""
        with self._lock:
            broker, self._broker, self._silent_until = self._broker, None, 0.0
        if broker is not None:
            broker[1].close()

    def begin_in_child(self) -> None:
        """Begin anew after a fork: neither the parent's thread nor its connection is ours, nor ours to close."""
        _parents.append(self._broker)
        self._begin()


#: Kept, so that nobody collects them.
_parents: list[tuple[str, Broker] | None] = []

teller = Teller()

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=teller.begin_in_child)
