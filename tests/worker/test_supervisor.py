"""The supervisor's judgement: frozen, busy, ended, or without a database."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from order_status_plugin.worker import family, guardian
from order_status_plugin.worker.supervisor import Supervisor, Timing

from .processes import eventually

#: A cluster of two processes; the first dies after a moment, as a killed worker does.
LOSES_ONE = ["sh", "-c", "sleep 0.4 & sleep 30 & wait"]
LOSES_NONE = ["sh", "-c", "sleep 30 & sleep 30 & wait"]
ENDS = ["sh", "-c", "exit 3"]
STUBBORN = ["sh", "-c", "trap '' TERM; sleep 30 & wait; sleep 30"]

TIMING = Timing(tick=0.05, ask=0.1, silence=0.8, start=0.8, patience=30, grace=0.5, rest=0.05, longest_rest=0.1)

SLOW = Timing(tick=0.05, ask=0.1, grace=20)


class Heart:
    """Beats, or not; and ends the supervisor after a while."""

    def __init__(self, silent_for: Callable[[], float | None], seconds: float) -> None:
        self._silent_for = silent_for
        self.end = time.monotonic() + seconds
        self.supervisor: Supervisor | None = None
        self.starts = 0
        self.asked = 0
        self.has_left = False

    def ask(self) -> None:
        self.asked += 1
        if time.monotonic() > self.end:
            os.kill(os.getpid(), signal.SIGTERM)

    def forget(self) -> None:
        self.starts += 1

    def silent_for(self) -> float | None:
        return self._silent_for()

    def leave(self) -> None:
        self.has_left = True


def supervise(
    command: list[str], silent_for: Callable[[], float | None], seconds: float, timing: Timing = TIMING
) -> Heart:
    heart = Heart(silent_for, seconds)
    Supervisor(command, heart, timing).run()
    return heart


def test_a_cluster_that_beats_is_left_alone() -> None:
    heart = supervise(LOSES_ONE, lambda: 0.0, seconds=2.5)
    assert heart.starts == 1
    assert heart.asked > 5


def test_silence_after_a_loss_is_a_freeze() -> None:
    assert supervise(LOSES_ONE, lambda: None, seconds=2.5).starts >= 2


def test_silence_alone_is_work() -> None:
    """A long task of the shop's own keeps every worker busy: killing it would start it over for ever."""
    assert supervise(LOSES_NONE, lambda: None, seconds=2.5).starts == 1


def test_a_process_that_was_stopped_is_a_freeze_though_others_beat() -> None:
    timing = Timing(tick=0.05, ask=0.1, stopped=0.3, rest=0.05, grace=0.5)
    stops = ["sh", "-c", "sleep 0.1; kill -STOP $$"]
    assert supervise(stops, lambda: 0.0, seconds=2.5, timing=timing).starts >= 2


def test_one_that_goes_on_in_time_is_left_alone() -> None:
    timing = Timing(tick=0.05, ask=0.1, stopped=1.5, rest=0.05, grace=0.5)
    pauses = ["sh", "-c", "p=$$; (sleep 0.6; kill -CONT $p) & kill -STOP $$; sleep 30"]
    assert supervise(pauses, lambda: 0.0, seconds=2.5, timing=timing).starts == 1


def test_told_to_stop_it_says_that_it_left() -> None:
    assert supervise(LOSES_NONE, lambda: 0.0, seconds=0.1).has_left


def test_it_says_so_before_the_last_task_ends() -> None:
    """Which may take longer than a worker may be silent."""
    heart = Heart(lambda: 0.0, 0.1)
    left: list[float] = []
    heart.leave = lambda: left.append(time.monotonic())  # type: ignore[method-assign]
    Supervisor(["sh", "-c", "trap 'sleep 0.8; exit' TERM; while :; do sleep 0.1; done"], heart, SLOW).run()
    assert left[-1] - left[0] > 0.5


def test_but_not_without_end() -> None:
    timing = Timing(tick=0.05, ask=0.1, silence=0.3, start=0.3, patience=1, grace=0.5, rest=0.05)
    assert supervise(LOSES_NONE, lambda: None, seconds=2.5, timing=timing).starts >= 2


def test_a_beat_from_before_the_start_is_no_beat() -> None:
    assert supervise(LOSES_ONE, lambda: 3600.0, seconds=2.5).starts >= 2


def test_a_cluster_that_beat_and_fell_silent_is_frozen() -> None:
    started = time.monotonic()
    late = ["sh", "-c", "sleep 1.2 & sleep 30 & wait"]
    assert supervise(late, lambda: max(0.0, time.monotonic() - started - 0.6), seconds=3.5).starts >= 2


