from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls


def wall(request: HttpRequest) -> HttpResponse:
    """Stand for the project's own views: nobody comes here without a login."""
    return HttpResponse("inside")


urlpatterns = [
    path("wall/", wall),
    path("cms/", include(wagtailadmin_urls)),
    path("orders/", include("order_status_plugin.urls")),
    path("", include(wagtail_urls)),
]
