from __future__ import annotations

from django.http import HttpResponse
from django.urls import include, path

from order_status_plugin.api.health import HealthView
from order_status_plugin.messages.unsubscribe import UnsubscribeView

ours = [
    path("health/", HealthView.as_view(), name="health"),
    path("unsubscribe/<str:token>/", UnsubscribeView.as_view(), name="unsubscribe"),
    path("<str:link>/", lambda request, link: HttpResponse(), name="page"),
]
urlpatterns = [path("orders/", include((ours, "order_status")))]
