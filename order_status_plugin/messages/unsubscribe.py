"""Stop the messages of one order on one channel: a page for people, one POST for mail programs (RFC 8058)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string

from ..access.headers import Secure
from ..access.limits import address_of
from ..cms.look import look_for
from ..conf import conf
from ..tracking.models import Order
from .consent import addressed, is_wanted, say
from .ledger import ConsentSource
from .stop import read_stop_token

TEMPLATE = "order_status_plugin/mail/unsubscribe.html"


class UnsubscribeView(Secure):
    """``GET`` shows the choice and changes nothing: scanners open every link. ``POST`` makes it."""

    #: A mail program sends neither cookie nor CSRF token; the token in the address is the proof.
    checks_csrf: ClassVar[bool] = False
    http_method_names = ["get", "head", "post"]

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Show whether these messages are on, and the button that changes it."""
        order, channel = self._read(token)
        return self._page(request, order, channel, is_on=is_wanted(order.pk, channel))

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """Switch them off; on again only when our own page asks for it."""
        order, channel = self._read(token)
        is_on = request.POST.get("choice") == "on"
        is_one_click = request.POST.get("List-Unsubscribe") == "One-Click"
        say(
            order,
            channel,
            is_given=is_on,
            source=ConsentSource.ONE_CLICK if is_one_click else ConsentSource.LINK,
            recipient=addressed(order, channel),
            address=address_of(request),
        )
        return self._page(request, order, channel, is_on=is_on, is_changed=True)

    def _read(self, token: str) -> Any:
        found = read_stop_token(token)
        if found is None:
            raise Http404
        return found

    def _page(
        self, request: HttpRequest, order: Order, channel: str, *, is_on: bool, is_changed: bool = False
    ) -> HttpResponse:
        context = {
            **look_for(order.site_id).context(),
            "base_template": conf.BASE_TEMPLATE,
            "is_on": is_on,
            "is_changed": is_changed,
        }
        return HttpResponse(render_to_string(TEMPLATE, context, request=request))
