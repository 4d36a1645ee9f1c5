"""The rail: how far the parcel is that the headline speaks about."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _

from ..events import Headline, ParcelStatus
from . import dates, words
from .facts import OrderFacts, ParcelFacts
from .model import Moment, RailStep

S = ParcelStatus
H = Headline

#: Headlines that lie on no rail.
WITHOUT = frozenset({H.CANCELLED, H.REFUNDED, H.RETURNED, H.LOST, H.DELIVERED_IN_PART})


def rail(facts: OrderFacts, headline: Headline) -> tuple[RailStep, ...]:
    """Return the steps. Attempted delivery is among them only when it happened."""
    if headline in WITHOUT:
        return ()
    lead = facts.lead
    placed = _day(facts.picture.order.placed_at)
    if headline is H.SENT:
        return (RailStep(status=H.CONFIRMED, name=str(words.STEP[H.CONFIRMED]), state="done", when=placed),)
    order = [H.CONFIRMED, H.IN_TRANSIT, H.OUT_FOR_DELIVERY, H.DELIVERED]
    # Between two rounds an attempt lies behind, where the rail has no place for it.
    if headline is H.ATTEMPTED_DELIVERY or (headline is H.DELIVERED and lead is not None and lead.state.attempts):
        order.insert(3, H.ATTEMPTED_DELIVERY)
    if not facts.to_send and not facts.parcels:
        order = [H.CONFIRMED, H.DELIVERED]
    now = order.index(headline)
    when = {H.CONFIRMED: placed, **(_days(lead, facts) if lead else {})}
    steps = []
    for position, step in enumerate(order):
        state = "done" if position < now else "now" if position == now else "todo"
        moment, note = (when.get(step), "") if state != "todo" else _ahead(step, facts)
        steps.append(RailStep(status=step, name=str(words.STEP[step]), state=state, when=moment, note=note))
    return tuple(steps)


def _days(lead: ParcelFacts, facts: OrderFacts) -> dict[Headline, Moment | None]:
    return {
        H.IN_TRANSIT: _event_day(lead.first(S.PICKED_UP_BY_CARRIER, S.IN_TRANSIT)) or _day(lead.sent_at),
        H.OUT_FOR_DELIVERY: _event_day(lead.first(S.OUT_FOR_DELIVERY, S.READY_FOR_PICKUP)),
        H.ATTEMPTED_DELIVERY: _event_day(lead.first(S.ATTEMPTED_DELIVERY)),
        H.DELIVERED: _event_day(lead.when(lead.state.since)) if lead.has_arrived else None,
    }


def _ahead(step: Headline, facts: OrderFacts) -> tuple[Moment | None, str]:
    """Return what is known of a step to come: an expected or a planned day, or nothing."""
    order = facts.picture.order
    if step is H.IN_TRANSIT and order.expected_dispatch and not facts.parcels:
        return _date(order.expected_dispatch), _("Planned")
    if step is H.DELIVERED and facts.lead and facts.lead.last_day and facts.lead.last_day >= facts.today:
        return _date(facts.lead.last_day), _("Expected")
    return None, ""


def _event_day(event: Any) -> Moment | None:
    moment = dates.local(event.local_time) if event else None
    return _date(moment.date()) if moment else None


def _day(moment: dt.datetime | None) -> Moment | None:
    return _date(moment.astimezone(dates.shop_zone()).date()) if moment else None


def _date(day: dt.date) -> Moment:
    return Moment(iso=day.isoformat(), day=dates.plain_day(day))
