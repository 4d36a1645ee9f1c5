"""One parcel as a card."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from django.template.defaultfilters import linebreaksbr
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..cms.audience import Traits
from ..cms.messages import NONE, Messages, Place
from ..events import Overlay, ParcelStatus
from . import dates, words
from .delivered import arrival, checked, missing
from .estimate import moves, window
from .facts import OrderFacts, ParcelFacts
from .fillings import of_parcel as values_of_parcel
from .handover import handover
from .items import items
from .link import candidates, grouped, link, site_of
from .map import parcel_map
from .marks import form
from .model import Flag, ParcelView, WindowView
from .next_step import needs_someone, next_step
from .place import place
from .reasons import WORD
from .special import special_messages
from .timeline import events, title
from .traits import of_parcel

S = ParcelStatus


def parcels(
    facts: OrderFacts, traits: Traits, messages: Messages = NONE, values: Mapping[str, str] | None = None
) -> tuple[ParcelView, ...]:
    """Return the cards: those that need something first, those that are done folded below.

    ``values`` are what placeholders in messages say of the order.
    """
    shared: dict[int, int] = {}
    for parcel in facts.parcels:
        shared[parcel.row.fulfillment_id] = shared.get(parcel.row.fulfillment_id, 0) + 1
    fold_ended = len(facts.parcels) > 2 and any(not parcel.has_ended for parcel in facts.parcels)
    order = sorted(enumerate(facts.parcels, 1), key=lambda found: (_rank(found[1]), found[0]))
    ahead = next((number for number, parcel in order if _has_day_ahead(facts, parcel)), 0)
    told: dict[int, int] = {}  # fulfillment -> the parcel whose card lists the items
    for number, parcel in enumerate(facts.parcels, 1):
        told.setdefault(parcel.row.fulfillment_id, number)
    cards = [
        _card(
            facts,
            parcel,
            number,
            with_items=shared[parcel.row.fulfillment_id] if told[parcel.row.fulfillment_id] == number else 0,
            fold_ended=fold_ended,
            is_in_calendar=number == ahead,
        )
        for number, parcel in order
    ]
    if messages.by_place[Place.PARCEL]:
        beside = [
            special_messages(
                messages,
                Place.PARCEL,
                of_parcel(traits, parcel),
                facts.now,
                values_of_parcel(facts, parcel, values or {}),
            )
            for _number, parcel in order
        ]
        cards = [replace(card, special_messages=said) for card, said in zip(cards, beside, strict=True)]
    return tuple(cards)


def _has_day_ahead(facts: OrderFacts, parcel: ParcelFacts) -> bool:
    day = parcel.row.pickup_until if parcel.status is S.READY_FOR_PICKUP else parcel.last_day
    return day is not None and day >= facts.today


def _rank(parcel: ParcelFacts) -> int:
    if parcel.has_ended:
        return 3
    if parcel.state.is_attempt_open or parcel.status is S.READY_FOR_PICKUP or needs_someone(parcel):
        return 0
    return 1 if parcel.is_live else 2


def _card(
    facts: OrderFacts, parcel: ParcelFacts, number: int, *, with_items: int, fold_ended: bool, is_in_calendar: bool
) -> ParcelView:
    see_all, row, total = facts.may_see_all, parcel.row, len(facts.parcels)
    url = link(facts, parcel) if see_all else ""
    return ParcelView(
        anchor=f"parcel-{number}",
        status=parcel.status,
        overlay=parcel.overlay,
        tone=_tone(parcel),
        kicker=kicker(parcel, number, total),
        state=state(parcel),
        line=_line(facts, parcel),
        flags=flags(facts, parcel),
        window=expected(facts, parcel),
        moves=moves(parcel) if see_all else (),
        next_step=next_step(facts, parcel),
        items=items(facts, facts.picture.quantities.get(row.fulfillment_id, {})) if with_items else (),
        items_title=ngettext("In this parcel", "In these %(n)s parcels", with_items) % {"n": with_items}
        if with_items
        else "",
        events=events(parcel, see_all=see_all),
        carrier_name=parcel.name,
        carrier_host=site_of(url),
        is_live=parcel.is_live,
        is_folded=fold_ended and parcel.has_arrived,
        tracking_number=grouped(row.tracking_number) if see_all and row.tracking_number else "",
        tracking_url=url,
        candidates=candidates(facts, parcel) if see_all and not url else (),
        checked=checked(parcel, facts.now) if see_all else "",
        handover=handover(facts, parcel),
        signed_by=row.signed_by if see_all and parcel.has_arrived else "",
        left_at=row.left_at if see_all and parcel.has_arrived else "",
        proof_url=row.proof_url if see_all and parcel.has_arrived else "",
        pickup_place=pickup_place(facts, parcel),
        pickup_hours=pickup_hours(facts, parcel),
        missing=missing(parcel, see_all=see_all),
        mail_subject=_subject(facts, number, total) if see_all else "",
        is_in_calendar=is_in_calendar,
        map=parcel_map(facts, parcel),
    )


def expected(facts: OrderFacts, parcel: ParcelFacts) -> WindowView | None:
    """Return the day that it came, or is to come."""
    return arrival(parcel, see_all=facts.may_see_all) if parcel.has_arrived else window(facts, parcel)


def pickup_place(facts: OrderFacts, parcel: ParcelFacts) -> str:
    """Return where it waits, a line each; "" where it does not, or for nobody's eyes."""
    return _lines(parcel.row.pickup_place) if facts.may_see_all and parcel.status is S.READY_FOR_PICKUP else ""


