"""The circuit breaker of a source: who cannot answer is left in peace, for longer and longer."""

from __future__ import annotations

import datetime as dt
import logging
import random
from typing import Any

from ..exceptions import AccessDenied, TemporaryFailure
from .models import SourceState

logger = logging.getLogger(__name__)

#: So many failures in a row open it. The first call after the pause is the try: it closes the breaker or opens it again.
THRESHOLD = 3
#: Pauses double from the first to the longest, and each is drawn from nothing to that (full jitter).
FIRST, LONGEST = dt.timedelta(minutes=1), dt.timedelta(hours=1)
SHORTEST = dt.timedelta(seconds=15)
#: Credentials that are refused are refused until somebody changes them.
DENIED = dt.timedelta(hours=1)
#: More than this is not believed of a Retry-After, nor of a row after a clock was put right.
MOST = dt.timedelta(hours=24)


def is_open(state: SourceState, now: dt.datetime) -> bool:
    """Say whether the source is to be left in peace now."""
    return state.open_until is not None and now < state.open_until <= now + MOST


def succeeded(state: SourceState, now: dt.datetime) -> dict[str, Any]:
    """Return the columns after an answer."""
    if state.failures >= THRESHOLD or state.is_denied:
        logger.info("%s answers again", state.alias)
    return {"failures": 0, "open_until": None, "is_denied": False, "last_error": "", "last_success_at": now}


def failed(
    state: SourceState, error: Exception, now: dt.datetime, *, pause: dt.timedelta | None = None
) -> dict[str, Any]:
    """Return the columns after a failure that is the source's, not a parcel's; ``pause`` is given where it is known."""
    failures, is_denied = state.failures + 1, isinstance(error, AccessDenied)
    if is_denied:
        pause = DENIED
        if not state.is_denied:
            logger.error("%s refuses our credentials, and is asked again in an hour: %s", state.alias, error)
    elif pause is None and failures >= THRESHOLD:
        longest = min(FIRST * 2 ** min(failures - THRESHOLD, 20), LONGEST)
        pause = max(longest * random.random(), SHORTEST)  # noqa: S311
        if failures == THRESHOLD:
            logger.warning("%s does not answer, and is left in peace for a while: %s", state.alias, error)
    if isinstance(error, TemporaryFailure) and error.retry_after:
        wish = dt.timedelta(seconds=min(error.retry_after, MOST.total_seconds()))
        pause = max(pause or wish, wish)
    return {
        "failures": failures,
        "open_until": None if pause is None else now + pause,
        "is_denied": is_denied,
        "last_error": str(error)[:500],
        "last_failure_at": now,
    }


def closed() -> dict[str, Any]:
    """Return the columns of a breaker that somebody closes by hand."""
    return {"failures": 0, "open_until": None, "is_denied": False, "last_error": ""}
