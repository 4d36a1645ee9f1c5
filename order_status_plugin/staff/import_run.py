"""A confirmed file goes into the orders: the first lines at once, the rest by the worker. Running twice changes nothing."""

from __future__ import annotations

import datetime as dt
import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import DatabaseError
from django.utils import timezone

from ..tracking.by_hand_numbers import Did, Given
from ..tracking.models import Order
from .models import NumberImport, NumberImportLine

logger = logging.getLogger(__name__)

State = NumberImportLine.State
Give = Callable[[Order, Given], Did]

#: Lines that the request which confirms does itself, and that one task does before it makes room for others.
AT_ONCE = 25
A_TASK = 500
#: Files are forgotten after that: their lines hold tracking numbers.
KEPT = dt.timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a file is."""

    total: int = 0
    #: Lines by their state.
    states: Counter[str] = field(default_factory=Counter)
    #: Customers who hear that something was sent.
    told: int = 0

    @property
    def ready(self) -> int:
        """Return how many lines wait."""
        return self.states[State.READY]

    @property
    def done(self) -> int:
        """Return how many lines are done."""
        return self.states[State.DONE]


def progress(batch: NumberImport) -> Progress:
    """Count the lines: two queries."""
    states = Counter(batch.lines.order_by().values_list("state", flat=True))
    told = batch.lines.filter(says=Did.SENT.value).order_by().values("order").distinct().count()
    return Progress(states.total(), states, told)


def confirm(batch: NumberImport, *, notify: bool) -> bool:
    """Let a file run; say whether it was this call that did."""
    mine = NumberImport.objects.filter(pk=batch.pk, state=NumberImport.State.READ)
    return bool(mine.update(state=NumberImport.State.RUNNING, notify=notify, confirmed_at=timezone.now()))


def run(give: Give, most: int = A_TASK, batch: NumberImport | None = None) -> bool:
    """Do what waits in the files that run, or in one; return whether nothing is left.

    Two that run at once do the same lines, and the second finds them done: giving a number twice changes nothing.
    """
    running = NumberImport.objects.filter(state=NumberImport.State.RUNNING).order_by("pk")
    for one in running.filter(pk=batch.pk) if batch else running:
        waiting = list(one.lines.filter(state=State.READY).select_related("order").order_by("line")[:most])
        for line in waiting:
            _do(one, line, give)
        most -= len(waiting)
        if most > 0 and not one.lines.filter(state=State.READY).exists():
            NumberImport.objects.filter(pk=one.pk).update(state=NumberImport.State.DONE, done_at=timezone.now())
        if most <= 0:
            break
    left = running.filter(pk=batch.pk) if batch else running.all()
    return not left.exists()


def _do(batch: NumberImport, line: NumberImportLine, give: Give) -> None:
    if line.order is None:
        _note(line, State.ERROR, "unknown_order")
        return
    given = Given(
        tracking_number=line.tracking_number,
        carrier=line.carrier,
        carrier_text=line.carrier_text,
        sent_at=line.sent_at or batch.created_at,
        notify=batch.notify,
    )
    try:
        did = give(line.order, given)
    except DatabaseError:
        raise  # the worker comes again
    except Exception:  # one order that cannot take it stops no other
        logger.exception("line %s of import %s could not be recorded", line.line, batch.pk)
        _note(line, State.ERROR, "failed")
        return
    states = {Did.SAME: State.SKIPPED, Did.NOTHING: State.ERROR}
    _note(line, states.get(did, State.DONE), did.value)


def _note(line: NumberImportLine, state: str, says: str) -> None:
    NumberImportLine.objects.filter(pk=line.pk, state=State.READY).update(state=state, says=says)


def clean() -> None:
    """Forget files that are old."""
    NumberImport.objects.filter(created_at__lte=timezone.now() - KEPT).delete()
