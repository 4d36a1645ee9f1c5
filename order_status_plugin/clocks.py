"""What a clock that was wrong has put ahead, in all rooms that keep moments to come."""

from __future__ import annotations

import logging

from django.utils import timezone

from .intake import ahead as intake_ahead
from .messages import ahead as messages_ahead
from .worker import clock

logger = logging.getLogger(__name__)


def disbelieve() -> int:
    """Put right what a clock that was wrong has put ahead; return how many rows."""
    if not clock.is_right():
        logger.error("this machine's clock differs from the database's: set it by NTP")
        return 0
    now = timezone.now()
    wrong = clock.disbelieve(now) + intake_ahead.disbelieve(now) + messages_ahead.disbelieve(now)
    if wrong:
        logger.warning("a clock was ahead: %s rows that it wrote are put right", wrong)
    return wrong
