"""The pages that are compared."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os

from django.apps import apps
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.template import engines
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt
from django_q.brokers import Broker, get_broker
from django_q.conf import Conf
from django_q.tasks import async_task
from oscar.core.loading import get_class
from wagtail.admin import urls as wagtailadmin_urls

BARE = engines["django"].from_string(
    "<!doctype html><html lang=en><title>{{ title }}</title><body><h1>{{ title }}</h1>"
    "{% for word in words %}<p>{{ word }}</p>{% endfor %}</body></html>"
)


def bare(request: HttpRequest) -> HttpResponse:
    """A Django view that does as little as a view can: a small template, no query."""
    return HttpResponse(BARE.render({"title": "Bare", "words": ["one", "two", "three"]}, request))


def _is_signed(request: HttpRequest) -> bool:
    mac = hmac.new(b"benchmark", request.body, hashlib.sha256).digest()
    given = request.headers.get("aftership-hmac-sha256", "")
    return hmac.compare_digest(base64.b64encode(mac).decode(), given)


@csrf_exempt
def webhook(request: HttpRequest) -> HttpResponse:
    """Check a webhook's signature, answer, and forget it."""
    return JsonResponse({"state": "seen"}) if _is_signed(request) else HttpResponseBadRequest()


@csrf_exempt
def stored(request: HttpRequest) -> HttpResponse:
    """Check a webhook's signature, store it with one INSERT, and have a django-q2 task handle it."""
    if not _is_signed(request):
        return HttpResponseBadRequest()
    key = hashlib.sha256(request.body).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO bench_webhook VALUES (%s, %s, now()) ON CONFLICT DO NOTHING", [key, request.body])
    async_task("bench.urls.bare", key, broker=_broker())
    return JsonResponse({"state": "stored"}, status=202)


@csrf_exempt
def task(request: HttpRequest) -> HttpResponse:
    """Check a webhook's signature and leave it to a django-q2 task, as many shops do."""
    if not _is_signed(request):
        return HttpResponseBadRequest()
    async_task("bench.urls.bare", request.body, broker=_broker())
    return JsonResponse({"state": "queued"}, status=202)


def _broker() -> Broker:
    """Return a broker made as django-q2 makes one for each task: Redis where there is one, else the project's."""
    url = os.environ.get("BENCH_REDIS_URL")
    if not url:
        return get_broker()
    from django_q.brokers.redis_broker import Redis

    Conf.REDIS = url
    return Redis(list_key=Conf.CLUSTER_NAME)


# The baseline is Oscar's own guest page, whose address leads to ours in a shop.
for _name in ("AnonymousOrderDetailView", "AnonymousOrderFormView"):
    _view = get_class("customer.views", _name)
    _view.dispatch = _view.dispatch.__wrapped__

urlpatterns = [
    path("bare/", bare),
    path("bare/webhook/", webhook),
    path("bare/task/", task),
    path("bare/stored/", stored),
    path("cms/", include(wagtailadmin_urls)),
    path("orders/", include("order_status_plugin.urls")),
    path("shop/i18n/", include("django.conf.urls.i18n")),
    path("shop/", include(apps.get_app_config("oscar").urls[0])),
]
