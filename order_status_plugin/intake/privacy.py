"""What the inbox holds of an order: the raw words of shops, carriers and their platforms, which name customers."""

from __future__ import annotations

import math
import re
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from ..conf import conf
from ..tracking.dump import dump
from ..tracking.models import Order, OrderContact, TrackingEvent
from ..worker.stopping import is_over
from . import inbox
from .models import InboxMessage

_OF_MESSAGE = ("id", "digest", "leased_until", "due_at")
_SEPARATORS = re.compile(rb"[^A-Z0-9]+")
_CHUNK = 100
_AT_ONCE = 500


def export(order: Order) -> dict[str, Any]:
    """Return every message that is about the order or its parcels, as it came."""
    messages = InboxMessage.objects.filter(pk__in=_about(order, is_thorough=True)).order_by("pk")
    return {"inbox": [dump(message, without=_OF_MESSAGE) for message in messages]}


def erase(order: Order, *, is_thorough: bool) -> None:
    """Take away the bodies of the messages that are about the order, but for those that a held order needs."""
    inbox.redact(_free(InboxMessage.objects.filter(pk__in=_about(order, is_thorough=is_thorough))))


def expire(*, is_dry: bool = False, end: float = math.inf) -> int:
    """Take away the bodies that are older than the setting says, whatever became of them; return how many.

    ``end`` is on the monotonic clock: what is left then is left to the next run.
    """
    after = conf.retention("inbox")
    if after is None:
        return 0
    old = InboxMessage.objects.filter(received_at__lte=timezone.now() - after).exclude(
        state=InboxMessage.State.REDACTED
    )
    if is_dry:
        return _free(old).count()
    count = 0
    # In parts: the door for new ones stays open.
    while not is_over(end) and (
        keys := list(_free(old).order_by("received_at", "pk").values_list("pk", flat=True)[:_AT_ONCE])
    ):
        count += inbox.redact(InboxMessage.objects.filter(pk__in=keys))
    return count


def _free(messages: QuerySet[InboxMessage]) -> QuerySet[InboxMessage]:
    """Leave out what brought events to an order on legal hold, and what its shop said of it."""
    held = TrackingEvent.objects.filter(parcel__order__is_held=True, message_id__isnull=False)
    told = Order.objects.filter(is_held=True, host=OuterRef("alias"), reference=OuterRef("about"))
    return messages.exclude(pk__in=held.values("message_id")).exclude(~Q(about="") & Exists(told))


def _about(order: Order, *, is_thorough: bool) -> set[int]:
    """Return the messages that are about this order: those that told something, and those that speak of it."""
    numbers = set(order.parcels.exclude(number_key="").values_list("number_key", flat=True))
    events = TrackingEvent.objects.filter(parcel__order=order, message_id__isnull=False)
    found = {pk for pk in events.values_list("message_id", flat=True) if pk is not None}
    found |= set(InboxMessage.objects.filter(Q(waits_for__in=numbers), state="waiting").values_list("pk", flat=True))
    if order.reference:
        told = InboxMessage.objects.filter(alias=order.host, about=order.reference)
        found |= set(told.values_list("pk", flat=True))
    if is_thorough:
        email, phone = OrderContact.objects.filter(order=order).values_list("email", "phone").first() or ("", "")
        # Providers of text messages know nobody but by number; with or without the country's.
        numbers.add("".join(char for char in phone if char.isdigit()).lstrip("0"))
        found |= _mentions({number.encode() for number in numbers if len(number) > 3}, email.casefold().encode())
    return found


def _mentions(numbers: set[bytes], email: bytes) -> set[int]:
    """Look through every body that is still here: repeated and unreadable messages belong to no event.

    What a shop told of one order is that order's, whatever else it mentions.
    """
    found = set()
    rows = InboxMessage.objects.filter(about="").exclude(state=InboxMessage.State.REDACTED).values_list("pk", "body")
    for pk, stored in rows.iterator(chunk_size=_CHUNK):
        body = bytes(stored)
        plain = _SEPARATORS.sub(b"", body.upper())
        if any(number in plain for number in numbers) or (email and email in body.lower()):
            found.add(pk)
    return found
