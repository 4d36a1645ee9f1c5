"""What ``make bench-cluster`` counts: a page that hears late, or not at all, is seen."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from argparse import Namespace
from pathlib import Path

import psutil
import pytest

from bench import cluster
from bench.cluster import Held, Page, compare

INFINITE = float("inf")


def held(*pages: Page) -> Held:
    return Held(first=100, last=200, opened_in=1, cpu={}, memory={}, pages=list(pages))


def event(link: str, began: float, status: int = 200) -> str:
    return f"{link} {began} {began + 0.01} {status}"


def test_each_event_is_held_against_the_next_frame_of_its_page() -> None:
    quick, slow = Page("/a/", [110.2, 114.1]), Page("/a/", [110.9, 115.5])
    found = compare(held(quick, slow), [event("/a/", 110), event("/a/", 114), event("/b/", 111)])
    assert (found.events, found.missed) == (3, 0)
    assert sorted(round(delay, 1) for delay in found.delays) == [0.1, 0.2, 0.9, 1.5]
    assert sorted(round(delay, 1) for delay in found.last) == [0.1, 1.5]
    assert round(found.share(99), 1) == 1.5


def test_a_frame_after_the_next_event_is_too_late_for_the_first() -> None:
    found = compare(held(Page("/a/", [114.3])), [event("/a/", 110), event("/a/", 114)])
    assert found.missed == 1
    assert found.share(99) == INFINITE
    assert [round(delay, 1) for delay in found.last] == [0.3]


def test_a_page_that_never_hears_counts_as_the_slowest() -> None:
    found = compare(held(Page("/a/"), Page("/a/", [150.1])), [event("/a/", 150)])
    assert sorted(found.last) == [pytest.approx(0.1), INFINITE]
    assert found.share(99, found.last) == INFINITE


def test_what_was_refused_and_what_was_sent_outside_of_the_time_is_told_apart() -> None:
    found = compare(
        held(Page("/a/", [120.1, 250.0])),
        [event("/a/", 120), event("/a/", 130, 502), event("/a/", 240), event("/a/", 90)],
    )
    assert (found.events, dict(found.refused), found.missed) == (1, {502: 1}, 0)


def test_mails_are_counted_in_their_folder(tmp_path: Path) -> None:
    for name in ("a.eml", "b.eml", "c.part"):
        (tmp_path / name).touch()
    assert cluster._mails({"mail": str(tmp_path)}) == 2


def test_what_is_used_while_nothing_comes_in_is_measured_with_the_simulator_at_rest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cluster, "WIND_DOWN", 0.1)
    simulator = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        facts = {"processes": {"Simulator": simulator.pid}}
        found = asyncio.run(cluster._idle(facts, 0.3))
        assert found["simulator"] == pytest.approx(0, abs=0.1)
        assert psutil.Process(simulator.pid).status() != psutil.STATUS_STOPPED
    finally:
        simulator.kill()
        simulator.wait()
    seen = Held(first=100, last=200, opened_in=1, cpu={}, memory={}, pages=[], idle={"web server": 0.02})
    rows = cluster.rows(seen, compare(seen, []), Namespace(streams=1))
    assert [row.value for row in rows if row.name == "idle CPU: web server"] == [2.0]
