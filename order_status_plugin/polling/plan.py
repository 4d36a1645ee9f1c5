"""From stored rows to the schedule, and back into the rows of the polls."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence

from django.db.models import Prefetch
from django.utils import timezone

from ..conf import conf
from ..events import Overlay, ParcelStatus
from ..sources.base import Source
from ..tracking import refresh
from ..tracking.fold import ENDED
from ..tracking.models import DeliveryEstimate, Parcel, TrackingEvent
from . import schedule
from .models import Poll

#: The columns that a plan writes.
COLUMNS = ("due_at", "pace", "register_at", "ended_at")


def plan(polls: Sequence[Poll], source: Source, now: dt.datetime) -> None:
    """Set when each poll is due next, by what is known of its parcel now. The caller saves ``COLUMNS``."""
    facts = _facts(polls, source, now)
    for poll in polls:
        known = facts.get(poll.parcel_id)
        poll.due_at, poll.pace = None, schedule.PACES[-1]
        if known is None:  # the parcel is gone
            continue
        is_ended = known.status in ENDED
        poll.ended_at = known.ended_at
        if is_ended:
            poll.register_at = None
        if not source.is_asked():
            continue
        poll.due_at = schedule.next_due(known, now, until=conf.POLL_UNTIL, jitter=random.random())  # noqa: S311
        if not is_ended:
            poll.pace = schedule.pace(schedule.pause(known, now))


def _facts(polls: Sequence[Poll], source: Source, now: dt.datetime) -> dict[int, schedule.Facts]:
    keys = [poll.parcel_id for poll in polls]
    estimates = Prefetch("estimates", DeliveryEstimate.objects.order_by("stated_at", "pk"))
    parcels = Parcel.objects.select_related("fulfillment").prefetch_related(estimates).in_bulk(keys)
    news = _news(keys)
    here = _shop_offset(now)
    facts = {}
    for poll in polls:
        if (parcel := parcels.get(poll.parcel_id)) is None:
            continue
        status = ParcelStatus(parcel.status)
        news_at, offset = news.get(parcel.pk, (None, None))
        offset = here if offset is None else offset
        facts[parcel.pk] = schedule.Facts(
            status=status,
            overlay=Overlay(parcel.overlay),
            sent_at=parcel.fulfillment.sent_at,
            news_at=news_at,
            utc_offset=offset,
            window=_window(parcel, offset),
            asked_at=poll.asked_at,
            registered_at=poll.registered_at,
            ended_at=(poll.ended_at or now) if status in ENDED else None,
            is_pushed=source.is_pushed(),
        )
    return facts


def _news(keys: Sequence[int]) -> dict[int, tuple[dt.datetime, int | None]]:
    """Return when the last thing happened to each parcel that we know of, and the clock of the place, if it is known."""
    news: dict[int, tuple[dt.datetime, int | None]] = {}
    columns = ("parcel_id", "occurred_at", "local_time", "received_at", "utc_offset")
    events = TrackingEvent.objects.filter(parcel__in=keys).order_by("sort_key", "pk")
    for parcel, occurred_at, local_time, received_at, offset in events.values_list(*columns):
        try:
            happened = occurred_at or dt.datetime.fromisoformat(local_time).replace(tzinfo=dt.UTC)
        except ValueError:
            happened = received_at
        before, clock = news.get(parcel, (happened, None))
        # Nothing is newer than our hearing of it.
        news[parcel] = max(before, min(happened, received_at)), clock if offset is None else offset
    return news


def _shop_offset(now: dt.datetime) -> int:
    shift = timezone.localtime(now).utcoffset()
    return round(shift.total_seconds() / 60) if shift else 0


def _window(parcel: Parcel, offset: int) -> tuple[dt.datetime, dt.datetime] | None:
    """Return when the parcel is expected. Its hours are local to the place of delivery: the last place known is near."""
    said = refresh.present_estimate(parcel)
    if said is None or not said.earliest:
        return None
    zone = dt.timezone(dt.timedelta(minutes=offset))
    try:
        first, last = (dt.datetime.fromisoformat(text) for text in (said.earliest, said.latest))
    except ValueError:
        return None
    if len(said.latest) <= 10:  # a date: the whole day
        last += dt.timedelta(days=1)
    return first.replace(tzinfo=zone), last.replace(tzinfo=zone)
