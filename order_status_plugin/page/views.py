"""The order status page."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Sequence
from functools import partial

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone, translation

from ..access import devices, grants, passes
from ..access.links import Link, order_path, read_link, resolve
from ..access.tiers import Way, viewer_for
from ..carriers import catalogue
from ..cms import epoch
from ..cms.layout import Placed, asks_loyalty, layout_for, needs_of
from ..cms.look import look_for
from ..cms.messages import messages_for
from ..events import Tier
from ..tracking.models import Order
from ..view import dates
from ..view.build import compose, read, stub
from ..view.marks import NoSuchValue
from ..view.model import OrderView
from . import counting, kept, skeleton
from .door import PageView
from .language import kept_as, language_of, query
from .render import answer, link_hole, render

logger = logging.getLogger(__name__)


class StatusPageView(PageView):
    """The page of one order, for whoever has its link. HEAD answers as GET does."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, link: str) -> HttpResponse:
        """Show what this visitor may see."""
        found = None
        path = f"{request.path.rstrip('/')}/"
        if not _may_be_staff(request) and (known := read_link(link)):
            if token_hash := devices.token_hash(request):
                if response := _kept_private(request, known, token_hash, path):
                    counting.count(request, response, Tier.PRIVATE)
                    return response
            else:
                found = kept.find(known.locator, known.version, kept_as(request))
                if found.html:
                    response = answer(request, found.html, path)
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
    asked, known = kept_as(request), grants.known(request, order) if tier is Tier.PRIVATE else ()
    to_keep: Callable[[], None] | None = None
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
            told = None
            if order.erased_at is None:
                told = read(
                    order,
                    tier,
                    with_loyalty=asks_loyalty(layout),
                    messages=messages,
                    link=link_hole(),
                    needs=needs_of(layout),
                    look=look,
                )
            view = compose(told) if told else stub(order, tier, look, timezone.now())
            as_html = partial(render, layout=layout, epoch=number, lang_query=query(request))
            html = as_html(view)
            until = _valid_until(view, layout)
            if tier is Tier.PUBLIC:
                kept.keep(order, html, until, asked, number)
            elif tier is Tier.PRIVATE and told:
                to_keep = partial(skeleton.keep, order, told, html, as_html, until, asked, number)
        looks_as = tier if is_staff else None
        response = answer(
            request, html, order_path(order), error=str(error), status=status, devices=known, looks_as=looks_as
        )
    if to_keep:
        # Once the answer is sent: whoever opens the page does not wait for it.
        response._resource_closers.append(to_keep)  # type: ignore[attr-defined]
    return response


def _kept_private(request: HttpRequest, link: Link, token_hash: str, path: str) -> HttpResponse | None:
    shown = skeleton.find(link, kept_as(request), token_hash)
    try:
        return answer(request, shown.html, path, devices=shown.devices, values=shown.values) if shown else None
    except NoSuchValue:
        logger.info("a kept page names what its order has no more", exc_info=True)
        return None


def _valid_until(view: OrderView, layout: Sequence[Placed]) -> dt.datetime:
    """Return when the page turns stale by the clock alone: a word of the view, or a block that comes or goes."""
    today = view.traits.today if view.traits else None
    days = [day for placed in layout if today and (day := placed.audience.next_day_of_change(today))]
    edges = [dt.datetime.combine(day, dt.time(), tzinfo=dates.shop_zone()) for day in days]
    return min([view.valid_until, *edges])


def _may_be_staff(request: HttpRequest) -> bool:
    """Say whether more than a device's grant may decide what is shown: somebody is signed in, or shows a pass."""
    user = getattr(request, "user", None)
    return (user is not None and user.is_authenticated) or passes.is_shown(request)
