"""The shop's addresses."""

from __future__ import annotations

from django.apps import apps
from django.templatetags.static import static
from django.urls import include, path
from django.views.generic import RedirectView
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls
from wagtail.views import serve

from .shop import providers, views

urlpatterns = [
    path("", serve, {"path": ""}, name="home"),
    path("favicon.ico", RedirectView.as_view(url=static("shop/mark.svg"))),
    path("cms/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("i18n/", include("django.conf.urls.i18n")),
    path("orders/", include("order_status_plugin.urls")),
    path("mailbox/", views.mailbox, name="mailbox"),
    path("mailbox/<str:name>/", views.mail, name="mail"),
    path("mailbox/<str:name>/html/", views.mail_html, name="mail-html"),
    path("providers/<path:rest>", providers.provider),
    path("simulator/", views.simulator, name="simulator"),
    path("", include(apps.get_app_config("oscar").urls[0])),
    path("", include(wagtail_urls)),
]
