"""Which parcels are asked about: rows come with a parcel that travels, and go with it."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable, Sequence

from django.db.models import Q, QuerySet
from django.utils import timezone

from ..backends import get_source
from ..conf import conf
from ..sources.base import Source
from ..tracking.fold import ENDED
from ..tracking.models import Order, Parcel
from . import schedule
from .models import Poll
from .plan import COLUMNS, plan

logger = logging.getLogger(__name__)

#: Of the orders of before our time only parcels that left so lately may still travel: registrations cost money.
IMPORTED = dt.timedelta(days=14)

#: Rows that one sweep mends.
AT_ONCE = 500

#: Providers need a moment with a number that they never heard of.
AFTER_REGISTRATION = dt.timedelta(minutes=2)

#: Later than this nothing is ever due: it was written by a clock that was wrong.
FARTHEST = dt.timedelta(days=5)


def askable() -> dict[str, Source]:
    """Return the sources that are asked or told, by alias. One that cannot be built stops no other."""
    sources = {}
    for alias in conf.SOURCES:
        try:
            source = get_source(alias)
            if source.is_asked() or source.needs_registration():
                source.budgets()
                sources[alias] = source
        except Exception:  # another's adapter, or options that a system check names
            logger.exception("the source %r cannot be asked as it is", alias)
    return sources


def travelling(now: dt.datetime) -> QuerySet[Parcel]:
    """Return the parcels that are worth asking about."""
    sent = Q(fulfillment__sent_at__gte=now - conf.POLL_UNTIL)
    lately = Q(order__is_imported=False) | Q(fulfillment__sent_at__gte=now - IMPORTED)
    return (
        Parcel.objects.filter(
            sent, lately, is_withdrawn=False, fulfillment__is_cancelled=False, order__erased_at__isnull=True
        )
        .exclude(number_key="")
        .exclude(status__in=ENDED)
    )


def follow(*orders: Order) -> int:
    """Have the parcels of these orders asked about as they are now; return how many are new."""
    return _follow(Parcel.objects.filter(order__in=orders), timezone.now())


def missed() -> int:
    """Mend what no signal told: parcels without a row, rows without a parcel that travels, and wrong clocks."""
    now, sources = timezone.now(), askable()
    Poll.objects.exclude(alias__in=list(conf.SOURCES)).delete()
    unknown = travelling(now).filter(source__in=sources, polls__isnull=True).order_by("pk")
    count = _follow(Parcel.objects.filter(pk__in=list(unknown.values_list("pk", flat=True)[:AT_ONCE])), now)
    asked = [alias for alias, source in sources.items() if source.is_asked()]
    revived = Poll.objects.filter(due_at=None, alias__in=asked, parcel__in=travelling(now))
    wrong = Poll.objects.filter(due_at__gt=now + FARTHEST, alias__in=asked)
    for poll in [*revived.order_by("pk")[:AT_ONCE], *wrong.order_by("pk")[:AT_ONCE]]:
        plan([poll], sources[poll.alias], now)
        poll.save(update_fields=COLUMNS)
    for alias, source in sources.items():
        if source.needs_registration():  # it was switched on after the parcel came
            untold = Poll.objects.filter(alias=alias, registered_at=None, register_at=None, parcel__source=alias)
            untold.filter(parcel__in=travelling(now)).update(register_at=now)
    return count


def _follow(parcels: QuerySet[Parcel], now: dt.datetime) -> int:
    keys = list(parcels.exclude(source="").values_list("pk", flat=True))
    if not keys:
        return 0
    sources = askable()
    rows = travelling(now).filter(pk__in=keys).select_related("order")
    known = list(Poll.objects.filter(parcel__in=keys).select_related("parcel__fulfillment", "parcel__order"))
    gone = [poll.pk for poll in known if is_gone(poll)]
    if gone:
        Poll.objects.filter(pk__in=gone).delete()
    have = {(poll.parcel_id, poll.alias) for poll in known}
    new = [
        first(parcel, sources[parcel.source], now)
        for parcel in rows
        if parcel.source in sources and (parcel.pk, parcel.source) not in have
    ]
    Poll.objects.bulk_create(new, ignore_conflicts=True)
    return len(new)


def first(parcel: Parcel, source: Source, now: dt.datetime) -> Poll:
    """Return the first row of a parcel: registered first where that must be, asked at once where not."""
    must_register = source.needs_registration()
    return Poll(
        parcel=parcel,
        alias=source.alias,
        # What is new is waited for; what comes from before our time does not push ahead of it.
        pace=schedule.PACES[3 if parcel.order.is_imported else 0],
        register_at=now if must_register else None,
        due_at=now + AFTER_REGISTRATION * must_register if source.is_asked() else None,
    )


def is_gone(poll: Poll) -> bool:
    """Say whether nobody is interested in this row any more; parcel, fulfillment and order are joined."""
    parcel = poll.parcel
    return (
        parcel.is_withdrawn
        or parcel.fulfillment.is_cancelled
        or parcel.order.erased_at is not None
        # A nudge of a source that does not follow the parcel is answered once.
        or (poll.alias != parcel.source and poll.hastened_at is None)
    )


def hasten(source: Source, parcels: Iterable[Parcel]) -> int:
    """Make these parcels due now, each as often as ``schedule.NUDGED`` allows; return how many are due sooner."""
    if not source.is_asked():
        logger.info("%s nudges us, but its options do not let us ask it", source.alias)
        return 0
    now, count = timezone.now(), 0
    for parcel in parcels:
        poll = Poll.objects.filter(parcel=parcel, alias=source.alias).first()
        if poll is None:
            nudged = first(parcel, source, now)
            nudged.due_at = nudged.hastened_at = now
            if parcel.source and parcel.source != source.alias:
                nudged.register_at = None
            Poll.objects.bulk_create([nudged], ignore_conflicts=True)
            count += 1
            continue
        soon = max(now, min(poll.asked_at, now) + schedule.NUDGED) if poll.asked_at else now
        sooner = Poll.objects.filter(Q(due_at=None) | Q(due_at__gt=soon) | Q(hastened_at=None), pk=poll.pk)
        count += sooner.update(due_at=soon, pace=schedule.PACES[0], hastened_at=now)
    return count


def forget(order: Order) -> int:
    """Drop the rows of an order's parcels; return how many there were."""
    return Poll.objects.filter(parcel__order=order).delete()[0]


def ask_now(polls: QuerySet[Poll]) -> int:
    """Make these rows due now, whatever was planned, where their source can be asked; return how many."""
    asked = [alias for alias, source in askable().items() if source.is_asked()]
    now = timezone.now()
    told = polls.filter(registered_at=None, register_at__gt=now)
    told.update(register_at=now)
    return polls.filter(alias__in=asked).update(
        due_at=now, hastened_at=now, pace=schedule.PACES[0], failures=0, reason=""
    )


def save(polls: Sequence[Poll], *more: str) -> None:
    """Write what was planned, and these columns."""
    Poll.objects.bulk_update(polls, [*COLUMNS, *more], batch_size=200)
