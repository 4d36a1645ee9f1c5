"""From the set of a parcel's events to its state. Pure: no clock, no database, any order of arrival."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from ..events import Milestone, Overlay, ParcelStatus, Precision, Reason
from .identity import PROGRESS

S = ParcelStatus

#: After these nothing is to come, unless the carrier takes it back.
ENDED = frozenset({S.DELIVERED, S.COLLECTED, S.RETURNED, S.LOST, S.CANCELLED})
ARRIVED = frozenset({S.DELIVERED, S.COLLECTED})
GOING_BACK = frozenset({S.RETURNING, S.RETURNED})
#: Scans that say of an end that it was none.
TAKES_BACK = frozenset({S.OUT_FOR_DELIVERY, S.ATTEMPTED_DELIVERY, S.RETURNING, S.RETURNED})
#: Said before the carrier moves anything: never a step back once it has.
BEFORE_MOVING = frozenset({S.CONFIRMED, S.LABEL_CREATED, S.PICKED_UP_BY_CARRIER})

MILESTONE_OF: dict[ParcelStatus, Milestone] = {
    S.OUT_FOR_DELIVERY: Milestone.OUT_FOR_DELIVERY,
    S.ATTEMPTED_DELIVERY: Milestone.ATTEMPTED_DELIVERY,
    S.READY_FOR_PICKUP: Milestone.READY_FOR_PICKUP,
    S.DELIVERED: Milestone.DELIVERED,
    S.COLLECTED: Milestone.DELIVERED,
    S.RETURNING: Milestone.RETURNED,
    S.RETURNED: Milestone.RETURNED,
    S.LOST: Milestone.EXCEPTION,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldEvent:
    """What the fold reads of one stored event."""

    sort_key: str
    digest: str
    source: str
    source_id: str
    status: ParcelStatus | None
    overlay: Overlay
    local_time: str
    utc_offset: int | None
    occurred_at: dt.datetime | None
    precision: Precision
    fingerprint: str
    reason: Reason = Reason.NONE

    @property
    def day(self) -> str:
        """Return the local date."""
        return self.local_time[:10]


@dataclass(frozen=True, slots=True)
class Transition:
    """A milestone that the events of one parcel reach. ``ordinal`` counts those of its kind from 1."""

    milestone: Milestone
    ordinal: int
    event: FoldEvent


@dataclass(slots=True)
class ParcelState:
    """Where a parcel is, and why."""

    status: ParcelStatus | None = None  # None: no event says anything
    overlay: Overlay = Overlay.NONE
    attempts: int = 0
    #: There was an attempt, and since then no delivery, collection, return or new round.
    is_attempt_open: bool = False
    since: FoldEvent | None = None  # the event that made the status
    overlay_event: FoldEvent | None = None
    #: Ends that a later scan took back, by digest.
    taken_back: tuple[str, ...] = ()
    transitions: list[Transition] = field(default_factory=list)
    _attempt_day: str = ""
    _was_moving: bool = False

    def columns(self) -> dict[str, object]:
        """Return what a parcel's row keeps of this, beside status and overlay."""
        return {
            "attempts": self.attempts,
            "is_attempt_open": self.is_attempt_open,
            "taken_back": list(self.taken_back),
            "since": self.since.local_time if self.since else "",
        }


def distinct(events: Iterable[FoldEvent]) -> list[FoldEvent]:
    """Return one telling of each event, in their total order.

    Two tellings are one event when source and the source's own id are equal, or the digest is. Which of several
    is taken depends on what they say alone: one that knows its offset before one that does not, then one that knows why.
    """
    groups: dict[int, list[FoldEvent]] = {}
    by_name: dict[tuple[str, str], list[FoldEvent]] = {}
    for event in sorted(events, key=lambda event: event.fingerprint):
        names = [("digest", event.digest)]
        if event.source_id:
            names.append((event.source, event.source_id))
        found = {id(group): group for name in names if (group := by_name.get(name)) is not None}
        merged = [event]
        for group in found.values():
            merged += group
            del groups[id(group)]
        groups[id(merged)] = merged
        for member in merged:
            by_name["digest", member.digest] = merged
            if member.source_id:
                by_name[member.source, member.source_id] = merged
    chosen = (
        min(group, key=lambda event: (event.utc_offset is None, not event.reason, event.fingerprint))
        for group in groups.values()
    )
    return sorted(chosen, key=lambda event: (event.sort_key, event.fingerprint))


