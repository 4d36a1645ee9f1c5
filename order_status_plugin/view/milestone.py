"""What a message says: the news, and the order around it as anyone with the link may see it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from ..events import Milestone, Tier
from ..tracking.models import Order
from .build import build
from .model import MilestoneView, OrderView, ParcelView


def build_milestone(
    order: Order, milestone: Milestone, *, parcel_id: int | None = None, fulfillment_id: int | None = None
) -> MilestoneView:
    """Return the news of one milestone, in the language that is active.

    A mail is forwarded and read over shoulders: it shows what the public page shows.
    """
    view = build(order, Tier.PUBLIC)
    parcel = _parcel(order, view, parcel_id, fulfillment_id)
    return MilestoneView(
        milestone=milestone,
        subject=_subject(milestone, view),
        word=view.word,
        sentence=_sentence(milestone, parcel),
        order=view,
        parcel=parcel,
    )


def _parcel(order: Order, view: OrderView, parcel_id: int | None, fulfillment_id: int | None) -> ParcelView | None:
    """Return the card of the parcel that the news is about; the only one there is where it says none."""
    shown = order.parcels.filter(is_withdrawn=False, fulfillment__is_cancelled=False).exclude(status="cancelled")
    keys = list(shown.values_list("pk", "fulfillment_id"))
    number = next(
        (
            n
            for n, (pk, fulfillment) in enumerate(keys, 1)
            if pk == parcel_id or (not parcel_id and fulfillment == fulfillment_id)
        ),
        1 if len(keys) == 1 else 0,
    )
    return next((card for card in view.parcels if card.anchor == f"parcel-{number}"), None)


def _subject(milestone: Milestone, view: OrderView) -> str:
    shop = {"shop": view.shop}
    return {
        Milestone.CONFIRMED: _("Confirmed: your order from %(shop)s"),
        Milestone.SHIPPED: _("On its way: your order from %(shop)s"),
        Milestone.OUT_FOR_DELIVERY: _("Out for delivery: your order from %(shop)s"),
        Milestone.ATTEMPTED_DELIVERY: _("Attempted delivery: your order from %(shop)s"),
        Milestone.READY_FOR_PICKUP: _("Ready for pickup: your order from %(shop)s"),
        Milestone.DELIVERED: _("Delivered: your order from %(shop)s"),
        Milestone.DELAYED: _("Delayed: your order from %(shop)s"),
        Milestone.ESTIMATE_MOVED: _("A new date: your order from %(shop)s"),
        Milestone.EXCEPTION: _("A problem on the way: your order from %(shop)s"),
        Milestone.RETURNED: _("On its way back: your order from %(shop)s"),
        Milestone.CANCELLED: _("Cancelled: your order from %(shop)s"),
        Milestone.REFUNDED: _("Paid back: your order from %(shop)s"),
        Milestone.NOTE: _("A note on your order from %(shop)s"),
        Milestone.STALLED: _("No news yet: your order from %(shop)s"),
    }[milestone] % shop


def _sentence(milestone: Milestone, parcel: ParcelView | None) -> str:
    carrier = {"carrier": (parcel.carrier_name if parcel else "") or _("the carrier")}
    return {
        Milestone.CONFIRMED: _("We have your order and are getting it ready."),
        Milestone.SHIPPED: _("A parcel has left us with %(carrier)s."),
        Milestone.OUT_FOR_DELIVERY: _("%(carrier)s is bringing your parcel today."),
        Milestone.ATTEMPTED_DELIVERY: _("%(carrier)s came and could not hand over your parcel."),
        Milestone.READY_FOR_PICKUP: _("Your parcel waits for you."),
        Milestone.DELIVERED: _("Your parcel was delivered."),
        Milestone.DELAYED: _("Your parcel takes longer than planned."),
        Milestone.ESTIMATE_MOVED: _("%(carrier)s has named another day."),
        Milestone.EXCEPTION: _("%(carrier)s reports a problem with your parcel. We are looking into it."),
        Milestone.RETURNED: _("Your parcel is on its way back to us."),
        Milestone.CANCELLED: _("Your order was cancelled. Nothing will be sent."),
        Milestone.REFUNDED: _("Your money is on its way back to you."),
        Milestone.NOTE: _("The shop has written a note on your order."),
        Milestone.STALLED: _("There is no news of your order yet. We are looking into it."),
    }[milestone] % carrier
