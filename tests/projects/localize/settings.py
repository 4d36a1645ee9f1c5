"""A project whose editors translate with wagtail-localize."""

from __future__ import annotations

from tests.settings import *  # noqa: F403
from tests.settings import INSTALLED_APPS as BASE_APPS

#: It takes the place of wagtail.locales, and does what wagtail.contrib.simple_translation does.
INSTALLED_APPS = [
    "wagtail_localize",
    "wagtail_localize.locales",
    *(app for app in BASE_APPS if app != "wagtail.contrib.simple_translation"),
]
LANGUAGES = WAGTAIL_CONTENT_LANGUAGES = [("en", "English"), ("fr", "Français")]
WAGTAIL_I18N_ENABLED = True
