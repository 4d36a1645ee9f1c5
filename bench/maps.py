"""The map: server CPU of a first drawing, and its weight. From one country to half the world, as the tests draw them."""

from __future__ import annotations

import gzip
import time
from collections.abc import Iterator
from statistics import median

from order_status_plugin.maps import atlas
from order_status_plugin.maps.draw import draw
from order_status_plugin.maps.ground import ground
from order_status_plugin.maps.journey import Journey
from tests.maps.journeys import JOURNEYS

from .rows import Row, absolute

ROUNDS = 9
MEASURED = ("domestic", "european", "transpacific", "southern", "polar")


def drawing() -> Iterator[Row]:
    """Measure each journey with nothing remembered, not even the lines of the coasts, and one that was drawn before."""
    for name in MEASURED:
        journey = JOURNEYS[name]
        taken = median(_cold(journey) for _ in range(ROUNDS))
        yield absolute(f"map, {name}, cold", taken, "ms of CPU", at_most=60)
        drawn = draw(journey)
        if drawn is None:
            raise RuntimeError(f"{name} has no place.")
        yield absolute(
            f"map, {name}, weight", len(gzip.compress(drawn.svg.encode(), 6)), "bytes through gzip", at_most=30 * 1024
        )
    journey = JOURNEYS["european"]
    before = time.process_time()
    for _ in range(10_000):
        draw(journey)
    yield absolute("map, european, drawn before", (time.process_time() - before) * 100, "µs of CPU")


def _cold(journey: Journey) -> float:
    for kept in (draw, ground, atlas.read):
        kept.cache_clear()
    before = time.process_time()
    draw(journey)
    return (time.process_time() - before) * 1000
