"""The one sentence at the top, and the count under it."""

from __future__ import annotations

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..events import Headline, ParcelStatus
from . import dates
from .facts import OrderFacts, ParcelFacts
from .money import money


def promise(facts: OrderFacts, headline: Headline) -> str:
    """Return the second half of the headline sentence, which may be nothing."""
    return {
        Headline.CONFIRMED: _confirmed,
        Headline.IN_TRANSIT: _in_transit,
        Headline.OUT_FOR_DELIVERY: _out_for_delivery,
        Headline.ATTEMPTED_DELIVERY: _attempted,
        Headline.DELIVERED: _delivered,
        Headline.DELIVERED_IN_PART: _not_everything,
        Headline.SENT: _sent,
        Headline.RETURNED: _returned,
        Headline.LOST: _lost,
        Headline.CANCELLED: _cancelled,
        Headline.REFUNDED: _refunded,
    }[headline](facts)


def _confirmed(facts: OrderFacts) -> str:
    return _("We are packing your order.") if facts.to_send else _("We are preparing your order.")


def _in_transit(facts: OrderFacts) -> str:
    moving = facts.moving
    if not moving:
        unfollowed = [parcel for parcel in facts.parcels if not parcel.has_ended]
        if unfollowed:
            return ngettext(
                "Follow the last parcel with its carrier.", "Follow the others with their carriers.", len(unfollowed)
            )
        return _("The rest is still to come.")
    expected = [parcel for parcel in moving if parcel.last_day]
    ahead = sorted(
        (parcel for parcel in expected if not is_overdue(parcel, facts)), key=lambda p: p.first_day or facts.today
    )
    if ahead:
        return _arriving(ahead[0], facts)
    if expected:
        return _("Later than promised.")
    if all(parcel.is_unscanned for parcel in moving):
        return _("%(carrier)s has not scanned it yet.") % {"carrier": _sentence_start(moving[0])}
    return _("We do not have a date yet.")


def _arriving(parcel: ParcelFacts, facts: OrderFacts) -> str:
    first, last = parcel.first_day, parcel.last_day
    if first is None or last is None:
        return _("We do not have a date yet.")
    if first != last:
        return _("Arriving between %(first)s and %(last)s.") % {
            "first": dates.plain_day(first),
            "last": dates.plain_day(last),
        }
    hours = window_hours(parcel) if facts.may_see_all else ""
    if hours:
        return _("Arriving %(day)s, %(hours)s.") % {"day": dates.near_day(first, facts.today), "hours": hours}
    return _("Arriving %(day)s.") % {"day": dates.near_day(first, facts.today)}


def day_ahead(parcel: ParcelFacts, facts: OrderFacts) -> str:
    """Return the day or days on which a parcel is expected, as part of a sentence; "" where none stands or it is over."""
    first, last = parcel.first_day, parcel.last_day
    if first is None or last is None or is_overdue(parcel, facts):
        return ""
    if first != last:
        return _("%(first)s to %(last)s") % {"first": dates.plain_day(first), "last": dates.plain_day(last)}
    return dates.near_day(first, facts.today)


def _out_for_delivery(facts: OrderFacts) -> str:
    lead = facts.lead
    if lead is None:
        return ""
    if lead.status is ParcelStatus.READY_FOR_PICKUP:
        if lead.row.pickup_until:
            return _("Ready for pickup until %(day)s.") % {"day": dates.long_day(lead.row.pickup_until)}
        return _("Ready for pickup.")
    if lead.first_day and not is_overdue(lead, facts):
        return _arriving(lead, facts)
    left = lead.when(lead.state.since)
    moment = dates.local(left.local_time) if left else None
    if moment is None or moment.date() == facts.today:
        return _("Arriving today.")
    return _("With the driver since %(day)s.") % {"day": dates.long_day(moment)}


def _attempted(facts: OrderFacts) -> str:
    lead = facts.lead
    if lead is None:
        return ""
    if lead.status is ParcelStatus.READY_FOR_PICKUP:
        return _out_for_delivery(facts)
    return _("%(carrier)s could not deliver it.") % {"carrier": _sentence_start(lead)}


