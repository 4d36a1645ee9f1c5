"""Where the scans of a parcel lead, without a database: what any order of arrival must agree on."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable

from order_status_plugin.events import TrackingScan
from order_status_plugin.tracking.fold import FoldEvent, fold
from order_status_plugin.tracking.identity import identify


def end(scans: Iterable[TrackingScan], number: str = "1") -> tuple[object, ...]:
    """Return status, overlay, attempts and milestones."""
    now, events = dt.datetime(2026, 12, 31, tzinfo=dt.UTC), []
    for scan in scans:
        who = identify("source", number, scan, now)
        events.append(
            FoldEvent(
                sort_key=who.sort_key,
                digest=who.digest,
                source="source",
                source_id=scan.source_id,
                status=scan.status,
                overlay=scan.overlay,
                local_time=scan.local_time.isoformat(),
                utc_offset=scan.utc_offset,
                occurred_at=who.occurred_at,
                precision=scan.precision,
                fingerprint=who.fingerprint,
            )
        )
    state = fold(events)
    return state.status, state.overlay, state.attempts, [told.milestone for told in state.transitions]


def ends(scans: Iterable[TrackingScan]) -> set[str]:
    """Return the ends of this set of scans: as told, backwards, doubled, and in ten random orders."""
    told, rng = list(scans), random.Random(7)
    ways = [told, told[::-1], told + told, *(rng.sample(told * 2, len(told) * 2) for _ in range(10))]
    return {repr(end(way)) for way in ways}
