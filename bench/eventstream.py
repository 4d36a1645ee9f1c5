"""django-eventstream as the baseline: settings and URLconf. Its Redis, and no middleware, which would cost it more."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

from .settings import *  # noqa: F403

ROOT_URLCONF = "bench.eventstream_urls"
MIDDLEWARE: list[str] = []
INSTALLED_APPS = [*INSTALLED_APPS, "django_eventstream"]  # noqa: F405
if os.environ.get("BENCH_REDIS_URL"):
    _redis = urlsplit(os.environ["BENCH_REDIS_URL"])
    EVENTSTREAM_REDIS = {"host": _redis.hostname, "port": _redis.port}
