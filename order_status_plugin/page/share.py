"""Sharing: the public link to show, copy or scan, and links of their own for a neighbour or a gift."""

from __future__ import annotations

import datetime as dt

import segno
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.safestring import SafeString, mark_safe

from ..access import links, sharing
from ..access.models import ShareLink
from ..cms.look import look_for
from ..conf import conf
from ..tracking.models import Order
from ..view import dates
from ..view.share import build_share
from .context import render_page
from .door import PageView
from .identify import LinkView, SeeOther, order_of
from .language import language_of
from .own import OwnView, is_own


def back_to_sharing(order: Order) -> HttpResponse:
    """Lead to the page about sharing."""
    return SeeOther(reverse("order_status:share", kwargs={"link": links.link_for(order)}))


def qr(text: str) -> SafeString:
    """Return a QR code as SVG: black on white in the dark too, or scanners do not see it."""
    code = segno.make(text, error="m", micro=False)
    svg = code.svg_inline(border=4, omitsize=True, svgclass=None, lineclass=None, light="#fff")
    return mark_safe(svg)  # noqa: S308 - numbers and colours


class ShareView(LinkView):
    """The page about sharing one order: its public half for everybody with the link, the rest for the customer."""

    def get(self, request: HttpRequest, link: str) -> HttpResponse:
        """Show the link and its code; to the customer also the links that were made, and a form for more."""
        return self._page(request, order_of(link))

    def post(self, request: HttpRequest, link: str) -> HttpResponse:
        """Make a link of its own, for the customer only."""
        order = order_of(link)
        is_made: ShareLink | None = None
        if is_own(request, order):
            days = request.POST.get("days", "")
            scope = ShareLink.Scope.ITEMS if request.POST.get("scope") == "items" else ShareLink.Scope.ARRIVAL
            if days in {str(each) for each in sharing.LIFETIMES}:
                is_made = sharing.make(order, scope, int(days), request.POST.get("label", ""))
            if is_made is None:
                return self._page(request, order, status=422)
        return back_to_sharing(order)

    def _page(self, request: HttpRequest, order: Order, status: int = 200) -> HttpResponse:
        with translation.override(language_of(order, request)):
            owns = is_own(request, order)
            url = links.order_url(order)
            made = [
                {"link": each, "url": links.url_of(order, sharing.path_of(each)), "until": _day(each.expires_at)}
                for each in (sharing.living(order) if owns else ())
            ]
            return render_page(
                request,
                "share.html",
                status,
                path=links.order_path(order),
                url=url,
                qr=qr(url),
                is_own=owns,
                is_full=len(made) >= sharing.MOST,
                made=made,
                days=sharing.LIFETIMES,
                may_show_items=conf.PUBLIC_ITEMS,
                name=look_for(order.site_id).shop,
            )


class EndSharedView(OwnView):
    """The button beside a link that was made."""

    def act(self, request: HttpRequest, order: Order) -> HttpResponse:
        """Take it back."""
        if (chosen := request.POST.get("link", "")).isdecimal() and len(chosen) < 19:
            sharing.end(order, int(chosen))
        return back_to_sharing(order)


class SharedView(PageView):
    """What somebody sees who was given a link of their own."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Show what its scope allows, and count the day."""
        link = sharing.resolve(token)
        if link is None:
            raise Http404
        if request.method == "GET":
            sharing.note_view(link)
        with translation.override(language_of(link.order, request)):
            view = build_share(link.order, ShareLink.Scope(link.scope), now=timezone.now())
            return render_page(request, "shared.html", view=view, until=_day(link.expires_at))


def _day(moment: dt.datetime) -> str:
    return dates.full_day(moment.astimezone(dates.shop_zone()))
