"""Oscar, Wagtail and the plugin in one project, so that every figure comes from the same server in the same run."""

from __future__ import annotations

import os
from typing import Any

import oscar
from oscar.defaults import *  # noqa: F403

from tests.databases import TablesOfToday, from_url

SECRET_KEY = "benchmark-secret-key-long-enough-to-be-taken-seriously-by-django"
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "bench.urls"
WSGI_APPLICATION = "bench.wsgi.application"
MIGRATION_MODULES = TablesOfToday()
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
USE_TZ = True
TIME_ZONE = "Europe/Lisbon"
LANGUAGE_CODE = "en"
SITE_ID = 1
STATIC_URL = "/static/"
MEDIA_URL = "/media/"
WAGTAIL_SITE_NAME = "Tilia & Sal"
WAGTAILADMIN_BASE_URL = "http://127.0.0.1"

INSTALLED_APPS = [
    "order_status_plugin",
    "order_status_plugin.pages",
    "django_q",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    *oscar.INSTALLED_APPS,
]
#: The seven of a new Django project, in front of every page. Oscar's own stands only in front of Oscar's pages.
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "bench.middleware.basket_for_oscar",
]
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "oscar.apps.search.context_processors.search_form",
                "oscar.apps.checkout.context_processors.checkout",
                "oscar.apps.communication.notifications.context_processors.notifications",
                "oscar.core.context_processors.metadata",
            ]
        },
    }
]
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
DATABASES = {"default": from_url(os.environ["DATABASE_URL"]) | {"CONN_MAX_AGE": None}}
if "sqlite" in DATABASES["default"]["ENGINE"]:
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL",
    }
HAYSTACK_CONNECTIONS = {"default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}}
OSCAR_SHOP_NAME = "Tilia & Sal"
OSCAR_DEFAULT_CURRENCY = "EUR"
OSCAR_ALLOW_ANON_CHECKOUT = True
OSCAR_INITIAL_ORDER_STATUS = OSCAR_INITIAL_LINE_STATUS = "Pending"
OSCAR_ORDER_STATUS_PIPELINE = {"Pending": ("Complete", "Cancelled"), "Complete": (), "Cancelled": ()}
OSCAR_LINE_STATUS_PIPELINE = OSCAR_ORDER_STATUS_PIPELINE
Q_CLUSTER = {"name": "bench", "orm": "default", "workers": 1, "timeout": 60, "retry": 120, "log_level": "WARNING"}
ORDER_STATUS = {
    "HOSTS": {
        "shop": {"BACKEND": "order_status_plugin.hosts.oscar.OscarHost"},
        "sizes": {"BACKEND": "order_status_plugin.hosts.demo.DemoHost"},
    },
    "SOURCES": {
        "aftership": {
            "BACKEND": "order_status_plugin.sources.aftership.AfterShip",
            "OPTIONS": {"secrets": ["benchmark"]},
        },
        "quiet": {
            "BACKEND": "order_status_plugin.sources.aftership.AfterShip",
            "OPTIONS": {"secrets": ["benchmark"]},
        },
    },
    "MESSAGES": False,
    # Which broker the servers under test are started with.
    **({"LIVE_BROKER": os.environ["BENCH_BROKER"]} if "BENCH_BROKER" in os.environ else {}),
    "LIVE_REDIS_URL": os.environ.get("BENCH_REDIS_URL", ""),
}
