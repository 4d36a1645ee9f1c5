"""A shop on one file, for code of any release: what the walk needs, and nothing that is new."""

from __future__ import annotations

import os

from tests.settings import *  # noqa: F403

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.environ.get("WALK_DATABASE", ":memory:"),
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": "PRAGMA journal_mode=WAL"},
    }
}
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
