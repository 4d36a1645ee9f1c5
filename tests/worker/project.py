"""A project on a SQLite file for tests that start real processes: the database's place comes by the environment."""

from __future__ import annotations

import os
from pathlib import Path

import django

from tests.settings import *  # noqa: F403

HERE = Path(os.environ["WORKER_TEST_DIR"])
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": HERE / "db.sqlite3",
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL",
        },
    }
}
Q_CLUSTER = {
    "name": "tests",
    "workers": 1,
    "queue_limit": 1,
    "bulk": 1,
    "timeout": 30,
    "retry": 60,
    "ALT_CLUSTERS": {"reports": {"timeout": 50, "retry": 60}},
}
Q_CLUSTER |= {"redis": os.environ["WORKER_TEST_REDIS"]} if "WORKER_TEST_REDIS" in os.environ else {"orm": "default"}
if django.VERSION >= (6, 1):
    MAILERS = {"default": {"BACKEND": "tests.worker.slow_mail.SlowMail"}}
else:
    EMAIL_BACKEND = "tests.worker.slow_mail.SlowMail"
SLOW_MAIL_FOLDER = HERE / "mail"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "INFO"},
}
