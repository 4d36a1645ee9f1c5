"""Send once more what did not leave: held back, given up, or perhaps lost on its way. Everything is asked anew."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone

from ..access.audit import Action, audit
from ..tracking.models import Order
from ..worker.wake import wake
from .models import OutboxMessage
from .notices import Notice
from .outbox import DRAIN

#: What did not arrive, as far as we know.
STATES = ("held", "dead", "unknown")


def resendable(order: Order) -> QuerySet[OutboxMessage]:
    """Return the messages to the customer that could be tried again. A code that is over is none."""
    rows = OutboxMessage.objects.filter(order=order, told_by=None, state__in=STATES)
    return rows.exclude(milestone__in=[notice.value for notice in Notice])


def resend(order: Order, actor: str) -> int:
    """Make them due now; return how many. What the customer does not want is held back again."""
    count = resendable(order).update(
        state=OutboxMessage.State.PENDING,
        due_at=timezone.now(),
        attempts=0,
        reason="",
        lease="",
        leased_until=None,
    )
    if count:
        audit(Action.MESSAGES_RESENT, order, actor, str(count))
        wake("outbox", DRAIN)
    return count
