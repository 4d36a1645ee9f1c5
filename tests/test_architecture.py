"""The shape of the code: where imports go, what the migrations say, which checks there are."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader

CHECKOUT = Path(__file__).parent.parent
PACKAGE = CHECKOUT / "order_status_plugin"
SOURCES = sorted(path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts)


def tool(*command: str) -> None:
    done = subprocess.run([sys.executable, "-m", *command], cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_imports_go_one_way() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_code_is_clean() -> None:
    tool("ruff", "check", ".")


@pytest.mark.django_db
def test_models_and_migrations_agree() -> None:
    call_command("makemigrations", "--check", "--dry-run", "order_status_plugin", verbosity=0)


def test_migrations_are_one_line() -> None:
    graph = MigrationLoader(None).graph
    for label in ("order_status_plugin", "order_status_plugin_pages"):
        assert len(graph.leaf_nodes(label)) <= 1


def test_migrations_depend_on_the_lowest_wagtail() -> None:
    """One that was made on a newer Wagtail names a migration that 7.4 does not have."""
    newest = 97
    for path in PACKAGE.rglob("migrations/0*.py"):
        for number in re.findall(r'"wagtailcore",\s*"(\d{4})_', path.read_text()):
            assert int(number) <= newest, path


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_files_are_short(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 500


def test_no_shop_is_named_outside_its_adapter() -> None:
    shared = {"base", "demo", "once", "installed", "pushed"}
    shops = {path.stem for path in (PACKAGE / "hosts").iterdir() if path.stem not in shared and path.stem[0] != "_"}
    named = re.compile(rf"\bhosts(\.| import )({'|'.join(sorted(shops))})\b")
    outside = [path for path in SOURCES if PACKAGE / "hosts" not in path.parents]
    assert len(shops) > 5
    assert {str(path.relative_to(PACKAGE)) for path in outside if named.search(path.read_text())} == set()


def test_there_is_no_utils_drawer() -> None:
    assert not [path for path in SOURCES if path.stem in {"utils", "helpers", "misc", "common"}]


def check_ids() -> dict[str, set[str]]:
    """Return every id that our system checks can give, and the files that give it."""
    found: dict[str, set[str]] = {}
    for path in SOURCES:
        for name in re.findall(r'"(order_status\.[EW]\d{3})"', path.read_text()):
            found.setdefault(name, set()).add(str(path.relative_to(PACKAGE)))
    return found


def test_check_ids_mean_one_thing() -> None:
    """The same id from two files is two meanings under one name."""
    ids = check_ids()
    assert "order_status.E001" in ids
    assert {name: files for name, files in ids.items() if len(files) > 1} == {}


def test_check_ids_are_documented() -> None:
    manual = (CHECKOUT / "docs" / "checks.md").read_text()
    assert sorted(name for name in check_ids() if name not in manual) == []
    assert set(re.findall(r"order_status\.[EW]\d{3}", manual)) <= set(check_ids())
