"""A machine's clock that jumps: what every process on it reads as the time of day, and nothing else.

Waits go on as they do where somebody sets a real clock: ``time.monotonic`` is not touched.
"""

from __future__ import annotations

import datetime as dt
import os
import signal
import time
from pathlib import Path
from types import FrameType

import time_machine

#: Tells a process that its machine's clock was set.
SET = signal.SIGRTMIN + 3

_held: list[time_machine.travel] = []


def file_of(folder: str, machine: str) -> Path:
    """Return where it stands by how many seconds a machine's clock is wrong."""
    return Path(folder) / f"clock.{machine}"


def obey(folder: str) -> None:
    """Have this process, and those that it forks, read the clock of its machine: ``CHAOS_MACHINE`` names it."""
    file = file_of(folder, os.environ.get("CHAOS_MACHINE", "here"))

    def look(number: int, frame: FrameType | None) -> None:
        wrong, read = None, _read(file)
        while read != wrong:  # it may be set while we look
            wrong = read
            while _held:
                _held.pop().stop()
            if wrong:
                moment = dt.datetime.fromtimestamp(time.time() + wrong, dt.UTC)
                travel = time_machine.travel(moment, tick=True)
                travel.start()
                _held.append(travel)
            read = _read(file)

    signal.signal(SET, look)
    look(SET, None)


def _read(file: Path) -> float:
    try:
        return float(file.read_text())
    except (OSError, ValueError):
        return 0.0
