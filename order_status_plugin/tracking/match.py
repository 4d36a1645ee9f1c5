"""Which parcel a source means: carrier and number together, and of its time, because numbers are recycled."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable

from ..conf import conf
from ..events import Nudge, TrackingScan, TrackingUpdate
from .models import Parcel


def candidates(said: TrackingUpdate | Nudge, number_key: str) -> list[Parcel]:
    """Return the parcels that a source may be speaking of, most recently sent first."""
    return fitting(Parcel.objects.filter(number_key=number_key).select_related("fulfillment"), said, number_key)


def orders(number_keys: Collection[str]) -> set[int]:
    """Return the orders, by key, that have a parcel with one of these numbers."""
    found = Parcel.objects.filter(number_key__in=[key for key in number_keys if key], is_withdrawn=False)
    return set(found.order_by().values_list("order_id", flat=True))


def fitting(known: Iterable[Parcel], said: TrackingUpdate | Nudge, number_key: str) -> list[Parcel]:
    """Return those of the known parcels with this number that may be meant, most recently sent first."""
    if not number_key:
        return []
    found = [
        parcel
        for parcel in known
        if not parcel.is_withdrawn and not parcel.fulfillment.is_cancelled and _is_with(parcel, said)
    ]
    return sorted(sorted(found, key=lambda row: row.pk), key=lambda row: row.fulfillment.sent_at, reverse=True)


def _is_with(parcel: Parcel, said: TrackingUpdate | Nudge) -> bool:
    """Say whether the parcel may travel with this carrier.

    Where the host's carrier is none of ours, its own word decides; where it gave none, the number does.
    """
    if not said.carrier or parcel.carrier == said.carrier:
        return True
    return not parcel.carrier and parcel.carrier_text.casefold() in ("", said.carrier_text.casefold())


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
