"""The ways in and out of the private tier: look-up, a link's own form, the ordering device's claim, forgetting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail.models import Site

from ..access import claims, codes, grants, identify, limits, links
from ..access.audit import CUSTOMER, Action, audit
from ..access.models import Grant
from ..access.site import asked
from ..cms.layout import page_for
from ..events import Tier
from ..messages import notices
from ..messages.notices import Notice
from ..messages.outbox import DRAIN
from ..tracking import record
from ..tracking.models import Order
from ..worker.wake import wake
from .context import is_by_code, render_page
from .door import PageView
from .language import chosen, query
from .views import render_status

#: The one answer to every failure, and its one status: the form was understood, what it says was not accepted.
NOT_SHOWN = cast("str", _("We could not show it here"))  # lazy: the page may speak the order's language
FAILED = 422

#: Renders the look-up form: the request, the error to show ("" for none), the status.
RenderForm = Callable[[HttpRequest, str, int], HttpResponse]


class SeeOther(HttpResponseRedirect):
    """After a POST: look there, with GET."""

    status_code = 303


def _identified(request: HttpRequest, order: Order | None) -> Order | None:
    """Check the two fields of the form against one order, or against all for None."""
    number, email = request.POST.get("number", ""), request.POST.get("email", "")
    return identify.check(order, number, email, limits.address_of(request), None if order else asked(request))


def let_in(request: HttpRequest, order: Order, method: Grant.Method) -> HttpResponse:
    """Lead to the order, make this device private for it, and tell its owner when that is new and from elsewhere."""
    response = SeeOther(links.order_path(order))
    with transaction.atomic():
        grant, is_new = grants.give(request, response, order, method)
        audit(Action.DEVICE_LET_IN, order, CUSTOMER, method.value)
        if is_new and method is not Grant.Method.CLAIM:
            notices.owe(order, Notice.DEVICE, str(grant.pk))
    return response


def mail_code(request: HttpRequest, order: Order | None) -> HttpResponse:
    """Note that a code is wanted, and lead to where it is typed: the same whatever becomes of it."""
    response = SeeOther(reverse("order_status:code"))
    codes.ask(request, response, order, request.POST.get("number", ""), request.POST.get("email", ""))
    wake("outbox", DRAIN)
    return response


def order_of(link: str) -> Order:
    """Return the order of a link; raises Http404 for unknown, wrong and revoked ones."""
    order = links.resolve(link)
    if order is None:
        raise Http404
    return order


def answer_look_up(request: HttpRequest, render: RenderForm) -> HttpResponse:
    """Answer a look-up form, wherever it stands: our own address or the editors' page.

    GET renders the form. POST leads to the order and makes this device private for it, or renders the form again.
    """
    if request.method != "POST":
        return render(request, "", 200)
    if is_by_code():
        return mail_code(request, None)
    order = _identified(request, None)
    if order is None:
        return render(request, NOT_SHOWN, FAILED)
    return let_in(request, order, Grant.Method.IDENTIFIED)


def render_look_up(request: HttpRequest, error: str, status: int) -> HttpResponse:
    """Render our own look-up form."""
    return render_page(
        request, "look_up.html", status, error=error, action=f"{reverse('order_status:lookup')}{query(request)}"
    )


def editors_page(request: HttpRequest) -> str:
    """Return the address of this site's OrderStatusPage, "" when there is none."""
    site = Site.find_for_request(request)
    page = page_for(site, get_language() or "")
    if page is None:
        return ""
    if page.locale_id != site.root_page.locale_id and not _leads_to(site, page):
        return ""
    return page.get_url(request) or ""


def _leads_to(site: Site, page: Any) -> bool:
    """Say whether a translation can be opened: Wagtail shows nothing of a language before its home page is live."""
    return bool(site.root_page.get_translations().filter(locale_id=page.locale_id).live().exists())


class LookUpView(PageView):
    """The form for people without a link. Where the editors made a page of it, that page is the one."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the form, or lead to the editors' page. No order is known: what the browser prefers decides."""
        with translation.override(chosen(request) or translation.get_language_from_request(request)):
            address = editors_page(request)
            return HttpResponseRedirect(address) if address else answer_look_up(request, render_look_up)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Lead to the order that these two open."""
        with translation.override(chosen(request) or translation.get_language_from_request(request)):
            return answer_look_up(request, render_look_up)


class LinkView(PageView):
    """A form that stands on an order's page. Who opens its address gets the page."""

    def get(self, request: HttpRequest, link: str) -> HttpResponse:
        """Lead to the page: somebody reloaded, or copied the address of an answer."""
        order_of(link)
        return HttpResponseRedirect(links.path_of(link))


class IdentifyView(LinkView):
    """Number and email on the order's own page."""

    def post(self, request: HttpRequest, link: str) -> HttpResponse:
        """Make this device private for the order, or show its page again with the one answer."""
        order = order_of(link)
        if is_by_code():
            return mail_code(request, order)
        if _identified(request, order) is None:
            return render_status(request, order, Tier.PUBLIC, error=NOT_SHOWN, status=FAILED)
        return let_in(request, order, Grant.Method.IDENTIFIED)


class ForgetView(LinkView):
    """The button that hides private details on this device."""

    def post(self, request: HttpRequest, link: str) -> HttpResponse:
        """End this device's grant for the order."""
        response = SeeOther(links.path_of(link))
        grants.forget(request, response, order_of(link))
        return response


class ClaimView(PageView):
    """The ordering device comes from the thank-you page."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Lead to the look-up: an address without a code opens nothing."""
        return HttpResponseRedirect(reverse("order_status:lookup"))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Spend the code and lead to the order; one that was spent or is too old leads there without letting in.

        Once the link was revoked, such a code leads to the look-up: it must not tell the new link.
        """
        claim = claims.read(request.POST.get("code", ""))
        if claim is None:
            raise Http404
        # The shop has vouched for the order: should our row of it be missing, the sweep fills the new one.
        order = record.first_sight(claim.host, claim.reference, get_language() or "")
        with transaction.atomic():  # spent only together with what it bought
            if claims.spend(claim):
                return let_in(request, order, Grant.Method.CLAIM)
        return SeeOther(reverse("order_status:lookup") if order.link_version > 1 else links.order_path(order))
