"""Migrate once: a copy of the empty database lies in build/migrated until a migration, or what it stands on, changes."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import django
from django.apps import apps

#: The matrix runs away from the checkout, and says where it lies: two Pythons with the same packages share what is there.
FOLDER = Path(os.environ.get("MIGRATED") or Path(__file__).parent.parent / "build" / "migrated")


def copy() -> Path:
    """Return where this project's copy lies, or would lie."""
    module = os.environ["DJANGO_SETTINGS_MODULE"]
    files = {"": Path(__file__).parent / "settings.py", module: Path(sys.modules[module].__file__ or "")}
    for app in apps.get_app_configs():
        files |= {f"{app.label}/{file.name}": file for file in (Path(app.path) / "migrations").glob("*.py")}
    digest = hashlib.sha256(f"{django.VERSION} {module}".encode())
    for name, file in sorted(files.items()):
        digest.update(name.encode() + file.read_bytes())
    return FOLDER / f"{digest.hexdigest()[:24]}.sqlite3"


def load(into: sqlite3.Connection) -> None:
    """Fill an empty database from the copy, where there is one: then ``migrate`` finds nothing to do."""
    if copy().exists():
        with closing(sqlite3.connect(copy())) as kept:
            kept.backup(into)


def save(connection: Any) -> None:
    """Keep a copy of a migrated database. Another process may be doing the same: the last one's stays, whole."""
    path = copy()
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    being_written = path.with_suffix(f".{os.getpid()}")
    with closing(sqlite3.connect(being_written)) as kept:
        connection.backup(kept)
    being_written.replace(path)
