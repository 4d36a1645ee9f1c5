"""Ask the sources: each under its lease, within its limits, a batch at a time, for a bounded time."""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import Error, router, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from ..exceptions import AccessDenied, OrderStatusError, PermanentFailure, TemporaryFailure
from ..sources.base import Source
from ..tracking.fold import ENDED
from ..tracking.models import Parcel
from ..worker.stopping import is_over
from . import breaker, budget, follow, lease, schedule
from .models import Poll, SourceState
from .plan import COLUMNS, plan

logger = logging.getLogger(__name__)

#: Asks a source about parcels, or tells it of them. Raises TemporaryFailure, AccessDenied, PermanentFailure.
Call = Callable[[str, Sequence[Parcel]], None]

_NEVER = dt.datetime.min.replace(tzinfo=dt.UTC)

#: How long one source is asked before the next has its turn.
SLICE = 8.0

#: A call that is free in so many seconds is waited for; one that is free later is left to the next task.
PATIENCE = 1.5

#: So many parcels refused in a row, and none taken: it is the source, not the parcels.
REFUSED = 10

#: The pause of one parcel that could not be asked about doubles from the first to the longest.
FIRST_DELAY, MAX_DELAY = dt.timedelta(minutes=2), dt.timedelta(hours=6)
#: One that the source refuses is tried again, but rarely.
FIRST_REFUSAL, MAX_REFUSAL = dt.timedelta(hours=1), dt.timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Drained:
    """What one task did."""

    asked: int = 0  # parcels that were asked about
    is_over: bool = True  # False: there is more to ask now, and only the time was over


def drain(*, ask: Call, register: Call, seconds: float = 25, polls: QuerySet[Poll] | None = None) -> Drained:
    """Tell the sources of new parcels and ask them about those that are due; ``polls`` narrows it to these.

    Sources have turns, the one whose last is longest ago first. One that another worker asks is left to it.
    """
    end = time.monotonic() + seconds
    turns = dict(SourceState.objects.values_list("alias", "turn_at"))
    waiting = sorted(follow.askable().values(), key=lambda source: turns.get(source.alias) or _NEVER)
    asked = 0
    while waiting and not is_over(end):
        source = waiting.pop(0)
        turn = Turn(source, ask, register, min(end, time.monotonic() + SLICE), polls)
        try:
            is_done = turn.run()
        except Error:
            logger.warning("%s: the database failed; what is due stays due", source.alias, exc_info=True)
            is_done = True
        asked += turn.asked
        if not is_done:
            waiting.append(source)
    return Drained(asked, is_over=not waiting)


