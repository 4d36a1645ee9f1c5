"""``orders/metrics/``: figures for a monitor that the shop lets in, and no address for anybody else."""

from __future__ import annotations

import hmac
import ipaddress
from typing import ClassVar

from django.db import Error
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from ..access.headers import Secure
from ..access.limits import visitor
from ..conf import conf
from . import exposition, metrics


class MetricsView(Secure):
    """200 with the metrics, 404 to whom neither token nor network lets in, 503 when the database does not answer."""

    checks_csrf: ClassVar[bool] = False
    http_method_names = ["get", "head"]

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        """Let in who may."""
        if not (_has_token(request) or _is_near(request)):
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Answer with all there is."""
        try:
            text = exposition.render(metrics.read())
        except Error:
            return HttpResponse("The database does not answer.\n", status=503, content_type="text/plain; charset=utf-8")
        return HttpResponse(text, content_type=exposition.CONTENT_TYPE)


def _has_token(request: HttpRequest) -> bool:
    kind, _space, token = request.headers.get("Authorization", "").partition(" ")
    given = token.strip().encode()
    # Every one is compared, so that the time tells nothing of which.
    matches = [hmac.compare_digest(given, known.encode()) for known in conf.METRICS_TOKENS if known]
    return kind.casefold() == "bearer" and any(matches)


def _is_near(request: HttpRequest) -> bool:
    address = visitor(request)
    if address is None:
        return False
    return any(address in ipaddress.ip_network(network, strict=False) for network in conf.METRICS_NETWORKS)
