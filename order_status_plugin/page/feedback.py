"""Feedback: one click on the order's page, and a few words on the next, if somebody likes."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _

from ..access import links
from ..access.tiers import Way, viewer_for
from ..feedback import give
from ..feedback.models import Feedback
from ..tracking.models import Order
from .context import render_page
from .identify import FAILED, LinkView, SeeOther, order_of
from .language import language_of

TOO_MANY = 429
#: A field that people neither see nor reach: whoever fills it in is a program that presses whatever it finds.
TRAP = "left-empty"


class FeedbackView(LinkView):
    """What this browser said of an order, and the form to say more. Anybody with the link may."""

    def get(self, request: HttpRequest, link: str) -> HttpResponse:
        """Show it; an order whose time is over leads to its page."""
        order = order_of(link)
        return SeeOther(links.order_path(order)) if order.erased_at else self._page(request, order)

    def post(self, request: HttpRequest, link: str) -> HttpResponse:
        """Keep the rating, and the comment where one was sent, and show what was kept."""
        order = order_of(link)
        if order.erased_at or viewer_for(request, order).way is Way.STAFF:
            return SeeOther(links.order_path(order))  # staff who look are not asked
        rating = request.POST.get("rating", "")
        if rating not in Feedback.Rating:
            return self._page(request, order, FAILED)
        if request.POST.get(TRAP):
            return SeeOther(links.order_path(order))
        is_comment = "comment" in request.POST
        response = SeeOther(f"{links.order_path(order)}feedback/{'?sent' if is_comment else ''}")
        try:
            give.give(request, response, order, Feedback.Rating(rating), request.POST.get("comment"))
        except give.TooMany:
            return self._page(request, order, TOO_MANY)
        return response

    def _page(self, request: HttpRequest, order: Order, status: int = 200) -> HttpResponse:
        with translation.override(language_of(order, request)):
            errors = {
                FAILED: _("Please choose one of the three"),
                TOO_MANY: _("That is enough for now. Please try again later"),
            }
            return render_page(
                request,
                "feedback.html",
                status,
                path=links.order_path(order),
                mine=give.of(request, order),
                comment=request.POST.get("comment", "")[: give.LONGEST],
                is_sent="sent" in request.GET and status == 200,
                longest=give.LONGEST,
                error=errors.get(status, ""),
            )
