"""End the streams before the server waits for them.

A server that is told to stop waits for its open connections first, and an event stream never ends by itself
(uvicorn's lifespan event comes after that wait). So we stand in front of its signal handlers while streams are open.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

SIGNALS = (signal.SIGTERM, signal.SIGINT)

#: What was there before us, by signal; empty while we are not installed.
_before: dict[signal.Signals, Any] = {}
_drain: list[Callable[[], None]] = []
_running: set[int] = set()


def install(drain: Callable[[], None]) -> None:
    """Call ``drain`` before whatever happens on SIGTERM and SIGINT. Only the main thread can, others do nothing."""
    if threading.current_thread() is not threading.main_thread():
        return
    _drain[:] = [drain]
    for number in SIGNALS:
        present = signal.getsignal(number)
        if present is not None and present is not _handle and present is not signal.SIG_IGN:
            _before[number] = present
            signal.signal(number, _handle)


def uninstall() -> None:
    """Give the signals back, unless somebody has taken them since."""
    if threading.current_thread() is not threading.main_thread():
        return
    for number in tuple(_before):
        if signal.getsignal(number) is _handle:
            signal.signal(number, _before.pop(number))


def _handle(number: int, frame: FrameType | None) -> None:
    if number in _running:  # somebody who took the signal after us calls us, and we would call them
        return
    _running.add(number)
    try:
        for drain in _drain:
            drain()
        before = _before.get(signal.Signals(number), signal.SIG_DFL)
        if callable(before):
            before(number, frame)
        else:
            signal.signal(number, before)
            signal.raise_signal(number)
    finally:
        _running.discard(number)
