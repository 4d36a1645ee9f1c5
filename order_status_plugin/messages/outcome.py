"""What becomes of a row after a try, or instead of one. Who lost its lease changes nothing but what did arrive."""

from __future__ import annotations

import logging

from django.db import router, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop

from ..channels.base import Channel, Receipt
from ..conf import conf
from ..events import Delivery
from ..exceptions import AccessDenied, GoneRecipient, PermanentFailure, TemporaryFailure
from ..signals import customer_notified
from . import statements, subscriptions, suppression, tries
from .lease import PENDING, release
from .models import MessageAttempt, OutboxMessage
from .person import known_as
from .retry import delay
from .withheld import NO_DEVICE, SUPPRESSED, Later

logger = logging.getLogger(__name__)

State = OutboxMessage.State

MAY_HAVE_ARRIVED = gettext_noop("It may have arrived: a try broke off. Staff decide whether it is sent again.")
GIVEN_UP = gettext_noop("Tried too often.")


def sent(row: OutboxMessage, attempt: MessageAttempt, receipt: Receipt) -> None:
    """Note that the provider took it. That is true whoever holds the row by now."""
    with transaction.atomic(using=router.db_for_write(OutboxMessage), savepoint=False):
        statements.end_sent(row, attempt.lease, receipt.provider_id[:190], timezone.now())


def announce(row: OutboxMessage) -> None:
    """Let other people's code hear of it, after the commit."""
    customer_notified.send_robust(
        sender=OutboxMessage,
        order=row.order,
        milestone=row.milestone,
        channel=row.channel,
        message_id=row.pk,
    )


def failed(row: OutboxMessage, attempt: MessageAttempt, error: Exception, channel: Channel | None, text: str) -> None:
    """Try again later, or never: a refusal is final, and so is the last try. ``text`` is what to keep of it."""
    # Credentials that are refused are the shop's fault, not the message's: it loses no try by them.
    is_denied = isinstance(error, AccessDenied)
    is_final = isinstance(error, PermanentFailure) and not is_denied
    is_unknown = isinstance(error, TemporaryFailure) and error.may_have_arrived
    with transaction.atomic(using=router.db_for_write(OutboxMessage)):
        attempt.outcome = tries.UNKNOWN if is_unknown else "permanent" if is_final else "temporary"
        tries.end(attempt, attempt.outcome, text)
        if isinstance(error, GoneRecipient):
            text = _forget(row, channel, error.delivery)
        if is_final or (row.attempts >= conf.MESSAGES_MAX_ATTEMPTS and not is_denied):
            bury(row, text)
        elif is_unknown and channel and tries.judge([attempt], channel, timezone.now()) is tries.Doubt.LEFT:
            leave(row)
        else:
            if is_denied:
                _mine(row).filter(pk=row.pk).update(attempts=F("attempts") - 1)
            # A relay that was killed in a try says nothing against the provider.
            told = row.tries.exclude(detail=tries.BROKE_OFF).count()
            wait = delay(told if is_denied else min(told, row.attempts), getattr(error, "retry_after", None))
            _mine(row).update(reason=text[:500], lease="", leased_until=None, due_at=timezone.now() + wait)


def _forget(row: OutboxMessage, channel: Channel | None, why: Delivery) -> str:
    """Send nothing there any more; return why, in words for the customer. The provider's own stand with the try."""
    if channel is not None and channel.subscribes:
        subscriptions.gone(row.channel, row.recipient_digest)
        return NO_DEVICE
    suppression.suppress(row.channel, known_as(row), why)
    return SUPPRESSED[why]


def words(error: Exception, hide: str = "") -> str:
    """Return what is kept of an error: servers like to repeat the address, but what is kept names nobody."""
    text = (str(error) or type(error).__name__)[:2000]
    return text.replace(hide, "…") if hide else text


def bury(row: OutboxMessage, reason: str) -> None:
    """Give it up; staff may replay it."""
    logger.error("message %s (%s by %s) is given up: %s", row.pk, row.milestone, row.channel, reason)
    _mine(row).update(state=State.DEAD, reason=reason[:500], lease="", leased_until=None)


def leave(row: OutboxMessage) -> None:
    """Leave it to staff: it may have arrived."""
    logger.warning("message %s (%s by %s) may have arrived and is left to staff", row.pk, row.milestone, row.channel)
    _mine(row).update(state=State.UNKNOWN, reason=MAY_HAVE_ARRIVED, lease="", leased_until=None)


def hold(row: OutboxMessage, reason: str) -> None:
    """Keep this row back; what it would have told for others is told, or held, on its own account."""
    release(row.tells.all())
    _mine(row).update(state=State.HELD, reason=reason, lease="", leased_until=None)


def delay_until(row: OutboxMessage, why: Later) -> None:
    """Let it wait for its hour; no try is used up."""
    _mine(row).update(due_at=why.until, reason=str(why)[:500], lease="", leased_until=None)


def _told(row: OutboxMessage) -> QuerySet[OutboxMessage]:
    return OutboxMessage.objects.filter(Q(pk=row.pk) | Q(told_by=row.pk))


def _mine(row: OutboxMessage) -> QuerySet[OutboxMessage]:
    return _told(row).filter(PENDING, lease=row.lease)
