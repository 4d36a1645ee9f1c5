"""``orders/api/v1/``: the push API and its description, behind the door that all our views have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from ninja import NinjaAPI

from ..access.headers import Secure, secure
from ..conf import conf
from ..intake.views import read_body
from . import problems
from .description import describe
from .operations import router
from .problems import Problem

api = NinjaAPI(
    title="Order status push API",
    version="1.0.0",
    description="Tell the order status page of your orders, whatever your shop is made of.",
    urls_namespace="order_status_api",
    openapi_url=None,
    docs_url=None,
)
api.add_router("", router)
problems.install(api)


class DescriptionView(Secure):
    """``openapi.json``: what can be called for, as OpenAPI 3.1. Nothing of any order."""

    checks_csrf: ClassVar[bool] = False
    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest) -> JsonResponse:
        """Describe the API as it is mounted here."""
        root = reverse("order_status:api-description").removesuffix("openapi.json")
        return JsonResponse(describe(api, root))


def _bounded(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Refuse a body that is too long before it is read."""

    def bounded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        body = read_body(request)
        if body is None:
            return Problem(413, f"The body is larger than {conf.WEBHOOK_MAX_BYTES} bytes.").response()
        request._body = body
        return view(request, *args, **kwargs)

    return bounded


def _patterns() -> list[URLPattern]:
    # django-ninja names an address once for each of its methods; the first name is enough.
    operations: dict[str, URLPattern] = {}
    for one in api.urls[0]:
        if isinstance(one, URLPattern) and one.name != "api-root":
            operations.setdefault(str(one.pattern), one)
    return [
        path("openapi.json", DescriptionView.as_view(), name="api-description"),
        *(
            URLPattern(one.pattern, secure(_bounded(one.callback), checks_csrf=False), one.default_args, one.name)
            for one in operations.values()
        ),
    ]


urlpatterns = _patterns()
