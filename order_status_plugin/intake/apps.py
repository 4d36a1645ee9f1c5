"""How a shop installs us as its app: the manifest that it reads, and the address that takes its token."""

from __future__ import annotations

import logging

from django.db import Error
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from django.urls import reverse

from ..access import limits
from ..access.apps import AppView
from ..backend import Webhook
from ..conf import conf
from ..exceptions import OrderStatusError, UnreadableMessage, UntrustedWebhook
from ..hosts.base import AppAddresses

logger = logging.getLogger(__name__)

#: Of the body that brings a token.
_LONGEST = 16_384


def addresses(request: HttpRequest, alias: str) -> AppAddresses:
    """Return where the app is reached: below the setting ``BASE_URL``, else as this request reached us.

    Saleor leaves the port out of its Host header: who serves on another than 80 and 443 needs the setting.
    """
    root = str(conf.BASE_URL).rstrip("/") or f"{request.scheme}://{request.get_host()}"

    def at(name: str) -> str:
        return root + reverse(f"order_status:{name}", kwargs={"alias": alias})

    return AppAddresses(
        page=at("app"),
        register=at("app-register"),
        hook=at("hook"),
        open=at("app-open"),
        widget=at("app-widget"),
        popup=at("app-popup"),
    )


class ManifestView(AppView):
    """``orders/saleor/<alias>/manifest.json``: what is given to the dashboard to install us."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, alias: str) -> HttpResponse:
        """Return it for the version that asks."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        return JsonResponse(self.host.manifest(addresses(request, alias), headers))


class RegisterView(AppView):
    """``orders/saleor/<alias>/register/``: takes the token.

    The shop counts whatever is no 4xx or 5xx as done, also a redirect.
    """

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, alias: str) -> HttpResponse:
        """200: kept. 400, 403, 429, 503: not, and the message is shown to who installs.

        Anybody can call this, and have us call the shop: so often as the push API is called without a key.
        """
        headers = {name.lower(): value for name, value in request.headers.items()}
        try:
            if not limits.take(limits.strangers(limits.address_of(request))):
                return _refuse(429, "TOO_MANY", "Too many tries: install again in an hour.")
            self.host.install(Webhook(body=_read(request), headers=headers))
        except UnreadableMessage as error:
            return _refuse(400, "UNREADABLE", str(error))
        except UntrustedWebhook as error:
            return _refuse(403, "REFUSED", str(error))
        except (OrderStatusError, Error) as error:
            logger.exception("%s could not be installed", alias)
            said = str(error) if isinstance(error, OrderStatusError) else "The database failed."
            return _refuse(503, "UNAVAILABLE", f"Try again. {said}")
        logger.info("%s is installed", alias)
        return JsonResponse({"success": True})


def _read(request: HttpRequest) -> bytes:
    try:
        body: bytes = request.read(_LONGEST + 1)
    except UnreadablePostError:
        return b""
    if len(body) > _LONGEST:
        raise UnreadableMessage("The body is too long.")
    return body


def _refuse(status: int, code: str, message: str) -> HttpResponse:
    return JsonResponse({"success": False, "error": {"code": code, "message": message}}, status=status)