def test_a_loss_before_the_last_beat_was_mended() -> None:
    started = time.monotonic()
    assert supervise(LOSES_ONE, lambda: max(0.0, time.monotonic() - started - 1.2), seconds=3).starts == 1


def test_a_newcomer_tells_of_a_loss_that_nobody_saw() -> None:
    started = time.monotonic()
    grows = ["sh", "-c", "(sleep 1.2; sleep 30 & wait) & sleep 30 & wait"]
    assert supervise(grows, lambda: max(0.0, time.monotonic() - started - 0.6), seconds=3.5).starts >= 2


def test_without_a_database_nobody_is_killed() -> None:
    def fail() -> float | None:
        raise OSError("the database is away")

    assert supervise(LOSES_ONE, fail, seconds=2.5).starts == 1


def test_what_was_lost_before_the_database_went_away_is_not_forgotten() -> None:
    """A worker dies with the queue's lock, and PostgreSQL restarts: the silence that follows is a freeze all the same."""
    started = time.monotonic()

    def away_for_a_while() -> float | None:
        if 0.6 < time.monotonic() - started < 1.2:
            raise OSError("the database is away")
        return None

    assert supervise(LOSES_ONE, away_for_a_while, seconds=4).starts >= 2


def test_a_question_that_cannot_be_taken_back_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def forget(self: Heart) -> None:
        self.starts += 1
        raise OSError("the database is away")

    monkeypatch.setattr(Heart, "forget", forget)
    assert supervise(LOSES_NONE, lambda: 0.0, seconds=0.3).starts == 1


def test_a_cluster_that_ends_is_started_again_with_growing_rests() -> None:
    heart = Heart(lambda: None, 1.5)
    started: list[float] = []
    heart.forget = lambda: started.append(time.monotonic())  # type: ignore[method-assign]
    timing = Timing(tick=0.02, ask=0.1, silence=9, start=9, patience=9, grace=0.5, rest=0.05, longest_rest=0.4)
    Supervisor(ENDS, heart, timing).run()
    rests = [after - before for before, after in zip(started, started[1:], strict=False)]
    assert len(started) >= 3
    assert rests[0] < rests[2]


def test_one_that_will_not_stop_is_made_to() -> None:
    started = time.monotonic()
    heart = Heart(lambda: 0.0, 0.4)
    Supervisor(STUBBORN, heart, TIMING).run()
    assert time.monotonic() - started < 10


def test_the_signal_handlers_are_given_back() -> None:
    before = signal.getsignal(signal.SIGTERM)
    supervise(LOSES_NONE, lambda: 0.0, seconds=0.1)
    assert signal.getsignal(signal.SIGTERM) is before


def test_the_family_is_seen_the_same_way_by_proc_and_by_ps(monkeypatch: pytest.MonkeyPatch) -> None:
    process = subprocess.Popen(["sleep", "30"], start_new_session=True)
    try:
        eventually(lambda: family.states(process.pid) == {process.pid: "S"})
        assert family._from_ps(process.pid) == {process.pid: "S"}
        process.send_signal(signal.SIGSTOP)
        eventually(lambda: family.states(process.pid) == {process.pid: "T"})
        assert family._from_ps(process.pid) == {process.pid: "T"}
    finally:
        process.kill()
        process.wait()
    assert family.states(process.pid) == {}


def test_where_the_system_tells_nothing_nobody_is_suspected(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.setattr(family, "PROC", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert family.states(os.getpid()) == {}


@pytest.mark.parametrize("trap", ["", "trap '' TERM; "])
def test_the_guardian_ends_the_group_when_its_pipe_closes(trap: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guardian, "GRACE", 0.5)
    process = subprocess.Popen(["sh", "-c", f"{trap}while :; do sleep 0.1; done"], start_new_session=True)
    time.sleep(0.3)
    reader, writer = os.pipe()
    stdin = os.dup(0)
    try:
        os.dup2(reader, 0)
        os.close(writer)  # the supervisor is no more
        guardian.main(process.pid)
    finally:
        os.dup2(stdin, 0)
        os.close(stdin)
        os.close(reader)
    assert process.wait(5) in (-signal.SIGTERM, -signal.SIGKILL)


def test_the_guardian_waits_as_long_as_the_pipe_is_open() -> None:
    process = subprocess.Popen(["sleep", "30"], start_new_session=True)
    guard = subprocess.Popen([sys.executable, "-I", "-S", guardian.__file__, str(process.pid)], stdin=subprocess.PIPE)
    try:
        time.sleep(0.5)
        assert (process.poll(), guard.poll()) == (None, None)
        assert guard.stdin
        guard.stdin.close()
        assert process.wait(10) == -signal.SIGTERM
        assert guard.wait(10) == 0
    finally:
        process.kill()
        guard.kill()
