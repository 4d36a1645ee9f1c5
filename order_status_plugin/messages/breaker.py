"""The circuit breaker of a channel, in the database: a provider that is down is left in peace by every relay at once."""

from __future__ import annotations

import datetime as dt
import logging
import random
from typing import Any

from django.db.models import F
from django.utils import timezone

from ..exceptions import AccessDenied, TemporaryFailure
from .lease import LEASE, due
from .models import ChannelState
from .retry import LONGEST_ASKED

logger = logging.getLogger(__name__)

#: So many failures in a row open it.
THRESHOLD = 5
#: Pauses double from the first to the longest, and each is drawn from nothing to that (full jitter).
FIRST, LONGEST = dt.timedelta(seconds=30), dt.timedelta(minutes=15)
SHORTEST = dt.timedelta(seconds=5)


def open_channels() -> dict[str, ChannelState]:
    """Return the channels that carry no ordinary traffic now, by alias."""
    return {state.alias: state for state in ChannelState.objects.filter(open_until__isnull=False)}


def probe(states: dict[str, ChannelState], now: dt.datetime) -> str:
    """Return a channel whose pause is over and that this relay alone may try with one message; "" for none.

    The others wait until the probe has told, or its relay has died.
    """
    for state in states.values():
        if is_open(state, now) or not due(now).filter(channel=state.alias).exists():
            continue
        mine = ChannelState.objects.filter(alias=state.alias, open_until=state.open_until)
        if mine.update(open_until=now + LEASE):
            return state.alias
    return ""


def is_open(state: ChannelState, now: dt.datetime) -> bool:
    """Say whether nothing at all is sent now. What a clock that was put right left behind is not believed."""
    return state.open_until is not None and now < state.open_until <= now + LONGEST_ASKED


def is_provider(error: Exception) -> bool:
    """Say whether a failure speaks against the provider, and not against one message."""
    return isinstance(error, TemporaryFailure | AccessDenied)


def failed(alias: str, error: Exception, text: str) -> bool:
    """Count one failure of the provider's and say whether the channel is left in peace now.

    ``text`` is what to keep of it: it names no recipient.
    """
    now = timezone.now()
    before, _is_new = ChannelState.objects.get_or_create(alias=alias)
    mine = ChannelState.objects.filter(alias=alias)
    is_denied, wish = isinstance(error, AccessDenied), dt.timedelta(seconds=getattr(error, "retry_after", None) or 0)
    if _is_of_the_burst(before, now) and not (is_denied or wish):
        mine.update(last_error=text[:500], last_failure_at=now)
        return True
    mine.update(failures=F("failures") + 1, last_error=text[:500], last_failure_at=now)
    state = mine.get()
    if state.failures < THRESHOLD and not is_denied:
        return False
    longest = min(FIRST * 2 ** min(max(state.failures - THRESHOLD, 0), 20), LONGEST)
    pause = LONGEST if is_denied else max(longest * random.random(), SHORTEST)  # noqa: S311
    mine.update(open_until=now + min(max(pause, wish), LONGEST_ASKED))
    if state.open_until is None:
        logger.error("channel %s is left in peace for a while: %s", alias, text)
    return True


def _is_of_the_burst(state: ChannelState, now: dt.datetime) -> bool:
    """Say whether a failure is one more of those that opened it: what other relays had under way says nothing new."""
    last = state.last_failure_at
    return state.open_until is not None and last is not None and abs(now - last) < SHORTEST


def succeeded(alias: str) -> None:
    """Note that the provider took something: what failed before is over."""
    if ChannelState.objects.filter(alias=alias, failures__gt=0).update(failures=0, open_until=None):
        logger.info("channel %s works", alias)


def closed() -> dict[str, Any]:
    """Return the columns of a breaker that somebody closes by hand."""
    return {"failures": 0, "open_until": None, "last_error": ""}


def report() -> tuple[dict[str, Any], list[str]]:
    """Return which channels are left in peace, for ``orders/health/``. A reason to look is only what waits too long."""
    return {"channels_left_in_peace": sorted(open_channels())}, []
