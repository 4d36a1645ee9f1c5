"""What django-anymail hears of mails, in our words: it has doors of its own for some twenty providers' webhooks.

https://anymail.dev/en/stable/sending/tracking/ · ``anymail.signals``
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from .. import reading
from ..events import Delivery, DeliveryReport
from ..exceptions import UnreadableMessage
from .base import Webhook

#: ``event_type``, where it says it all. Opened and clicked are the customer's affair, and nobody here asks.
_EVENTS = {
    "delivered": Delivery.DELIVERED,
    "failed": Delivery.FAILED,
    "bounced": Delivery.FAILED,
    "rejected": Delivery.FAILED,
    "complained": Delivery.COMPLAINED,
    "unsubscribed": Delivery.OPTED_OUT,
}
#: ``reject_reason`` of what was bounced or rejected: those that hold for the next mail, too.
_REASONS = {
    "invalid": Delivery.BOUNCED,
    "bounced": Delivery.BOUNCED,
    "spam": Delivery.COMPLAINED,
    "unsubscribed": Delivery.OPTED_OUT,
}


def follow(alias: str, hear: Callable[[str, Webhook], None]) -> None:
    """Have every event of django-anymail that says what became of a mail written down, and heard under this alias.

    They are of all mails of the project: ``hear`` keeps those on ours.
    """
    from anymail.signals import tracking

    def heard(sender: object, event: Any, **kwargs: Any) -> None:
        if str(event.event_type) in _EVENTS:
            hear(alias, Webhook(body=written(event), headers={}))

    # An exception goes back to django-anymail's view, whose 500 makes the provider come again.
    tracking.connect(heard, weak=False, dispatch_uid=f"order_status.{alias}")


def written(event: Any) -> bytes:
    """Return an event as JSON: what we read of it, and nothing that the provider may have added."""
    when = event.timestamp
    said = {
        "event_type": event.event_type,
        "event_id": event.event_id,
        "message_id": event.message_id,
        "recipient": event.recipient,
        "reject_reason": event.reject_reason,
        "description": event.description,
        "mta_response": event.mta_response,
        "timestamp": when.isoformat() if when else None,
    }
    return json.dumps({name: str(value) for name, value in said.items() if value}).encode()


def parse(body: bytes) -> Iterator[DeliveryReport]:
    """Yield what an event says."""
    said = reading.mapping(reading.load(body))
    kind, message = reading.text(said.get("event_type"), 40), reading.text(said.get("message_id"), 190)
    if not message:
        raise UnreadableMessage(f"'message_id' must be a text, not {reading.kind(said.get('message_id'))}.")
    delivery = _EVENTS.get(kind)
    if delivery is None:
        return
    reason = reading.text(said.get("reject_reason"), 40)
    if kind in ("bounced", "rejected"):
        delivery = _REASONS.get(reason, delivery)
    words = reading.text(said.get("description"), 200) or reading.text(said.get("mta_response"), 200)
    yield DeliveryReport(
        provider_id=message,
        delivery=delivery,
        happened_at=reading.aware(said.get("timestamp")),
        recipient=reading.text(said.get("recipient"), 254),
        detail=" ".join(filter(None, (kind, reason, words))),
    )
