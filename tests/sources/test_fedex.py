"""FedEx: event types before what is derived from them, reasons at the door, and thirty numbers a call."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from order_status_plugin.events import Overlay, ParcelStatus, TrackedParcel, TrackingUpdate
from order_status_plugin.exceptions import UnreadableMessage
from order_status_plugin.http import ClientCredentials
from order_status_plugin.simulator.providers.fedex import FedExPlay
from order_status_plugin.sources.base import Webhook
from order_status_plugin.sources.fedex import FedEx, meaning
from order_status_plugin.testing.asked import AskedContract
from order_status_plugin.testing.provider import Provider

from .ends import end, ends
from .mutated import mutations
from .plays import Asked

S = ParcelStatus
NUMBER = "449044304137821"


def source(**options: Any) -> FedEx:
    return FedEx("fedex", {"client_id": "id", "client_secret": "secret", **options})


def event(code: str, derived: str = "", date: Any = "2026-11-20T12:01:00-07:00", **more: Any) -> dict[str, Any]:
    return {
        "date": date,
        "eventType": code,
        "eventDescription": "Words of FedEx",
        "derivedStatusCode": derived,
        "exceptionCode": "",
        "exceptionDescription": "",
        "scanLocation": {
            "streetLines": ["1 Secret Street"],
            "city": "SEATTLE",
            "stateOrProvinceCode": "WA",
            "postalCode": "98101",
            "countryCode": "US",
        },
        **more,
    }


def body(*events: Any, **more: Any) -> bytes:
    result = {"trackingNumberInfo": {"trackingNumber": NUMBER}, "scanEvents": list(events), **more}
    whole = {"output": {"completeTrackResults": [{"trackingNumber": NUMBER, "trackResults": [result]}]}}
    return json.dumps(whole).encode()


def read(raw: bytes, **headers: str) -> TrackingUpdate:
    (update,) = source().parse(Webhook(body=raw, headers=headers, is_answer=True))
    return update


@pytest.mark.parametrize(
    ("code", "derived", "exception", "status", "overlay"),
    [
        ("OD", "IT", "", S.OUT_FOR_DELIVERY, ""),  # what FedEx derives is coarser
        ("DE", "DE", "08", S.ATTEMPTED_DELIVERY, ""),
        ("DE", "DE", "A47", None, "exception"),  # redirected
        ("DE", "DE", "", None, "exception"),
        ("HP", "", "", S.READY_FOR_PICKUP, ""),
        ("HL", "", "", S.READY_FOR_PICKUP, ""),
        ("AO", "IT", "", None, ""),
        ("RS", "", "", S.RETURNING, ""),
        ("CD", "", "", None, "delayed"),
        ("XX", "IT", "", S.IN_TRANSIT, ""),
        ("", "IN", "", S.LABEL_CREATED, ""),
        ("XX", "XX", "", S.UNKNOWN, ""),
        ("", "", "", None, ""),
    ],
)
def test_codes(code: str, derived: str, exception: str, status: Any, overlay: str) -> None:
    assert meaning(code, derived, exception)[:2] == (status, Overlay(overlay))


@pytest.mark.parametrize(("date", "minutes"), [("2026-11-20T12:01:00-07:00", -420), ("2026-11-20T12:01:00", None)])
def test_the_offset_is_kept_as_given(date: str, minutes: int | None) -> None:
    (scan,) = read(body(event("AR", date=date))).scans
    assert (scan.local_time, scan.utc_offset) == (dt.datetime(2026, 11, 20, 12, 1), minutes)


def test_no_street_enters() -> None:
    (scan,) = read(body(event("AR"))).scans
    assert (scan.place.city, scan.place.region, scan.place.country) == ("SEATTLE", "WA", "US")
    assert "Secret" not in repr(scan)


def test_a_delay_stands_beside_the_status() -> None:
    (scan,) = read(body(event("IT", delayDetail={"type": "WEATHER", "status": "DELAYED"}))).scans
    assert (scan.status, scan.overlay) == (S.IN_TRANSIT, Overlay.DELAYED)


WINDOW = {"window": {"begins": "2026-11-23T10:00:00", "ends": "2026-11-23T14:00:00-06:00"}}
STANDARD = {"window": {"begins": "2026-11-25T00:00:00", "ends": "2026-11-26T00:00:00"}}


@pytest.mark.parametrize(
    ("more", "earliest", "latest"),
    [
        (
            {"estimatedDeliveryTimeWindow": WINDOW, "standardTransitTimeWindow": STANDARD},
            dt.datetime(2026, 11, 23, 10),
            dt.datetime(2026, 11, 23, 14),
        ),
        (
            {
                "dateAndTimes": [{"type": "ESTIMATED_DELIVERY", "dateTime": "2026-11-24T00:00:00"}],
                "standardTransitTimeWindow": STANDARD,
            },
            dt.date(2026, 11, 24),
            dt.date(2026, 11, 24),
        ),
        ({"standardTransitTimeWindow": STANDARD}, dt.date(2026, 11, 25), dt.date(2026, 11, 26)),
    ],
)
def test_the_nearest_estimate_counts(more: dict[str, Any], earliest: Any, latest: Any) -> None:
    window = read(body(event("IT"), **more), date="Sat, 21 Nov 2026 10:00:00 GMT").window
    assert window is not None
    assert (window.earliest, window.latest) == (earliest, latest)
    assert window.stated_at == dt.datetime(2026, 11, 21, 10, tzinfo=dt.UTC)
    assert read(body(event("DL"), **more)).window is None


def test_where_it_is_held_and_no_name_of_a_person() -> None:
    held = {
        "locationContactAndAddress": {
            "contact": {"personName": "A CUSTOMER", "companyName": "FedEx Office"},
            "address": {
                "streetLines": ["2 Main St"],
                "postalCode": "98101",
                "city": "SEATTLE",
                "stateOrProvinceCode": "WA",
            },
        }
    }
    update = read(body(event("HP"), holdAtLocation=held))
    assert update.pickup_place == "FedEx Office, 2 Main St, 98101, SEATTLE, WA"
    assert "A CUSTOMER" not in repr(update)


def test_who_signed_where_and_what_to_do() -> None:
    update = read(
        body(event("DL"), deliveryDetails={"receivedByName": "A NEIGHBOUR", "locationDescription": "Front Desk"})
    )
    assert (update.signed_by, update.left_at) == ("A NEIGHBOUR", "Front Desk")
    latest = {"ancillaryDetails": [{"reason": "15", "action": "Contact us to discuss alternatives."}]}
    assert read(body(event("DE"), latestStatusDetail=latest)).next_step == "Contact us to discuss alternatives."


def test_any_order_tells_the_same() -> None:
    scans = read(
        body(
            event("DL", date="2026-11-30T09:00:00-07:00"),
            event("RS", date="2026-11-24T09:00:00-07:00"),
            event("DE", date="2026-11-23T18:00:00-07:00", exceptionCode="08"),
            event("OD", date="2026-11-23T09:00:00-07:00"),
            event("OC", date="2026-11-20T09:00:00-05:00"),
        )
    ).scans
    assert len(ends(scans)) == 1
    assert end(scans)[:3] == (S.RETURNED, Overlay.NONE, 1)  # delivered on the way back: to the sender


def test_an_error_beside_others_says_nothing() -> None:
    results = [
        {"trackingNumber": "1", "trackResults": [{"error": {"code": "TRACKING.TRACKINGNUMBER.NOTFOUND"}}]},
        {"trackingNumber": NUMBER, "trackResults": [{"scanEvents": [event("IT")]}]},
    ]
    assert read(json.dumps({"output": {"completeTrackResults": results}}).encode()).tracking_number == NUMBER


@pytest.mark.parametrize("raw", [b"[]", b"{}", b'{"output": {"completeTrackResults": [{"trackingNumber": null}]}}'])
def test_what_is_no_answer_is_unreadable(raw: bytes) -> None:
    with pytest.raises(UnreadableMessage):
        read(raw)
    with pytest.raises(UnreadableMessage):
        list(source().parse(Webhook(body=body(event("DL")), headers={})))


@given(st.data())
def test_nothing_but_unreadable(data: st.DataObject) -> None:
    whole = body(
        event("DE", exceptionCode="08", delayDetail={"status": "DELAYED"}),
        estimatedDeliveryTimeWindow=WINDOW,
        holdAtLocation={
            "locationContactAndAddress": {"contact": {"companyName": "A"}, "address": {"streetLines": ["B"]}}
        },
        deliveryDetails={"receivedByName": "A"},
        latestStatusDetail={"ancillaryDetails": [{"action": "B"}]},
        dateAndTimes=[{"type": "COMMITMENT", "dateTime": "2026-11-24T00:00:00"}],
    )
    with contextlib.suppress(UnreadableMessage):
        list(source().parse(Webhook(body=data.draw(mutations(whole)), headers={}, is_answer=True)))


def test_thirty_numbers_are_one_call() -> None:
    ClientCredentials._tokens.clear()
    now = dt.datetime.now(dt.UTC)
    parcels = [TrackedParcel(tracking_number=str(number), carrier="fedex", sent_at=now) for number in range(30)]
    with Provider(lambda call: FedExPlay().reply(call, {})) as provider:
        answers = list(source(url=provider.url).fetch(parcels))
    assert len(answers) == 1
    assert list(source().parse(answers[0])) == []
    token, asked = provider.calls
    assert b"client_secret=secret" in token.body
    assert len(asked.json()["trackingInfo"]) == 30
    assert asked.json()["includeDetailedScans"] is True


def test_what_is_set_up_decides_what_it_does() -> None:
    assert [message.id for message in FedEx("fedex", {}).check()] == ["order_status.E403"] * 2
    assert not source().is_pushed()
    assert source().tracks("fedex")


@pytest.mark.django_db
class TestFedExIsAsked(Asked, AskedContract):
    name = "fedex"
    backend = "order_status_plugin.sources.fedex.FedEx"
    carrier = "fedex"
    number = NUMBER
