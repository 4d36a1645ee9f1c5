"""What only the customer may do with an order, from a form on its private page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from ..access import links
from ..access.tiers import Way, viewer_for
from ..events import Tier
from ..tracking.models import Order
from .identify import LinkView, SeeOther, order_of


def is_own(request: HttpRequest, order: Order) -> bool:
    """Say whether this visitor is the customer: staff who look as one are not."""
    viewer = viewer_for(request, order)
    return viewer.tier is Tier.PRIVATE and viewer.way in (Way.GRANT, Way.OWNER)


class OwnView(LinkView):
    """The base of those forms. Everybody else is led to the page, where they can identify."""

    def post(self, request: HttpRequest, link: str) -> HttpResponse:
        """Do it for the customer, and nothing for others."""
        order = order_of(link)
        return self.act(request, order) if is_own(request, order) else self.back(order)

    def act(self, request: HttpRequest, order: Order) -> HttpResponse:
        """Do what the form says."""
        raise NotImplementedError

    def back(self, order: Order, anchor: str = "") -> HttpResponse:
        """Lead back to the order's page."""
        return SeeOther(links.order_path(order) + anchor)
