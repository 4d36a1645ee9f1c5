"""The order status page for any Django or Wagtail shop."""

from __future__ import annotations

__version__ = "0.1.0"

#: The plugin and all that it stands on, for a project that does not run Wagtail yet: in front of its own apps.
INSTALLED_APPS = [
    "order_status_plugin",
    "order_status_plugin.pages",
    "django_q",
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
]
