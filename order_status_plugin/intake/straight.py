"""A webhook's way from the server to its view, past the middleware."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest, get_path_info
from django.http import HttpResponse
from django.urls import Resolver404, ResolverMatch, resolve

#: Where the found hook waits in the environment of its request.
HOOK = "order_status.hook"
_HOOKS = frozenset({"hook", "hook-with-secret"})


def find_hook(environ: dict[str, Any]) -> ResolverMatch | None:
    """Return the hook that this is posted to, None for everything that is not for the door.

    That is, too, what comes by HTTP where the project insists on HTTPS; and with ``DEBUG`` everything: who develops wants
    to see every request pass by the same way.
    """
    if environ["REQUEST_METHOD"] != "POST" or settings.DEBUG or "/hooks/" not in environ.get("PATH_INFO", ""):
        return None
    if settings.SECURE_SSL_REDIRECT and not WSGIRequest(dict(environ)).is_secure():
        return None
    return _match(get_path_info(environ), settings.ROOT_URLCONF)


@lru_cache(maxsize=256)
def _match(path: str, urlconf: str) -> ResolverMatch | None:
    try:
        match = resolve(path, urlconf)
    except Resolver404:
        return None
    # By the names of the app: a project may include it in a namespace of its own.
    return match if match.app_names[-1:] == ["order_status"] and match.url_name in _HOOKS else None


class StraightHandler(WSGIHandler):
    """Django's own handler with no middleware in it. Its views are hooks: they turn their own failures into answers."""

    def load_middleware(self, is_async: bool = False) -> None:
        """Load none."""

    def get_response(self, request: WSGIRequest) -> HttpResponse:  # type: ignore[override]
        """Call the view that :func:`find_hook` has found."""
        match: ResolverMatch = request.META.pop(HOOK)
        request.resolver_match = match
        response: HttpResponse = match.func(request, *match.args, **match.kwargs)
        response.headers["Content-Length"] = str(len(response.content))  # as CommonMiddleware does
        response._resource_closers.append(request.close)  # type: ignore[attr-defined]
        return response
