"""What stays of an erased order's parcels: enough to know a carrier's late word about one, and to drop it."""

from __future__ import annotations

from ..keys import digest, digests
from .models import Parcel

_PURPOSE = "tombstone"


def key_of(number_key: str) -> str:
    """Return what stands in place of a parcel's normalised tracking number."""
    return digest(_PURPOSE, number_key)


def is_known(number_key: str) -> bool:
    """Say whether this was the number of a parcel whose order was erased."""
    keys = digests(_PURPOSE, number_key)
    return bool(number_key) and Parcel.objects.filter(number_key__in=keys, order__erased_at__isnull=False).exists()
