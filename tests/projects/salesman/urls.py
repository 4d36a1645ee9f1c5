from __future__ import annotations

from django.contrib import admin
from django.urls import include, path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls

urlpatterns = [
    path("admin/", admin.site.urls),
    path("cms/", include(wagtailadmin_urls)),
    path("api/", include("salesman.urls")),
    path("orders/", include("order_status_plugin.urls")),
    path("", include(wagtail_urls)),
]
