"""The shop that is broken on purpose, as one that outgrew one machine is set up: each process is told by its environment.

``CHAOS`` is a JSON object: ``url``, ``keyed`` (a provider's address), ``mail`` ([host, port]), ``redis`` ("" for none: then
tasks and news for open pages go by PostgreSQL), ``folder``, ``is_asgi``.
"""

from __future__ import annotations

import json
import os
from typing import Any

import django

from tests.databases import TablesOfToday, from_url
from tests.settings import *  # noqa: F403

from . import clock

SAID: dict[str, Any] = json.loads(os.environ["CHAOS"])
MIGRATION_MODULES = TablesOfToday()
#: The database's machine may fall silent without a word: nobody waits for it longer than this.
PATIENCE = {"connect_timeout": 3, "tcp_user_timeout": 10_000, "keepalives_idle": 5, "keepalives_interval": 2}
DATABASES = {
    "default": {
        **from_url(SAID["url"]),
        "CONN_MAX_AGE": 0 if SAID["is_asgi"] else 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": PATIENCE,
    }
}
_HOST, _PORT = SAID["mail"]
if django.VERSION >= (6, 1):
    _SMTP = {"host": _HOST, "port": _PORT, "timeout": 5}
    MAILERS = {"default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": _SMTP}}
else:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST, EMAIL_PORT, EMAIL_TIMEOUT = _HOST, _PORT, 5
Q_CLUSTER = {
    "name": "chaos",
    "workers": 2,
    "queue_limit": 2,
    "bulk": 1,
    "timeout": 60,
    "retry": 180,
    "max_attempts": 5,
    "catch_up": False,
    "save_limit": 50,
    "log_level": "WARNING",
    # A Redis whose machine falls silent is not waited for either.
    **(
        {"redis": f"{SAID['redis']}?socket_timeout=5&socket_connect_timeout=3"} if SAID["redis"] else {"orm": "default"}
    ),
}
_LIVE = (
    {"LIVE_BROKER": "order_status_plugin.live.redis.RedisBroker", "LIVE_REDIS_URL": SAID["redis"]}
    if SAID["redis"]
    else {"LIVE_BROKER": "order_status_plugin.live.postgres.PostgresBroker"}
)
ORDER_STATUS = {
    **_LIVE,
    "PAGE_VIEWS": False,
    "LIMIT_API_KEY_HOUR": 10_000_000,
    "LIMIT_API_STRANGER_HOUR": 10_000_000,
    "HOSTS": {"push": {"BACKEND": "order_status_plugin.hosts.push.PushHost"}},
    "SOURCES": {
        "aftership": {
            "BACKEND": "order_status_plugin.sources.aftership.AfterShip",
            "OPTIONS": {"secrets": ["chaos"]},
        }
    },
    "CHANNELS": {
        "keyed": {
            "BACKEND": "tests.messages.keyed.KeyedChannel",
            "OPTIONS": {"url": SAID["keyed"], "timeout": 5},
        },
        "plain": {"BACKEND": "order_status_plugin.channels.email.EmailChannel"},
    },
}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"lines": {"format": "%(asctime)s %(process)d %(name)s %(levelname)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "lines"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"order_status_plugin": {"level": "INFO"}},
}
clock.obey(SAID["folder"])
