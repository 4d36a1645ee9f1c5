"""The pages that are compared."""

from __future__ import annotations

from django.apps import apps
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path
from wagtail.admin import urls as wagtailadmin_urls

BARE = engines["django"].from_string(
    "<!doctype html><html lang=en><title>{{ title }}</title><body><h1>{{ title }}</h1>"
    "{% for word in words %}<p>{{ word }}</p>{% endfor %}</body></html>"
)


def bare(request: HttpRequest) -> HttpResponse:
    """A Django view that does as little as a view can: a small template, no query."""
    return HttpResponse(BARE.render({"title": "Bare", "words": ["one", "two", "three"]}, request))


urlpatterns = [
    path("bare/", bare),
    path("cms/", include(wagtailadmin_urls)),
    path("orders/", include("order_status_plugin.urls")),
    path("shop/i18n/", include("django.conf.urls.i18n")),
    path("shop/", include(apps.get_app_config("oscar").urls[0])),
]
