"""Notifications: the page's switch, the service worker that shows them, and the app that an iPhone wants first.

Anybody with the link may switch them on for their own device: a notification says no more than the page says to them.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _

from ..access import limits, links
from ..access.headers import Secure
from ..access.tiers import Way, viewer_for
from ..channels.base import Channel
from ..cms.look import look_for
from ..exceptions import UnreadableMessage
from ..messages import subscriptions
from .door import PageView
from .identify import order_of
from .language import LANG, chosen, language_of
from .subscribing import channel

WORKER = Path(__file__).with_name("push_worker.js")


class PushView(PageView):
    """What a device asks of its subscription to one order: whether it is on, or that it be on, or off."""

    def get(self, request: HttpRequest, link: str, deed: str) -> HttpResponse:
        """Lead to the page: nothing is switched by looking."""
        order_of(link)
        return HttpResponseRedirect(links.path_of(link))

    def post(self, request: HttpRequest, link: str, deed: str) -> HttpResponse:
        """Do it, and say how it is now: ``{"on": …}``. A device proves itself by the secrets of its subscription."""
        push = _push()
        order = order_of(link)
        recipient = _read(push, request, "subscription")
        if not recipient:
            return _answer(400)
        if deed == "ask":
            return _answer(200, subscriptions.is_on(order, push.alias, recipient))
        if viewer_for(request, order).way is Way.STAFF:
            return _answer(403)  # staff who look are not told
        if not limits.take(limits.subscribing(order, limits.address_of(request))):
            return _answer(429)
        if deed == "unsubscribe":
            subscriptions.remove(order, push.alias, recipient)
            return _answer(200)
        try:
            subscriptions.add(order, push.alias, recipient, language_of(order, request))
        except subscriptions.TooManyDevices:
            return _answer(409)
        return _answer(200, subscriptions.is_on(order, push.alias, recipient))


class MovedView(Secure):
    """A push service gave a device a new address; its service worker tells, with the secrets of the old one."""

    checks_csrf = False  # no cookie counts here
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest) -> HttpResponse:
        """Tell the device by its new address, of all that it was told of by the old one."""
        push = _push()
        if not limits.take(limits.subscribing(None, limits.address_of(request))):
            return _answer(429)
        old, new = _read(push, request, "old"), _read(push, request, "new")
        if not (old and new):
            return _answer(400)
        return _answer(200, bool(subscriptions.replace(push.alias, old, new)))


class WorkerView(Secure):
    """The service worker. It stands below our address and no further, and it answers no request in place of us."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest) -> HttpResponse:
        """Return the script, and let it work for the orders' pages."""
        response = HttpResponse(_worker(), content_type="text/javascript; charset=utf-8")
        response["Service-Worker-Allowed"] = reverse("order_status:lookup")
        return response


class AppView(PageView):
    """The web app manifest of one order's page: without it, an iPhone takes no notifications."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, link: str) -> HttpResponse:
        """Return it. It knows the link and the shop's name, and nothing of the order."""
        order = order_of(link)
        language = chosen(request)
        with translation.override(language_of(order, request)):
            start = f"{links.path_of(link)}?{urlencode({LANG: language})}" if language else links.path_of(link)
            app = {
                "name": _("Your order at %(shop)s") % {"shop": look_for(order.site_id).shop},
                "short_name": look_for(order.site_id).shop,
                "start_url": start,
                "scope": reverse("order_status:lookup"),
                "display": "standalone",
                "dir": "rtl" if get_language_bidi() else "ltr",
                "lang": translation.get_language(),
            }
        return HttpResponse(json.dumps(app), content_type="application/manifest+json")


def _push() -> Channel:
    found = channel()
    if found is None:
        raise Http404
    return found


def _read(push: Channel, request: HttpRequest, field: str) -> str:
    """Return the subscription in this field, "" for what is none."""
    try:
        return push.subscription(request.POST.get(field, ""))
    except UnreadableMessage:
        return ""


def _answer(status: int, is_on: bool = False) -> HttpResponse:
    said: dict[str, Any] = {"on": is_on}
    return JsonResponse(said, status=status)


@cache
def _worker() -> str:
    return WORKER.read_text()
