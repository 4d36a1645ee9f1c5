"""A short storm, as ``make chaos`` blows a thousand faults long."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from . import run as chaos

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
