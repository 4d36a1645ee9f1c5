"""What a shop's own dashboard shows of ours: the way to an order's page, and the order in short.

Whoever comes here is nobody to this project: the dashboard's token says who it is.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.db import Error
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from ..access import passes
from ..access.apps import AppView
from ..access.headers import policy
from ..access.links import order_path, order_url
from ..access.tiers import log_look
from ..carriers import catalogue
from ..events import Tier
from ..exceptions import OrderStatusError, UnknownOrder, UnreadableMessage, UntrustedWebhook
from ..hosts.base import AppHost, StaffAsk
from ..messages.told import messages_of
from ..tracking.models import Order
from ..view.build import build

logger = logging.getLogger(__name__)

#: Messages in the widget.
_NEWEST = 5

#: Reads an order that we have not seen yet: host alias, reference.
Take = Callable[[str, str], Order]


class FramedView(AppView):
    """The base of what stands in a frame of the dashboard, and of no one else's."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Let the dashboard frame whatever is answered."""
        response = super().dispatch(request, *args, **kwargs)
        response["Content-Security-Policy"] = policy(self.host.dashboard_origin or "'none'")
        response.xframe_options_exempt = True  # type: ignore[attr-defined]  # the policy says more exactly who may
        return response


class HomeView(FramedView):
    """``orders/saleor/<alias>/``: what the dashboard opens for the app itself."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, alias: str) -> HttpResponse:
        """Say where the page of an order is found."""
        return _page("home.html")


class PopupView(FramedView):
    """``…/popup/``: for a dashboard that sends no form. A script asks it for the token, and posts to the widget."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, alias: str) -> HttpResponse:
        """Return the form that the script fills."""
        widget = reverse("order_status:app-widget", kwargs={"alias": alias})
        return _page("popup.html", widget=widget, origin=self.host.dashboard_origin)


class AskedView(FramedView):
    """The base of what the dashboard posts its token to."""

    http_method_names = ["post", "options"]
    take: Take | None = None

    def post(self, request: HttpRequest, alias: str) -> HttpResponse:
        """Find the order that is asked for, if who asks may see it."""
        try:
            asked = self.host.staff_asks(request.POST.dict())
            order = self._order(self.host, asked)
        except UntrustedWebhook as error:
            logger.warning("%s: the dashboard's form was refused: %s", alias, error)
            return _page("refused.html", 403, why=_("This is not allowed. Reload the dashboard and try again."))
        except UnreadableMessage:
            return _page("refused.html", 400, why=_("This request cannot be understood."))
        except (OrderStatusError, Error):
            logger.exception("%s: the order that staff ask for cannot be read", alias)
            return _page("refused.html", 503, why=_("Something went wrong here. Please try again later."))
        return self.show(request, order, asked)

    def _order(self, host: AppHost, asked: StaffAsk) -> Order:
        found = Order.objects.select_related("site").filter(host=host.alias, reference=asked.reference).first()
        if (found is None or found.read_at is None) and self.take is not None:
            try:
                self.take(host.alias, asked.reference)
            except UnknownOrder:
                raise Http404 from None
            found = Order.objects.select_related("site").get(host=host.alias, reference=asked.reference)
        if found is None:
            raise Http404
        return found

    def show(self, request: HttpRequest, order: Order, asked: StaffAsk) -> HttpResponse:
        """Return the answer."""
        raise NotImplementedError


class OpenView(AskedView):
    """``…/open/``: more actions, View order status page."""

    def show(self, request: HttpRequest, order: Order, asked: StaffAsk) -> HttpResponse:
        """Lead to the page, with a pass that lets staff switch between what the customer and the public see."""
        path = order_path(order)
        response = HttpResponseRedirect(path)
        response.status_code = 303
        passes.give(request, response, order, asked.who or self.host.label, path)
        return response


class WidgetView(AskedView):
    """``…/widget/``: the order in short, with what its customer was told."""

    def show(self, request: HttpRequest, order: Order, asked: StaffAsk) -> HttpResponse:
        """Show it. Nothing personal stands here; that it was looked at is written down all the same."""
        catalogue.refresh()
        log_look(order, asked.who or str(self.host.label), Tier.PUBLIC)
        with translation.override(translation.get_language_from_request(request)):
            told = messages_of(order)[:_NEWEST]
            return _page(
                "widget.html",
                view=build(order, Tier.PUBLIC),
                told=told,
                url=order_url(order),
                # Beside the order, the dashboard's own menu leads to the page; a popup is all that there is.
                is_popup="popup" in request.POST,
                origin=self.host.dashboard_origin,
            )


def _page(template: str, status: int = 200, **context: Any) -> HttpResponse:
    html = render_to_string(f"order_status_plugin/staff/app/{template}", context)
    return HttpResponse(html, status=status)
