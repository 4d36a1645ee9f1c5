"""What staff may do with messages that did not leave, or may have: send them again, or count them as arrived."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import router, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from ..backends import get_channel
from ..tracking.models import Order
from ..worker.wake import wake
from . import notices, tries
from .admission import admit
from .compose import compose
from .models import MessageAttempt, OutboxMessage
from .outbox import DRAIN
from .withheld import Later, Withheld

State = OutboxMessage.State

#: What can be sent again.
STUCK = (State.DEAD, State.UNKNOWN)
#: The same for who knows the one customer: what was held back is asked anew, and held back again where it must be.
NOT_ARRIVED = (*STUCK, State.HELD)

_CHUNK = 200


@dataclass(frozen=True, slots=True)
class Count:
    """What would happen, before it does."""

    messages: int = 0
    customers: int = 0
    #: Messages that would wait, and those that would be held back, by the reason.
    later: Mapping[str, int] = field(default_factory=dict)
    held: Mapping[str, int] = field(default_factory=dict)
    #: What those with a known price may cost together, None where no price is known.
    cost: Decimal | None = None


def count(messages: QuerySet[OutboxMessage], *, with_cost: bool = False) -> Count:
    """Return how many of these would leave and to how many customers, asked as the relay asks it; nothing changes.

    ``with_cost`` writes those that somebody pays for, to measure them.
    Customers are told apart by where they are reached, each channel for itself where an order has several.
    """
    leaving, reached = 0, set()
    later: Counter[str] = Counter()
    held: Counter[str] = Counter()
    costs: list[Decimal] = []
    rows = messages.filter(told_by=None).select_related("order__site", "order__contact").order_by("pk")
    for row in rows.iterator(chunk_size=_CHUNK):
        if row.state in NOT_ARRIVED:  # as sending it again leaves it
            row.attempts, row.reason, row.due_at = 1, "", timezone.now()
        try:
            if row.milestone not in notices.WORDS:
                channel = get_channel(row.channel) if with_cost else None
                if channel and channel.costs_by_country(""):
                    message = compose(row)
                    costs += filter(None, [channel.cost(message.recipient, message.text)])
                else:
                    admit(row)
        except Withheld as why:
            held[str(why)] += 1
        except Later as why:
            later[str(why)] += 1
        except Exception as error:  # noqa: BLE001 - a channel's own code; the relay will try it, too
            later[type(error).__name__] += 1
        else:
            leaving += 1
            contact = getattr(row.order, "contact", None)
            reached.add((contact and contact.email_digest) or row.order_id)
    # Templates ask a Counter for "items", and get 0.
    return Count(leaving, len(reached), dict(later), dict(held), sum(costs, Decimal(0)) if costs else None)


def stuck(messages: QuerySet[OutboxMessage]) -> QuerySet[OutboxMessage]:
    """Return those that can be sent again, each with the row that tells it."""
    return messages.filter(state__in=STUCK)


def of_order(order: Order) -> QuerySet[OutboxMessage]:
    """Return the news of one order that did not arrive, as far as we know. A letter is no news: a code may be over."""
    rows = OutboxMessage.objects.filter(order=order, told_by=None, state__in=NOT_ARRIVED)
    return rows.exclude(milestone__in=notices.WORDS)


def send_again(messages: QuerySet[OutboxMessage], states: Sequence[State] = STUCK) -> int:
    """Make what was given up, or may have arrived, due once more; return how many messages that is.

    One that may have arrived is marked when it leaves: whoever decides this knows.
    """
    pks = _with_kin(messages.filter(state__in=states))
    with transaction.atomic(using=router.db_for_write(OutboxMessage)):
        MessageAttempt.objects.filter(message__in=pks, outcome__in=("", tries.UNKNOWN)).update(outcome=tries.WAIVED)
        again = OutboxMessage.objects.filter(pk__in=pks, state__in=states)
        told = again.filter(told_by=None).count()
        again.update(
            state=State.PENDING,
            reason="",
            # One, not none: nothing may be joined to a message that may have arrived as it was.
            attempts=1,
            due_at=timezone.now(),
            lease="",
            leased_until=None,
        )
    wake("outbox", DRAIN)
    return told


def settle(messages: QuerySet[OutboxMessage]) -> int:
    """Count these, of which nobody knows whether they arrived, as arrived; return how many messages that is."""
    pks = _with_kin(messages.filter(state=State.UNKNOWN))
    mine = OutboxMessage.objects.filter(pk__in=pks, state=State.UNKNOWN)
    told = mine.filter(told_by=None).count()
    mine.update(state=State.SENT, reason="", sent_at=F("due_at"))
    return told


def _with_kin(messages: QuerySet[OutboxMessage]) -> Iterable[int]:
    """Return the rows that tell these, and all that those tell: they are one message."""
    tellers = {told_by or pk for pk, told_by in messages.values_list("pk", "told_by")}
    return list(OutboxMessage.objects.filter(Q(pk__in=tellers) | Q(told_by__in=tellers)).values_list("pk", flat=True))