def fold(events: Iterable[FoldEvent]) -> ParcelState:
    """Return the state that this set of events makes, whatever their order."""
    state = ParcelState()
    counts: dict[Milestone, int] = {}

    def reach(milestone: Milestone, event: FoldEvent) -> None:
        counts[milestone] = counts.get(milestone, 0) + 1
        state.transitions.append(Transition(milestone, counts[milestone], event))

    for event in distinct(events):
        before = state.status
        _apply_status(state, event)
        if before in ENDED and state.status is before:
            continue  # late news after the end: neither status nor overlay
        if event.status is S.ATTEMPTED_DELIVERY:
            if state.since is event:
                reach(Milestone.ATTEMPTED_DELIVERY, event)
        elif state.status is not before and state.status in MILESTONE_OF and before is not S.RETURNING:
            reach(MILESTONE_OF[state.status], event)
        _apply_overlay(state, event, reach)
    if state.status in ENDED:
        state.overlay, state.overlay_event = Overlay.NONE, None
    return state


def _apply_status(state: ParcelState, event: FoldEvent) -> None:
    new, now = event.status, state.status
    if new is None:
        return
    if now is None or (now is S.UNKNOWN and new is not S.UNKNOWN):
        _enter(state, event, new)
        return
    if new is S.UNKNOWN:
        return
    if now in ENDED:
        _after_the_end(state, event, new)
    elif now is S.RETURNING:
        # What is delivered on the way back is delivered to the sender.
        if new in (S.DELIVERED, S.COLLECTED, S.RETURNED):
            _enter(state, event, S.RETURNED)
        elif new in (S.LOST, S.CANCELLED):
            _enter(state, event, new)
    elif new is S.ATTEMPTED_DELIVERY:
        # Two scans of one day with no new round between them tell one attempt.
        if not (state.is_attempt_open and event.day == state._attempt_day):
            _enter(state, event, new)
    elif new is now:
        return
    elif new in BEFORE_MOVING:
        if PROGRESS[new] > PROGRESS[now] and not state._was_moving:
            _enter(state, event, new)
    elif now is S.ATTEMPTED_DELIVERY and new is S.IN_TRANSIT:
        return  # back to the depot for the night: the attempt is still the news
    else:
        _enter(state, event, new)


def _after_the_end(state: ParcelState, event: FoldEvent, new: ParcelStatus) -> None:
    end, now = state.since, state.status
    if end is None or new is now or not _is_later(event, end):
        return
    if now in ARRIVED and new in ARRIVED:
        return
    found_again = (
        now in (S.LOST, S.CANCELLED) and new not in (S.LOST, S.CANCELLED) and PROGRESS[new] >= PROGRESS[S.IN_TRANSIT]
    )
    goes_on = now is not S.RETURNED and new in TAKES_BACK
    if found_again or goes_on:
        if not (now in ARRIVED and new in GOING_BACK):  # a return after delivery is news, not a correction
            state.taken_back = (*state.taken_back, end.digest)
        _enter(state, event, new)


def _enter(state: ParcelState, event: FoldEvent, status: ParcelStatus) -> None:
    state.status, state.since = status, event
    if status not in BEFORE_MOVING and status is not S.UNKNOWN:
        state._was_moving = True
    if status is S.ATTEMPTED_DELIVERY:
        state.attempts += 1
        state.is_attempt_open = True
        state._attempt_day = event.day
    elif status not in (S.READY_FOR_PICKUP, S.IN_TRANSIT):
        state.is_attempt_open = False


def _apply_overlay(state: ParcelState, event: FoldEvent, reach: Callable[[Milestone, FoldEvent], None]) -> None:
    if event.overlay is not Overlay.NONE:
        if state.overlay is not event.overlay:
            reach(Milestone.DELAYED if event.overlay is Overlay.DELAYED else Milestone.EXCEPTION, event)
        state.overlay, state.overlay_event = event.overlay, event
    elif event.status is not None and PROGRESS[event.status] >= PROGRESS[S.PICKED_UP_BY_CARRIER]:
        state.overlay, state.overlay_event = Overlay.NONE, None


def _is_later(event: FoldEvent, end: FoldEvent) -> bool:
    """Say whether ``event`` is truly after ``end``: by instants where both are known, by days where hours are not."""
    if Precision.DATE in (event.precision, end.precision):
        return event.day > end.day
    if event.occurred_at is not None and end.occurred_at is not None:
        return event.occurred_at > end.occurred_at
    return event.local_time > end.local_time