def _delivered(facts: OrderFacts) -> str:
    lead = facts.lead
    if lead is None:
        return facts.picture.order.handover and _("Handed over: %(how)s.") % {"how": facts.picture.order.handover}
    event = lead.when(lead.state.since)
    moment = dates.local(event.local_time) if event else None
    if moment is None:
        return ""
    if facts.may_see_all and event.precision != "date":
        return capfirst(_("%(day)s at %(time)s.") % {"day": dates.long_day(moment), "time": dates.clock(moment)})
    return day_alone(dates.long_day(moment))


def day_alone(day: str) -> str:
    """Return a day as a sentence of its own: many languages begin it with a small letter elsewhere."""
    return capfirst(_("%(day)s.") % {"day": day})


def _returned(facts: OrderFacts) -> str:
    if any(parcel.status is ParcelStatus.RETURNING for parcel in facts.parcels):
        return _("It is on its way back to us.")
    return _("It is back with us.")


def _not_everything(facts: OrderFacts) -> str:
    return _("Not everything arrived.")


def _sent(facts: OrderFacts) -> str:
    return ngettext("Follow it with its carrier.", "Follow them with their carriers.", len(facts.parcels))


def _lost(facts: OrderFacts) -> str:
    return _("The carrier cannot find it.")


def _cancelled(facts: OrderFacts) -> str:
    closed_at = facts.picture.order.closed_at
    return day_alone(dates.full_day(closed_at.astimezone(dates.shop_zone()))) if closed_at else ""


def _refunded(facts: OrderFacts) -> str:
    return _("Your money is on its way back.")


def _sentence_start(parcel: ParcelFacts) -> str:
    return parcel.name or _("The carrier")


def is_overdue(parcel: ParcelFacts, facts: OrderFacts) -> bool:
    """Say whether the day that was promised is over."""
    return bool(parcel.last_day and parcel.last_day < facts.today)


def window_hours(parcel: ParcelFacts) -> str:
    """Return the hours of an estimate, "" when it names days only."""
    window = parcel.window
    if window is None or "T" not in window.earliest:
        return ""
    first, last = dates.local(window.earliest), dates.local(window.latest)
    if first is None:
        return ""
    if last is None or last == first or "T" not in window.latest:
        return dates.clock(first)
    return _("%(from)s to %(to)s") % {"from": dates.clock(first), "to": dates.clock(last)}


def count(facts: OrderFacts, headline: Headline) -> tuple[str, str]:
    """Return the count: what is so, and what is still to come."""
    order = facts.picture.order
    if headline in (Headline.CANCELLED, Headline.REFUNDED):
        if facts.may_see_all and order.refunded_total:
            return _("%(amount)s was paid back.") % {"amount": money(order.refunded_total, order.currency)}, ""
        return _("Nothing will be sent."), ""
    parcels, arrived, left = len(facts.parcels), len(facts.arrived), facts.unsent_count
    if not parcels:
        if not facts.to_send:
            return _("Nothing has to be delivered."), ""
        return ngettext("%(n)s item, not sent yet.", "%(n)s items, none sent yet.", left) % {"n": left}, _dispatch(
            facts
        )
    rest = [ngettext("%(n)s item not sent yet.", "%(n)s items not sent yet.", left) % {"n": left}] if left else []
    if not arrived:
        return ngettext("%(n)s parcel sent.", "%(n)s parcels sent.", parcels) % {"n": parcels}, " ".join(rest)
    done = ngettext("%(done)s of %(n)s parcel delivered.", "%(done)s of %(n)s parcels delivered.", parcels) % {
        "done": arrived,
        "n": parcels,
    }
    on_the_way = len([parcel for parcel in facts.parcels if not parcel.has_ended])
    if on_the_way:
        rest.insert(0, ngettext("%(n)s on its way.", "%(n)s on their way.", on_the_way) % {"n": on_the_way})
    if headline is Headline.DELIVERED:
        rest.append(_("Nothing is left to come."))
    return done, " ".join(rest)


def _dispatch(facts: OrderFacts) -> str:
    order = facts.picture.order
    if order.state_text:
        return _("The shop says: %(words)s.") % {"words": order.state_text}
    if order.expected_dispatch:
        return _("Planned to leave by %(day)s.") % {"day": dates.long_day(order.expected_dispatch)}
    return ""