def pickup_hours(facts: OrderFacts, parcel: ParcelFacts) -> str:
    """Return when that place is open."""
    return _hours(parcel.row.pickup_hours) if facts.may_see_all and parcel.status is S.READY_FOR_PICKUP else ""


@form(printed=linebreaksbr)
def _hours(hours: str) -> str:
    return str(hours)


@form(printed=linebreaksbr)
def _lines(address: str) -> str:
    """Return a name and address that came in one line as a line each."""
    return address if "\n" in address else "\n".join(part.strip() for part in address.split(",") if part.strip())


def _subject(facts: OrderFacts, number: int, total: int) -> str:
    named = {"order": facts.picture.order.number, "number": number, "total": total}
    if total == 1:
        return _("Order %(number)s") % {"number": named["order"]}
    return _("Order %(order)s, parcel %(number)s of %(total)s") % named


def _tone(parcel: ParcelFacts) -> str:
    if (parcel.state.is_attempt_open or needs_someone(parcel)) and not parcel.has_ended:
        return "warn"
    if not parcel.is_live and not parcel.has_ended:
        return "quiet"
    return words.PARCEL_TONE.get(parcel.status, "")


def kicker(parcel: ParcelFacts, number: int, total: int) -> str:
    """Return which of the parcels it is, and who carries it."""
    named = {"number": number, "total": total, "carrier": parcel.name}
    if total == 1:
        return _("1 parcel · %(carrier)s") % named if parcel.name else _("1 parcel")
    if parcel.name:
        return _("Parcel %(number)s of %(total)s · %(carrier)s") % named
    return _("Parcel %(number)s of %(total)s") % named


def state(parcel: ParcelFacts) -> str:
    """Return the heading of a card."""
    if not parcel.is_live and parcel.status is S.UNKNOWN:
        return _("Sent")
    if parcel.status is S.UNKNOWN and parcel.events:
        return _("On its way")
    return str(words.STATUS[parcel.status])


def _line(facts: OrderFacts, parcel: ParcelFacts) -> str:
    """Return the finer word under the heading."""
    if parcel.is_unscanned:
        return _("%(carrier)s has not scanned it yet.") % {"carrier": parcel.name or _("The carrier")}
    if not parcel.events:
        day = dates.short_day(parcel.sent_at.astimezone(dates.shop_zone()))
        return _("Handed over on %(day)s") % {"day": day}
    if facts.may_see_all:
        newest = parcel.events[0]
        told = [title(newest, see_all=True), place(newest)]
        return ", ".join(part for part in told if part and part != state(parcel))
    if parcel.state.attempts and not parcel.has_ended and not parcel.state.is_attempt_open:
        return _attempts(parcel)
    return ""


def _attempts(parcel: ParcelFacts) -> str:
    if parcel.state.attempts == 1:
        return _("First attempt")
    return ngettext("%(n)s attempt", "%(n)s attempts", parcel.state.attempts) % {"n": parcel.state.attempts}


def flags(facts: OrderFacts, parcel: ParcelFacts) -> tuple[Flag, ...]:
    """Return what is out of the ordinary."""
    found = []
    if parcel.overlay is not Overlay.NONE:
        found.append(Flag(text=_trouble(facts, parcel)))
    if parcel.state.attempts and parcel.state.is_attempt_open and not parcel.has_ended:
        since = parcel.state.since
        found.append(Flag(text=_said(_attempts(parcel), WORD.get(since.reason) if since else None)))
    if parcel.state.taken_back:
        said = _("%(carrier)s corrected the status") % {"carrier": parcel.name or _("The carrier")}
        found.append(Flag(text=said, tone="quiet"))
    if parcel.is_silent(facts.now):
        found.append(Flag(text=_silence(facts, parcel)))
    return tuple(found)


def _trouble(facts: OrderFacts, parcel: ParcelFacts) -> str:
    """Return what is wrong: our plain word for the reason, else, in private, the carrier's own words."""
    event = parcel.when(parcel.state.overlay_event)
    problem = str(words.OVERLAY[parcel.overlay])
    why = WORD.get(parcel.state.overlay_event.reason) if parcel.state.overlay_event else None
    return _said(problem, why or (event.message if event is not None and facts.may_see_all else ""))


def _said(problem: str, why: object) -> str:
    return _("%(problem)s: %(words)s") % {"problem": problem, "words": why} if why else problem


def _silence(facts: OrderFacts, parcel: ParcelFacts) -> str:
    heard = parcel.heard()
    days = (facts.now - heard).days if heard else 0
    if parcel.is_unscanned:
        said = ngettext("Not scanned for %(n)s day", "Not scanned for %(n)s days", days)
    else:
        said = ngettext("No news from %(carrier)s for %(n)s day", "No news from %(carrier)s for %(n)s days", days)
    return said % {"carrier": parcel.carrier, "n": days}
