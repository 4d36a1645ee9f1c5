"""What came in about orders, as far as staff work with it: the rows of the inbox that told something, or wait to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet

from ..tracking.models import Parcel, TrackingEvent
from .hands import hands

#: What can be handled again: what was erased says nothing any more.
ERASED = "redacted"


def of(orders: Sequence[int]) -> QuerySet[Any]:
    """Return the messages that brought events to these orders, or wait for their parcels; none that was erased."""
    events = TrackingEvent.objects.filter(parcel__order__in=orders, message_id__isnull=False)
    numbers = Parcel.objects.filter(order__in=orders).exclude(number_key="")
    told = set(events.values_list("message_id", flat=True))
    waits = Q(state="waiting", waits_for__in=set(numbers.values_list("number_key", flat=True)))
    return hands().inbox().filter(Q(pk__in=told) | waits).exclude(state=ERASED).order_by("-pk")
