"""Send what is due to each endpoint: a row and its body first, then the call; what fails comes again, later each time."""

from __future__ import annotations

import datetime as dt
import logging
import math
import random
import time
from collections.abc import Callable, Iterable

from django.db import connections, router, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from ..exceptions import OrderStatusError, PermanentFailure, TemporaryFailure
from ..http import Api
from ..worker.stopping import is_over
from . import address, kinds, signing
from .models import WebhookDelivery, WebhookEndpoint
from .payload import body_of

logger = logging.getLogger(__name__)

State = WebhookDelivery.State

#: How long to wait after each try, as Standard Webhooks proposes; after the last one it is given up.
WAITS = tuple(
    dt.timedelta(seconds=seconds)
    for seconds in (5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600)
)
#: An endpoint at which nothing has arrived for this long is told nothing more until somebody looks at it.
GIVEN_UP = dt.timedelta(days=5)
#: Answers have to come quicker than this, or the other deliveries wait for too long. Seconds: to connect, to read.
TIMEOUT = (5.0, 10.0)
LEASE = dt.timedelta(seconds=60)
BATCH = 20
#: Rows that one statement deletes.
CLEANED_AT_ONCE = 2_000

#: Makes the caller of an address; tests put their own in its place.
Open = Callable[[str], Api]


def open_(url: str) -> Api:
    """Return what calls this address: nobody inside of the shop's network, unless its settings name the host."""
    return Api(url, timeout=TIMEOUT, is_open=address.is_named)


def drain(limit: int = 500, *, seconds: float = 40) -> int:
    """Send what is due, for about so many seconds; return how many were tried."""
    tried, end = 0, time.monotonic() + seconds
    while tried < limit and not is_over(end) and (batch := _claim(min(BATCH, limit - tried))):
        waiting: set[int] = set()  # endpoints that failed in this batch: the rest of theirs would fail as well
        for delivery in batch:
            if delivery.endpoint_id in waiting or is_over(end):
                _release(delivery)
                continue
            if not _send(delivery):
                waiting.add(delivery.endpoint_id)
            tried += 1
    return tried


def clean(older_than: dt.timedelta | None, *, is_dry: bool = False, end: float = math.inf) -> int:
    """Delete what was written so long ago and waits no more, nothing for None, and what nobody waits for; return how many.

    ``end`` is on the monotonic clock: what is left then is left to the next run.
    """
    gone = Q(~Exists(WebhookEndpoint.objects.filter(pk=OuterRef("endpoint_id"))))
    if older_than is not None:
        gone |= ~Q(state=State.PENDING) & Q(created_at__lt=timezone.now() - older_than)
    rows = WebhookDelivery.objects.filter(gone)
    if is_dry:
        return rows.count()
    count = 0
    while not is_over(end) and (keys := list(rows.values_list("pk", flat=True)[:CLEANED_AT_ONCE])):
        count += rows.filter(pk__in=keys).delete()[0]
    return count


def _claim(limit: int) -> list[WebhookDelivery]:
    """Take the oldest that are due, each for one worker alone until its lease ends."""
    now = timezone.now()
    free = Q(leased_until=None) | Q(leased_until__lte=now)
    ready = Q(endpoint__waits_until=None) | Q(endpoint__waits_until__lte=now)
    due = WebhookDelivery.objects.filter(free, ready, state=State.PENDING, due_at__lte=now, endpoint__is_active=True)
    due = due.order_by("due_at", "pk")
    # The end of the lease is also its name: the few random microseconds make it one of its kind.
    until = now + LEASE + dt.timedelta(microseconds=random.randrange(1_000_000))  # noqa: S311
    using = router.db_for_write(WebhookDelivery)
    with transaction.atomic(using=using):
        if connections[using].features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True, of=("self",))
        keys = list(due.values_list("pk", flat=True)[:limit])
        # Compare and set, for databases that cannot lock rows.
        WebhookDelivery.objects.filter(free, pk__in=keys, state=State.PENDING).update(leased_until=until)
    rows = WebhookDelivery.objects.filter(pk__in=keys, leased_until=until).select_related("endpoint", "order__site")
    return _without_overtaken(rows.order_by("due_at", "pk"))


