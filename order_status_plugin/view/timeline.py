"""What happened to a parcel, newest first, on the clock of each place."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from ..events import Overlay, ParcelStatus
from . import dates, words
from .facts import ParcelFacts
from .marks import form
from .model import EventView
from .place import place

#: Statuses that we say in our own words; other events are told in the carrier's.
OURS = frozenset(set(ParcelStatus) - {ParcelStatus.IN_TRANSIT, ParcelStatus.UNKNOWN})


def events(parcel: ParcelFacts, *, see_all: bool) -> tuple[EventView, ...]:
    """Return the journey. Without places and hours, several scans of one day are one line."""
    told: list[EventView] = []
    zone: int | None = None
    for event in parcel.events:
        view = _event(parcel, event, see_all=see_all)
        if see_all:
            view = replace(view, is_same_day=bool(told and view.when.clock and told[-1].when.day == view.when.day))
            if view.when.clock and event.utc_offset is not None and event.utc_offset != zone:
                # Said where it changes, and on top where it is not the shop's: the rest is local to each place.
                is_said = zone is not None or not _is_shops(event)
                view = replace(view, zone=dates.zone_name(event.utc_offset) if is_said else "")
                zone = event.utc_offset
        elif told and told[-1] == view:
            continue
        told.append(view)
    return tuple(told)


def _is_shops(event: Any) -> bool:
    """Say whether the shop's clocks show what the clock of this place shows."""
    moment = event.occurred_at
    shift = moment.astimezone(dates.shop_zone()).utcoffset() if moment else None
    return shift is not None and round(shift.total_seconds() / 60) == event.utc_offset


def _event(parcel: ParcelFacts, event: Any, *, see_all: bool) -> EventView:
    moment = dates.event_moment(event.local_time, event.utc_offset, event.precision, with_clock=see_all)
    said = title(event, see_all=see_all)
    why = detail = ""
    if see_all:
        detail = event.message if _says_more(event) else ""
        why = _("%(source)s said %(code)s (%(rule)s), heard %(when)s") % {
            "source": event.source,
            "code": event.raw_code or "—",
            "rule": event.rule or "—",
            "when": dates.shop_moment(event.received_at),
        }
    return EventView(
        title=said,
        when=moment,
        place=place(event) if see_all else "",
        detail=detail,
        is_corrected=event.digest in parcel.state.taken_back,
        why=why,
    )


@form(is_personal=False)
def _says_more(event: Any) -> bool:
    """Say whether the carrier's own words are not what the row says already."""
    return bool(event.message.casefold() != title(event, see_all=True).casefold())


def title(event: Any, *, see_all: bool) -> str:
    """Return what an event's row says: our words for its status, in the private tier the carrier's where we have none."""
    status = ParcelStatus(event.status) if event.status else None
    if see_all and event.message and status not in OURS:
        return str(event.message)
    if status is not None and status is not ParcelStatus.UNKNOWN:
        return str(words.STATUS[status])
    if event.overlay:
        return str(words.OVERLAY[Overlay(event.overlay)])
    return str(words.PLAIN_EVENT)
