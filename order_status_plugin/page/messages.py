"""What the customer was told of an order, what was held back and why, and the switches of each channel."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from ..access import links
from ..access.limits import address_of
from ..access.tiers import viewer_for
from ..events import Tier
from ..messages import consent
from ..messages.ledger import ConsentSource
from ..messages.person import people_of
from ..messages.told import MOST, messages_of, switches_of
from ..tracking.models import Order
from ..view import dates
from .context import render_page
from .identify import SeeOther, order_of
from .language import language_of
from .own import OwnView, is_own


class MessagesView(OwnView):
    """A page of its own, led to from the private page, which so costs nothing more."""

    def get(self, request: HttpRequest, link: str) -> HttpResponse:
        """Show it to the customer, and to staff who look as one; lead everybody else to the order."""
        order = order_of(link)
        if viewer_for(request, order).tier is not Tier.PRIVATE or order.erased_at is not None:
            return self.back(order)
        with translation.override(language_of(order, request)):
            people = people_of(order.pk)
            told = [(each, dates.shop_moment(each.at)) for each in messages_of(order)]
            return render_page(
                request,
                "messages.html",
                path=links.order_path(order),
                told=told,
                is_cut=len(told) == MOST,
                most=MOST,
                switches=switches_of(order, people),
                is_own=is_own(request, order),
            )

    def act(self, request: HttpRequest, order: Order) -> HttpResponse:
        """Keep the word on one channel, or on one piece of its news, with the words that stood on the button."""
        with translation.override(language_of(order, request)):
            alias, topic, choice = (request.POST.get(name, "") for name in ("channel", "topic", "choice"))
            switch = next((each for each in switches_of(order) if each.alias == alias and not each.stopped), None)
            about = (
                next((each for each in switch.topics if each.milestone == topic), None) if switch and topic else None
            )
            chosen = about if topic else switch
            if switch and chosen and choice in ("on", "off") and chosen.is_on is not (choice == "on"):
                label = f"{switch.label}, {about.label}" if about else switch.label
                consent.say(
                    order,
                    alias,
                    is_given=choice == "on",
                    source=ConsentSource.PAGE,
                    recipient=consent.addressed(order, alias),
                    topic=topic,
                    wording=f"{label}: {_('Switch on') if choice == 'on' else _('Switch off')}",
                    locale=translation.get_language() or "",
                    address=address_of(request),
                )
        return SeeOther(reverse("order_status:messages", kwargs={"link": links.link_for(order)}))
