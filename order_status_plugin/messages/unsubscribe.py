"""Stop the messages of one order on one channel: a page for people, one POST for mail programs (RFC 8058)."""

from __future__ import annotations

from typing import ClassVar

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation

from ..access import limits
from ..access.headers import Secure
from ..cms.look import look_for
from ..conf import conf
from ..tracking.models import Order
from .consent import addressed, is_last_word, is_wanted, say
from .language import language_of
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
        return self._page(request, order, is_on=_is_on(order, channel))

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """Switch them off; on again only when our own page asks for it.

        What was the last word already is not written again. A no always counts; how often a day they go on again is
        limited, by order: one-click requests of many customers come from the same few addresses.
        """
        order, channel = self._read(token)
        is_on = request.POST.get("choice") == "on"
        with transaction.atomic():
            order = Order.objects.select_for_update().get(pk=order.pk)
            if order.erased_at:
                return self._page(request, order, is_on=False)
            recipient = addressed(order, channel)
            if not is_last_word(order, channel, recipient, is_given=is_on):
                if is_on and not limits.take(limits.resuming(order)):
                    return self._page(request, order, is_on=_is_on(order, channel), status=429)
                is_one_click = request.POST.get("List-Unsubscribe") == "One-Click"
                say(
                    order,
                    channel,
                    is_given=is_on,
                    source=ConsentSource.ONE_CLICK if is_one_click else ConsentSource.LINK,
                    recipient=recipient,
                    address=limits.address_of(request),
                )
        return self._page(request, order, is_on=is_on, is_changed=True)

    def _read(self, token: str) -> tuple[Order, str]:
        found = read_stop_token(token)
        if found is None:
            raise Http404
        return found

    def _page(
        self, request: HttpRequest, order: Order, *, is_on: bool, is_changed: bool = False, status: int = 200
    ) -> HttpResponse:
        context = {
            **look_for(order.site_id).context(),
            "base_template": conf.BASE_TEMPLATE,
            "is_on": is_on,
            "is_changed": is_changed,
            "may_change": order.erased_at is None,
        }
        # The language of the mail that led here, whatever the browser would rather have.
        language = language_of(order.locale)
        with translation.override(language):
            html = render_to_string(TEMPLATE, context, request=request)
        return HttpResponse(html, status=status, headers={"Content-Language": language})


def _is_on(order: Order, channel: str) -> bool:
    return order.erased_at is None and is_wanted(order.pk, channel)
