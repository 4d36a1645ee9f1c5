"""Keep a django-q2 cluster running: start it, notice when it froze, and start it again.

A cluster whose idle worker is killed (by the out-of-memory killer, say) stays up and never runs a task again: the
dead worker held the queue's lock (django-q2 #23). From outside it looks alive, so we ask it for a heartbeat.
A cluster that is merely busy gives none either; it is told apart by its family: a worker that died was replaced. And one
whose processes were stopped (a debugger, a forgotten ^Z) holds the lock as a dead one does: that is seen at once.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType
from typing import Protocol

from . import guardian
from .family import states
from .stopping import WORD

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How patient we are, in seconds."""

    tick: float = 1.0  # between two looks
    ask: float = 5.0  # between two questions
    silence: float = 20.0  # without a beat, after the cluster lost a process: frozen
    start: float = 60.0  # the same for a new cluster, which has to import the shop first
    stopped: float = 10.0  # with a process that was stopped
    patience: float = 300.0  # without a beat, whatever it looks like
    grace: float = 60.0  # to end by itself when told to: a running task is finished
    rest: float = 1.0  # before a new start; doubles while starts keep failing
    longest_rest: float = 30.0


class Heart(Protocol):
    """How the cluster's heartbeat is asked for and heard. All may fail: the database may be away."""

    def ask(self) -> None:
        """Ask for a beat; at most one question waits."""

    def forget(self) -> None:
        """Take back a question that nobody is left to answer."""

    def silent_for(self) -> float | None:
        """Return how many seconds ago the last beat was, None for never."""

    def leave(self) -> None:
        """Say that nobody works here any more, and that this is as it should be."""


@dataclass(slots=True)
class Child:
    """One run of the cluster, leader of its own process group."""

    process: subprocess.Popen[bytes]
    guard: subprocess.Popen[bytes]
    started: float = field(default_factory=time.monotonic)
    family: frozenset[int] = frozenset()
    #: When a process of the group was last found gone; gone or new.
    lost: float = 0.0
    changed: float = 0.0
    #: When it could last not be asked: silence is counted from there, what was lost before stays lost.
    unasked: float = 0.0
    #: Since when each of its processes has been found stopped.
    stopped: dict[int, float] = field(default_factory=dict)

    def look(self, now: float) -> None:
        """Notice who came and went."""
        found = states(self.process.pid)
        family = frozenset(found)
        self.stopped = {pid: self.stopped.get(pid, now) for pid, state in found.items() if state == "T"}
        if family != self.family:
            self.changed = now
        if self.family - family:
            self.lost = now
        self.family = family

    def ask_to_stop(self) -> None:
        """Let it finish what it does, and then end."""
        if self.process.poll() is None:
            self.process.terminate()

    def end(self, grace: float = 0.0) -> None:
        """Wait so long for its end, then make it; afterwards nothing of its group runs."""
        self._wait(grace)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.guard.kill()
        self.guard.wait()
        if self.guard.stdin:
            self.guard.stdin.close()

    def _wait(self, seconds: float) -> None:
        """Wait for its end, and tell its workers to come to theirs, those too that begin only now."""
        end = time.monotonic() + seconds
        while self.process.poll() is None and (left := end - time.monotonic()) > 0:
            if WORD is not None:
                os.killpg(self.process.pid, WORD)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(min(left, 1.0))


class Supervisor:
    """Runs one command until it is told to stop."""

    def __init__(
        self,
        command: Sequence[str],
        heart: Heart,
        timing: Timing | None = None,
        env: Mapping[str, str] | None = None,
    ) -> None:
        """Take the cluster's command, its heart, and what it finds in its environment beside ours."""
        self.command = list(command)
        self.heart = heart
        self.timing = timing or Timing()
        self.env = {**os.environ, **(env or {})}
        self.is_stopping = False

    def run(self) -> None:
        """Supervise until SIGTERM or SIGINT."""
        before = {number: signal.signal(number, self._stop) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            self._keep_running()
            self._leave()  # again: it may have beaten since
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _keep_running(self) -> None:
        rest = self.timing.rest
        while not self.is_stopping:
            child = self._start()
            try:
                self._watch(child)
            finally:
                self._end(child)
            if not self.is_stopping:
                lived = time.monotonic() - child.started
                rest = self.timing.rest if lived > 60 else min(rest * 2, self.timing.longest_rest)
                self._sleep(rest)

    def _end(self, child: Child) -> None:
        if self.is_stopping:
            child.ask_to_stop()
            self._leave()  # the last task may take longer than a worker may be silent
            child.end(self.timing.grace)
        else:
            child.end()

    def _leave(self) -> None:
        try:
            self.heart.leave()
        except Exception as error:  # noqa: BLE001 - it is missed for a while, and then forgotten
            logger.warning("cannot say that the worker was told to stop: %s", error)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.is_stopping = True

    def _start(self) -> Child:
        process = subprocess.Popen(  # noqa: S603 - the command is ours
            self.command, env=self.env, stdin=subprocess.DEVNULL, start_new_session=True
        )
        guard = subprocess.Popen(  # noqa: S603 - both commands are ours
            [sys.executable, "-I", "-S", guardian.__file__, str(process.pid)],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )
        logger.info("worker started: process group %s", process.pid)
        try:
            self.heart.forget()
        except Exception as error:  # noqa: BLE001 - the next question then waits a little
            logger.warning("cannot take back the last question: %s", error)
        return Child(process, guard)

    def _watch(self, child: Child) -> None:
        """Return when the child ended, froze, or we are told to stop."""
        asked = float("-inf")
        while not self.is_stopping:
            if child.process.poll() is not None:
                logger.error("worker ended by itself with code %s: starting a new one", child.process.returncode)
                return
            now = time.monotonic()
            child.look(now)
            if any(now - since >= self.timing.stopped for since in child.stopped.values()):
                logger.error("processes of the worker were stopped: %s: starting a new one", sorted(child.stopped))
                return
            if now - asked >= self.timing.ask:
                asked = now
                if self._is_frozen(child, now):
                    return
            self._sleep(self.timing.tick)

    def _is_frozen(self, child: Child, now: float) -> bool:
        try:
            self.heart.ask()
            ago = self.heart.silent_for()
        except Exception as error:  # noqa: BLE001 - without a database nobody beats, and nobody is to blame
            logger.warning("cannot ask the worker for a sign of life: %s", error)
            child.unasked = now
            return False
        has_beaten = ago is not None and now - ago > child.started
        beat = now - ago if ago is not None and has_beaten else child.started
        silent = now - max(beat, child.unasked)
        # While it starts it grows; later even a newcomer tells of a loss, one that may have come between two looks.
        limit, loss = (
            (self.timing.silence, child.changed)
            if has_beaten
            else (max(self.timing.start, self.timing.silence), child.lost)
        )
        if silent > self.timing.patience or (silent > limit and loss > beat):
            logger.error("no sign of life from the worker for %.0f seconds: starting a new one", silent)
            return True
        return False

    def _sleep(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while not self.is_stopping and (left := end - time.monotonic()) > 0:
            time.sleep(min(left, 0.2))
