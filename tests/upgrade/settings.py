"""A shop on one file or one PostgreSQL database, for code of any release: what the walk needs, and nothing that is new."""

from __future__ import annotations

import os

from tests.databases import TablesOfToday, from_url
from tests.settings import *  # noqa: F403

_WHERE = os.environ.get("WALK_DATABASE", ":memory:")
_FILE = {
    "ENGINE": "django.db.backends.sqlite3",
    "NAME": _WHERE,
    "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": "PRAGMA journal_mode=WAL"},
}
DATABASES = {"default": from_url(_WHERE) if _WHERE.startswith("postgres") else _FILE}
#: That migrations make the tables of the models is tested elsewhere.
MIGRATION_MODULES = TablesOfToday()
ORDER_STATUS = {
    "HOSTS": {"push": {"BACKEND": "order_status_plugin.hosts.push.PushHost"}},
    "SOURCES": {
        "aftership": {
            "BACKEND": "order_status_plugin.sources.aftership.AfterShip",
            "OPTIONS": {"secrets": ["tests-secret"]},
        },
    },
    "CHANNELS": {"email": {"BACKEND": "order_status_plugin.channels.email.EmailChannel"}},
    "KEYS": ["w" * 40],
}
