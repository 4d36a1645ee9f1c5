"""What anybody with the link sees, as JSON, for storefronts and for the ``<order-status>`` element."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext

from ..access.headers import Secure
from ..access.links import order_url, resolve
from ..conf import conf
from ..events import Tier
from .shown import show


class PictureView(Secure):
    """``orders/<link>/order.json``: the public tier, whoever asks. ``lang`` is a language of the shop.

    Pages of the origins in ``STOREFRONT_ORIGINS`` may read it; no cookie is looked at, and none is set.
    """

    http_method_names = ["get", "head", "options"]
    checks_csrf = False

    def get(self, request: HttpRequest, link: str) -> HttpResponse:
        """Answer with the address of the page, a label for it, and the picture."""
        order = resolve(link)
        if order is None:
            raise Http404
        shown = show(order, Tier.PUBLIC, request.GET.get("lang", ""))
        with translation.override(shown.language):
            label = gettext("Open the order status page")
        body = {"url": order_url(order), "label": label, "order": shown.model_dump(mode="json")}
        return _shared(request, JsonResponse(body, json_dumps_params={"ensure_ascii": False}))


def _shared(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Let the storefronts that the shop names read it in a browser."""
    patch_vary_headers(response, ["Origin"])
    origin = request.headers.get("Origin", "")
    if origin and origin.casefold() in {str(each).rstrip("/").casefold() for each in conf.STOREFRONT_ORIGINS}:
        response["Access-Control-Allow-Origin"] = origin
    return response
