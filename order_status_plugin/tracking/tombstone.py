"""What stays of an erased order's parcels: enough to know a carrier's late word about one, and to drop it."""

from __future__ import annotations

from collections.abc import Iterable

from ..keys import digest, digests
from .models import Parcel

_PURPOSE = "tombstone"


def key_of(number_key: str) -> str:
    """Return what stands in place of a parcel's normalised tracking number."""
    return digest(_PURPOSE, number_key)


def known(number_keys: Iterable[str]) -> set[str]:
    """Return those of these numbers that were parcels whose order was erased."""
    number_of = {key: number for number in number_keys if number for key in digests(_PURPOSE, number)}
    if not number_of:
        return set()
    rows = Parcel.objects.filter(number_key__in=number_of, order__erased_at__isnull=False)
    return {number_of[key] for key in rows.order_by().values_list("number_key", flat=True)}
