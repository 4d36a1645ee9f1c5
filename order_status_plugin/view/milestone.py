"""What a message says: the news, and the order around it as anyone with the link may see it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.utils import timezone
from django.utils.translation import get_language, gettext_noop, pgettext
from django.utils.translation import gettext as _

from ..cms import epoch, notes
from ..cms.look import Look, look_for
from ..cms.messages import Messages, Place, messages_for
from ..cms.placeholders import fill_html, fill_text, values_for
from ..cms.told import Text, Texts, texts_for
from ..events import Medium, Milestone, ParcelStatus, Tier
from ..tracking.models import Order
from ..tracking.queries import Picture, picture
from .build import build
from .model import MilestoneView, OrderView, OwnWordsView, ParcelView, SpecialMessageView
from .special import special_messages
from .traits import of_mail

_WORDS = {
    Milestone.CONFIRMED: gettext_noop("Confirmed"),
    Milestone.SHIPPED: gettext_noop("On its way"),
    Milestone.OUT_FOR_DELIVERY: gettext_noop("Out for delivery"),
    Milestone.ATTEMPTED_DELIVERY: gettext_noop("Attempted delivery"),
    Milestone.READY_FOR_PICKUP: gettext_noop("Ready for pickup"),
    Milestone.DELIVERED: gettext_noop("Delivered"),
    Milestone.DELAYED: gettext_noop("Delayed"),
    Milestone.ESTIMATE_MOVED: gettext_noop("A new date"),
    Milestone.EXCEPTION: gettext_noop("A problem on the way"),
    Milestone.RETURNED: gettext_noop("On its way back"),
    Milestone.REFUNDED: gettext_noop("Paid back"),
    Milestone.NOTE: gettext_noop("A note"),
    Milestone.STALLED: gettext_noop("No news yet"),
}
_SENTENCES = {
    Milestone.CONFIRMED: gettext_noop("We have your order and are getting it ready."),
    Milestone.SHIPPED: gettext_noop("A parcel has left us with %(carrier)s."),
    Milestone.OUT_FOR_DELIVERY: gettext_noop("%(carrier)s is bringing your parcel today."),
    Milestone.ATTEMPTED_DELIVERY: gettext_noop("%(carrier)s came and could not hand over your parcel."),
    Milestone.READY_FOR_PICKUP: gettext_noop("Your parcel waits for you."),
    Milestone.DELIVERED: gettext_noop("Your parcel was delivered."),
    Milestone.DELAYED: gettext_noop("Your parcel takes longer than planned."),
    Milestone.ESTIMATE_MOVED: gettext_noop("%(carrier)s has named another day."),
    Milestone.EXCEPTION: gettext_noop("%(carrier)s reports a problem with your parcel. We are looking into it."),
    Milestone.RETURNED: gettext_noop("Your parcel is on its way back to us."),
    Milestone.CANCELLED: gettext_noop("Your order was cancelled. Nothing will be sent."),
    Milestone.REFUNDED: gettext_noop("Your money is on its way back to you."),
    Milestone.STALLED: gettext_noop("There is no news of your order yet. We are looking into it."),
}


def build_milestone(
    order: Order,
    milestone: Milestone,
    *,
    parcel_id: int | None = None,
    fulfillment_id: int | None = None,
    rows: Picture | None = None,
    found: Picture | None = None,
    note_id: int | None = None,
    messages: Messages | None = None,
    texts: Texts | None = None,
    medium: Medium = Medium.MAIL,
    known: Mapping[str, str] | None = None,
    look: Look | None = None,
) -> MilestoneView:
    """Return the news of one milestone, in the language that is active.

    A mail is forwarded and read over shoulders: it shows what the public page shows. ``rows`` takes the place of what
    is stored, ``messages`` of those that are live, and ``look`` of the site's: for previews. ``found`` is what is
    stored, read already. ``known`` is what else placeholders may say in it: its link, and what its own greeting says of
    the person.
    """
    now = timezone.now()
    if messages is None or look is None or texts is None:
        number = epoch.current()
        texts = texts_for(order.site_id, get_language() or "", number) if texts is None else texts
        messages = messages_for(order.site_id, get_language() or "", number) if messages is None else messages
        look = look or look_for(order.site_id, number)
    found = rows or found or picture(order, Tier.PUBLIC)
    view = build(order, Tier.PUBLIC, now=now, rows=rows, found=found, look=look)
    parcel = view.parcels[0] if rows and view.parcels else _parcel(found, view, parcel_id, fulfillment_id)
    values = {**view.fillings, **(known or {})}
    return MilestoneView(
        milestone=milestone,
        subject=_subject(milestone, view, is_part=bool(parcel_id or fulfillment_id) and _is_split(view)),
        word=_("%(news)s.") % {"news": word_of(milestone)},
        sentence=_note_sentence(note_id) if milestone is Milestone.NOTE else _sentence(milestone, parcel),
        order=view,
        parcel=parcel,
        special_messages=_special(messages, order, view, now, values) if medium is Medium.MAIL else (),
        own=_own(texts.get(milestone, medium), medium, values),
    )


def _special(
    messages: Messages, order: Order, view: OrderView, now: dt.datetime, values: Mapping[str, str]
) -> tuple[SpecialMessageView, ...]:
    """Return the messages to many that are for this customer. Their words are filled as anyone may read them."""
    if view.traits is None:
        return ()
    with_loyalty = any(one.audience.loyalty for one in messages.by_place[Place.MAIL])
    traits = of_mail(view.traits, order, with_loyalty=with_loyalty)
    return special_messages(messages, Place.MAIL, traits, now, values)


def _own(text: Text | None, medium: Medium, values: Mapping[str, str]) -> OwnWordsView:
    """Return the shop's words, filled in. Only a mail is the customer's own: the rest is read on locked screens."""
    if text is None:
        return OwnWordsView()
    values = values_for(Tier.PRIVATE if medium is Medium.MAIL else Tier.PUBLIC, values)
    return OwnWordsView(
        subject=fill_text(text.subject, values), body=fill_html(text.body, values), text=fill_text(text.text, values)
    )


def _parcel(found: Picture, view: OrderView, parcel_id: int | None, fulfillment_id: int | None) -> ParcelView | None:
    """Return the card of the parcel that the news is about; the only one there is where it says none."""
    shown = [parcel.row for parcel in found.parcels if parcel.row.status != ParcelStatus.CANCELLED]
    keys = [(row.pk, row.fulfillment_id) for row in shown]
    number = next(
        (
            n
            for n, (pk, fulfillment) in enumerate(keys, 1)
            if pk == parcel_id or (not parcel_id and fulfillment == fulfillment_id)
        ),
        1 if len(keys) == 1 else 0,
    )
    return next((card for card in view.parcels if card.anchor == f"parcel-{number}"), None)


def _is_split(view: OrderView) -> bool:
    """Say whether there is more to the order than one parcel: then one parcel's news is not the order's."""
    return len(view.parcels) > 1 or view.pending is not None


def _subject(milestone: Milestone, view: OrderView, *, is_part: bool) -> str:
    said = {"news": word_of(milestone), "shop": view.shop}
    if is_part:
        return _("%(news)s: part of your order from %(shop)s") % said
    return _("%(news)s: your order from %(shop)s") % said


def word_of(milestone: Milestone) -> str:
    """Return the news in a word. The order's own headline may differ: another parcel, or a later scan."""
    if milestone is Milestone.CANCELLED:
        return pgettext("of an order", "Cancelled")
    return _(_WORDS[milestone])


def _sentence(milestone: Milestone, parcel: ParcelView | None) -> str:
    carrier = (parcel.carrier_name if parcel else "") or _("the carrier")
    return _(_SENTENCES[milestone]) % {"carrier": carrier}


def _note_sentence(note_id: int | None) -> str:
    """Say that there is a note and how to read it; never what it says."""
    if note_id is not None and notes.is_public(note_id):
        return _("The shop has written a note on your order.")
    return _(
        "The shop has written a note on your order. Only you can read it: it opens with the order number and your"
        " email address."
    )
