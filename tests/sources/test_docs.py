"""What the manual's pages on sources show is run."""

from __future__ import annotations

import datetime as dt
import re
import sys
import types
from pathlib import Path

from order_status_plugin.events import Overlay, ParcelStatus, Place, Precision
from order_status_plugin.sources.base import Webhook
from order_status_plugin.sources.standard import Standard

from .plays import PLAYED

S = ParcelStatus
PAGES = Path(__file__).parents[2] / "docs" / "sources"


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", (PAGES / page).read_text(), re.DOTALL)


# --- your own ----------------------------------------------------------------------------------------------------

ADAPTER, CONTRACT, _OPTIONS = blocks("your-own.md", "python")

_module = types.ModuleType("acme")
exec(compile(ADAPTER, "acme.py", "exec"), _module.__dict__)
sys.modules["acme"] = _module
# The page's test of it, as a shop would write it: its class is collected here.
exec(compile(CONTRACT, "test_acme.py", "exec"), globals())


def test_a_source_fits_on_one_screen() -> None:
    assert len(ADAPTER.splitlines()) < 60


# --- standard ----------------------------------------------------------------------------------------------------


def test_the_example_of_the_manual() -> None:
    page = (PAGES / "standard.md").read_text()
    (example,) = blocks("standard.md", "json")
    (update,) = Standard("standard", {}).parse(Webhook(body=example.encode(), headers={}))
    assert (update.tracking_number, update.carrier) == ("LX123456785PT", "ctt")
    assert [scan.status for scan in update.scans] == [S.PICKED_UP_BY_CARRIER, S.IN_TRANSIT, S.READY_FOR_PICKUP]
    assert [scan.utc_offset for scan in update.scans] == [0, None, None]
    assert update.scans[1].overlay is Overlay.DELAYED
    assert update.scans[2].precision is Precision.DATE
    assert update.scans[0].place == Place(city="Porto", country="PT", latitude=41.15, longitude=-8.61)
    assert update.window is not None
    assert (update.window.earliest, update.window.latest) == (dt.date(2026, 11, 24), dt.date(2026, 11, 25))
    # Everything that there is stands in the example, and every field of it in the table.
    assert all((update.next_step, update.proof_url, update.pickup_place, update.pickup_hours, update.pickup_until))
    assert all((update.handed_to, update.handed_number, update.signed_by, update.left_at, update.window.reason))
    for name in re.findall(r'"(\w+)":', example):
        assert re.search(rf"`[\w.\[\]]*\b{name}`", page), name


# --- all of them -------------------------------------------------------------------------------------------------


def test_every_source_has_a_page_and_a_row() -> None:
    table = (PAGES.parent / "sources.md").read_text()
    for name, played in PLAYED.items():
        assert played.backend in (PAGES / f"{name}.md").read_text(), name
        assert f"](sources/{name}.md)" in table, name
