"""Land is where land is: projections, clipping and the stored data together."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from order_status_plugin.maps.frame import HEIGHT, SAFE_HEIGHT, SAFE_WIDTH, WIDTH, Frame, Position, fit
from order_status_plugin.maps.ground import GRID, clip, ground
from order_status_plugin.maps.route import angle, leg, legs

FRAMES: dict[str, list[Position]] = {
    "france": [(4.84, 45.76), (2.35, 48.86)],
    "inside of the sahara": [(10, 24)],
    "inside of siberia": [(95, 62)],
    "europe": [(-8.61, 41.15), (6.96, 50.94), (4.9, 52.37)],
    "chukotka": [(179.5, 66), (-170, 66)],
    "atlantic": [(-74, 40.7), (2.35, 48.86)],
    "pacific": [(114, 22.5), (241.8, 34)],
    "new zealand": [(174.8, -36.9), (170.5, -45.9)],
    "half the world": [(-3.7, 40.4), (174.8, -36.9)],
    "hawaii": [(-157.86, 21.31)],
    # The other side of these lies on land: what is inside must not turn out.
    "south pacific": [(-80, -40)],
    "off chile": [(-100, -30)],
}
LAND: list[Position] = [
    (2.5, 47), (10, 24), (95, 62), (-100, 40), (134, -25), (175.5, -39), (-60, -5), (25, 0), (78, 22), (179.9, 67), (-179, 66.5),
]  # fmt: skip
SEA: list[Position] = [
    (-30, 40), (-150, 10), (170, 5), (80, -30), (-10, -30), (5, 40.5), (-110, -40), (-85, -38), (160, 45), (-160, 23.5), (-20, 47),
]  # fmt: skip


def is_land(frame: Frame, position: Position) -> bool | None:
    """Return whether a position lies on land by the even-odd rule that browsers need not even use; None outside."""
    longitude = position[0] - 360 * round((position[0] - frame.longitude) / 360)
    ((x, y),) = frame.project([(longitude, position[1])])
    if not (0 < x < WIDTH and 0 < y < HEIGHT):
        return None
    inside = False
    for ring in rings(ground(frame).land):
        for (ax, ay), (bx, by) in zip(ring, [*ring[1:], ring[0]], strict=True):
            if (ay > y) != (by > y) and x < ax + (y - ay) * (bx - ax) / (by - ay):
                inside = not inside
    return inside


def rings(told: str) -> list[list[tuple[float, float]]]:
    found = []
    for part in told.split("M")[1:]:
        numbers = [int(number) / GRID for number in re.findall(r"-?\d+", part)]
        x, y = numbers[:2]
        ring = [(x, y)]
        for dx, dy in zip(numbers[2::2], numbers[3::2], strict=True):
            x, y = x + dx, y + dy
            ring.append((x, y))
        found.append(ring)
    return found


@pytest.mark.parametrize("name", FRAMES)
def test_land_is_land_and_sea_is_sea(name: str) -> None:
    frame = fit(FRAMES[name], 340)
    assert [position for position in LAND if is_land(frame, position) is False] == []
    assert [position for position in SEA if is_land(frame, position) is True] == []


def test_something_was_looked_at_in_most_frames() -> None:
    """Or the test above proves nothing."""
    seen = [name for name in FRAMES if any(is_land(fit(FRAMES[name], 340), each) is not None for each in LAND + SEA)]
    assert len(seen) >= 9


@given(st.lists(st.tuples(st.floats(-180, 180), st.floats(-84, 84)), min_size=1, max_size=5))
def test_every_stop_and_way_is_in_sight(positions: list[Position]) -> None:
    ways = legs(positions)
    stops = [positions[0], *(way[-1] for way in ways)]
    frame = fit([*stops, *(position for way in ways for position in way)], 340)
    for x, y in frame.project(stops):
        assert 0 <= x <= WIDTH
        assert 0 <= y <= HEIGHT
        if frame.is_round:
            assert abs(x - WIDTH / 2) <= SAFE_WIDTH / 2 + 2
            assert abs(y - HEIGHT / 2) <= SAFE_HEIGHT / 2 + 2
    assert frame.bounds() is not None


def test_one_city_is_not_looked_at_too_closely() -> None:
    frame = fit([(4.9, 52.37)], 340)
    assert frame.km * HEIGHT > 500


@given(st.tuples(st.floats(-180, 180), st.floats(-89, 89)), st.tuples(st.floats(-180, 180), st.floats(-89, 89)))
def test_a_way_leads_from_start_to_end_without_a_jump(start: Position, end: Position) -> None:
    way = leg(start, end)
    assert way[0] == start
    assert abs((way[-1][0] - end[0] + 180) % 360 - 180) < 1e-6
    assert way[-1][1] == end[1]
    for (ax, ay), (bx, by) in zip(way, way[1:], strict=False):
        assert abs(bx - ax) <= 180
        assert abs(ay) <= 90
        assert abs(by) <= 90


def test_a_long_way_follows_the_great_circle() -> None:
    way = leg((114.06, 22.54), (-118.24, 34.05))
    length = sum(angle(a, b) for a, b in zip(way, way[1:], strict=False))
    assert length == pytest.approx(angle(way[0], way[-1]), rel=1e-3)
    assert way[-1][0] == pytest.approx(241.76)


def test_no_way_goes_over_a_pole() -> None:
    way = leg((24.94, 60.17), (-149.9, 61.22))
    assert max(latitude for _, latitude in way) <= 76


@given(st.lists(st.tuples(st.floats(-50, 50), st.floats(-50, 50)), min_size=3, max_size=20))
def test_what_is_clipped_lies_inside(ring: list[tuple[float, float]]) -> None:
    for x, y in clip(ring, (-10, -20, 30, 40)):
        assert -10 - 1e-6 <= x <= 30 + 1e-6
        assert -20 - 1e-6 <= y <= 40 + 1e-6
