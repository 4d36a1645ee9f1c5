"""Told to stop: the supervisor says so to the workers of its cluster, and what drains begins no further batch.

By itself django-q2 lets every task run to its end. The word is SIGURG, to the whole process group: it is ignored by
whoever does not listen, programs that a task has started among them.
"""

from __future__ import annotations

import signal
import threading
import time
from types import FrameType

#: None where the system has no such signal; there are no supervisors, either.
WORD: signal.Signals | None = getattr(signal, "SIGURG", None)

_told = [False]  # no threading.Event: its lock is not for a signal's handler


def listen(**kwargs: object) -> None:
    """Hear the word in this process. django-q2 calls it in each worker that it starts."""
    if WORD is not None and threading.current_thread() is threading.main_thread():
        signal.signal(WORD, _hear)


def _hear(number: int, frame: FrameType | None) -> None:
    _told[0] = True


def is_stopping() -> bool:
    """Say whether this worker was told to stop: what it has begun it may finish, soon."""
    return _told[0]


def is_over(end: float) -> bool:
    """Say whether this moment of the monotonic clock has come, or the worker was told to stop."""
    return _told[0] or time.monotonic() >= end
