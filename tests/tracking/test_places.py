"""A scan is recorded with its point, and its instant by the clock of its place; what it is does not depend on them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from order_status_plugin.events import ParcelStatus, Place, Precision, Tier, TrackingScan
from order_status_plugin.places import locate
from order_status_plugin.tracking import record
from order_status_plugin.tracking.fold import FoldEvent, fold
from order_status_plugin.tracking.identity import RESOLVER, identify
from order_status_plugin.tracking.models import Order, TrackingEvent
from order_status_plugin.tracking.queries import EVENT, picture
from tests.orders import scan, sent, snapshot, update

S = ParcelStatus
RECEIVED = dt.datetime(2026, 11, 30, 12, tzinfo=dt.UTC)
PLACES = {
    "DE": Place(city="LEIPZIG", country="DE"),
    "US": Place(city="LOUISVILLE", region="KY", country="US"),
    "HI": Place(city="HONOLULU", region="HI", country="US"),
    "JP": Place(text="TOKYO - JAPAN"),
    "nowhere": Place(text="In transit"),
    "none": Place(),
}


def told(local: dt.datetime, place: Place, **more: Any) -> TrackingScan:
    return TrackingScan(status=more.pop("status", S.IN_TRANSIT), local_time=local, place=place, **more)


def identified(one: TrackingScan) -> Any:
    point = locate(one.place)
    return identify("aftership", "1Z999", one, RECEIVED, zone=point.zone if point else "")


@pytest.mark.parametrize(
    ("place", "local", "wanted"),
    [
        ("DE", "2026-07-01T12:00", "2026-07-01T10:00"),
        ("DE", "2026-11-20T12:00", "2026-11-20T11:00"),
        ("US", "2026-11-20T12:00", "2026-11-20T17:00"),
        ("JP", "2026-11-20T12:00", "2026-11-20T03:00"),
        ("DE", "2026-10-25T02:30", "2026-10-25T00:30"),  # comes twice: the first
        ("DE", "2026-03-29T02:30", "2026-03-29T01:30"),  # never comes: by the clock of before
        ("nowhere", "2026-11-20T12:00", None),
        ("none", "2026-11-20T12:00", None),
    ],
)
def test_a_missing_offset_is_read_off_the_clock_of_the_place(place: str, local: str, wanted: str | None) -> None:
    found = identified(told(dt.datetime.fromisoformat(local), PLACES[place]))
    assert found.occurred_at == (dt.datetime.fromisoformat(wanted).replace(tzinfo=dt.UTC) if wanted else None)
    assert found.time_rule == ("zone" if wanted else "")


def test_what_the_source_says_of_its_time_stands() -> None:
    noon = dt.datetime(2026, 11, 20, 12)
    found = identified(told(noon, PLACES["JP"], utc_offset=0))
    assert (found.occurred_at, found.time_rule) == (noon.replace(tzinfo=dt.UTC), "told")
    day = identified(told(noon, PLACES["JP"], precision=Precision.DATE))
    assert (day.occurred_at, day.time_rule) == (None, "")


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "\0", "Europe"])
def test_a_zone_that_is_none_is_no_instant(zone: str) -> None:
    one = told(dt.datetime(2026, 11, 20, 12), PLACES["DE"])
    assert identify("aftership", "1Z999", one, RECEIVED, zone=zone).occurred_at is None


@pytest.mark.parametrize("local", [dt.datetime(1, 1, 1), dt.datetime(9999, 12, 31, 23, 59)])
@pytest.mark.parametrize("zone", ["Asia/Tokyo", "Pacific/Honolulu"])
def test_the_ends_of_time_are_no_error(local: dt.datetime, zone: str) -> None:
    identify("aftership", "1Z999", told(local, PLACES["DE"]), RECEIVED, zone=zone)


scans = st.builds(
    told,
    st.integers(0, 60).map(lambda hours: dt.datetime(2026, 10, 24, 12) + dt.timedelta(hours=hours)),
    st.sampled_from(sorted(PLACES)).map(PLACES.__getitem__),
    status=st.sampled_from([S.IN_TRANSIT, S.OUT_FOR_DELIVERY, S.ATTEMPTED_DELIVERY, S.DELIVERED, S.RETURNING]),
    utc_offset=st.sampled_from([None, None, 60, -300]),
    precision=st.sampled_from([Precision.INSTANT, Precision.INSTANT, Precision.DATE]),
    source_id=st.sampled_from(["", "", "a", "b"]),
)


def folded(one: TrackingScan) -> FoldEvent:
    found = identified(one)
    return FoldEvent(
        sort_key=found.sort_key,
        digest=found.digest,
        source="aftership",
        source_id=one.source_id,
        status=one.status,
        overlay=one.overlay,
        local_time=one.local_time.isoformat(),
        utc_offset=one.utc_offset,
        occurred_at=found.occurred_at,
        precision=one.precision,
        fingerprint=found.fingerprint,
    )


@given(st.lists(scans, max_size=10).flatmap(lambda several: st.tuples(st.just(several), st.permutations(several))))
def test_any_order_of_arrival_is_one_state_with_and_without_offsets(pair: tuple[list[Any], list[Any]]) -> None:
    one, other = ([folded(scan) for scan in several] for several in pair)
    assert fold(one).columns() == fold([*other, *other]).columns()
    assert fold(one).status is fold(other).status


@given(scans, st.sampled_from(["", "Asia/Tokyo", "Europe/Berlin"]), st.sampled_from(["", "America/New_York"]))
def test_what_an_event_is_never_depends_on_the_table_of_places(one: TrackingScan, zone: str, other: str) -> None:
    first = identify("aftership", "1Z999", one, RECEIVED, zone=zone)
    second = identify("aftership", "1Z999", one, RECEIVED, zone=other)
    assert (first.digest, first.fingerprint) == (second.digest, second.fingerprint)


@given(st.permutations(["DE", "US", "JP"]))
def test_scans_of_three_zones_are_ordered_by_what_really_came_first(order: list[str]) -> None:
    """The clocks on the walls say 20:00, 9:00 and 11:00; the instants are 11:00, 14:00 and 10:00 UTC."""
    walls = {"JP": 20, "US": 9, "DE": 11}
    keys = {name: folded(told(dt.datetime(2026, 11, 20, walls[name]), PLACES[name])).sort_key for name in order}
    assert sorted(keys, key=keys.__getitem__) == ["DE", "JP", "US"]


@pytest.mark.django_db
def test_the_point_is_recorded_once_and_a_later_table_changes_nothing(settings: Any) -> None:
    record.order("shop", snapshot(fulfillments=(sent(),)))
    local = (dt.datetime.now(dt.UTC) + dt.timedelta(hours=9)).replace(tzinfo=None, microsecond=0)
    place = Place(text="TOKYO - JAPAN", latitude=35.689487, longitude=139.691711)
    said = update(scan(S.IN_TRANSIT, local_time=local, utc_offset=None, place=place))
    record.tracking("aftership", said)
    event = TrackingEvent.objects.get()
    assert (event.latitude, event.longitude) == (35.69, 139.69)
    assert (event.point_latitude, event.point_longitude, event.point_name) == (35.69, 139.69, "Tokyo")
    assert (event.point_country, event.place_precision, event.zone) == ("JP", "city", "Asia/Tokyo")
    assert event.occurred_at == (local - dt.timedelta(hours=9)).replace(tzinfo=dt.UTC)
    assert (event.utc_offset, event.time_rule, event.resolver) == (None, "zone", RESOLVER)
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "GEOCODER": "tests.places.test_geocoder.Everywhere"}
    assert record.tracking("aftership", said).applied == 0
    assert TrackingEvent.objects.get().point_name == "Tokyo"


@pytest.mark.django_db
def test_a_place_that_nobody_knows_has_no_point() -> None:
    record.order("shop", snapshot(fulfillments=(sent(),)))
    record.tracking("aftership", update(scan(S.IN_TRANSIT, place=Place(text="Departed facility"))))
    event = TrackingEvent.objects.get()
    assert (event.point_latitude, event.point_longitude, event.point_name, event.zone) == (None, None, "", "")
    assert (event.place_precision, event.point_country, event.time_rule) == ("", "", "told")


@pytest.mark.django_db
def test_points_are_of_the_private_tier() -> None:
    record.order("shop", snapshot(fulfillments=(sent(),)))
    record.tracking("aftership", update(scan(S.IN_TRANSIT)))
    order = Order.objects.get()
    (private,) = picture(order, Tier.PRIVATE).parcels[0].events
    (public,) = picture(order, Tier.PUBLIC).parcels[0].events
    assert (private.point_name, private.point_country, private.place_precision) == ("Köln", "DE", "city")
    assert (private.point_latitude, private.point_longitude) == (50.93, 6.95)
    assert not {name for name in public._fields if name.startswith(("point", "place", "zone"))}
    assert not {"zone", "time_rule"} & set(EVENT)
