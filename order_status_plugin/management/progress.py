"""How far a long command is: a bar on a terminal, now and then a line in a log."""

from __future__ import annotations

import time

from django.core.management.base import OutputWrapper

WIDTH = 30
#: Seconds between two looks of the bar.
PAUSE = 0.2
#: Steps between two lines of a log.
STEP = 500


class Progress:
    """Say how much is done of how much, how fast, and how long the rest will take."""

    def __init__(self, out: OutputWrapper, label: str, total: int | None) -> None:
        """Begin to count; ``total`` is None where nobody knows."""
        self._out, self._label, self._total = out, label, total
        #: Some hundred lines in a log, however long it takes.
        self._every = max(STEP, (total or 0) // 100)
        self._began = time.monotonic()
        self._shown = 0.0
        self._width = 0
        self.done = 0

    def step(self, count: int = 1) -> None:
        """Count one more, or so many."""
        before, self.done = self.done, self.done + count
        if not self._out.isatty():
            if self.done // self._every > before // self._every:
                self._out.write(self._line())
                self._out.flush()
        elif time.monotonic() - self._shown >= PAUSE:
            self._draw()

    def end(self) -> None:
        """Leave the bar as it is, and the next line to others."""
        if self._out.isatty() and self.done:
            self._draw()
            self._out.write("")

    def _draw(self) -> None:
        self._shown = time.monotonic()
        line = f"{self._label}: {self._bar()}{self._line()[len(self._label) + 2 :]}"
        self._out.write("\r" + line.ljust(self._width), ending="")
        self._width = len(line)
        self._out.flush()

    def _bar(self) -> str:
        if not self._total:
            return ""
        full = min(WIDTH, WIDTH * self.done // self._total)
        return f"[{'#' * full}{'.' * (WIDTH - full)}] "

    def _line(self) -> str:
        speed = self.done / max(time.monotonic() - self._began, 0.001)
        of = f" of {self._total:,} ({min(100, 100 * self.done // self._total)} %)" if self._total else ""
        left = f", {_time((self._total - self.done) / speed)} left" if self._total and self.done < self._total else ""
        return f"{self._label}: {self.done:,}{of}, {speed:,.0f} a second{left}"


def _time(seconds: float) -> str:
    minutes, seconds = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min {seconds:02d} s"
