"""What the customer does next: mostly nothing, and then we say so."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from ..conf import conf
from ..events import Milestone, Overlay, ParcelStatus, Reason
from .facts import OrderFacts, ParcelFacts
from .freshness import ago
from .marks import form
from .model import NextStep
from .reasons import ADVICE, WITHOUT_REASON, Advice
from .sentence import is_overdue

S = ParcelStatus


def next_step(facts: OrderFacts, parcel: ParcelFacts) -> NextStep | None:
    """Return the step, None where nobody can say one. What the source asks for in its words is private."""
    given = parcel.row.next_step if facts.may_see_all else ""
    carrier = {"carrier": parcel.bringer}
    if parcel.status is S.LOST:
        text = _("You need not deal with %(carrier)s: that is for us to do.") % carrier
        return NextStep(title=_("Write to us"), text=text, is_for_shop=True)
    if parcel.has_ended or not parcel.is_live:
        return None
    if parcel.status is S.READY_FOR_PICKUP:
        return _pick_up(facts, parcel, given)
    if parcel.state.is_attempt_open:
        return _after_attempt(facts, parcel, given)
    if parcel.overlay is not Overlay.NONE:
        return _troubled(facts, parcel, given)
    if parcel.status is S.RETURNING:
        return NextStep(title=_("Nothing for you to do"), text=given)
    if is_overdue(parcel, facts) or parcel.is_silent(facts.now):
        return _late(facts, parcel, given)
    if parcel.status is S.OUT_FOR_DELIVERY:
        return NextStep(title=_("Someone at home, please."), text=given)
    return NextStep(title=_("Nothing for you to do"), text=given or _told_later())


def needs_someone(parcel: ParcelFacts) -> bool:
    """Say whether a trouble ends only when somebody does something."""
    advice = ADVICE.get(parcel.state.overlay_event.reason) if parcel.state.overlay_event else None
    return advice is not None and advice.is_action


def _pick_up(facts: OrderFacts, parcel: ParcelFacts, given: str) -> NextStep:
    # The whole address stands below: the heading names the place.
    place = _head(parcel.row.pickup_place) if facts.may_see_all else ""
    title = _("Pick it up at %(place)s") % {"place": place} if place else _("Pick it up")
    return NextStep(title=title, text=given or _("Bring an identity card."), is_action=True)


@form()
def _head(address: str) -> str:
    return address.partition("\n")[0].partition(",")[0]


def _after_attempt(facts: OrderFacts, parcel: ParcelFacts, given: str) -> NextStep:
    since = parcel.state.since
    advice = ADVICE.get(since.reason) if since and facts.may_see_all else None
    if advice is not None and advice.is_action:
        return _advised(parcel, advice, given)
    text = given or _("Choose a new day or a pickup place with %(carrier)s.") % {"carrier": parcel.bringer}
    return NextStep(title=_("Arrange the next attempt"), text=text, is_action=True, is_for_carrier=True)


def _troubled(facts: OrderFacts, parcel: ParcelFacts, given: str) -> NextStep:
    """Return the way out of a delay or a problem: private, for it tells what is wrong."""
    if not facts.may_see_all:
        text = _("It stands in the private details, which open for whoever placed the order.")
        return NextStep(title=_("What happens next"), text=text)
    event = parcel.state.overlay_event
    reason = event.reason if event else Reason.NONE
    return _advised(parcel, ADVICE.get(reason) or WITHOUT_REASON[parcel.overlay], given)


def _advised(parcel: ParcelFacts, advice: Advice, given: str) -> NextStep:
    return NextStep(
        title=str(advice.title),
        text=given or str(advice.text) % {"carrier": parcel.bringer},
        is_action=advice.is_action,
        is_for_carrier=advice.is_for_carrier,
        is_for_shop=advice.is_for_shop,
    )


def _late(facts: OrderFacts, parcel: ParcelFacts, given: str) -> NextStep:
    carrier = {"carrier": parcel.bringer}
    asked: dt.datetime | None = parcel.row.last_checked_at if facts.may_see_all else None
    text = _("If it has not moved in a day or two, ask %(carrier)s, or write to us.") % carrier
    if asked is not None:
        text = _(
            "We last asked %(ago)s and there was nothing new. If it has not moved in a day or two, "
            "ask %(carrier)s, or write to us."
        ) % {**carrier, "ago": ago(asked, facts.now)}
    title = _("Later than promised") if is_overdue(parcel, facts) else _("We are waiting for news, too")
    return NextStep(title=title, text=given or text, is_for_carrier=True, is_for_shop=True)


def _told_later() -> str:
    """Return a promise only where it will be kept."""
    tells = conf.MESSAGES and conf.CHANNELS and Milestone.OUT_FOR_DELIVERY in conf.MILESTONES
    return _("We will tell you on the morning it goes out for delivery.") if tells else ""
