"""The smallest project: Wagtail and the plugin, no shop."""

from __future__ import annotations

import os

import django

SECRET_KEY = "tests-only-secret-key-that-is-long-enough-to-be-taken-seriously"
DEBUG = False
ALLOWED_HOSTS = ["*"]
USE_TZ = True
TIME_ZONE = "Europe/Lisbon"
LANGUAGE_CODE = "en"
ROOT_URLCONF = "tests.urls"
STATIC_URL = "/static/"
MEDIA_URL = "/media/"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
WAGTAIL_SITE_NAME = "Tilia & Sal"
WAGTAILADMIN_BASE_URL = "http://testserver"
INSTALLED_APPS = [
    "order_status_plugin",
    "order_status_plugin.pages",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.contrib.simple_translation",
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
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
if os.environ.get("DATABASE_URL"):
    from .databases import from_url

    DATABASES = {"default": from_url(os.environ["DATABASE_URL"])}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DEFAULT_FROM_EMAIL = "Tilia & Sal <hello@shop.example>"
if django.VERSION >= (6, 1):
    MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
else:
    EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
Q_CLUSTER = {"name": "tests", "orm": "default", "sync": False, "timeout": 60, "retry": 120, "workers": 1}
ORDER_STATUS = {
    "PAGE_VIEWS": False,  # a process writes them once a minute, in whatever test that falls
    "EMBEDS": ["YouTube", "Vimeo", "OpenStreetMap"],
    "HOSTS": {"shop": {"BACKEND": "order_status_plugin.hosts.demo.DemoHost"}},
    "SOURCES": {
        "aftership": {
            "BACKEND": "order_status_plugin.sources.aftership.AfterShip",
            "OPTIONS": {"secrets": ["tests-secret"]},
        },
        "manual": {"BACKEND": "order_status_plugin.sources.manual.Manual"},
    },
    "CHANNELS": {"email": {"BACKEND": "order_status_plugin.channels.email.EmailChannel"}},
}
