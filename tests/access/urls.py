"""Views that fail in every way, each behind our door."""

from __future__ import annotations

from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.urls import include, path

from order_status_plugin.access.headers import Secure, secure

FAILURES = {
    "missing": Http404("TS-20418"),
    "denied": PermissionDenied("TS-20418"),
    "bad": BadRequest("TS-20418"),
    "suspicious": SuspiciousOperation("TS-20418"),
    "broken": ValueError("TS-20418"),
}


def view(request: HttpRequest, how: str = "well") -> HttpResponse:
    if how in FAILURES:
        raise FAILURES[how]
    if how == "elsewhere":
        return redirect("/")
    if how == "form":
        return HttpResponse(get_token(request))
    return HttpResponse("fine")


class Machine(Secure):
    checks_csrf = False
    frame_ancestors = "'self'"

    def post(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse("taken", headers={"Cache-Control": "no-store, no-transform"})


urlpatterns = [
    path("now/<how>/", secure(view)),
    path("machine/", Machine.as_view()),
    path("orders/", include("order_status_plugin.urls")),
]
