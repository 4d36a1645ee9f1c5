"""A short storm, as ``make chaos`` blows a thousand faults long."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from . import run as chaos
from .ledger import CHANNELS, Ledger, Told
from .pages import Shown
from .world import World

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux") or bool(os.environ.get("DATABASE_URL")),
    reason="reads /proc to find what to kill, and starts a database of its own",
)


def test_a_short_storm_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    report = chaos.run(faults=24, seed=20_418, broker="redis", apart=False, folder=tmp_path, only=chaos.QUICK)
    print("\n".join(chaos.table(report)))  # noqa: T201
    assert len(report.faults) >= 24
    assert report.orders >= 5
    assert (report.lost, report.doubled, report.wrong) == ([], [], [])
    assert report.percentile(0.99) <= 60
    assert report.hearing, "no open page heard of anything"


def test_what_an_open_page_did_not_hear_of_is_not_right() -> None:
    ledger = Ledger()
    step = ledger.begin("K000001", 3)
    ledger.accepted(step)
    for channel in CHANNELS:
        ledger.took(channel, "K000001", "delivered", channel)
    ledger.shows("K000001", "delivered")
    assert ledger.waiting() == [step]
    ledger.hears("K000001", "in_transit")
    assert ledger.waiting() == [step]
    ledger.hears("K000001", "delivered")
    assert ledger.waiting() == []
    ledger.begin("K000001", 3)
    ledger.orders["K000001"].steps[-1].accepted_at = ledger.orders["K000001"].steps[-1].shown_at = time.monotonic()
    assert "open page did not hear" in ledger.give_up(ledger.orders["K000001"].steps[-1])


def test_with_a_wrong_clock_an_open_page_need_not_hear() -> None:
    ledger = Ledger()
    step = ledger.begin("K000001", 1)
    ledger.accepted(step)
    ledger.set_clock(is_right=False)
    ledger.shows("K000001", "in_transit")
    ledger.set_clock(is_right=True)
    assert ledger.waiting() == []


def test_a_page_that_is_not_right_in_the_end_is_wrong() -> None:
    place = SimpleNamespace(
        ledger=SimpleNamespace(
            orders={"K000001": Told("K000001", "/orders/one/"), "K000002": Told("K000002", "/orders/two/")}
        ),
        load=SimpleNamespace(page={"/orders/one/": Shown("delivered", 4), "/orders/two/": Shown("in_transit", 2)}.get),
    )
    said = list(chaos._unlike(cast("World", place), {"K000001": 3, "K000002": 3}))
    assert said == ["K000002: in the end the page shows in_transit; expected delivered"]