def _without_overtaken(rows: Iterable[WebhookDelivery]) -> list[WebhookDelivery]:
    """Leave out, and note, that an order changed where a later row says so, too: both would say the same."""
    rows = list(rows)
    newest: dict[tuple[int, int | None], int] = {}
    for row in rows:
        if row.kind == kinds.CHANGED:
            about = (row.endpoint_id, row.order_id)
            newest[about] = max(row.pk, newest.get(about, 0))
    over = [
        row.pk
        for row in rows
        if row.kind == kinds.CHANGED and not row.attempts and row.pk < newest[row.endpoint_id, row.order_id]
    ]
    WebhookDelivery.objects.filter(pk__in=over, attempts=0).update(state=State.SUPERSEDED, leased_until=None)
    return [row for row in rows if row.pk not in set(over)]


def _send(delivery: WebhookDelivery) -> bool:
    """Make one try and note what became of it; say whether the endpoint took it."""
    endpoint, now = delivery.endpoint, timezone.now()
    if not delivery.body:
        delivery.body = body_of(delivery)
    # The try is written down before it is made: a worker that dies in it leaves a trace, and the id stays the same.
    delivery.attempts += 1
    _held(delivery).update(body=delivery.body, attempts=F("attempts") + 1)
    body = delivery.body.encode()
    try:
        answer = open_(endpoint.url).call(
            "POST",
            "",
            accept=tuple(range(200, 300)),
            data=body,
            headers=signing.headers(endpoint, f"msg_{delivery.uuid.hex}", body, now),
        )
    except OrderStatusError as error:
        _failed(delivery, error)
        return False
    except Exception as error:  # whatever a library makes of somebody's address
        logger.exception("webhook endpoint %s could not be called", endpoint.pk)
        _failed(delivery, PermanentFailure(type(error).__name__))
        return False
    now = timezone.now()
    _held(delivery).update(
        state=State.SENT, leased_until=None, answered_at=now, status_code=answer.status_code, reason=""
    )
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(last_success_at=now, failing_since=None, waits_until=None)
    return True


def _failed(delivery: WebhookDelivery, error: OrderStatusError) -> None:
    now, endpoint = timezone.now(), delivery.endpoint
    status = error.status if isinstance(error, TemporaryFailure | PermanentFailure) else None
    asked = dt.timedelta(seconds=(error.retry_after or 0) if isinstance(error, TemporaryFailure) else 0)
    is_over = delivery.attempts > len(WAITS)
    wait = dt.timedelta()
    if not is_over:
        # Up to a tenth more, so that all that failed together do not come back together.
        wait = max(WAITS[delivery.attempts - 1], asked) * random.uniform(1, 1.1)  # noqa: S311
    _held(delivery).update(
        state=State.FAILED if is_over else State.PENDING,
        due_at=now + wait,
        leased_until=None,
        answered_at=now,
        status_code=status,
        reason=str(error)[:255],
    )
    since = endpoint.failing_since or now
    rows = WebhookEndpoint.objects.filter(pk=endpoint.pk)
    if status == 410:
        rows.update(is_active=False, failing_since=since, stopped_because="410 Gone")
    elif now - since >= GIVEN_UP:
        rows.update(is_active=False, failing_since=since, stopped_because=str(error)[:255])
    else:
        # One endpoint that hangs costs the others one time-out, not one for each of its rows.
        rows.update(failing_since=since, waits_until=now + max(min(wait, WAITS[1]), asked))


def _held(delivery: WebhookDelivery) -> QuerySet[WebhookDelivery]:
    return WebhookDelivery.objects.filter(pk=delivery.pk, leased_until=delivery.leased_until)


def _release(delivery: WebhookDelivery) -> None:
    _held(delivery).update(leased_until=None)
