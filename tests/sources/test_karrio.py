"""Karrio: what it is believed, what it is not, and the clocks that it labels wrongly."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from order_status_plugin.events import Nudge, Overlay, ParcelStatus, Precision, TrackedParcel, TrackingUpdate
from order_status_plugin.exceptions import UnreadableMessage, UntrustedWebhook
from order_status_plugin.simulator.providers.karrio import KarrioPlay
from order_status_plugin.sources.base import Webhook
from order_status_plugin.sources.karrio import Karrio, meaning
from order_status_plugin.testing.nudged import NudgedContract
from order_status_plugin.testing.provider import Provider

from .ends import end, ends
from .mutated import mutations
from .plays import Nudging

S = ParcelStatus
NUMBER = "520128431619"
SECRETS = ["the secret of the webhook", "the secret of last year"]


def source(**options: Any) -> Karrio:
    return Karrio("karrio", {"api_key": "a key", "url": "http://127.0.0.1:9", "secrets": SECRETS, **options})


def event(status: Any, timestamp: Any = "2026-11-20T10:00:00.000Z", **more: Any) -> dict[str, Any]:
    told = {"date": "2026-11-20", "time": "10:00 AM", "timestamp": timestamp, "status": status, "code": "A1"}
    return {**told, "description": "Words", "location": "Lyon, FR", "latitude": None, "longitude": None, **more}


def tracker(*events: Any, **more: Any) -> dict[str, Any]:
    return {
        "tracking_number": NUMBER,
        "carrier_name": "purolator",
        "events": list(events),
        "status": "in_transit",
        **more,
    }


def read(*trackers: Any, **headers: str) -> list[TrackingUpdate | Nudge]:
    body = json.dumps({"count": len(trackers), "results": list(trackers)}).encode()
    return list(source().parse(Webhook(body=body, headers=headers, is_answer=True)))


def one(*events: Any, **more: Any) -> TrackingUpdate:
    (update,) = read(tracker(*events, **more))
    assert isinstance(update, TrackingUpdate)
    return update


@pytest.mark.parametrize(
    ("status", "reason", "expected", "overlay"),
    [
        ("pending", "", S.LABEL_CREATED, ""),
        ("return_to_sender", "", S.RETURNING, ""),
        ("delivery_failed", "consignee_not_home", S.ATTEMPTED_DELIVERY, ""),
        ("delivery_failed", "consignee_refused", None, "exception"),
        ("on_hold", "", None, "exception"),
        ("delivery_delayed", "", None, "delayed"),
        ("unknown", "", None, ""),  # not a delay
        ("levitating", "", S.UNKNOWN, ""),
        ("", "", None, ""),
    ],
)
def test_statuses(status: str, reason: str, expected: Any, overlay: str) -> None:
    assert meaning(status, reason)[:2] == (expected, Overlay(overlay))


@pytest.mark.parametrize(
    ("more", "local", "precision"),
    [
        ({}, dt.datetime(2026, 11, 20, 10), Precision.INSTANT),  # its Z is none
        ({"timestamp": None, "time": "18:07 PM"}, dt.datetime(2026, 11, 20, 18, 7), Precision.MINUTE),
        ({"timestamp": None, "time": "06:07 PM"}, dt.datetime(2026, 11, 20, 18, 7), Precision.MINUTE),
        ({"timestamp": None, "time": "12:07 AM"}, dt.datetime(2026, 11, 20, 0, 7), Precision.MINUTE),
        ({"timestamp": None, "time": "00:07 AM"}, dt.datetime(2026, 11, 20, 0, 7), Precision.MINUTE),
        ({"timestamp": None, "time": None}, dt.datetime(2026, 11, 20), Precision.DATE),
        ({"timestamp": None, "time": "99:99"}, dt.datetime(2026, 11, 20), Precision.DATE),
    ],
)
def test_clocks_of_the_place(more: dict[str, Any], local: dt.datetime, precision: Precision) -> None:
    (scan,) = one(event("in_transit", **more)).scans
    assert (scan.local_time, scan.utc_offset, scan.precision) == (local, None, precision)


def test_a_status_that_changes_is_no_other_event() -> None:
    first, second = one(event("in_transit")).scans[0], one(event("picked_up")).scans[0]
    assert len(ends([first, second])) == 1


def test_late_transit_takes_no_delivery_back() -> None:
    scans = one(event("in_transit", "2026-11-24T10:00:00.000Z"), event("delivered", "2026-11-23T10:00:00.000Z")).scans
    assert ends(scans) == {repr(end(scans))}
    assert end(scans)[0] is S.DELIVERED


def test_the_estimate_ends_with_the_delivery() -> None:
    window = one(event("in_transit"), estimated_delivery="2026-11-23").window
    assert window is not None
    assert window.earliest == dt.date(2026, 11, 23)
    assert one(event("delivered"), estimated_delivery="2026-11-23", delivered=True).window is None
    assert one(event("delivered"), estimated_delivery="2026-11-23", status="delivered").window is None


def test_the_rest_of_a_tracker() -> None:
    update = one(
        event("delivered", latitude=45.76, longitude=4.84),
        info={"signed_by": "A NEIGHBOUR"},
        delivery_image_url="https://karrio.example/1.png",
        meta={"last_mile_carrier": "Canada Post", "last_mile_tracking_number": "7023"},
    )
    assert (update.carrier, update.signed_by) == ("purolator", "A NEIGHBOUR")
    assert (update.proof_url, update.handed_to, update.handed_number) == (
        "https://karrio.example/1.png",
        "Canada Post",
        "7023",
    )
    assert (update.scans[0].place.latitude, update.scans[0].place.text) == (45.76, "Lyon, FR")


def test_only_the_number_that_was_asked_about() -> None:
    others = [tracker(event("delivered"), tracking_number=number) for number in (f"{NUMBER}1", "1")]
    assert read(*others, tracker(), **{"tracking-number": NUMBER}) == [one()]


def test_a_webhook_only_nudges() -> None:
    body = KarrioPlay().body(TrackingUpdate(tracking_number=NUMBER, carrier="purolator"), "1")
    nudge = Nudge(tracking_number=NUMBER, carrier="purolator", carrier_text="purolator")
    assert list(source().parse(Webhook(body=body, headers={}))) == [nudge]
    assert list(source().parse(Webhook(body=b'{"event": "shipment_purchased", "data": {}}', headers={}))) == []


def test_the_secret_stands_in_a_header_or_in_the_address() -> None:
    source().verify(Webhook(body=b"", headers={"x-event-id": SECRETS[1]}))
    source().verify(Webhook(body=b"", headers={}, secret=SECRETS[0]))
    for headers in ({}, {"x-event-id": ""}, {"x-event-id": "wrong"}):
        with pytest.raises(UntrustedWebhook):
            source().verify(Webhook(body=b"", headers=headers))


@pytest.mark.parametrize(
    "body", [b"[]", b"{}", b'{"results": {}, "event": "tracker_updated"}', b'{"results": [{}], "event": []}']
)
def test_what_is_no_answer_is_unreadable(body: bytes) -> None:
    for is_answer in (True, False):
        with pytest.raises(UnreadableMessage):
            list(source().parse(Webhook(body=body, headers={}, is_answer=is_answer)))


@given(st.data())
def test_nothing_but_unreadable(data: st.DataObject) -> None:
    whole = {
        "event": "tracker_updated",
        "data": tracker(),
        "results": [
            tracker(event("delivered", latitude=1.5, longitude=2.5), estimated_delivery="2026-11-23", meta={"a": 1})
        ],
    }
    body = data.draw(mutations(json.dumps(whole).encode()))
    for is_answer in (True, False):
        with contextlib.suppress(UnreadableMessage):
            list(source().parse(Webhook(body=body, headers={}, is_answer=is_answer)))


def test_a_tracker_is_made() -> None:
    parcel = TrackedParcel(tracking_number=NUMBER, carrier="royal-mail", sent_at=dt.datetime.now(dt.UTC))
    with Provider(lambda call: KarrioPlay().reply(call, {})) as provider:
        source(url=provider.url).register([parcel])
        list(source(url=provider.url).fetch([parcel]))
    made, asked = provider.calls
    assert made.json() == {"tracking_number": NUMBER, "carrier_name": "royalmail"}
    assert made.query == {"pending_pickup": ["true"]}
    assert asked.query == {"tracking_number": [NUMBER], "carrier_name": ["royalmail"]}


def test_carriers_with_a_source_of_their_own_are_left_to_it() -> None:
    assert [source().tracks(slug) for slug in ("purolator", "ups", "colissimo")] == [True, False, False]
    assert source(carriers=["ups"]).tracks("ups")


def test_what_is_set_up_decides_what_it_does() -> None:
    assert [message.id for message in Karrio("karrio", {}).check()] == ["order_status.E403"] * 2
    assert not Karrio("karrio", {"api_key": "a key"}).is_asked()
    assert not source(secrets=[]).is_pushed()
    assert source().needs_registration()
    assert not source(register=False).needs_registration()


@pytest.mark.django_db
class TestKarrio(Nudging, NudgedContract):
    name = "karrio"
    backend = "order_status_plugin.sources.karrio.Karrio"
    carrier = "purolator"
    number = NUMBER
