"""A shop that has grown: Wagtail, Django's admin and the plugin, on the database that the environment names."""

from __future__ import annotations

from tests.databases import TablesOfToday
from tests.settings import *  # noqa: F403
from tests.settings import DATABASES, ORDER_STATUS

MIGRATION_MODULES = TablesOfToday()
DATABASES["default"]["CONN_MAX_AGE"] = None
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
ORDER_STATUS = {
    **ORDER_STATUS,
    "MESSAGES": False,
    # Nobody is to be refused for asking too often.
    **{f"LIMIT_{name}": 10**9 for name in ("ADDRESS_HOUR", "EMAIL_DAY", "GLOBAL_HOUR", "ORDER_HOUR", "ORDER_DAY")},
    "SOURCES": {
        **ORDER_STATUS["SOURCES"],
        # Asked, so that what is due is looked for; never called here.
        "ups": {
            "BACKEND": "order_status_plugin.sources.ups.Ups",
            "OPTIONS": {"client_id": "benchmark", "client_secret": "benchmark-benchmark"},
        },
    },
}
