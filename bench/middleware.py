"""Oscar's basket, only where Oscar's templates ask for it."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from oscar.apps.basket.middleware import BasketMiddleware

Answer = Callable[[HttpRequest], HttpResponseBase]


def basket_for_oscar(get_response: Answer) -> Answer:
    """Pass everything by, except what lies below /shop/."""
    through_oscar = BasketMiddleware(get_response)

    def middleware(request: HttpRequest) -> HttpResponseBase:
        return through_oscar(request) if request.path_info.startswith("/shop/") else get_response(request)

    return middleware
