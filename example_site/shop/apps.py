from __future__ import annotations

from django.apps import AppConfig


class ShopConfig(AppConfig):
    """What is the example's own: a home page, a mailbox, a simulator."""

    name = "example_site.shop"
    label = "shop"
    default_auto_field = "django.db.models.AutoField"
