"""What content is chosen by: the coarse facts of an order, as this tier may see them."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import get_language

from ..cms.audience import Loyalty, Traits
from ..events import Headline, OrderState, Tier
from ..tracking import headline as headlines
from ..tracking.models import Order, OrderContact
from .facts import OrderFacts, ParcelFacts


def traits(facts: OrderFacts, tier: Tier, headline: Headline, *, with_loyalty: bool) -> Traits:
    """Return the traits of an order. In the public tier nothing is read that is personal."""
    order = facts.picture.order
    return Traits(
        tier=tier,
        headline=headline,
        today=facts.today,
        is_part_sent=bool(facts.parcels and facts.unsent_count),
        locale=get_language() or "",
        country=order.country,
        carriers=tuple(sorted({parcel.row.carrier for parcel in facts.parcels if parcel.row.carrier})),
        shipping_method=order.shipping_method,
        tags=tuple(map(str, order.tags)),
        total=order.total if facts.may_see_all else None,
        loyalty=_loyalty(order, facts.picture.contact) if with_loyalty else None,
    )


def of_parcel(order: Traits, parcel: ParcelFacts) -> Traits:
    """Return the traits of one parcel of an order: its own carrier, and the headline that it would have alone."""
    alone = headlines.ParcelFacts(
        status=parcel.status, is_live=parcel.is_live, is_attempt_open=parcel.state.is_attempt_open
    )
    return replace(
        order,
        headline=headlines.headline(headlines.OrderFacts(state=OrderState.OPEN, to_send=1, sent=1, parcels=(alone,))),
        carriers=(parcel.row.carrier,) if parcel.row.carrier else (),
    )


def of_mail(public: Traits, order: Order, *, with_loyalty: bool) -> Traits:
    """Return the traits of an order by which words for its customer are chosen: nobody else is written to.

    ``with_loyalty`` costs two queries.
    """
    contact = OrderContact.objects.filter(order=order.pk).only("email_digest").first() if with_loyalty else None
    return replace(public, tier=Tier.PRIVATE, total=order.total, loyalty=_loyalty(order, contact))


def _loyalty(order: Order, contact: OrderContact | None) -> Loyalty | None:
    """Say whether an earlier order has the same email: one query, None where no email is known."""
    if contact is None or not contact.email_digest or order.placed_at is None:
        return None
    earlier = Order.objects.filter(contact__email_digest=contact.email_digest, placed_at__lt=order.placed_at)
    return Loyalty.RETURNING if earlier.exclude(pk=order.pk).exists() else Loyalty.FIRST
