"""What a link for a neighbour or a gift shows: less than the public page. Every field is named here."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from django.utils.translation import get_language, get_language_bidi

from ..access.models import ShareLink
from ..cms.look import look_for
from ..events import Headline, Tier
from ..tracking.models import Order
from ..tracking.queries import picture
from . import dates, words
from .facts import gather
from .items import items
from .model import ItemView, ShareView
from .rail import rail
from .sentence import promise


def build_share(order: Order, scope: ShareLink.Scope, *, now: dt.datetime | None = None) -> ShareView:
    """Return the arrival by days, and with ``ITEMS`` the titles and quantities: no parcel, no price, no picture."""
    now = now or timezone.now()
    headline = Headline(order.headline)
    facts = gather(picture(order, Tier.PUBLIC), now)
    every = {line.pk: line.quantity for line in facts.picture.lines}
    shown = items(facts, every) if scope is ShareLink.Scope.ITEMS else ()
    return ShareView(
        headline=headline,
        tone=words.TONE.get(headline, ""),
        word=str(words.HEADLINE[headline]),
        promise=promise(facts, headline),
        rail=rail(facts, headline),
        items=tuple(ItemView(title=item.title, quantity=item.quantity, initial=item.initial) for item in shown),
        shop=look_for(order.site_id).shop,
        updated=dates.shop_moment(now),
        language=get_language() or "en",
        is_rtl=get_language_bidi(),
    )
