"""The bare project on a database file, for servers that run as processes of their own."""

from __future__ import annotations

import json
import os

from tests.databases import TablesOfToday
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

ORDER_STATUS = {**ORDER_STATUS, **json.loads(os.environ.get("LIVE_SETTINGS", "{}"))}  # noqa: F405

MIGRATION_MODULES = TablesOfToday()
