"""The door of what a shop asks of us as its app."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from ..backends import get_host
from ..exceptions import BackendError
from ..hosts.base import AppHost
from .headers import Secure


def find(alias: str) -> AppHost:
    """Return the shop of this alias in which we are an app. Raises Http404."""
    try:
        host = get_host(alias)
    except (KeyError, BackendError):
        raise Http404 from None
    if not isinstance(host, AppHost):
        raise Http404
    return host


class AppView(Secure):
    """The base: finds the shop first."""

    checks_csrf: ClassVar[bool] = False  # no cookie counts here
    host: AppHost

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Refuse an alias that is no app's, whatever is asked of it."""
        self.host = find(str(kwargs.get("alias", "")))
        return super().dispatch(request, *args, **kwargs)
