"""A parcel that is said to be there: when, in whose hands, and what to do when it is not."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from ..events import ParcelStatus
from . import dates
from .facts import ParcelFacts
from .freshness import ago
from .model import MissingView, WindowView

#: The source of what the shop itself says of a parcel.
SHOP = "host"


def arrival(parcel: ParcelFacts, *, see_all: bool) -> WindowView | None:
    """Return when it came: the day, and in the private tier the hour."""
    event = parcel.when(parcel.state.since)
    if event is None:
        return None
    moment = dates.event_moment(event.local_time, event.utc_offset, event.precision, with_clock=see_all)
    local = dates.local(event.local_time)
    return WindowView(label="", day=dates.short_day(local), iso=moment.iso, hours=moment.clock) if local else None


def checked(parcel: ParcelFacts, now: dt.datetime) -> str:
    """Return how fresh the news are: when the carrier was last asked, or that there is nothing left to ask."""
    carrier = {"carrier": parcel.carrier}
    if parcel.has_arrived:
        if parcel.state.since and parcel.state.since.source == SHOP:
            return _("The shop says that it was delivered.")
        return _("%(carrier)s confirmed the delivery.") % {"carrier": parcel.name or _("The carrier")}
    asked = parcel.row.last_checked_at
    if parcel.has_ended or not parcel.is_live or asked is None:
        return ""
    return _("Last checked with %(carrier)s %(ago)s.") % {**carrier, "ago": ago(asked, now)}


def missing(parcel: ParcelFacts, *, see_all: bool) -> MissingView | None:
    """Return the path from "delivered" to the hands of the customer; in public without anything of this delivery."""
    if not parcel.has_arrived:
        return None
    left_at = parcel.row.left_at if see_all else ""
    signed_by = parcel.row.signed_by if see_all else ""
    steps = []
    if parcel.status is ParcelStatus.COLLECTED:
        steps.append(_("Ask at home whether somebody collected it for you."))
    else:
        steps += [
            _("Look where it was left: %(place)s.") % {"place": left_at}
            if left_at
            else _("Look by the door, in the letter box and where parcels are taken in for you."),
            _("Ask %(name)s, who received it.") % {"name": signed_by}
            if signed_by
            else _("Ask at home, and the neighbours."),
            _("Wait a day: some parcels are marked as delivered before they are brought."),
        ]
    if see_all and parcel.row.proof_url:
        steps.append(_("Look at the proof of delivery: is it your door, and whose name is it?"))
    if see_all:
        steps.append(_("Ask %(carrier)s to look into it.") % {"carrier": parcel.bringer})
    return MissingView(steps=tuple(steps))
