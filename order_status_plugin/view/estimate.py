"""When a parcel is expected: by whom, and how that moved."""

from __future__ import annotations

from django.utils.translation import gettext as _

from ..backends import get_source
from ..events import ParcelStatus
from ..exceptions import BackendError
from . import dates
from .facts import OrderFacts, ParcelFacts
from .model import MoveView, WindowView
from .reasons import plain
from .sentence import is_overdue, window_hours


def window(facts: OrderFacts, parcel: ParcelFacts) -> WindowView | None:
    """Return the day or days that are expected, with hours in the private tier; the last day of a pickup."""
    if parcel.status is ParcelStatus.READY_FOR_PICKUP:
        day = parcel.row.pickup_until
        if day is None:
            return None
        return WindowView(label=_("Ready for pickup until"), day=dates.short_day(day), iso=day.isoformat())
    first, last, said = parcel.first_day, parcel.last_day, parcel.window
    if first is None or last is None or said is None:
        return None
    overdue, before = is_overdue(parcel, facts), _before(parcel)
    label = _("Was expected") if overdue else _("Now arriving") if before else _("Arriving")
    days = dates.short_day(last)
    if first != last:
        days = _("%(first)s to %(last)s") % {"first": dates.plain_day(first), "last": dates.plain_day(last)}
    note = _("now overdue") if overdue else _("was %(day)s") % {"day": before} if before else ""
    return WindowView(
        label=label,
        day=days,
        iso=last.isoformat(),
        hours=window_hours(parcel) if facts.may_see_all and not overdue else "",
        note=note,
        by=stated_by(said.source),
        is_overdue=overdue,
    )


def _before(parcel: ParcelFacts) -> str:
    """Return the last day that was told before and is not the present one, "" where it never moved."""
    now = parcel.last_day
    for said in reversed(parcel.statements[:-1]):
        moment = dates.local(said.latest or said.earliest)
        if moment and moment.date() != now:
            return dates.long_day(moment)
    return ""


def moves(parcel: ParcelFacts) -> tuple[MoveView, ...]:
    """Return what was said of the date, newest first; nothing while it never moved."""
    if parcel.window is None or len(parcel.statements) < 2:
        return ()
    told = []
    for number, said in enumerate(parcel.statements):
        moment = dates.local(said.latest or said.earliest)
        day = dates.long_day(moment) if moment else ""
        title = _("The date was taken back")
        if day:
            title = (_("First %(day)s") if number == 0 else _("Then %(day)s")) % {"day": day}
            if number == len(parcel.statements) - 1:
                title = _("Now %(day)s") % {"day": day}
        told.append(
            MoveView(
                title=title,
                reason=plain(said.reason),
                by=stated_by(said.source),
                when=dates.shop_moment(said.stated_at),
            )
        )
    return tuple(reversed(told))


def stated_by(alias: str) -> str:
    """Return who estimates, "" where the settings know it no more."""
    try:
        source = get_source(alias)
    except (KeyError, BackendError):
        return ""
    if source.is_by_hand:
        return _("Entered by the shop")
    return _("Estimate by %(source)s") % {"source": source.label or alias}
