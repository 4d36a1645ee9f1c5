"""When to ask about a parcel next: often near delivery, rarely when quiet, never after the end. Pure."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from ..events import Overlay, ParcelStatus
from ..tracking.fold import ENDED

S = ParcelStatus
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)

#: Nobody is asked about a parcel more often than this, but where the source itself says that there is news.
MINIMUM = 10 * MINUTE
#: Less often than this is never asked while a parcel travels.
MAXIMUM = DAY
#: After a nudge, in which anyone could imitate the source.
NUDGED = MINUTE

#: Pauses are sorted into these, so that the database finds the most urgent in each by its index.
PACES = tuple(int(pace.total_seconds()) for pace in (15 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY))

#: Looks after the end, in which a carrier may take it back.
LAST_LOOKS = (HOUR, DAY, 3 * DAY)
LAST_LOOKS_PUSHED = (DAY,)

#: What a source that pushes may have missed is asked for this often; near the delivery, when it says nothing.
SAFETY_NET, SAFETY_NET_NEAR = 12 * HOUR, 6 * HOUR

#: Carriers deliver in these hours of the day.
DELIVERY_HOURS = range(6, 22)

#: After so long without news nobody expects any.
SILENT = 10 * DAY

_LONG_AGO = dt.datetime(1, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the schedule reads of a parcel. All moments are aware."""

    status: ParcelStatus
    sent_at: dt.datetime
    overlay: Overlay = Overlay.NONE
    news_at: dt.datetime | None = None  # when the last thing happened to it that we know of
    utc_offset: int = 0  # minutes east of UTC where it is, as well as we know
    window: tuple[dt.datetime, dt.datetime] | None = None  # when it is expected
    asked_at: dt.datetime | None = None
    registered_at: dt.datetime | None = None  # when the provider was told of it
    ended_at: dt.datetime | None = None  # when we first saw that it had ended
    is_pushed: bool = False  # the source tells us by itself


def next_due(facts: Facts, now: dt.datetime, *, until: dt.timedelta, jitter: float = 0.0) -> dt.datetime | None:
    """Return when to ask next, None for never.

    ``until`` is the age at which a parcel is given up. ``jitter``, 0 to 1, lengthens the pause by up to a fifth,
    so that what began together does not stay together.
    """
    if now - facts.sent_at > until:
        return None
    if facts.status in ENDED:
        return _last_look(facts, now)
    wait = pause(facts, now)
    return now + wait * (1 + 0.2 * jitter)


def pace(wait: dt.timedelta) -> int:
    """Return the longest of ``PACES`` that is no longer than this pause, in seconds."""
    return max((known for known in PACES if known <= wait.total_seconds()), default=PACES[0])


def pause(facts: Facts, now: dt.datetime) -> dt.timedelta:
    """Return how long to wait until a travelling parcel is asked about again, without jitter."""
    quiet = _quiet(facts, now)
    if facts.is_pushed:
        is_near = facts.status in (S.OUT_FOR_DELIVERY, S.ATTEMPTED_DELIVERY) or _days_to_go(facts, now) <= 1
        return SAFETY_NET_NEAR if is_near and quiet > SAFETY_NET_NEAR and quiet <= SILENT else SAFETY_NET
    if quiet > SILENT:
        return MAXIMUM
    wait = min(_by_status(facts, now, quiet), _by_window(facts, now))
    if facts.overlay is not Overlay.NONE:
        wait = min(wait, 4 * HOUR)
    if facts.news_at is None and facts.registered_at is not None and now - facts.registered_at < 2 * HOUR:
        wait = min(wait, 30 * MINUTE)  # the provider is about to hear of it for the first time
    return max(wait, MINIMUM)


def _quiet(facts: Facts, now: dt.datetime) -> dt.timedelta:
    """Return for how long nothing has happened; a clock that was put back makes it nothing, not less."""
    return max(now - (facts.news_at or facts.sent_at), dt.timedelta())


def _by_status(facts: Facts, now: dt.datetime, quiet: dt.timedelta) -> dt.timedelta:
    grown = min(max(quiet / 4, HOUR), 12 * HOUR)  # moving: an hour; four hours after 16, twelve after two days
    match facts.status:
        case S.OUT_FOR_DELIVERY:
            if quiet > DAY:
                return 2 * HOUR
            hour = (now.astimezone(dt.UTC) + dt.timedelta(minutes=facts.utc_offset)).hour
            return 12 * MINUTE if hour in DELIVERY_HOURS else HOUR
        case S.ATTEMPTED_DELIVERY | S.READY_FOR_PICKUP:
            return 2 * HOUR if quiet <= DAY else 4 * HOUR
        case S.IN_TRANSIT | S.PICKED_UP_BY_CARRIER:
            return grown
        case S.UNKNOWN:
            return max(grown, 4 * HOUR)
        case _:  # on its way back, or not scanned by the carrier yet
            return max(grown, 6 * HOUR)


def _by_window(facts: Facts, now: dt.datetime) -> dt.timedelta:
    """Return the longest pause that the expected delivery allows: the nearer, the shorter."""
    if facts.status is S.RETURNING:
        return MAXIMUM
    days = _days_to_go(facts, now)
    if days <= 0.5:
        return HOUR
    return 4 * HOUR if days <= 1.5 else MAXIMUM


def _days_to_go(facts: Facts, now: dt.datetime) -> float:
    """Return how many days it is to the expected delivery; one that is long over is expected no more."""
    if facts.window is None:
        return float("inf")
    earliest, latest = facts.window
    if now > latest + 2 * DAY:
        return float("inf")
    return max((earliest - now) / DAY, 0.0)


def _last_look(facts: Facts, now: dt.datetime) -> dt.datetime | None:
    ended = facts.ended_at if facts.ended_at is not None and facts.ended_at <= now else now
    last = min(facts.asked_at or _LONG_AGO, now)
    for look in LAST_LOOKS_PUSHED if facts.is_pushed else LAST_LOOKS:
        if ended + look > last:
            return max(ended + look, now + MINIMUM)
    return None
