"""Make a new link: the old one, wherever it went, answers as if it had never been."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpRequest, HttpResponse

from ..access.audit import CUSTOMER, Action, audit
from ..messages import subscriptions
from ..tracking import record
from ..tracking.models import Order
from .own import OwnView


class RenewView(OwnView):
    """The button on the share page."""

    def act(self, request: HttpRequest, order: Order) -> HttpResponse:
        """End the link and lead to the new one. Devices that see the details and shared links are not touched.

        A notification leads to the page: devices that were told by the old link, whose ever they are, would learn the
        new one.
        """
        with transaction.atomic():
            order = record.revoke_link(order)
            subscriptions.end(order)
        audit(Action.LINK_RENEWED, order, CUSTOMER)
        return self.back(order)
