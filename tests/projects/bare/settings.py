"""An empty Django + Wagtail project in its strictest mood: atomic requests, and a login in front of every view."""

from __future__ import annotations

import os
from pathlib import Path

SECRET_KEY = "bare-project-secret-key-long-enough-to-be-taken-seriously-by-django"
DEBUG = False
ALLOWED_HOSTS = ["testserver", "localhost"]
USE_TZ = True
LANGUAGE_CODE = "en"
ROOT_URLCONF = "bare.urls"
STATIC_URL = "/static/"
MEDIA_URL = "/media/"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
WAGTAIL_SITE_NAME = "Bare"
WAGTAILADMIN_BASE_URL = "http://localhost"
LOGIN_URL = "/cms/login/"
INSTALLED_APPS = [
    "order_status_plugin",
    "order_status_plugin.pages",
    "wagtail.contrib.redirects",
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
    "django_q",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": Path(os.environ.get("BARE_FOLDER", ".")) / "bare.sqlite3",
        "ATOMIC_REQUESTS": True,
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": "PRAGMA journal_mode=WAL"},
    }
}
# Nobody edits a look here: wagtail.contrib.settings is left out on purpose.
SILENCED_SYSTEM_CHECKS = ["order_status.W016"]
Q_CLUSTER = {"name": "bare", "orm": "default", "workers": 1, "queue_limit": 1, "timeout": 60, "retry": 120}
ORDER_STATUS = {"HOSTS": {"shop": {"BACKEND": "order_status_plugin.hosts.demo.DemoHost"}}}
