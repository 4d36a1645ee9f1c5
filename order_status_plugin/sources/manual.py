"""What staff enter by hand: for carriers that nobody follows, and for corrections."""

from __future__ import annotations

import datetime as dt

from ..events import DeliveryWindow, Overlay, ParcelStatus, Place, Precision, Reason, TrackingScan, TrackingUpdate
from .base import Source


class Manual(Source):
    """Takes no webhooks: the staff lists call :meth:`entry`."""

    label = "By hand"
    is_by_hand = True

    def entry(
        self,
        *,
        tracking_number: str,
        carrier: str = "",
        carrier_text: str = "",
        status: ParcelStatus | None = None,
        moment: dt.datetime,
        place: str = "",
        country: str = "",
        overlay: Overlay = Overlay.NONE,
        reason: Reason = Reason.NONE,
        note: str = "",
        expected_from: dt.date | None = None,
        expected_until: dt.date | None = None,
        next_step: str = "",
        left_at: str = "",
        pickup_place: str = "",
        pickup_hours: str = "",
        pickup_until: dt.date | None = None,
    ) -> TrackingUpdate:
        """Return the update that says what somebody entered.

        ``moment`` is aware, in the zone whose clock the page shall show. Without ``status``, trouble, place
        and note the entry is about the date of delivery and the details alone.
        """
        scans: tuple[TrackingScan, ...] = ()
        shift = moment.utcoffset()
        if status is not None or overlay or place or country or note:
            scans = (
                TrackingScan(
                    status=status,
                    overlay=overlay,
                    reason=reason,
                    local_time=moment.replace(tzinfo=None, microsecond=0),
                    utc_offset=None if shift is None else round(shift.total_seconds() / 60),
                    precision=Precision.MINUTE,
                    raw_code=status or overlay,
                    message=note,
                    rule="entered by hand",
                    place=Place(text=place, city=place, country=country.upper()),
                ),
            )
        window = None
        first, last = expected_from or expected_until, expected_until or expected_from
        if first and last:
            window = DeliveryWindow(earliest=min(first, last), latest=max(first, last), stated_at=moment, reason=note)
        return TrackingUpdate(
            tracking_number=tracking_number,
            carrier=carrier,
            carrier_text=carrier_text,
            scans=scans,
            window=window,
            next_step=next_step,
            left_at=left_at,
            pickup_place=pickup_place,
            pickup_hours=pickup_hours,
            pickup_until=pickup_until,
        )
