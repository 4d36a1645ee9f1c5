"""Personal data ages out on its own: access first, then the person, then what was said about them in passing.

An order's age counts from the earliest of: delivered, closed (cancelled, refunded, returned, lost), or, for one of which
nothing was heard any more, its last change and the time ``silent``.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F, Model, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from ..conf import conf
from ..tracking.models import ENDED_ORDER, OPEN_ORDER, Order
from ..worker.stopping import is_over
from .audit import SYSTEM, Action
from .erase import OrderIsHeld, erase
from .models import AuditEntry, StaffView
from .privacy import end_access

logger = logging.getLogger(__name__)

#: Hears how many orders a batch was.
Done = Callable[[int], None]

#: Orders of one transaction that ends their grants.
BATCH = 200
#: Rows of a log that one statement deletes.
FORGOTTEN_AT_ONCE = 2_000


@dataclass(slots=True)
class Report:
    """How many orders and rows a run was about."""

    grants_ended: int = 0
    erased: int = 0
    held: int = 0
    failed: int = 0
    staff_views: int = 0
    audit_entries: int = 0
    is_complete: bool = True

    def __str__(self) -> str:
        return (
            f"access ended: {self.grants_ended}, erased: {self.erased}, held: {self.held}, failed: {self.failed}, "
            f"staff views deleted: {self.staff_views}, audit entries deleted: {self.audit_entries}"
        )


def run(*, is_dry: bool = False, most: int | None = None, end: float = math.inf, done: Done | None = None) -> Report:
    """Let go what is due; ``is_dry`` only counts. Repeating it, or killing it at any time, does no harm.

    ``most`` bounds the orders of each kind, ``end`` the time, on the monotonic clock; a report that is not complete asks
    for another run. ``done`` hears of each batch how many orders it was.
    """
    report = Report(held=due("contact").filter(is_held=True).count())
    if is_dry:
        report.grants_ended = sum(rows.count() for rows in _with_access())
        report.erased = sum(rows.count() for rows in _parts("contact"))
    else:
        done = done or (lambda _count: None)
        _end_access(report, most, end, done)
        _erase(report, most, end, done)
    report.staff_views = _forget_old(StaffView, "staff_views", end, is_dry=is_dry)
    report.audit_entries = _forget_old(AuditEntry, "audit", end, is_dry=is_dry)
    report.is_complete &= not is_over(end)
    return report


def count() -> int:
    """Return of how many orders access would end or the person be erased: an order may be both."""
    return sum(rows.count() for rows in (*_with_access(), *_parts("contact")))


def due(what: str) -> QuerySet[Order]:
    """Return the orders whose time for this group of fields ("grants", "contact") is over, held ones among them."""
    after, silent, now = conf.retention(what), conf.retention("silent"), timezone.now()
    if after is None:
        return Order.objects.none()
    ended = Q(delivered_at__lte=now - after) | Q(closed_at__lte=now - after)
    if silent is not None:
        ended |= Q(last_activity_at__lte=now - after - silent)
    return Order.objects.filter(ended, erased_at=None)


def _parts(what: str) -> list[QuerySet[Any]]:
    """Return what is due in two parts with ``over_at``, their moment: an index has each of them, oldest first."""
    after, silent, now = conf.retention(what), conf.retention("silent"), timezone.now()
    if after is None:
        return []
    ended = Order.objects.filter(ENDED_ORDER, erased_at=None).annotate(over_at=Coalesce("delivered_at", "closed_at"))
    parts = [ended.filter(over_at__lte=now - after)]
    if silent is not None:
        unheard = Order.objects.filter(OPEN_ORDER).annotate(over_at=F("last_activity_at"))
        parts.append(unheard.filter(over_at__lte=now - after - silent))
    return [rows.filter(is_held=False) for rows in parts]


def _with_access() -> list[QuerySet[Any]]:
    return [rows.filter(grants_ended_at=None) for rows in _parts("grants")]


def _end_access(report: Report, most: int | None, end: float, done: Done) -> None:
    for keys in _batches(_with_access(), most, end, report):
        with transaction.atomic():
            rows = Order.objects.select_for_update().filter(pk__in=keys, is_held=False, grants_ended_at=None)
            found = list(rows.values_list("pk", flat=True))
            now = timezone.now()
            end_access(found)
            Order.objects.filter(pk__in=found).update(grants_ended_at=now)
            AuditEntry.objects.bulk_create(
                [
                    AuditEntry(at=now, actor=SYSTEM, action=Action.GRANTS_ENDED, order_id=pk, detail="retention")
                    for pk in found
                ]
            )
        report.grants_ended += len(found)
        done(len(keys))


def _erase(report: Report, most: int | None, end: float, done: Done) -> None:
    for keys in _batches(_parts("contact"), most, end, report):
        for pk in keys:
            if is_over(end):
                return  # which makes the report incomplete
            try:
                report.erased += erase(Order(pk=pk), SYSTEM, "retention", among=due("contact"), is_thorough=False)
            except OrderIsHeld:
                report.held += 1
            except Exception:
                # One that fails keeps nobody else's data: the next run tries it again.
                logger.exception("order %s could not be erased", pk)
                report.failed += 1
        done(len(keys))


def _batches(parts: list[QuerySet[Any]], most: int | None, end: float, report: Report) -> Iterator[list[int]]:
    """Yield keys, batch by batch, each read anew: nobody's table is locked, and what is handled is behind us."""
    taken = 0
    for rows in parts:
        left = rows
        is_done = False
        while not is_over(end) and (size := BATCH if most is None else min(BATCH, most - taken)):
            found = list(left.order_by("over_at", "pk").values_list("over_at", "pk")[:size])
            if not found:
                is_done = True
                break
            yield [pk for _moment, pk in found]
            taken += len(found)
            moment, last = found[-1]
            # The first is for the index, which is entered at the moment; the second leaves out what is behind us.
            left = rows.filter(over_at__gte=moment).filter(Q(over_at__gt=moment) | Q(pk__gt=last))
        report.is_complete &= is_done or not left.exists()


def _forget_old(model: type[Model], what: str, end: float, *, is_dry: bool) -> int:
    after = conf.retention(what)
    if after is None:
        return 0
    rows = model._default_manager.filter(at__lte=timezone.now() - after)
    if is_dry:
        return rows.count()
    count = 0
    while not is_over(end) and (keys := list(rows.order_by("at").values_list("pk", flat=True)[:FORGOTTEN_AT_ONCE])):
        count += model._default_manager.filter(pk__in=keys).delete()[0]
    return count
