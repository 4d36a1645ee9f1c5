"""The web service that devices with an order's file use, as Apple describes it.

https://developer.apple.com/documentation/walletorders. A device proves itself by the token in the file, but not where
it asks which of its orders changed: there it gets names that tell nothing.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import re
from typing import Any, ClassVar

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.http import http_date, parse_http_date_safe

from ..access import limits
from ..access.headers import Secure
from ..backends import get_channel
from ..channels.base import OrderIssuer
from ..exceptions import UnreadableMessage
from ..messages.language import language_of
from ..messages.subscriptions import TooManyDevices
from ..tracking.models import Order
from . import devices, issuers
from .package import CONTENT_TYPE, package
from .tokens import is_token

logger = logging.getLogger(__name__)

SCHEME = "AppleOrder "
#: Of a body: a push token, or the log of a device.
_LONGEST_BODY = 16_384
#: Of one report: lines, and characters of each.
_LINES, _LINE = 20, 300
#: Names and tokens of devices and orders, addresses of mail and web: whatever could say who it is.
_TELLING = re.compile(r"\S*(?:[@/]|[A-Za-z0-9_-]{12,}|[0-9]{5,})\S*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


class ServiceView(Secure):
    """The base: finds the issuer of the alias, and refuses an order type that is not its own."""

    checks_csrf: ClassVar[bool] = False  # no cookie counts here
    issuer: OrderIssuer

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Find the issuer first: an alias that cannot sign is no address."""
        issuer = issuers.find(str(kwargs.get("alias", "")))
        if issuer is None or kwargs.get("order_type", issuer.order_type) != issuer.order_type:
            raise Http404
        self.issuer = issuer
        return super().dispatch(request, *args, **kwargs)


class LatestView(ServiceView):
    """``v1/orders/<type>/<order>``: the latest version of an order."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, alias: str, order_type: str, uid: str) -> HttpResponse:
        """Return it: 200, or 304 for one that the device has, or 401."""
        order = _authorized(request, alias, uid)
        if order is None:
            return _refused()
        changed = _last_modified(order)
        since = parse_http_date_safe(request.headers.get("If-Modified-Since", ""))
        if since is not None and changed <= since:
            response = HttpResponse(status=304)
        else:
            response = HttpResponse(package(order, alias, self.issuer), content_type=CONTENT_TYPE)
        response["Last-Modified"] = http_date(changed)
        return response


class RegistrationView(ServiceView):
    """``v1/devices/<device>/registrations/<type>/<order>``: tell a device of an order, or no more."""

    http_method_names = ["post", "delete", "options"]

    def post(self, request: HttpRequest, alias: str, device: str, order_type: str, uid: str) -> HttpResponse:
        """Register it: 201, 200 where it was registered already, 400, 401; 409 for more devices than there may be."""
        order = _authorized(request, alias, uid)
        if order is None:
            return _refused()
        try:
            token = get_channel(alias).subscription(str(_read(request)["pushToken"]))
            is_new = devices.register(order, alias, device, token, language_of(order.locale))
        except (KeyError, TypeError, ValueError, UnreadableMessage):
            return HttpResponse(status=400)
        except TooManyDevices:
            return HttpResponse(status=409)
        return HttpResponse(status=201 if is_new else 200)

    def delete(self, request: HttpRequest, alias: str, device: str, order_type: str, uid: str) -> HttpResponse:
        """Forget it: 200, also where it was not there, or 401."""
        order = _authorized(request, alias, uid)
        if order is None:
            return _refused()
        devices.unregister(order, alias, device)
        return HttpResponse(status=200)


class RegistrationsView(ServiceView):
    """``v1/devices/<device>/registrations/<type>``: which orders of a device changed."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, alias: str, device: str, order_type: str) -> HttpResponse:
        """Return their names and the time to ask with next; 204 for none."""
        now = timezone.now()
        found = devices.changed(alias, device, _moment(request.GET.get("ordersModifiedSince", "")))
        if not found:
            return HttpResponse(status=204)
        asked_at = now.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return JsonResponse({"orderIdentifiers": found, "lastModified": asked_at})


class LogView(ServiceView):
    """``v1/log``: what a device could not do."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, alias: str) -> HttpResponse:
        """Write some of it into our log, without anything that could say whose device it is."""
        if not limits.take(limits.wallet_log(limits.address_of(request))):
            return HttpResponse(status=429)
        try:
            lines = _read(request)["logs"]
        except (KeyError, TypeError, ValueError):
            return HttpResponse(status=400)
        for line in lines[:_LINES] if isinstance(lines, list) else ():
            logger.warning("A wallet says: %s", _anonymous(str(line)[:_LINE]))
        return HttpResponse(status=200)


class NothingView(ServiceView):
    """The address of the service itself: it stands in every file, and there is nothing to see."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Say so, whatever is asked."""
        raise Http404


def _authorized(request: HttpRequest, alias: str, uid: str) -> Order | None:
    """Return the order that the request's token is for, None where it is not for this one."""
    order = Order.objects.select_related("site").filter(locator=uid).first()
    given = request.headers.get("Authorization", "")
    if order is None or not given.startswith(SCHEME):
        return None
    return order if is_token(given.removeprefix(SCHEME), order, alias) else None


def _refused() -> HttpResponse:
    response = HttpResponse(status=401)
    response["WWW-Authenticate"] = SCHEME.strip()
    return response


def _last_modified(order: Order) -> int:
    """Return the second of the last change, and one earlier while that second lasts: another may follow in it."""
    changed = int(order.changed_at.timestamp())
    return changed if timezone.now().timestamp() >= changed + 1 else changed - 1


def _moment(text: str) -> dt.datetime | None:
    """Return the time that we gave, None for anything else: then the device hears of all its orders."""
    try:
        moment = dt.datetime.fromisoformat(text)
        return moment if moment.tzinfo and moment.year > 1 else None
    except ValueError:
        return None


def _read(request: HttpRequest) -> Any:
    """Return the body's JSON. Raises ValueError for what is none, or too long."""
    try:
        body: bytes = request.read(_LONGEST_BODY + 1)
    except UnreadablePostError as error:
        raise ValueError("the body broke off") from error
    if len(body) > _LONGEST_BODY:
        raise ValueError("the body is too long")
    try:
        return json.loads(body)
    except RecursionError as error:
        raise ValueError("the body is nested too deeply") from error


def _anonymous(line: str) -> str:
    return _TELLING.sub("…", _CONTROL.sub(" ", line))
