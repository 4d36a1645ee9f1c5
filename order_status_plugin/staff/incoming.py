"""What came in about orders, as far as staff work with it: the rows of the inbox that told something, or wait to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet

from ..tracking.models import Order, Parcel, TrackingEvent
from .hands import hands

#: What can be handled again: what was erased says nothing any more.
ERASED = "redacted"
HANDLED = "handled"


def of(orders: Sequence[int]) -> QuerySet[Any]:
    """Return the messages that may be handled again for these orders, the newest first; none that was erased.

    They brought events, wait for a parcel, or are the shop's own and were not handled. What a shop said and was handled
    is old by now: said once more, it would take the place of the newer.
    """
    return _rows(_of_parcels(orders) | _of_shops(orders) & ~Q(state=HANDLED))


def seen(order: int) -> QuerySet[Any]:
    """Return all that came in about one order, the newest first; none that was erased."""
    return _rows(_of_parcels([order]) | _of_shops([order]))


def _rows(chosen: Q) -> QuerySet[Any]:
    return hands().inbox().filter(chosen).exclude(state=ERASED).order_by("-pk")


def _of_parcels(orders: Sequence[int]) -> Q:
    events = TrackingEvent.objects.filter(parcel__order__in=orders, message_id__isnull=False)
    numbers = Parcel.objects.filter(order__in=orders).exclude(number_key="")
    told = set(events.values_list("message_id", flat=True))
    return Q(pk__in=told) | Q(state="waiting", waits_for__in=set(numbers.values_list("number_key", flat=True)))


def _of_shops(orders: Sequence[int]) -> Q:
    by_host: dict[str, list[str]] = {}
    for host, reference in Order.objects.filter(pk__in=orders).exclude(reference="").values_list("host", "reference"):
        by_host.setdefault(host, []).append(reference)
    chosen = Q(pk__in=())
    for host, references in by_host.items():
        chosen |= Q(alias=host, about__in=references)
    return chosen
