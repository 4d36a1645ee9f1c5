"""The file itself: shared by threads and forked workers, missed in plain words, built for this code."""

from __future__ import annotations

import os
import threading
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from order_status_plugin import checks
from order_status_plugin.events import Place
from order_status_plugin.places import ATTRIBUTION, names, resolve, table

CHECKOUT = Path(__file__).parent.parent.parent


@pytest.fixture
def no_table(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    monkeypatch.setattr(table, "FOLDER", tmp_path)
    _forget()
    yield tmp_path
    _forget()


def _forget() -> None:
    table.table.cache_clear()
    resolve._resolve.cache_clear()


def test_without_the_table_a_check_says_so_and_nothing_fails(no_table: Path) -> None:
    assert resolve.resolve(Place(city="Amsterdam", country="NL")) is None
    (warning,) = checks.check_places()
    assert warning.id == "order_status.W015"
    assert str(no_table) in warning.msg


@pytest.mark.parametrize("content", [b"", b"\x00" * 100, b"!\t0\t0\tolder\n", b"no newline"])
def test_a_table_of_another_version_is_not_read(no_table: Path, content: bytes) -> None:
    for name in (table.PLACES, table.TOWNS):
        (no_table / name).write_bytes(content)
    with pytest.raises(table.Unreadable):
        table.Table(no_table)
    assert checks.check_places()[0].id == "order_status.W015"


def test_the_table_is_in_order_and_every_line_can_be_found() -> None:
    lines = (table.FOLDER / table.PLACES).read_bytes().splitlines()
    keys = [table._key_of(line) for line in lines]
    assert keys == sorted(keys)
    found = table.table()
    for line in lines[1::997]:
        key = table._key_of(line).decode()
        if key[0] not in "!%+=@":
            assert found.cities(key), key
    assert found.cities("zzzzzzzz") == []
    assert found.cities("") == []
    assert found.cities("@US") == []


def test_the_table_was_built_by_these_rules() -> None:
    """A change of the rules of names without a new table would lose cities without a word."""
    for name in ("Saint Louis", "St.Louis", "ST  LOUIS"):
        assert names.key(name) == "stlouis"
    assert ("St. Louis", "MO") in {(city.name, city.region) for city in table.table().cities("stlouis")}
    for line in (table.FOLDER / table.PLACES).read_text().splitlines()[::499]:
        columns = line.split("\t")
        if len(columns) == 3 and columns[2].startswith(">"):
            assert table.table().cities(columns[0])


def test_the_table_is_small_and_says_whose_figures_it_holds() -> None:
    weight = sum(len(zlib.compress(path.read_bytes())) for path in table.FOLDER.iterdir())
    assert weight < 3_600_000
    notice = (CHECKOUT / "NOTICE").read_text()
    assert "GeoNames" in notice
    assert "CC BY 4.0" in notice
    for package in table.table().built_from.split():
        assert package in notice, package
    assert ATTRIBUTION == "© GeoNames, CC BY 4.0"


def test_threads_share_the_table() -> None:
    _forget()
    found: list[str] = []

    def look() -> None:
        for city, country in (("Lyon", "FR"), ("Leipzig", "DE"), ("Osaka", "JP")) * 20:
            point = resolve._resolve.__wrapped__(Place(city=city, country=country), "")
            found.append(point.name)

    threads = [threading.Thread(target=look) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(set(found)) == ["Leipzig", "Lyon", "Osaka"]
    assert len(found) == 8 * 60


@pytest.mark.filterwarnings("ignore:.*use of fork.*:DeprecationWarning")
def test_a_forked_worker_uses_the_table_of_its_parent() -> None:
    assert resolve.resolve(Place(city="Lyon", country="FR"))
    child = os.fork()
    if child == 0:  # pragma: no cover
        is_found = False
        try:
            is_found = resolve._resolve.__wrapped__(Place(city="Gent", country="BE"), "").country == "BE"
        finally:
            os._exit(0 if is_found else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
