"""Take rows of the outbox for a while: no two relays hold the same one, and a dead relay's rows come free again."""

from __future__ import annotations

import datetime as dt
import logging
import secrets
import threading
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager

from django.db import Error, connections, router, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from ..cms import epoch
from .models import OutboxMessage
from .rules import rules_for

logger = logging.getLogger(__name__)

#: How long a relay that gives no sign of life holds its batch: short enough to wait out.
LEASE = dt.timedelta(seconds=20)
#: How often a living one renews it: a provider may take its time.
RENEWAL = dt.timedelta(seconds=6)

PENDING = Q(state=OutboxMessage.State.PENDING)


def due(now: dt.datetime) -> QuerySet[OutboxMessage]:
    """Return the rows that should leave now and that nobody holds. Joined ones leave with the row that tells them."""
    return OutboxMessage.objects.filter(PENDING, _free(now), due_at__lte=now, told_by=None)


def claim(limit: int, now: dt.datetime, *, only: str = "", without: Collection[str] = ()) -> list[OutboxMessage]:
    """Lease up to ``limit`` due rows, oldest first, and join to them what may be told in the same message.

    ``only`` takes those of one channel, ``without`` leaves out those of some.
    """
    token = secrets.token_hex(16)
    alias = router.db_for_write(OutboxMessage)
    waiting = due(now).order_by("due_at", "pk")
    if only:
        waiting = waiting.filter(channel=only)
    if without:
        waiting = waiting.exclude(channel__in=without)
    if connections[alias].features.has_select_for_update_skip_locked:
        with transaction.atomic(using=alias):
            _lease(waiting.select_for_update(skip_locked=True).values_list("pk", flat=True)[:limit], token, now)
    else:  # SQLite: one guarded UPDATE is the lock
        _lease(waiting.values_list("pk", flat=True)[:limit], token, now)
    rows = list(OutboxMessage.objects.filter(lease=token).select_related("order__site").order_by("due_at", "pk"))
    if any(row.subject != "order" for row in rows):  # what was joined to them before goes with them
        OutboxMessage.objects.filter(PENDING, told_by__in=rows).update(lease=token, leased_until=now + LEASE)
    return _join(rows, token, now)


def release(rows: Iterable[OutboxMessage]) -> None:
    """Give rows back as they are, each one for itself, unless somebody else has them by now."""
    held = {row.pk: row.lease for row in rows}
    OutboxMessage.objects.filter(PENDING, pk__in=held, lease__in=set(held.values())).update(
        lease="", leased_until=None, told_by=None
    )


@contextmanager
def held(token: str) -> Iterator[None]:
    """Renew this lease for as long as the block runs, however long a provider takes."""
    is_over = threading.Event()
    keeper = threading.Thread(target=_renew, args=(token, is_over), name="order-status-lease", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        is_over.set()
        keeper.join()


def _renew(token: str, is_over: threading.Event) -> None:
    try:
        while not is_over.wait(RENEWAL.total_seconds()):
            try:
                OutboxMessage.objects.filter(PENDING, lease=token).update(leased_until=timezone.now() + LEASE)
            except Error:
                logger.warning("a lease could not be renewed; its messages may be sent twice", exc_info=True)
    finally:
        connections.close_all()  # this thread's own


def _free(now: dt.datetime) -> Q:
    return Q(leased_until=None) | Q(leased_until__lt=now)


def _lease(pks: Iterable[int], token: str, now: dt.datetime) -> None:
    OutboxMessage.objects.filter(PENDING, _free(now), pk__in=list(pks), told_by=None).update(
        lease=token, leased_until=now + LEASE
    )


def _join(rows: list[OutboxMessage], token: str, now: dt.datetime) -> list[OutboxMessage]:
    """Let the first row tell its siblings: other parcels of the order that reached the same within the window.

    A row that was tried before may have arrived as it was, so nothing is added to it.
    """
    number = epoch.current() if any(map(_can_join, rows)) else 0
    tellers: list[OutboxMessage] = []
    settled: set[int] = set()  # tells or is told already
    candidates: dict[int, list[OutboxMessage]] = defaultdict(list)
    for other in (
        OutboxMessage.objects.filter(PENDING, Q(lease=token) | _free(now), told_by=None, attempts=0)
        .filter(order_id__in={row.order_id for row in rows if _can_join(row)})
        .exclude(subject="order")
        .order_by("pk")
    ):
        candidates[other.order_id].append(other)
    for row in rows:
        if row.pk in settled:
            continue
        tellers.append(row)
        settled.add(row.pk)
        if not _can_join(row):
            continue
        subjects = {row.subject}
        window = rules_for(row.order.site_id, number).digest_window()
        for other in candidates[row.order_id]:
            if other.pk not in settled and other.subject not in subjects and _same(row, other, window):
                taken = OutboxMessage.objects.filter(
                    PENDING, Q(lease=token) | _free(now), pk=other.pk, told_by=None
                ).update(told_by=row, lease=token, leased_until=now + LEASE)
                if taken:
                    settled.add(other.pk)
                    subjects.add(other.subject)
    return tellers


def _can_join(row: OutboxMessage) -> bool:
    return row.subject != "order" and row.attempts == 0


def _same(one: OutboxMessage, other: OutboxMessage, window: dt.timedelta) -> bool:
    return (
        (one.milestone, one.channel, one.recipient_digest) == (other.milestone, other.channel, other.recipient_digest)
    ) and abs(one.created_at - other.created_at) <= window
