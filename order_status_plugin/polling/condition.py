"""How polling is doing: what ``orders/health/`` and the command say."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Min
from django.utils import timezone

from . import breaker, budget, follow
from .models import Poll, SourceState

#: A source that has not answered for so long is worth a look; a short pause is nobody's business.
PATIENCE = dt.timedelta(minutes=30)

#: What should have been asked so long ago shows that the limits, or the worker, are too tight.
LATE = dt.timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Condition:
    """One source, now."""

    alias: str
    due: int  # parcels to ask about
    untold: int  # parcels to register
    calls: int  # free in the tightest of its limits
    state: SourceState
    late: dt.timedelta  # since when the oldest of them is due
    is_open: bool

    @property
    def is_sick(self) -> bool:
        """Say whether somebody should look at it."""
        if not self.is_open:
            return False
        return self.state.is_denied or self._silence() > PATIENCE

    def _silence(self) -> dt.timedelta:
        last = self.state.last_success_at
        return dt.timedelta.max if last is None else timezone.now() - last


def every() -> list[Condition]:
    """Return how each source that is asked or told is."""
    now = timezone.now()
    states = SourceState.objects.in_bulk()
    found = []
    for alias, source in follow.askable().items():
        state = states.get(alias) or SourceState(alias=alias)
        due = Poll.objects.filter(alias=alias, due_at__lte=now)
        oldest = due.aggregate(oldest=Min("due_at"))["oldest"]
        found.append(
            Condition(
                alias=alias,
                due=due.count(),
                untold=Poll.objects.filter(alias=alias, register_at__lte=now).count(),
                calls=budget.left(state.used, source.budgets(), now.timestamp()),
                state=state,
                late=now - oldest if oldest else dt.timedelta(),
                is_open=breaker.is_open(state, now),
            )
        )
    return found


def report() -> tuple[dict[str, Any], list[str]]:
    """Return the facts for health, and the reasons why somebody should look."""
    conditions = every()
    reasons = []
    for one in conditions:
        if one.is_sick:
            reasons.append(f"The source {one.alias} does not answer, or refuses us: its row in the admin says why.")
        elif one.late > LATE and not one.is_open:
            reasons.append(f"The source {one.alias} lags: parcels should have been asked about long ago.")
    paused = [one.alias for one in conditions if one.is_open]
    late = [one.alias for one in conditions if one.late > LATE]
    return {"sources_paused": paused or None, "sources_late": late or None}, reasons
