"""Fold everything again and compare with what is stored."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from ..events import ParcelStatus
from . import record, refresh
from .models import Order


@dataclass(slots=True)
class Difference:
    """What one order would show differently."""

    order: Order
    what: list[str] = field(default_factory=list)


def run(*, host: str | None = None, order: str | None = None, apply: bool = False) -> Iterator[Difference]:
    """Yield every order with what differs; write it where ``apply`` says so. Tells no customer."""
    rows = Order.objects.order_by("pk")
    if host:
        rows = rows.filter(host=host)
    if order:
        rows = rows.filter(Q(number=order) | Q(reference=order))
    for pk in rows.values_list("pk", flat=True).iterator():
        with transaction.atomic():
            difference = _compare(Order.objects.select_for_update().get(pk=pk), apply=apply)
        yield difference


def _compare(row: Order, *, apply: bool) -> Difference:
    difference = Difference(row)
    for parcel in row.parcels.prefetch_related("events"):
        state = refresh.fold_parcel(parcel)
        if refresh.is_stale(parcel, state):
            stored = parcel.status
            refresh.parcel(parcel)
            difference.what.append(f"parcel {parcel.pk}: {stored} → {ParcelStatus(parcel.status)}")
            parcel.save()
    stored_headline = row.headline
    refresh.order(row)
    if row.headline != stored_headline:
        difference.what.append(f"headline: {stored_headline} → {row.headline}")
    if not apply:
        transaction.set_rollback(True)
    elif difference.what:
        record.changed(row, timezone.now())
    return difference
