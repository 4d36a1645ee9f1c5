"""Send what is owed: batch by batch, each try written down before the call, each outcome after it."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from itertools import groupby

from django.db import router, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_noop

from ..backends import get_channel
from ..channels.base import Message, Receipt
from ..conf import conf
from ..exceptions import PermanentFailure, TemporaryFailure
from ..signals import customer_notified
from ..worker.wake import wake
from .compose import compose
from .lease import PENDING, claim, due, release
from .models import MessageAttempt, OutboxMessage
from .outbox import DRAIN
from .retry import delay
from .withheld import Later, Withheld

logger = logging.getLogger(__name__)

#: Rows in one lease. Small: when a relay dies, nobody knows of so many whether they arrived.
BATCH = 20

SWITCHED_OFF = gettext_noop("All messages are switched off.")
BROKE_OFF = "A worker stopped while it was sending: the message may have arrived."
GIVEN_UP = "Tried too often."


def drain(limit: int = 500, *, seconds: float = 40) -> int:
    """Send what is due, at most ``limit`` rows and for about so many seconds. Returns how many messages left."""
    if not conf.MESSAGES:
        due(timezone.now()).filter(reason="").update(reason=SWITCHED_OFF)
        return 0
    sent = handled = 0
    end = time.monotonic() + seconds
    while handled < limit and time.monotonic() < end:
        rows = claim(min(BATCH, limit - handled), timezone.now())
        if not rows:
            return sent
        handled += len(rows)
        sent += _send(rows)
    if is_due():
        wake("outbox", DRAIN)
    return sent


def is_due() -> bool:
    """Say whether a row waits for the relay."""
    return bool(conf.MESSAGES) and due(timezone.now()).exists()


def _send(rows: list[OutboxMessage]) -> int:
    """Send one leased batch and return how many messages left."""
    ready: list[tuple[OutboxMessage, Message]] = []
    for row in rows:
        if row.attempts >= conf.MESSAGES_MAX_ATTEMPTS:
            _bury(row, GIVEN_UP)
            continue
        try:
            ready.append((row, compose(row)))
        except Withheld as why:
            _hold(row, str(why))
        except Later as why:
            _wait(row, why)
        except Exception as error:  # templates and channels are not all ours: one bad row stops no other
            if not isinstance(error, TemporaryFailure):
                logger.exception("cannot write message %s", row.pk)
            _postpone(row, _start([row])[row.pk], error)
    sent = 0
    ready.sort(key=lambda pair: pair[0].channel)
    for alias, pairs in groupby(ready, key=lambda pair: pair[0].channel):
        sent += _send_by(alias, list(pairs))
    return sent


def _send_by(alias: str, pairs: list[tuple[OutboxMessage, Message]]) -> int:
    tries = _start([row for row, _message in pairs])
    results = _call(alias, [message for _row, message in pairs])
    sent = 0
    for row, message in pairs:
        result = results.get(message.key) or TemporaryFailure("The channel did not say what became of it.")
        if isinstance(result, Receipt):
            _settle(row, tries[row.pk], result)
            sent += 1
        else:
            _postpone(row, tries[row.pk], result, hide=message.recipient)
    return sent


def _call(alias: str, messages: list[Message]) -> Mapping[str, Receipt | Exception]:
    try:
        return get_channel(alias).send(messages)
    except Exception as error:  # a channel's own code: whatever it raises, the messages stay
        if not isinstance(error, TemporaryFailure | PermanentFailure):
            logger.exception("channel %s failed", alias)
        return dict.fromkeys((message.key for message in messages), error)


def _start(rows: list[OutboxMessage]) -> dict[int, MessageAttempt]:
    """Commit one open try a row. One still open from before is a try that nobody knows the end of: it stays so."""
    now = timezone.now()
    pks = [row.pk for row in rows]
    with transaction.atomic(using=router.db_for_write(OutboxMessage)):
        MessageAttempt.objects.filter(message__in=pks, ended_at=None).update(detail=BROKE_OFF)
        OutboxMessage.objects.filter(pk__in=pks).update(attempts=F("attempts") + 1)
        tries = [MessageAttempt(message=row, lease=row.lease, started_at=now) for row in rows]
        MessageAttempt.objects.bulk_create(tries)
    for row in rows:
        row.attempts += 1
    return {attempt.message_id: attempt for attempt in tries}


def _settle(row: OutboxMessage, attempt: MessageAttempt, receipt: Receipt) -> None:
    now = timezone.now()
    with transaction.atomic(using=router.db_for_write(OutboxMessage)):
        _end(attempt, "sent")
        _group(row).update(
            state=OutboxMessage.State.SENT,
            reason="",
            lease="",
            leased_until=None,
            sent_at=now,
            provider_id=receipt.provider_id[:190],
        )
    customer_notified.send_robust(
        sender=OutboxMessage,
        order=row.order,
        milestone=row.milestone,
        channel=row.channel,
        message_id=row.pk,
    )


def _postpone(row: OutboxMessage, attempt: MessageAttempt, error: Exception, hide: str = "") -> None:
    """Try again later, or never: a refusal is final, and so is the last try."""
    text = (str(error) or type(error).__name__)[:2000]
    if hide:  # servers like to repeat the address; what is kept with a message names nobody
        text = text.replace(hide, "…")
    is_final = isinstance(error, PermanentFailure)
    with transaction.atomic(using=router.db_for_write(OutboxMessage)):
        _end(attempt, "permanent" if is_final else "temporary", text)
        if is_final or row.attempts >= conf.MESSAGES_MAX_ATTEMPTS:
            _bury(row, text)
        else:
            wait = delay(row.attempts, getattr(error, "retry_after", None))
            _group(row).update(reason=text[:500], lease="", leased_until=None, due_at=timezone.now() + wait)


def _end(attempt: MessageAttempt, outcome: str, detail: str = "") -> None:
    MessageAttempt.objects.filter(pk=attempt.pk).update(outcome=outcome, detail=detail[:500], ended_at=timezone.now())


def _bury(row: OutboxMessage, reason: str) -> None:
    logger.error("message %s (%s by %s) is given up: %s", row.pk, row.milestone, row.channel, reason)
    _group(row).update(state=OutboxMessage.State.DEAD, reason=reason[:500], lease="", leased_until=None)


def _hold(row: OutboxMessage, reason: str) -> None:
    """Keep this row back; what it would have told for others is told, or held, on its own account."""
    release(row.tells.all())
    OutboxMessage.objects.filter(PENDING, pk=row.pk).update(
        state=OutboxMessage.State.HELD, reason=reason, lease="", leased_until=None
    )


def _wait(row: OutboxMessage, why: Later) -> None:
    """Leave this row for later, without counting a try; what it would have told for others goes on its own account."""
    release(row.tells.all())
    OutboxMessage.objects.filter(PENDING, pk=row.pk).update(
        due_at=why.until, reason=str(why), lease="", leased_until=None
    )


def _group(row: OutboxMessage):  # type: ignore[no-untyped-def]
    return OutboxMessage.objects.filter(PENDING, Q(pk=row.pk) | Q(told_by=row.pk))
