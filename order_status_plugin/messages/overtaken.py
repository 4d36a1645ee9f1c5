"""News that is none any more when its message could leave: a later milestone of the same parcel says more."""

from __future__ import annotations

from ..events import Milestone
from ..tracking.models import Parcel
from . import stalled
from .models import OutboxMessage
from .rules import Rules

#: How far along its way a parcel is. What is not named here is never overtaken.
STEPS: dict[str, int] = {
    Milestone.SHIPPED: 1,
    Milestone.DELAYED: 1,
    Milestone.ESTIMATE_MOVED: 1,
    Milestone.EXCEPTION: 1,
    Milestone.STALLED: 1,
    Milestone.OUT_FOR_DELIVERY: 2,
    Milestone.ATTEMPTED_DELIVERY: 3,
    Milestone.READY_FOR_PICKUP: 4,
    Milestone.DELIVERED: 5,
    Milestone.RETURNED: 5,
}


def is_overtaken(row: OutboxMessage, rules: Rules) -> bool:
    """Say whether this news is better not told any more. Silence that has ended is none, whatever the rules."""
    if row.milestone == Milestone.STALLED:
        return stalled.has_ended(row)
    step = STEPS.get(row.milestone)
    if step is None or rules.tells_overtaken():
        return False
    further = [milestone for milestone, at in STEPS.items() if at > step]
    same = OutboxMessage.objects.filter(order=row.order_id, channel=row.channel, pk__gt=row.pk, milestone__in=further)
    return same.filter(subject__in=_subjects(row.subject)).exists()


def _subjects(subject: str) -> list[str]:
    """Return under which names news of the same parcels stands."""
    kind, _, pk = subject.partition(":")
    if kind != "fulfillment" or not pk.isdecimal():
        return [subject]
    return [
        subject,
        *(f"parcel:{each}" for each in Parcel.objects.filter(fulfillment=int(pk)).values_list("pk", flat=True)),
    ]
