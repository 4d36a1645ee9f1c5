"""While web servers are replaced one by one, the release before this one runs on this one's schema."""

from __future__ import annotations

import io
import json
import os
import sqlite3
import subprocess
import sys
import tarfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests import migrated
from tests.servers import database, postgresql

CHECKOUT = Path(__file__).parent.parent.parent


def git(*arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], cwd=CHECKOUT, capture_output=True, check=True).stdout


def release_before() -> str:
    """Return the newest release's tag; before the first release it is the last commit itself."""
    tags = git("tag", "--list", "v*", "--merged", "HEAD", "--sort=-version:refname").decode().split()
    return tags[0] if tags else "HEAD"


@pytest.fixture(scope="module")
def old_code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("before")
    with tarfile.open(fileobj=io.BytesIO(git("archive", release_before(), "order_status_plugin"))) as archive:
        archive.extractall(folder, filter="data")
    return folder


@pytest.fixture
def new_schema(db: None, tmp_path: Path) -> Path:
    """A database that this checkout's migrations have made, on disk."""
    path = tmp_path / "shop.sqlite3"
    with closing(sqlite3.connect(path)) as fresh:
        migrated.load(fresh)
        assert fresh.execute("SELECT count(*) FROM order_status_plugin_order").fetchone() == (0,)
    return path


def walk(code: Path, where: Path | str) -> tuple[dict[str, Any], str]:
    """Return what the code of this folder saw, and what it said on stderr."""
    # By -c: run as a file or module, the checkout's own folder would stand first on the path.
    done = run("import sys; sys.path.remove(''); from tests.upgrade import walk; walk.main()", code, where)
    return (json.loads(done.stdout.splitlines()[-1]) if done.returncode == 0 else {}), done.stderr


def run(program: str, code: Path, where: Path | str) -> subprocess.CompletedProcess[str]:
    """Run a program with the code of this folder on this database."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")} | {
        "PYTHONPATH": os.pathsep.join((str(code), str(CHECKOUT))),
        "DJANGO_SETTINGS_MODULE": "tests.upgrade.settings",
        "WALK_DATABASE": str(where),
    }
    return subprocess.run(
        [sys.executable, "-c", program], cwd=code, env=env, capture_output=True, text=True, check=False
    )


def check(code: Path, where: Path | str) -> None:
    """Have the code of this folder live an order's life."""
    seen, complaint = walk(code, where)
    assert seen, complaint[-3000:]
    assert Path(seen["file"]).is_relative_to(code), "another code was walked"
    assert seen["statuses"] == [201, 200, 303, 200]
    assert (seen["public"], seen["private"], seen["erased"]) == ([True, True], True, True)
    assert {"confirmed", "out_for_delivery"} <= set(seen["mails"])


@pytest.mark.sqlite
def test_the_release_before_lives_an_orders_life_on_the_new_schema(old_code: Path, new_schema: Path) -> None:
    check(old_code, new_schema)


@pytest.mark.full
@pytest.mark.postgresql
def test_the_release_before_lives_it_on_postgresql(old_code: Path) -> None:
    """Which refuses more: SQLite takes texts of any length, and any type."""
    with postgresql() as server, database(server, f"order_status_walk_{os.getpid()}") as url:
        made = run(
            "from django.core import management as m; m.execute_from_command_line(['', 'migrate', '--run-syncdb'])",
            CHECKOUT,
            url,
        )
        assert made.returncode == 0, made.stderr[-3000:]
        check(old_code, url)


@pytest.mark.sqlite
@pytest.mark.full
def test_a_schema_that_it_could_not_live_with_is_noticed(old_code: Path, new_schema: Path) -> None:
    with closing(sqlite3.connect(new_schema)) as opened:
        opened.execute("ALTER TABLE order_status_plugin_order RENAME COLUMN headline TO heading")
        opened.commit()
    seen, complaint = walk(old_code, new_schema)
    assert not seen
    assert "headline" in complaint
