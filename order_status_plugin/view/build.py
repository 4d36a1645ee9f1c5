"""Build the customer-safe picture of an order for one tier, in the language that is active."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language, get_language_bidi, ngettext
from django.utils.translation import gettext as _

from ..cms.base import Need
from ..cms.look import Look, look_for
from ..cms.messages import NONE, Messages, Place
from ..events import Headline, Tier
from ..tracking.models import Order
from ..tracking.queries import Picture, picture
from . import dates, offers, words
from .extra import extra
from .facts import OrderFacts, gather
from .fillings import fillings
from .items import digital, items
from .marks import Values, form
from .mask import mask_email, mask_phone
from .model import Moment, NoteView, OrderView, PendingView, PrivateView, Sum
from .money import country_name, money
from .notes import example, notes_for
from .parcel import parcels
from .personal import marked, marked_notes, values_of
from .rail import rail
from .sentence import count, day_alone, promise
from .special import special_messages
from .traits import traits


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """All that a view is built of: what is stored, what others said, and for whom it is."""

    picture: Picture
    now: dt.datetime  # aware
    look: Look
    link: str
    messages: Messages
    with_loyalty: bool
    offered: offers.Offers
    notes: tuple[NoteView, ...]
    extra: Mapping[str, Any]


def build(order: Order, tier: Tier, **known: Any) -> OrderView:
    """Return what this tier may see of an order. Takes what :func:`read` takes."""
    if order.erased_at is not None:
        return stub(order, tier, known.get("look") or look_for(order.site_id), known.get("now") or timezone.now())
    return compose(read(order, tier, **known))


def read(
    order: Order,
    tier: Tier,
    *,
    now: dt.datetime | None = None,
    with_loyalty: bool = False,
    messages: Messages = NONE,
    rows: Picture | None = None,
    found: Picture | None = None,
    link: str = "",
    needs: Collection[Need] = (),
    look: Look | None = None,
    notes: Sequence[NoteView] | None = None,
) -> Told:
    """Return what a view of an order that is not erased is built of.

    ``now`` is aware; it decides what "today" is. ``with_loyalty`` finds out whether the customer ordered before (one
    query more, private tier only); ``messages`` are those to choose from. ``rows`` takes the place of what is stored:
    for orders that nobody placed. ``found`` is what is stored, where it was read already, for a message: notes are left
    out, unless ``notes`` are given. ``link`` is what the placeholder of the page's address becomes, and ``needs`` what the host is asked for beside
    the order. ``look`` is the site's, where the caller knows it. The number of queries is the same for every order.
    """
    now = now or timezone.now()
    return Told(
        picture=rows or found or picture(order, tier),
        now=now,
        look=look or look_for(order.site_id),
        link=link,
        messages=messages,
        with_loyalty=with_loyalty or messages.asks_loyalty,
        offered=offers.example(tier, needs) if rows else offers.gather(order, tier, needs),
        notes=tuple(notes or ()) if found else example(tier, now) if rows else notes_for(order, tier),
        extra=extra(order, tier),
    )


def hide(told: Told) -> tuple[Told, Values] | None:
    """Return the same with marks for all that is personal, and the values that they stand for.

    None where that cannot be: somebody else's code added what we do not know, or another order decides what is shown.
    """
    if told.extra or told.with_loyalty or told.offered.reorder_url:
        return None
    values = values_of(told.picture, told.notes, told.now)
    return replace(told, picture=marked(told.picture, values), notes=marked_notes(told.notes, values)), values


def compose(told: Told) -> OrderView:
    """Return the view. It asks nobody and reads nothing further, but for whether the customer ordered before."""
    order, tier, now, look, messages = told.picture.order, told.picture.tier, told.now, told.look, told.messages
    headline, shop, offered = Headline(order.headline), look.shop, told.offered
    facts = gather(told.picture, now)
    counted, rest = count(facts, headline)
    known = traits(facts, tier, headline, with_loyalty=told.with_loyalty)
    values = {**fillings(facts, headline, look), "link": told.link}
    return OrderView(
        tier=tier,
        headline=headline,
        tone=words.TONE.get(headline, ""),
        word=str(words.HEADLINE[headline]),
        promise=promise(facts, headline),
        count=counted,
        rest=rest,
        over=_over(facts, shop),
        rail=rail(facts, headline),
        parcels=parcels(facts, known, messages, values),
        pending=_pending(facts, headline),
        digital=digital(facts),
        private=_private(facts),
        shop=shop,
        look=look,
        version=order.version,
        updated=dates.shop_moment(now),
        valid_until=min(edge for edge in (_valid_until(facts), messages.next_end(now), offered.next_look(now)) if edge),
        language=get_language() or "en",
        is_rtl=get_language_bidi(),
        handover=order.handover,
        special_messages=special_messages(messages, Place.PAGE, known, now, values),
        notes=told.notes,
        extra=told.extra,
        traits=known,
        reorder_url=offered.reorder_url,
        recommendations=offered.recommendations,
        fillings=values,
    )


def stub(order: Order, tier: Tier, look: Look, now: dt.datetime) -> OrderView:
    """Return what is left of an order whose time is over: its last word and a day."""
    headline = Headline(order.headline)
    moment = order.delivered_at or order.closed_at or order.headline_at
    return OrderView(
        tier=tier,
        headline=headline,
        tone=words.TONE.get(headline, ""),
        word=str(words.HEADLINE[headline]),
        promise=day_alone(dates.full_day(moment.astimezone(dates.shop_zone()))) if moment else "",
        count="",
        rest="",
        over=_("Your order at %(shop)s") % {"shop": look.shop},
        rail=(),
        parcels=(),
        pending=None,
        digital=(),
        private=None,
        shop=look.shop,
        look=look,
        version=order.version,
        updated=dates.shop_moment(now),
        valid_until=now + dt.timedelta(days=1),
        language=get_language() or "en",
        is_rtl=get_language_bidi(),
        is_erased=True,
    )


def _over(facts: OrderFacts, shop: str) -> str:
    if facts.may_see_all and facts.picture.order.number:
        return _("Order %(number)s") % {"number": facts.picture.order.number}
    return _("Your order at %(shop)s") % {"shop": shop} if shop else _("Your order")


def _pending(facts: OrderFacts, headline: Headline) -> PendingView | None:
    left = facts.unsent_count
    if not left or headline in (Headline.CANCELLED, Headline.REFUNDED):
        return None
    is_all = not facts.parcels
    planned = facts.picture.order.expected_dispatch
    return PendingView(
        kicker=_("With us") if is_all else _("Still to come"),
        title=(
            ngettext("%(n)s item, not sent yet", "%(n)s items, not sent yet", left)
            if is_all
            else ngettext("%(n)s item not sent yet", "%(n)s items not sent yet", left)
        )
        % {"n": left},
        planned=Moment(iso=planned.isoformat(), day=dates.short_day(planned)) if planned else None,
        items=items(facts, facts.unsent),
        is_all=is_all,
    )


def _private(facts: OrderFacts) -> PrivateView | None:
    contact, order = facts.picture.contact, facts.picture.order
    if contact is None:
        return None
    return PrivateView(
        number=order.number,
        placed=dates.shop_moment(order.placed_at) if order.placed_at else None,
        deliver_to=_deliver_to(contact),
        bill_to=_bill_to(contact),
        payment=contact.payment_summary,
        sums=_sums(order, facts),
        email=mask_email(contact.email),
        phone=mask_phone(contact.phone),
    )


@form()
def _deliver_to(contact: Any) -> tuple[str, ...]:
    return _address(contact.shipping_address)


@form()
def _bill_to(contact: Any) -> tuple[str, ...]:
    """Return the lines of the address of the bill, none where it is the same."""
    if contact.billing_address == contact.shipping_address:
        return ()
    lines = _address(contact.billing_address)
    return lines if lines != _address(contact.shipping_address) else ()


def _address(address: dict[str, object]) -> tuple[str, ...]:
    """Return a stored address line by line."""
    if not address:
        return ()
    given = {name: value for name, value in address.items() if value}
    lines = given.get("lines") or ()
    country = str(given.get("country", ""))
    return tuple(
        str(line)
        for line in (
            given.get("name"),
            *(lines if isinstance(lines, list | tuple) else ()),
            " ".join(str(given[name]) for name in ("postcode", "city") if name in given),
            given.get("region"),
            country_name(country, str(given.get("country_name", ""))),
        )
        if line
    )


def _sums(order: Order, facts: OrderFacts) -> tuple[Sum, ...]:
    pieces = sum(line.quantity for line in facts.picture.lines)
    rows = (
        (ngettext("%(n)s item", "%(n)s items", pieces) % {"n": pieces}, order.items_total, False),
        (_("Delivery"), order.shipping_total, False),
        (_("Total, with VAT") if order.tax_total else _("Total"), order.total, True),
        (_("Paid back"), order.refunded_total or None, False),
    )
    return tuple(
        Sum(label=label, amount=money(amount, order.currency), is_total=is_total)
        for label, amount, is_total in rows
        if amount is not None
    )


def _valid_until(facts: OrderFacts) -> dt.datetime:
    """Return when a word of the view turns stale by the clock alone: a day ends, or silence begins."""
    zone = dates.shop_zone()
    midnight = dt.datetime.combine(facts.today + dt.timedelta(days=1), dt.time(), tzinfo=zone)
    silences = (parcel.silence_grows(facts.now) for parcel in facts.parcels)
    return min([midnight.astimezone(dt.UTC), *(edge for edge in silences if edge)])
