"""Django's entry: connects the rooms, holds no logic."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class OrderStatusConfig(AppConfig):
    """The plugin."""

    name = "order_status_plugin"
    label = "order_status_plugin"
    verbose_name = _("Order status")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register checks, wire the rooms together, keep the schedules."""
        from . import checks, wiring  # noqa: F401
        from .intake import masking

        masking.install()
        wiring.connect()
        post_migrate.connect(wiring.ensure_schedules, sender=self, dispatch_uid="order_status.schedules")
