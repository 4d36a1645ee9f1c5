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
        """Register checks, connect the flow, keep the schedules."""
        from . import checks, flow  # noqa: F401
        from .intake import masking

        masking.install()
        flow.connect()
        post_migrate.connect(flow.ensure_schedules, sender=self, dispatch_uid="order_status.schedules")