class Turn:
    """One source, asked by one worker under one lease."""

    def __init__(
        self, source: Source, ask: Call, register: Call, end: float, polls: QuerySet[Poll] | None = None
    ) -> None:
        """``end`` is on the monotonic clock; ``polls`` narrows the turn to these."""
        self.polls = (Poll.objects.all() if polls is None else polls).filter(alias=source.alias)
        self.source, self.alias, self.end = source, source.alias, end
        self.ask, self.register = ask, register
        self.budgets = source.budgets()
        self.size = max(source.batch_size, 1)
        self.asked = self.refused = 0

    def run(self) -> bool:
        """Work until nothing is left, the time is over, or the source must be left alone; False: there is more."""
        if not self._is_anything_due():
            return True
        state = lease.take(self.alias)
        if state is None:
            return True
        self.state = state
        try:
            while True:
                told = self._tell()
                if told is None:
                    return self._is_late()
                asked = self._ask()
                if asked is None:
                    return self._is_late()
                if not told and not asked:
                    return True
        finally:
            lease.end(self.state)

    def _is_late(self) -> bool:
        """Say whether the turn ended for another reason than its time."""
        return not is_over(self.end)

    def _is_anything_due(self) -> bool:
        now = timezone.now()
        return self._due(now).exists() or self._unregistered(now).exists()

    def _unregistered(self, now: dt.datetime) -> QuerySet[Poll]:
        return self.polls.filter(register_at__lte=now).order_by("register_at", "pk")

    def _due(self, now: dt.datetime) -> QuerySet[Poll]:
        ready = self.polls.filter(due_at__lte=now)
        if self.source.needs_registration():
            # What the provider nudged us for it knows.
            ready = ready.filter(Q(registered_at__isnull=False) | Q(hastened_at__isnull=False))
        return ready

    def _tell(self) -> bool | None:
        """Register one batch. True: done; False: there was none; None: stop."""
        if not self.source.needs_registration():
            return False
        polls = self._joined(self._unregistered(timezone.now())[: self.size])
        if not polls:
            return False
        if polls := self._still_wanted(polls):
            return self._call(self.register, polls, self._registered, "register_at") or None
        return True

    def _ask(self) -> bool | None:
        """Ask about one batch. True: done; False: there was none; None: stop."""
        if not self.source.is_asked():
            return False
        polls = self._most_urgent()
        if not polls:
            return False
        if polls := self._still_wanted(polls):
            return self._call(self.ask, polls, self._answered, "due_at") or None
        return True

    def _most_urgent(self) -> list[Poll]:
        """Return the batch that is latest in measure of its pace: who is near delivery comes first, nobody starves."""
        now = timezone.now()
        ready = self._due(now)
        found: list[tuple[float, int]] = []
        for pace in schedule.PACES:
            rows = ready.filter(pace=pace).order_by("due_at", "pk").values_list("due_at", "pk")[: self.size]
            found += [((now - moment).total_seconds() / pace, pk) for moment, pk in rows if moment is not None]
        found.sort(key=lambda late: (-late[0], late[1]))
        keys = [pk for _late, pk in found[: self.size]]
        polls = {poll.pk: poll for poll in self._joined(Poll.objects.filter(pk__in=keys))}
        return [polls[pk] for pk in keys if pk in polls]

    def _joined(self, polls: QuerySet[Poll]) -> list[Poll]:
        return list(polls.select_related("parcel__order", "parcel__fulfillment"))

    def _still_wanted(self, polls: list[Poll]) -> list[Poll]:
        """Drop the rows of parcels that nobody is interested in any more; plan those anew whose end we did not know."""
        now, wanted, gone, ended = timezone.now(), [], [], []
        for poll in polls:
            if follow.is_gone(poll):
                gone.append(poll.pk)
            elif poll.parcel.status in ENDED and poll.ended_at is None and poll.hastened_at is None:
                ended.append(poll)
            else:
                wanted.append(poll)
        if gone:
            Poll.objects.filter(pk__in=gone).delete()
        if ended:
            plan(ended, self.source, now)
            follow.save(ended)
        return wanted

    # --- one call -------------------------------------------------------------------------------------

    def _call(self, call: Call, polls: list[Poll], succeeded: Callable[[list[Poll]], None], column: str) -> bool:
        """Make one call about these; a batch that is refused is halved until the culprit is found. False: stop."""
        if not self._may_call():
            return False
        try:
            call(self.alias, [poll.parcel for poll in polls])
        except (TemporaryFailure, AccessDenied) as error:
            return self._failed(error, polls, column)
        except PermanentFailure as error:
            if len(polls) > 1:
                half = len(polls) // 2
                return self._call(call, polls[:half], succeeded, column) and self._call(
                    call, polls[half:], succeeded, column
                )
            return self._refused(error, polls[0], column)
        except Error:
            raise
        except Exception as error:
            # An adapter's own fault: what it says may be personal, so the row keeps its kind, the log the rest.
            if not isinstance(error, OrderStatusError):
                logger.exception("%s could not be asked", self.alias)
            return self._failed(TemporaryFailure(f"The adapter failed ({type(error).__name__})."), polls, column)
        self.refused = 0
        succeeded(polls)
        return lease.keep(self.state, **breaker.succeeded(self.state, timezone.now()))

    def _may_call(self) -> bool:
        """Count one call against the limits, and extend the lease with it; False: not now."""
        now = timezone.now()
        if is_over(self.end) or breaker.is_open(self.state, now):
            return False
        pause = budget.wait(self.state.used, self.budgets, now.timestamp())
        if pause > PATIENCE or time.monotonic() + pause >= self.end:
            return False
        if pause:
            time.sleep(pause)
            now = timezone.now()
        return lease.keep(self.state, used=budget.take(self.state.used, self.budgets, now.timestamp()))

    def _registered(self, polls: list[Poll]) -> None:
        now, lasts = timezone.now(), self.source.registration_lasts
        for poll in polls:
            poll.registered_at, poll.failures, poll.reason = now, 0, ""
            poll.register_at = None if lasts is None else now + lasts * 0.95
        Poll.objects.bulk_update(polls, ["registered_at", "register_at", "failures", "reason"])

    def _answered(self, polls: list[Poll]) -> None:
        now = timezone.now()
        self.asked += len(polls)
        guests = [poll.pk for poll in polls if poll.alias != poll.parcel.source]
        for poll in polls:
            poll.asked_at, poll.failures, poll.reason = now, 0, ""
        plan(polls, self.source, now)
        with transaction.atomic(using=router.db_for_write(Poll)):
            for poll in polls:
                columns: dict[str, Any] = {name: getattr(poll, name) for name in COLUMNS}
                columns |= {"asked_at": now, "hastened_at": None, "failures": 0, "reason": ""}
                row = Poll.objects.filter(pk=poll.pk)
                if not row.filter(hastened_at=poll.hastened_at).update(**columns):
                    # A nudge that came while we asked is still to be answered.
                    row.update(asked_at=now, due_at=now + schedule.NUDGED)
        if guests:
            Poll.objects.filter(pk__in=guests, hastened_at=None).exclude(alias=F("parcel__source")).delete()

    def _failed(self, error: Exception, polls: list[Poll], column: str) -> bool:
        """Note a failure of the source. These parcels wait, so that the next try is about others."""
        now = timezone.now()
        self._postpone(polls, str(error), column, FIRST_DELAY, MAX_DELAY)
        is_ours = lease.keep(self.state, **breaker.failed(self.state, error, now))
        return is_ours and not breaker.is_open(self.state, now)

    def _refused(self, error: Exception, poll: Poll, column: str) -> bool:
        """Note that the source refuses this one parcel, and go on with the others."""
        logger.warning("%s refuses parcel %s: %s", self.alias, poll.parcel_id, error)
        self._postpone([poll], str(error), column, FIRST_REFUSAL, MAX_REFUSAL)
        self.refused += 1
        if self.refused < REFUSED:
            return True
        everything = PermanentFailure(f"It refused {self.refused} parcels in a row. {error}")
        logger.error("%s: %s", self.alias, everything)
        lease.keep(self.state, **breaker.failed(self.state, everything, timezone.now(), pause=breaker.DENIED))
        return False

    def _postpone(
        self, polls: list[Poll], reason: str, column: str, first: dt.timedelta, longest: dt.timedelta
    ) -> None:
        now = timezone.now()
        for poll in polls:
            values: dict[str, Any] = {
                column: now + min(first * 2 ** min(poll.failures, 20), longest),
                "failures": poll.failures + 1,
                "reason": reason[:500],
            }
            if column == "due_at":
                values["asked_at"] = now
            Poll.objects.filter(pk=poll.pk).update(**values)
