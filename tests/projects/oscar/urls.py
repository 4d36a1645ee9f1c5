from __future__ import annotations

from django.apps import apps
from django.contrib import admin
from django.urls import include, path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls

urlpatterns = [
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
    path("cms/", include(wagtailadmin_urls)),
    path("pages/", include(wagtail_urls)),
    path("orders/", include("order_status_plugin.urls")),
    path("", include(apps.get_app_config("oscar").urls[0])),
]
