"""The order status page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation

from ..access import devices, grants, passes
from ..access.links import order_path, read_link, resolve
from ..access.tiers import Way, viewer_for
from ..carriers import catalogue
from ..cms import epoch
from ..cms.layout import Placed, layout_for, needs_of
from ..cms.look import look_for
from ..cms.messages import messages_for
from ..events import Tier
from ..tracking.models import Order
from ..view import dates
from ..view.build import build
from ..view.model import OrderView
from . import counting, kept
from .door import PageView
from .language import kept_as, language_of, query
from .render import answer, link_hole, render


class StatusPageView(PageView):
    """The page of one order, for whoever has its link. HEAD answers as GET does."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, link: str) -> HttpResponse:
        """Show what this visitor may see."""
        found = None
        if _is_stranger(request) and (known := read_link(link)):
            found = kept.find(known.locator, known.version, kept_as(request))
            if found.html:
                response = answer(request, found.html, f"{request.path.rstrip('/')}/")
                counting.count(request, response, Tier.PUBLIC)
                return response
        order = resolve(link)
        if order is None:
            raise Http404
        viewer = viewer_for(request, order)
        is_staff = viewer.way is Way.STAFF
        response = render_status(request, order, viewer.tier, is_staff=is_staff, found=found)
        if not is_staff:
            counting.count(request, response, viewer.tier)
        return response


def render_status(
    request: HttpRequest,
    order: Order,
    tier: Tier,
    *,
    error: str = "",
    status: int = 200,
    is_staff: bool = False,
    found: kept.Found | None = None,
) -> HttpResponse:
    """Return the page of this order for this tier, in the language that ``language_of`` says.

    ``error`` is a sentence, best a lazy one: it opens the identify panel and stands in it. ``found`` is
    what the caller found when it looked for the kept page.
    """
    asked = kept_as(request)
    with translation.override(language_of(order, request)):
        if tier is Tier.PUBLIC:
            found = found or kept.find(order.locator, order.link_version, asked)
        html = found.html if found else None
        if html is None:
            number = found.epoch if found else epoch.current()
            catalogue.refresh(number)
            language = translation.get_language() or ""
            layout = layout_for(order.site_id, language, number)
            messages = messages_for(order.site_id, language, number)
            look = look_for(order.site_id, number)
            with_loyalty = any(placed.audience.loyalty for placed in layout)
            needs = needs_of(layout)
            view = build(
                order,
                tier,
                with_loyalty=with_loyalty,
                messages=messages,
                link=link_hole(),
                needs=needs,
                look=look,
            )
            known = grants.known(request, order) if tier is Tier.PRIVATE else ()
            html = render(view, layout, known, epoch=number, lang_query=query(request))
            if tier is Tier.PUBLIC:
                kept.keep(order, html, _valid_until(view, layout), asked, number)
        looks_as = tier if is_staff else None
        return answer(request, html, order_path(order), error=str(error), status=status, looks_as=looks_as)


def _valid_until(view: OrderView, layout: Sequence[Placed]) -> dt.datetime:
    """Return when the page turns stale by the clock alone: a word of the view, or a block that comes or goes."""
    today = view.traits.today if view.traits else None
    days = [day for placed in layout if today and (day := placed.audience.next_day_of_change(today))]
    edges = [dt.datetime.combine(day, dt.time(), tzinfo=dates.shop_zone()) for day in days]
    return min([view.valid_until, *edges])


def _is_stranger(request: HttpRequest) -> bool:
    """Say whether this browser can hold no grant and is nobody's: known without the order, and without a query."""
    user = getattr(request, "user", None)
    is_known = user is not None and user.is_authenticated
    return not (devices.token_hash(request) or passes.is_shown(request) or is_known)
