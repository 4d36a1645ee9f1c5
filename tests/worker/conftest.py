from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from .processes import Project


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make one database; each test gets its copy."""
    folder = tmp_path_factory.mktemp("migrated")
    Project(folder).django("migrate", "--verbosity", "0")
    return folder


@pytest.fixture
def project(migrated: Path, tmp_path: Path) -> Iterator[Project]:
    for file in migrated.glob("db.sqlite3*"):
        shutil.copy(file, tmp_path)
    made = Project(tmp_path)
    yield made
    made.end()
