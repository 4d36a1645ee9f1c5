"""Which parcel a source means: carrier and number together, and of its time, because numbers are recycled."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q

from ..conf import conf
from ..events import Nudge, TrackingScan, TrackingUpdate
from .models import Parcel


def candidates(update: TrackingUpdate | Nudge, number_key: str) -> list[Parcel]:
    """Return the parcels that the update may be about, most recently sent first."""
    if not number_key:
        return []
    rows = (
        Parcel.objects.filter(number_key=number_key, is_withdrawn=False, fulfillment__is_cancelled=False)
        .select_related("fulfillment")
        .order_by("-fulfillment__sent_at", "pk")
    )
    if update.carrier:
        # Where the host's carrier is none of ours, its own word decides; where it gave none, the number does.
        said = update.carrier_text.casefold()
        rows = rows.filter(
            Q(carrier=update.carrier) | Q(carrier="", carrier_text="") | Q(carrier="", carrier_text__iexact=said or "-")
        )
    return list(rows)


def share(candidates: list[Parcel], update: TrackingUpdate) -> dict[Parcel, list[TrackingScan]]:
    """Return which scans belong to which parcels: numbers are recycled, so each scan goes to the latest that fits.

    One box may hold several orders, also of two shops: each of them has its parcel of this number, sent in the same days.
    """
    shares: dict[Parcel, list[TrackingScan]] = {}
    for scan in update.scans:
        for parcel in _in_one_box([parcel for parcel in candidates if _is_of_its_time(scan, parcel)], candidates):
            shares.setdefault(parcel, []).append(scan)
    return shares if update.scans else {parcel: [] for parcel in _in_one_box(candidates, candidates)}


def _in_one_box(fitting: list[Parcel], candidates: list[Parcel]) -> list[Parcel]:
    """Return the parcels of the latest order that fits, and of those sent with it."""
    if not fitting:
        return []
    since = fitting[0].fulfillment.sent_at - conf.RECYCLED_AFTER
    orders = {parcel.order_id for parcel in fitting if parcel.fulfillment.sent_at >= since}
    return [parcel for parcel in candidates if parcel.order_id in orders]


def _is_of_its_time(scan: TrackingScan, parcel: Parcel) -> bool:
    """Say whether the scan is not much older than the parcel."""
    sent = parcel.fulfillment.sent_at.astimezone(dt.UTC).replace(tzinfo=None)
    return scan.local_time.replace(tzinfo=None) >= sent - conf.RECYCLED_AFTER
