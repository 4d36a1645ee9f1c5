"""A stream of django-eventstream's, one channel each."""

from __future__ import annotations

from django.urls import path
from django_eventstream.views import events

urlpatterns = [path("events/<str:channel>/", events)]
