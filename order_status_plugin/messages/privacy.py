"""What the outbox holds of an order: what was told and when. To whom stands with the contact; here is a digest."""

from __future__ import annotations

from typing import Any

from ..tracking.dump import dump
from ..tracking.models import Order
from .models import MessageAttempt, OutboxMessage, Preference
from .withheld import ERASED

_OF_MESSAGE = ("id", "order", "key", "recipient_digest", "told_by", "lease", "leased_until")
_OF_TRY = ("id", "message", "lease")


def export(order: Order) -> dict[str, Any]:
    """Return every message with its tries, and what the customer chose."""
    messages = OutboxMessage.objects.filter(order=order).order_by("pk").prefetch_related("tries")
    return {
        "messages": [
            {**dump(row, without=_OF_MESSAGE), "tries": [dump(tried, without=_OF_TRY) for tried in row.tries.all()]}
            for row in messages
        ],
        "preferences": [dump(row, without=("id", "order")) for row in Preference.objects.filter(order=order)],
    }


def erase(order: Order, *, is_thorough: bool) -> None:
    """Keep back what has not left; of the rest only that it left stays."""
    messages = OutboxMessage.objects.filter(order=order)
    MessageAttempt.objects.filter(message__order=order).update(detail="")
    messages.update(recipient_digest="", provider_id="", reason="")
    messages.filter(state=OutboxMessage.State.PENDING).update(
        state=OutboxMessage.State.HELD, reason=ERASED, lease="", leased_until=None
    )
    Preference.objects.filter(order=order).delete()
