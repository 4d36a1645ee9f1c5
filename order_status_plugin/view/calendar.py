"""The days of an order's parcels, for a calendar: what the page says of them, and no more."""

from __future__ import annotations

import datetime as dt
import hashlib

from django.utils import timezone
from django.utils.translation import gettext as _

from ..cms.look import look_for
from ..events import ParcelStatus, Tier
from ..tracking.estimate import Statement
from ..tracking.models import Order
from ..tracking.queries import picture
from . import dates
from .facts import OrderFacts, ParcelFacts, gather
from .model import CalendarView, DayView
from .parcel import kicker
from .zone import zone_of

S = ParcelStatus


def build_calendar(order: Order, tier: Tier, *, now: dt.datetime | None = None) -> CalendarView:
    """Return a day for each parcel that was ever expected on one; none for an erased order.

    ``now`` is aware. Days only in the public tier, as on the page; hours are the customer's.
    """
    shop = look_for(order.site_id).shop
    if order.erased_at is not None:
        return CalendarView(shop=shop, days=())
    facts = gather(picture(order, tier), now or timezone.now())
    days = (_day(facts, parcel, number, shop) for number, parcel in enumerate(facts.parcels, 1))
    return CalendarView(shop=shop, days=tuple(day for day in days if day))


def _day(facts: OrderFacts, parcel: ParcelFacts, number: int, shop: str) -> DayView | None:
    named = next((said for said in reversed(parcel.statements) if said.earliest), None)
    first, last = _span(named, with_clock=facts.may_see_all) if named else (None, None)
    is_pickup = bool(parcel.row.pickup_until) and parcel.status in (S.READY_FOR_PICKUP, S.COLLECTED)
    if is_pickup:
        first = last = parcel.row.pickup_until
    if first is None or last is None:
        return None
    is_given_up = not is_pickup and not parcel.statements[-1].earliest
    summary = _("Last day to pick up: parcel from %(shop)s") if is_pickup else _("Parcel from %(shop)s")
    return DayView(
        uid=_uid(facts, parcel),
        summary=summary % {"shop": shop},
        description=kicker(parcel, number, len(facts.parcels)),
        first=first,
        last=last,
        zone=zone_of(facts.picture.order.country, first) if isinstance(first, dt.datetime) else "",
        sequence=max(len(parcel.statements) - 1, 0)
        + is_pickup
        + parcel.has_ended
        + 2 * len(parcel.state.taken_back),  # an end that was none counts on: a calendar believes the higher number
        is_cancelled=is_given_up or _is_over_before(parcel, first),
    )


def _uid(facts: OrderFacts, parcel: ParcelFacts) -> str:
    """Return the name of a day, the same for as long as the parcel lives.

    The locator is keyed itself and outlives keys and links, so nothing of the order can be told from this.
    """
    told = f"calendar\0{facts.picture.order.locator}\0{parcel.row.pk}"
    return f"{hashlib.sha256(told.encode()).hexdigest()[:32]}@order-status"


def _span(said: Statement, *, with_clock: bool) -> tuple[dt.date | None, dt.date | None]:
    """Return the first and last day, or times of the place without a zone where both are told."""
    first, last = dates.local(said.earliest), dates.local(said.latest or said.earliest)
    if first is None or last is None:
        return None, None
    first, last = min(first, last), max(first, last)
    is_exact = "T" in said.earliest and "T" in (said.latest or said.earliest)
    return (first, last) if with_clock and is_exact else (first.date(), last.date())


def _is_over_before(parcel: ParcelFacts, first: dt.date) -> bool:
    """Say whether the day will not be what it was named for: it came before, or it does not come at all.

    One that came on its day or later leaves the day as it was: it is what was expected.
    """
    if not parcel.has_ended and parcel.status is not S.RETURNING:
        return False
    since = dates.local(parcel.state.since.local_time) if parcel.state.since else None
    day = first.date() if isinstance(first, dt.datetime) else first
    return not parcel.has_arrived or (since is not None and since.date() < day)
