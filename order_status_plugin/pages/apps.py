"""The optional app that holds the concrete Wagtail page."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrderStatusPagesConfig(AppConfig):
    """The page; leave it out where the project swaps Wagtail's base Page and derive from the mixin there."""

    name = "order_status_plugin.pages"
    label = "order_status_pages"
    verbose_name = _("Order status pages")
    default_auto_field = "django.db.models.BigAutoField"
