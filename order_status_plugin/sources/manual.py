"""What staff enter by hand: for carriers that nobody follows, and for corrections."""

from __future__ import annotations

import datetime as dt

from ..events import DeliveryWindow, ParcelStatus, Place, Precision, TrackingScan, TrackingUpdate
from .base import Source


class Manual(Source):
    """Takes no webhooks: the staff lists call :meth:`entry`."""

    label = "By hand"

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
        note: str = "",
        expected_from: dt.date | None = None,
        expected_until: dt.date | None = None,
    ) -> TrackingUpdate:
        """Return the update that says what somebody entered.

        ``moment`` is aware, in the zone whose clock the page shall show. Without ``status``, place and note the
        entry is about the date of delivery alone.
        """
        scans: tuple[TrackingScan, ...] = ()
        shift = moment.utcoffset()
        if status is not None or place or country or note:
            scans = (
                TrackingScan(
                    status=status,
                    local_time=moment.replace(tzinfo=None, microsecond=0),
                    utc_offset=None if shift is None else round(shift.total_seconds() / 60),
                    precision=Precision.MINUTE,
                    raw_code=status.value if status else "",
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
            tracking_number=tracking_number, carrier=carrier, carrier_text=carrier_text, scans=scans, window=window
        )
