"""The bare project on a database file, for servers that run as processes of their own."""

from __future__ import annotations

import os

from tests.settings import *  # noqa: F403

ALLOWED_HOSTS = ["127.0.0.1"]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.environ["LIVE_DATABASE"],
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": "PRAGMA journal_mode=WAL"},
    }
}
MIDDLEWARE = ["django.middleware.gzip.GZipMiddleware", *MIDDLEWARE, "tests.live.held.tell_what_is_held"]  # noqa: F405


class _NoMigrations(dict[str, None]):
    """Tables straight from the models: a hundred migrations take longer than the tests."""

    def __contains__(self, app: object) -> bool:
        return True

    def __missing__(self, app: str) -> None:
        return None


MIGRATION_MODULES = _NoMigrations()
