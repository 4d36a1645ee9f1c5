"""A project that adds to the plugin: a block, a named field, settings and languages of its own."""

from __future__ import annotations

from tests.settings import *  # noqa: F403
from tests.settings import INSTALLED_APPS as BASE_APPS
from tests.settings import ORDER_STATUS as BASE

INSTALLED_APPS = ["tests.projects.extended.gifts", *BASE_APPS]
LANGUAGE_CODE = "pt"
LANGUAGES = [("pt", "Português"), ("eo", "Esperanto"), ("en", "English")]
WAGTAIL_I18N_ENABLED = True
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES
ORDER_STATUS = {
    **BASE,
    "SHOP_NAME": "Gifts & Co",
    "MILESTONES": ("shipped", "delivered"),
    "PUBLIC_PRICES": True,
    "IDENTIFICATION": "mailed_code",
}
