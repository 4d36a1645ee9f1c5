"""One parcel as a card."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..carriers import catalogue
from ..conf import conf
from ..events import Milestone, Overlay, ParcelStatus
from . import dates, words
from .facts import OrderFacts, ParcelFacts
from .items import items
from .model import EventView, Flag, MoveView, NextStep, ParcelView, WindowView
from .sentence import is_overdue, window_hours

S = ParcelStatus

#: Statuses that we say in our own words; other events are told in the carrier's.
OURS = frozenset(set(S) - {S.IN_TRANSIT, S.UNKNOWN})


def parcels(facts: OrderFacts) -> tuple[ParcelView, ...]:
    """Return the cards: those that need something first, those that are done folded below."""
    shared: dict[int, int] = {}
    for parcel in facts.parcels:
        shared[parcel.row.fulfillment_id] = shared.get(parcel.row.fulfillment_id, 0) + 1
    fold_ended = len(facts.parcels) > 2 and any(not parcel.has_ended for parcel in facts.parcels)
    cards = []
    told: set[int] = set()
    for number, parcel in enumerate(facts.parcels, 1):
        fulfillment = parcel.row.fulfillment_id
        is_first = fulfillment not in told
        told.add(fulfillment)
        card = _card(facts, parcel, number, with_items=shared[fulfillment] if is_first else 0, fold_ended=fold_ended)
        cards.append((_rank(parcel), number, card))
    return tuple(card for _rank_, _number, card in sorted(cards, key=lambda found: found[:2]))


def _rank(parcel: ParcelFacts) -> int:
    if parcel.has_ended:
        return 3
    if parcel.state.is_attempt_open or parcel.status is S.READY_FOR_PICKUP:
        return 0
    return 1 if parcel.is_live else 2


def _card(facts: OrderFacts, parcel: ParcelFacts, number: int, *, with_items: int, fold_ended: bool) -> ParcelView:
    see_all, row, total = facts.may_see_all, parcel.row, len(facts.parcels)
    link = _link(parcel) if see_all else ""
    has_number = see_all and bool(row.tracking_number)
    return ParcelView(
        anchor=f"parcel-{number}",
        status=parcel.status,
        overlay=parcel.overlay,
        tone=_tone(parcel),
        kicker=_kicker(parcel, number, total),
        state=_state(parcel),
        line=_line(facts, parcel),
        flags=_flags(facts, parcel),
        window=_window(facts, parcel),
        moves=_moves(parcel) if see_all else (),
        next_step=_next_step(facts, parcel),
        items=items(facts, facts.picture.quantities.get(row.fulfillment_id, {})) if with_items else (),
        items_title=ngettext("In this parcel", "In these %(n)s parcels", with_items) % {"n": with_items}
        if with_items
        else "",
        events=_events(parcel, see_all=see_all),
        carrier_name=parcel.name,
        carrier_host=(urlsplit(link).hostname or "").removeprefix("www.") if link else "",
        is_live=parcel.is_live,
        is_folded=fold_ended and parcel.has_arrived,
        tracking_number=catalogue.group(row.tracking_number) if has_number else "",
        tracking_url=link,
        checked=dates.shop_moment(row.last_checked_at) if see_all and parcel.is_live and row.last_checked_at else None,
        signed_by=row.signed_by if see_all else "",
        pickup_place=row.pickup_place if see_all else "",
    )


def _link(parcel: ParcelFacts) -> str:
    """Return where the carrier shows this parcel: the host's own link when it is a safe one, else the catalogue's."""
    given = parcel.row.tracking_url
    if given.startswith("https://"):
        return str(given)
    return catalogue.link(catalogue.get(parcel.row.carrier), parcel.row.tracking_number)


def _tone(parcel: ParcelFacts) -> str:
    if parcel.state.is_attempt_open and not parcel.has_ended:
        return "warn"
    if not parcel.is_live and not parcel.has_ended:
        return "quiet"
    return words.PARCEL_TONE.get(parcel.status, "")


def _kicker(parcel: ParcelFacts, number: int, total: int) -> str:
    named = {"number": number, "total": total, "carrier": parcel.name}
    if total == 1:
        return _("1 parcel · %(carrier)s") % named if parcel.name else _("1 parcel")
    if parcel.name:
        return _("Parcel %(number)s of %(total)s · %(carrier)s") % named
    return _("Parcel %(number)s of %(total)s") % named


def _state(parcel: ParcelFacts) -> str:
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
        told = [_title(newest, see_all=True), _place(newest)]
        return ", ".join(part for part in told if part and part != _state(parcel))
    if parcel.state.attempts and not parcel.has_ended:
        return _attempts(parcel)
    return ""


def _attempts(parcel: ParcelFacts) -> str:
    if parcel.state.attempts == 1:
        return _("First attempt")
    return ngettext("%(n)s attempt", "%(n)s attempts", parcel.state.attempts) % {"n": parcel.state.attempts}


def _flags(facts: OrderFacts, parcel: ParcelFacts) -> tuple[Flag, ...]:
    flags = []
    if parcel.overlay is not Overlay.NONE:
        event = parcel.when(parcel.state.overlay_event)
        said = event.message if event is not None and facts.may_see_all else ""
        word = str(words.OVERLAY[parcel.overlay])
        flags.append(Flag(text=_("%(problem)s: %(words)s") % {"problem": word, "words": said} if said else word))
    if facts.may_see_all and parcel.state.attempts and parcel.state.is_attempt_open and not parcel.has_ended:
        flags.append(Flag(text=_attempts(parcel)))
    if parcel.state.taken_back:
        flags.append(
            Flag(
                text=_("%(carrier)s corrected the status") % {"carrier": parcel.name or _("The carrier")}, tone="quiet"
            )
        )
    since = parcel.silent_since()
    if since is not None and since <= facts.now:
        days = (facts.now - since + conf.SILENT_AFTER).days
        said = ngettext("No news from %(carrier)s for %(n)s day", "No news from %(carrier)s for %(n)s days", days)
        flags.append(Flag(text=said % {"carrier": parcel.carrier, "n": days}))
    return tuple(flags)


def _window(facts: OrderFacts, parcel: ParcelFacts) -> WindowView | None:
    if parcel.status is S.READY_FOR_PICKUP and parcel.row.pickup_until:
        day = parcel.row.pickup_until
        return WindowView(label=_("Ready for pickup until"), day=dates.short_day(day), iso=day.isoformat())
    first, last = parcel.first_day, parcel.last_day
    if first is None or last is None or parcel.status is S.READY_FOR_PICKUP:
        return None
    overdue = is_overdue(parcel, facts)
    days = dates.short_day(last)
    if first != last:
        days = _("%(first)s to %(last)s") % {"first": dates.plain_day(first), "last": dates.plain_day(last)}
    moved = len(parcel.statements) > 1
    label = _("Was expected") if overdue else _("Now arriving") if moved else _("Arriving")
    return WindowView(
        label=label,
        day=days,
        iso=last.isoformat(),
        hours=window_hours(parcel) if facts.may_see_all and not overdue else "",
        note=_("now overdue") if overdue else "",
        is_overdue=overdue,
    )


def _moves(parcel: ParcelFacts) -> tuple[MoveView, ...]:
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
        told.append(MoveView(title=title, reason=said.reason, when=dates.shop_moment(said.stated_at)))
    return tuple(reversed(told))


def _next_step(facts: OrderFacts, parcel: ParcelFacts) -> NextStep | None:
    if parcel.has_ended or not parcel.is_live:
        return None
    given = parcel.row.next_step if facts.may_see_all else ""
    carrier = {"carrier": parcel.carrier}
    if parcel.status is S.READY_FOR_PICKUP:
        # The whole address stands below: the heading names the place.
        place = parcel.row.pickup_place.partition(",")[0] if facts.may_see_all else ""
        title = _("Pick it up at %(place)s") % {"place": place} if place else _("Pick it up")
        return NextStep(title=title, text=given or _("Bring an identity card."), is_action=True)
    if parcel.state.is_attempt_open:
        text = given or _("Choose a new day or a pickup place with %(carrier)s.") % carrier
        return NextStep(title=_("Arrange the next attempt"), text=text, is_action=True)
    if parcel.status is S.OUT_FOR_DELIVERY:
        return NextStep(title=_("Someone at home, please."), text=given)
    if parcel.status is S.RETURNING:
        return NextStep(title=_("Nothing for you to do"), text=given)
    return NextStep(title=_("Nothing for you to do"), text=given or _told_later())


def _told_later() -> str:
    """Return a promise only where it will be kept."""
    tells = conf.MESSAGES and conf.CHANNELS and Milestone.OUT_FOR_DELIVERY in conf.MILESTONES
    return _("We will tell you on the morning it goes out for delivery.") if tells else ""


def _events(parcel: ParcelFacts, *, see_all: bool) -> tuple[EventView, ...]:
    """Return the journey, newest first. Without places and hours, several scans of one day are one line."""
    told: list[EventView] = []
    for event in parcel.events:
        view = _event(parcel, event, see_all=see_all)
        if see_all or not told or told[-1] != view:
            told.append(view)
    return tuple(told)


def _event(parcel: ParcelFacts, event: Any, *, see_all: bool) -> EventView:
    moment = dates.event_moment(event.local_time, event.utc_offset, event.precision, with_clock=see_all)
    why = ""
    if see_all:
        why = _("%(source)s said %(code)s (%(rule)s), heard %(when)s") % {
            "source": event.source,
            "code": event.raw_code or "—",
            "rule": event.rule or "—",
            "when": dates.shop_moment(event.received_at),
        }
    return EventView(
        title=_title(event, see_all=see_all),
        when=moment,
        place=_place(event) if see_all else "",
        is_corrected=event.digest in parcel.state.taken_back,
        why=why,
    )


def _title(event: Any, *, see_all: bool) -> str:
    status = ParcelStatus(event.status) if event.status else None
    if see_all and event.message and status not in OURS:
        return str(event.message)
    if status is not None and status is not S.UNKNOWN:
        return str(words.STATUS[status])
    if event.overlay:
        return str(words.OVERLAY[Overlay(event.overlay)])
    return str(words.PLAIN_EVENT)


def _place(event: Any) -> str:
    if event.city:
        return ", ".join(
            part
            for part in (event.city.title() if event.city.isupper() else event.city, event.region, event.country)
            if part
        )
    return str(event.place_text or event.country)
