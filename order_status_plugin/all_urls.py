"""Our addresses and those of Wagtail's admin, for a project that does not run Wagtail yet: in front of its own.

``path("", include("order_status_plugin.all_urls"))``
"""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("orders/", include("order_status_plugin.urls")),
    path("cms/", include("wagtail.admin.urls")),
    path("documents/", include("wagtail.documents.urls")),
]
