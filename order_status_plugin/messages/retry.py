"""When to try again: full jitter, so that a thousand messages that failed together do not come back together."""

from __future__ import annotations

import datetime as dt
import random

from ..conf import conf

#: The first wait is drawn from this; each further one from twice as much.
FIRST = dt.timedelta(seconds=20)

#: A provider may ask us to wait, but not for ever.
LONGEST_ASKED = dt.timedelta(hours=24)


def delay(attempts: int, retry_after: float | None = None) -> dt.timedelta:
    """Return how long to wait after this many tries; never less than the other side asked for."""
    ceiling: dt.timedelta = min(conf.MESSAGES_MAX_DELAY, FIRST * 2 ** min(max(attempts - 1, 0), 30))
    drawn = ceiling * random.uniform(0.1, 1)  # noqa: S311 - spreads load, guards nothing
    # On top of what was asked for: else all that were refused at once would come back at once.
    return drawn + min(dt.timedelta(seconds=max(retry_after or 0, 0)), LONGEST_ASKED)
