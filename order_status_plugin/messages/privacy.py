"""What this room holds of an order: what was told and when, and what the customer agreed to.

To whom stands with the contact; here is a digest. Of the consent ledger stays, for good, what proves it: that somebody
with this digest said yes or no to these words, when and where. A suppressed address is a digest of no order's.

Devices that asked to be told stand here, too. Who has such a subscription can make the device ring: the export names
the service that it belongs to, and no more.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from ..tracking.dump import dump
from ..tracking.models import Order
from . import subscriptions
from .corrected import CorrectedContact
from .ledger import ConsentEntry, ConsentSource
from .models import MessageAttempt, OutboxMessage
from .subscriptions import Subscription
from .withheld import ERASED

_OF_MESSAGE = ("id", "order", "key", "recipient_digest", "told_by", "lease", "leased_until")
_OF_TRY = ("id", "message", "lease")
#: An address on the web, in whatever a channel keeps.
_ADDRESS = re.compile(r"https?://[^\s\"]+")
_OF_SUBSCRIPTION = ("id", "order", "digest", "recipient")


def export(order: Order) -> dict[str, Any]:
    """Return every message with its tries, what the customer said of them, where they go instead, and the devices told."""
    messages = OutboxMessage.objects.filter(order=order).order_by("pk").prefetch_related("tries")
    return {
        "messages": [
            {**dump(row, without=_OF_MESSAGE), "tries": [dump(tried, without=_OF_TRY) for tried in row.tries.all()]}
            for row in messages
        ],
        "consents": [
            dump(row, without=("id", "order", "recipient_digest", "actor"))
            for row in ConsentEntry.objects.filter(order=order)
        ],
        "corrected_contact": [
            dump(row, without=("order", "actor")) for row in CorrectedContact.objects.filter(order=order)
        ],
        "subscriptions": [
            {**dump(row, without=_OF_SUBSCRIPTION), "recipient": _masked(row.recipient)}
            for row in Subscription.objects.filter(order=order).order_by("pk")
        ],
    }


def _masked(recipient: str) -> str:
    """Return a recipient without what reaches it: of an address on the web, its host."""
    found = _ADDRESS.search(recipient)
    return f"https://{urlsplit(found[0]).hostname}/…" if found else "…" if recipient else ""


def erase(order: Order, *, is_thorough: bool) -> None:
    """Keep back what has not left; of the rest only that it left stays."""
    messages = OutboxMessage.objects.filter(order=order)
    MessageAttempt.objects.filter(message__order=order).update(detail="")
    messages.update(recipient_digest="", recipient_masked="", provider_id="", reason="", delivery_detail="")
    messages.filter(state__in=(OutboxMessage.State.PENDING, OutboxMessage.State.UNKNOWN)).update(
        state=OutboxMessage.State.HELD, reason=ERASED, lease="", leased_until=None
    )
    said = ConsentEntry.objects.filter(order=order)
    said.update(recipient_masked="", network="")
    said.filter(source=ConsentSource.STAFF).update(wording="")  # the customer's own words, not the shop's
    CorrectedContact.objects.filter(order=order).delete()
    subscriptions.end(order)
