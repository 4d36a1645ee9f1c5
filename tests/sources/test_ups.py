"""UPS: its codes, its clocks and its two spellings, on answers and alerts in the documented shape."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from order_status_plugin.events import Overlay, ParcelStatus, Precision, TrackedParcel, TrackingUpdate
from order_status_plugin.exceptions import UnreadableMessage, UntrustedWebhook
from order_status_plugin.http import ClientCredentials
from order_status_plugin.simulator.providers.ups import UpsPlay
from order_status_plugin.sources.base import Webhook
from order_status_plugin.sources.ups import Ups
from order_status_plugin.sources.ups.codes import CODES, DETAILS, meaning
from order_status_plugin.testing.asked import AskedContract
from order_status_plugin.testing.provider import Provider
from order_status_plugin.testing.sources import SourceContract

from .ends import end, ends
from .mutated import mutations
from .plays import Asked, Pushed

S = ParcelStatus
NUMBER = "1Z999AA10123456784"
SECRETS = ["the credential that UPS sends", "the credential of last year"]


def source(**options: Any) -> Ups:
    return Ups("ups", {"client_id": "id", "client_secret": "secret", "secrets": SECRETS, **options})


def activity(kind: str, code: str, detail: str = "", **more: Any) -> dict[str, Any]:
    return {
        "location": {"address": {"city": "LOUISVILLE", "stateProvince": "KY", "countryCode": "US", "country": "US"}},
        "status": {"type": kind, "code": code, "description": "Words of UPS", "statusCode": detail},
        "date": "20261120",
        "time": "071356",
        "gmtDate": "20261120",
        "gmtTime": "121356",
        "gmtOffset": "-05:00",
        **more,
    }


def answer(*activities: Any, **more: Any) -> bytes:
    package = {"trackingNumber": NUMBER, "activity": list(activities), **more}
    return json.dumps({"trackResponse": {"shipment": [{"inquiryNumber": NUMBER, "package": [package]}]}}).encode()


def read(body: bytes, **headers: str) -> TrackingUpdate:
    (update,) = source().parse(Webhook(body=body, headers=headers, is_answer=True))
    return update


def alert(**more: Any) -> bytes:
    told = {
        "trackingNumber": NUMBER,
        "localActivityDate": "20261120",
        "localActivityTime": "071356",
        "activityLocation": {"city": "Louisville", "stateProvince": "KY", "postalCode": "", "country": "US"},
        "activityStatus": {"type": "I", "code": "OT", "description": "Out for Delivery", "descriptionCode": "021"},
        "scheduledDeliveryDate": "20261120",
        "gmtActivityDate": "20261120",
        "gmtActivityTime": "121356",
    }
    return json.dumps({**told, **more}).encode()


def heard(body: bytes) -> TrackingUpdate:
    (update,) = source().parse(Webhook(body=body, headers={}))
    return update


# --- codes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "code", "detail", "status", "overlay"),
    [
        ("I", "OT", "021", S.OUT_FOR_DELIVERY, ""),  # a type alone would say: on the way
        ("X", "OT", "058", None, "exception"),  # a code alone would say: out for delivery
        ("I", "DP", "010", S.IN_TRANSIT, ""),
        ("M", "DP", "003", S.LABEL_CREATED, ""),
        ("D", "OT", "", S.OUT_FOR_DELIVERY, ""),  # type D holds more than deliveries
        ("I", "OD", "072", S.IN_TRANSIT, ""),  # loaded, perhaps for another day
        ("D", "FS", "011", S.DELIVERED, ""),
        ("D", "2Q", "161", S.READY_FOR_PICKUP, ""),
        ("X", "ZP", "161", S.READY_FOR_PICKUP, ""),
        ("D", "2W", "011", S.COLLECTED, ""),
        ("D", "B0", "011", S.RETURNED, ""),
        ("X", "KP", "035", S.RETURNING, ""),
        ("X", "SR", "003", S.IN_TRANSIT, ""),  # the sample of UPS's own documents
        ("X", "1X", "003", None, "exception"),  # "shipment ready" of an exception is none
        ("X", "7W", "052", None, "delayed"),
        ("X", "48", "022", S.ATTEMPTED_DELIVERY, ""),
        ("U", "UP", "154", None, ""),
        ("MV", "VP", "007", S.CANCELLED, ""),
        ("I", "Z?", "11", S.DELIVERED, ""),  # the three digits speak where type and code do not
        ("D", "??", "", S.UNKNOWN, ""),  # a type alone never does
        ("X", "??", "", S.UNKNOWN, ""),
        ("", "", "٣", S.UNKNOWN, ""),
        ("", "", "", None, ""),
    ],
)
def test_type_and_code_and_digits(kind: str, code: str, detail: str, status: Any, overlay: str) -> None:
    assert meaning(kind, code, detail)[:2] == (status, Overlay(overlay))


def test_no_code_is_said_twice() -> None:
    assert all(len(code) == 2 for codes in CODES.values() for code in codes)
    assert set(DETAILS) <= set(range(170))


# --- clocks --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("offset", ["-05:00", "-05.00", "-5:00", None])
def test_the_offset_is_kept_in_each_spelling(offset: str | None) -> None:
    (scan,) = read(answer(activity("I", "AR", gmtOffset=offset))).scans
    assert (scan.local_time, scan.utc_offset) == (dt.datetime(2026, 11, 20, 7, 13, 56), -300)


def test_without_gmt_the_offset_is_unknown() -> None:
    (scan,) = read(answer(activity("I", "AR", gmtDate="", gmtTime="", gmtOffset=""))).scans
    assert scan.utc_offset is None


def test_a_zero_in_front_may_be_lost() -> None:
    (scan,) = read(answer(activity("I", "AR", time="71356", gmtOffset=""))).scans
    assert (scan.local_time.hour, scan.utc_offset) == (7, -300)


def test_a_day_without_an_hour_is_a_day() -> None:
    (scan,) = read(answer(activity("I", "AR", time=""))).scans
    assert scan.precision is Precision.DATE


# --- answers -------------------------------------------------------------------------------------------------------


def test_an_estimate_is_a_window_of_hours_said_when_asked() -> None:
    dates = [{"type": "SDD", "date": "20261122"}, {"type": "RDD", "date": "20261123"}]
    body = answer(
        activity("I", "AR"),
        deliveryDate=dates,
        deliveryTime={"type": "EDW", "startTime": "101500", "endTime": "141500"},
    )
    window = read(body, date="Sat, 21 Nov 2026 10:00:00 GMT").window
    assert window is not None
    assert (window.earliest, window.latest) == (dt.datetime(2026, 11, 23, 10, 15), dt.datetime(2026, 11, 23, 14, 15))
    assert window.stated_at == dt.datetime(2026, 11, 21, 10, tzinfo=dt.UTC)


@pytest.mark.parametrize("hours", [{"type": "EOD"}, {"type": "CMT", "endTime": "103000"}, None, []])
def test_other_hours_leave_the_day(hours: Any) -> None:
    window = read(
        answer(activity("I", "AR"), deliveryDate=[{"type": "SDD", "date": "20261122"}], deliveryTime=hours)
    ).window
    assert window is not None
    assert window.earliest == window.latest == dt.date(2026, 11, 22)


def test_after_delivery_there_is_no_estimate_and_who_signed_is_said() -> None:
    dates = [{"type": "SDD", "date": "20261122"}, {"type": "DEL", "date": "20261121"}]
    update = read(
        answer(
            activity("D", "FS", "011"),
            deliveryDate=dates,
            deliveryInformation={"receivedBy": "A. NEIGHBOUR", "location": "Front Door"},
        )
    )
    assert update.window is None
    assert (update.signed_by, update.left_at) == ("A. NEIGHBOUR", "Front Door")


def test_an_access_point_is_said_and_no_address_of_a_person_is() -> None:
    home = {
        "type": "DESTINATION",
        "name": "A CUSTOMER",
        "address": {"addressLine1": "1 Secret Street", "city": "PARIS"},
    }
    shop = {
        "type": "ACCESS_POINT",
        "name": "THE CORNER SHOP",
        "address": {"addressLine1": "2 Main St", "postalCode": "40202", "city": "LOUISVILLE"},
    }
    update = read(
        answer(
            activity("D", "2Q"),
            packageAddress=[home, shop],
            accessPointInformation={"pickupByDate": "20261127"},
        )
    )
    assert update.pickup_place == "THE CORNER SHOP, 2 Main St, 40202, LOUISVILLE"
    assert update.pickup_until == dt.date(2026, 11, 27)
    assert "Secret" not in repr(update)


def test_the_last_mile_by_the_post_is_said() -> None:
    update = read(
        answer(activity("I", "XR"), alternateTrackingNumber=[{"number": "9241990000000000000000", "type": "USPS_PIC"}])
    )
    assert (update.handed_to, update.handed_number) == ("USPS", "9241990000000000000000")


def test_other_parcels_of_the_shipment_are_left_out() -> None:
    packages = [
        {"trackingNumber": number, "activity": [activity("I", "AR")]} for number in (NUMBER, "1Z999AA10123456775")
    ]
    body = json.dumps({"trackResponse": {"shipment": [{"inquiryNumber": NUMBER, "package": packages}]}}).encode()
    assert read(body).tracking_number == NUMBER


def test_a_bad_activity_costs_no_other() -> None:
    assert len(read(answer(activity("I", "AR", date="soon"), "nonsense", activity("I", "OT"))).scans) == 1


# --- alerts --------------------------------------------------------------------------------------------------------


def test_an_alert_and_an_answer_tell_one_event() -> None:
    (scan,) = heard(alert()).scans
    (same,) = read(answer(activity("I", "OT", "021"))).scans
    assert scan.status is S.OUT_FOR_DELIVERY
    assert scan.source_id == same.source_id
    assert scan.utc_offset == same.utc_offset == -300


def test_an_alert_before_delivery_says_when() -> None:
    window = heard(alert(deliveryStartTime="150000", deliveryEndTime="170000")).window
    assert window is not None
    assert window.latest == dt.datetime(2026, 11, 20, 17)
    assert heard(alert(actualDeliveryDate="20261120")).window is None


@pytest.mark.parametrize("bad", [{"trackingNumber": None}, {"trackingNumber": " "}, {"localActivityDate": "today"}])
def test_an_alert_about_nothing_is_unreadable(bad: dict[str, Any]) -> None:
    with pytest.raises(UnreadableMessage):
        heard(alert(**bad))


@pytest.mark.parametrize(
    "headers", [{"x-api-key": SECRETS[1]}, {"credential": SECRETS[0]}, {"authorization": f"Bearer {SECRETS[0]}"}]
)
def test_the_credential_stands_in_a_header(headers: dict[str, str]) -> None:
    source().verify(Webhook(body=b"", headers=headers))
    source().verify(Webhook(body=b"", headers={}, secret=SECRETS[0]))


@pytest.mark.parametrize("headers", [{}, {"x-api-key": ""}, {"x-api-key": "pä\u200bth"}, {"authorization": "Bearer "}])
def test_anything_else_is_not_trusted(headers: dict[str, str]) -> None:
    with pytest.raises(UntrustedWebhook):
        source().verify(Webhook(body=b"", headers=headers))
    with pytest.raises(UntrustedWebhook):
        source(secrets=[]).verify(Webhook(body=b"", headers=headers))


def test_any_order_and_either_way_tell_the_same() -> None:
    asked = read(
        answer(
            activity("D", "2W", "011", date="20261123"),
            activity("D", "2Q", "161", date="20261122"),
            activity("X", "48", "022", date="20261121"),
            activity("I", "OT", "021"),
            activity("M", "MP", "003", date="20261118"),
        )
    ).scans
    both = [*asked, *heard(alert()).scans]
    assert ends(both) == ends(asked) == {repr(end(asked))}
    assert end(asked)[:3] == (S.COLLECTED, Overlay.NONE, 1)


# --- mutations -----------------------------------------------------------------------------------------------------

WHOLE = answer(
    activity("I", "OT", "021"),
    activity("D", "2Q", "161"),
    deliveryDate=[{"type": "SDD", "date": "20261122"}],
    deliveryTime={"type": "EDW", "startTime": "101500", "endTime": "141500"},
    deliveryInformation={"receivedBy": "A. NEIGHBOUR", "location": "Front Door"},
    packageAddress=[{"type": "ACCESS_POINT", "name": "A shop", "address": {"city": "PARIS"}}],
    accessPointInformation={"pickupByDate": "20261127"},
)


@given(st.data())
def test_nothing_but_unreadable(data: st.DataObject) -> None:
    for body, is_answer in ((WHOLE, True), (alert(deliveryStartTime="150000", deliveryEndTime="170000"), False)):
        with contextlib.suppress(UnreadableMessage):
            list(source().parse(Webhook(body=data.draw(mutations(body)), headers={"date": "x"}, is_answer=is_answer)))


# --- calls ---------------------------------------------------------------------------------------------------------


def test_registration_names_what_track_alert_follows() -> None:
    ClientCredentials._tokens.clear()
    with Provider(lambda call: UpsPlay().reply(call, {})) as provider:
        ups = source(url=provider.url)
        parcels = [
            TrackedParcel(tracking_number=number, carrier="ups", sent_at=dt.datetime.now(dt.UTC))
            for number in (NUMBER, "H1234567890")
        ]
        ups.register(parcels)
        ups.register(parcels[1:])
    (call,) = [call for call in provider.calls if "subscription" in call.path]
    assert call.path == "/api/track/v2/subscription/standard/package"
    assert call.json() == {"locale": "en_US", "trackingNumberList": [NUMBER]}
    assert call.headers["transid"]
    assert call.headers["transactionsrc"]


def test_what_is_set_up_decides_what_it_does() -> None:
    assert source().needs_registration()
    assert not source(register=False).needs_registration()
    assert not source(secrets=[]).is_pushed()
    assert not Ups("ups", {"secrets": SECRETS}).is_asked()
    assert [message.id for message in Ups("ups", {}).check()] == ["order_status.E403"] * 2
    assert source().tracks("ups")
    assert not source().tracks("usps")


# --- contracts -----------------------------------------------------------------------------------------------------


@pytest.mark.django_db
class TestUpsAlerts(Pushed, SourceContract):
    name = "ups"
    backend = "order_status_plugin.sources.ups.Ups"
    signs_body = False
    tells_one_event = True


@pytest.mark.django_db
class TestUpsIsAsked(Asked, AskedContract):
    name = "ups"
    backend = "order_status_plugin.sources.ups.Ups"
