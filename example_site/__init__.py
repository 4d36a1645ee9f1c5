"""A real shop to try the plugin in: Wagtail, django-oscar, order-status-plugin."""

from __future__ import annotations
