"""USPS: codes before phrases, two clocks, and a signature over a text within a text."""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import hashlib
import hmac
import json
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from order_status_plugin.events import Overlay, ParcelStatus, TrackedParcel, TrackingUpdate
from order_status_plugin.exceptions import PermanentFailure, UnreadableMessage, UntrustedWebhook
from order_status_plugin.http import ClientCredentials
from order_status_plugin.intake.models import InboxMessage
from order_status_plugin.simulator.providers.usps import UspsPlay
from order_status_plugin.sources.base import Webhook
from order_status_plugin.sources.usps import Usps
from order_status_plugin.sources.usps.codes import meaning
from order_status_plugin.testing.asked import AskedContract
from order_status_plugin.testing.provider import Call, Provider, Reply
from order_status_plugin.testing.sources import SourceContract

from .ends import end, ends
from .mutated import mutations
from .plays import Asked, Pushed

S = ParcelStatus
NUMBER = "9400111899223818218407"
SECRETS = ["a secret of thirty-two characters", "another of thirty-two characters"]


def source(**options: Any) -> Usps:
    return Usps("usps", {"client_id": "id", "client_secret": "secret", "secrets": SECRETS, **options})


def event(code: str, phrase: str = "Words of USPS", time: Any = "2026-11-20T18:07:00", **more: Any) -> dict[str, Any]:
    return {
        "eventType": phrase,
        "eventTimestamp": time,
        "GMTTimestamp": None,
        "GMTOffset": "-05:00",
        "eventCountry": None,
        "eventCity": "HERNANDO",
        "eventState": "FL",
        "eventZIP": "34442",
        "name": None,
        "eventCode": code,
        **more,
    }


def item(*events: Any, **more: Any) -> bytes:
    return json.dumps({"trackingNumber": NUMBER, "trackingEvents": list(events), **more}).encode()


def read(body: bytes, **headers: str) -> TrackingUpdate:
    (update,) = source().parse(Webhook(body=body, headers=headers, is_answer=True))
    return update


# --- codes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "phrase", "status", "overlay"),
    [
        ("01", "Delivered, To Original Sender", S.RETURNED, ""),
        ("01", "Delivered, Individual Picked Up at Post Office", S.COLLECTED, ""),
        ("01", "Delivered, Parcel Locker", S.DELIVERED, ""),
        ("16", "Available for Pickup", S.READY_FOR_PICKUP, ""),
        ("14", "Held at Post Office", S.READY_FOR_PICKUP, ""),
        ("??", "Held at Post Office, At Customer Request", S.READY_FOR_PICKUP, ""),
        ("02", "Notice Left", S.ATTEMPTED_DELIVERY, ""),
        ("56", "Notice Left (No Authorized Recipient Available)", S.ATTEMPTED_DELIVERY, ""),
        ("30", "Delivery Attempted - No Access to Delivery Location", S.ATTEMPTED_DELIVERY, ""),
        ("GX", "Shipping Label Created, USPS Awaiting Item", S.LABEL_CREATED, ""),
        ("MA", "Pre-Shipment Info Sent to USPS", S.LABEL_CREATED, ""),
        ("03", "USPS in possession of item", S.PICKED_UP_BY_CARRIER, ""),
        ("TL", "In Transit to Next Facility", S.IN_TRANSIT, ""),
        ("OF", "Out for Delivery", S.OUT_FOR_DELIVERY, ""),
        ("??", "In Transit to Next Facility, Arriving Late", S.IN_TRANSIT, "delayed"),
        ("09", "Return to Sender", S.RETURNING, ""),
        ("OF", "Delivered, To Original Sender", S.OUT_FOR_DELIVERY, ""),  # a code comes first
        ("??", "Not delivered, available for nothing", S.UNKNOWN, ""),  # a word within a phrase says nothing
        ("", "", None, ""),
    ],
)
def test_codes_before_phrases(code: str, phrase: str, status: Any, overlay: str) -> None:
    assert meaning(code, phrase)[:2] == (status, Overlay(overlay))


def test_the_category_speaks_for_the_latest_event_alone() -> None:
    update = read(
        item(
            event("Q2", time="2026-11-21T08:00:00"),
            event("Q1", time="2026-11-20T08:00:00"),
            statusCategory="Out for Delivery",
        )
    )
    assert [scan.status for scan in update.scans] == [S.OUT_FOR_DELIVERY, S.UNKNOWN]


# --- clocks and places ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given_offset", "instant", "minutes"),
    [
        ("-05:00", "2026-11-20T23:07:40Z", -300),
        ("-7:00", None, -420),
        (None, "2026-11-20T23:07:40Z", -300),  # seconds where the local time has none
        (None, None, None),
        ("nonsense", "2026-11-25T23:07:40Z", None),
    ],
)
def test_the_offset_is_given_or_measured(given_offset: Any, instant: Any, minutes: int | None) -> None:
    (scan,) = read(item(event("TL", GMTOffset=given_offset, GMTTimestamp=instant))).scans
    assert (scan.local_time, scan.utc_offset) == (dt.datetime(2026, 11, 20, 18, 7), minutes)


def test_a_facility_is_left_to_those_who_know_places() -> None:
    place = (
        read(item(event("A1", eventCity="JACKSONVILLE FL DISTRIBUTION CENTER", eventState=None, eventZIP=None)))
        .scans[0]
        .place
    )
    assert (place.city, place.country) == ("JACKSONVILLE FL DISTRIBUTION CENTER", "US")
    assert not read(item(event("TL", eventCity=None, eventState=None, eventZIP=None))).scans[0].place


def test_a_country_is_read_where_it_is_named() -> None:
    assert read(item(event("10", eventCountry="DEU"))).scans[0].place.country == "DE"
    assert read(item(event("10", eventCountry="ELSEWHERE"))).scans[0].place.country == ""


# --- the rest of an item -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("first", "last"), [("13:15", "17:15"), ("1:15 pm", "5:15 pm"), ("13:15:00", "17:15:00")])
def test_a_window_is_of_hours(first: str, last: str) -> None:
    body = item(
        event("TL"),
        predictedDeliveryDate="2026-11-22",
        predictedDeliveryWindowStartTime=first,
        predictedDeliveryWindowEndTime=last,
        expectedDeliveryTimeStamp="2026-11-23T21:00:00",
    )
    window = read(body, date="Sat, 21 Nov 2026 10:00:00 GMT").window
    assert window is not None
    assert (window.earliest, window.latest) == (dt.datetime(2026, 11, 22, 13, 15), dt.datetime(2026, 11, 22, 17, 15))


def test_by_nine_in_the_evening_is_a_day() -> None:
    window = read(item(event("TL"), expectedDeliveryTimeStamp="2026-11-23T21:00:00")).window
    assert window is not None
    assert window.earliest == window.latest == dt.date(2026, 11, 23)


def test_where_it_was_left_and_who_signed() -> None:
    update = read(
        item(
            event("01", "Delivered, Front Door/Porch", name="A NEIGHBOUR"),
            expectedDeliveryTimeStamp="2026-11-23T21:00:00",
        )
    )
    assert (update.left_at, update.signed_by, update.window) == ("Front Door/Porch", "A NEIGHBOUR", None)
    assert read(item(event("01", "Delivered, To Original Sender"))).left_at == ""


def test_it_can_be_fetched_until_the_day_before_it_goes_back() -> None:
    assert read(item(event("16"), returnDateNotice="2026-11-30")).pickup_until == dt.date(2026, 11, 29)


def test_any_order_tells_the_same() -> None:
    events = [
        event("GX", time="2026-11-18T11:00:00"),
        event("10", time="2026-11-19T12:07:00"),
        event("OF", time="2026-11-20T09:00:00"),
        event("02", "Notice Left", time="2026-11-20T18:07:00"),
        event("01", "Delivered, To Original Sender", time="2026-11-29T08:00:00"),
    ]

    scans = read(item(*events)).scans
    assert len(ends(scans)) == 1
    assert end(scans)[:3] == (S.RETURNED, Overlay.NONE, 1)


@pytest.mark.parametrize(
    "body", [b"[]", b"{}", b'{"trackingNumber": "1", "trackingEvents": {}}', item(event("01", time="soon"))]
)
def test_what_is_no_item_is_unreadable(body: bytes) -> None:
    with pytest.raises(UnreadableMessage):
        read(body)


@given(st.data())
def test_nothing_but_unreadable(data: st.DataObject) -> None:
    whole = item(
        event("01", "Delivered, Front Door/Porch"),
        event("TL"),
        predictedDeliveryDate="2026-11-22",
        predictedDeliveryWindowStartTime="13:15",
        predictedDeliveryWindowEndTime="5:15 pm",
        returnDateNotice="2026-11-30",
    )
    with contextlib.suppress(UnreadableMessage):
        read(data.draw(mutations(whole)))
    envelope = json.dumps({"timestamp": "t", "payload": data.draw(mutations(whole)).decode()}).encode()
    with contextlib.suppress(UnreadableMessage):
        list(source().parse(Webhook(body=data.draw(mutations(envelope)), headers={})))


# --- notifications -------------------------------------------------------------------------------------------------


def signed(timestamp: Any, payload: Any, secret: str = SECRETS[0], header: str = "x-hmac") -> Webhook:
    mac = hmac.new(secret.encode(), f"{timestamp}{payload}".encode(), hashlib.sha256).digest()
    body = json.dumps({"timestamp": timestamp, "payload": payload}).encode()
    return Webhook(body=body, headers={header: base64.b64encode(mac).decode()})


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("header", ["x-hmac", "hmac-header"])
@pytest.mark.parametrize("timestamp", ["2026-11-24T10:00:00Z", 1795255200])
def test_timestamp_and_text_are_signed(secret: str, header: str, timestamp: Any) -> None:
    webhook = signed(timestamp, item(event("OF", "Köln ☃")).decode(), secret, header)
    source().verify(webhook)
    (update,) = source().parse(webhook)
    assert update.scans[0].status is S.OUT_FOR_DELIVERY


def test_the_text_counts_as_it_came() -> None:
    webhook = signed("t", '{"trackingNumber": "1", "weight": 614.40}')
    body = webhook.body.replace(b"614.40", b"614.4")
    with pytest.raises(UntrustedWebhook):
        source().verify(Webhook(body=body, headers=webhook.headers))


@pytest.mark.parametrize(
    "webhook", [Webhook(body=b"{", headers={}), signed(True, "x"), signed("t", None), signed("t", "x", "wrong")]
)
def test_anything_else_is_not_trusted(webhook: Webhook) -> None:
    with pytest.raises(UntrustedWebhook):
        source().verify(webhook)


# --- calls ---------------------------------------------------------------------------------------------------------

PARCEL = TrackedParcel(tracking_number="9400 1118 9922 3818 2184 07", carrier="usps", sent_at=dt.datetime.now(dt.UTC))


def test_a_parcel_is_subscribed_to_with_the_newest_secret() -> None:
    ClientCredentials._tokens.clear()
    with Provider(lambda call: UspsPlay().reply(call, {})) as provider:
        usps = source(
            url=provider.url, listener_url="https://shop.example/orders/hooks/usps/", admin_email="a@b.example"
        )
        assert usps.needs_registration()
        usps.register([PARCEL])
    (call,) = [call for call in provider.calls if "subscriptions" in call.path]
    assert call.json() == {
        "listenerURL": "https://shop.example/orders/hooks/usps/",
        "secret": SECRETS[0],
        "filterProperties": {"trackingNumber": NUMBER},
        "adminNotification": [{"email": "a@b.example"}],
    }


def test_a_second_subscription_is_none_and_a_refusal_is_said() -> None:
    for said, is_fine in (({"error": "duplicates subscriptionId : 1"}, True), ({"error": "secret too short"}, False)):

        def reply(call: Call, said: object = said) -> Reply:
            return UspsPlay().reply(call, {}) if "token" in call.path else Reply.of(said, 400)

        ClientCredentials._tokens.clear()
        with Provider(reply) as provider:
            usps = source(url=provider.url, listener_url="https://shop.example/orders/hooks/usps/")
            with contextlib.nullcontext() if is_fine else pytest.raises(PermanentFailure):
                usps.register([PARCEL])


def test_the_token_is_for_tracking() -> None:
    ClientCredentials._tokens.clear()
    with Provider(lambda call: UspsPlay().reply(call, {})) as provider:
        list(source(url=provider.url).fetch([PARCEL]))
    token, asked = provider.calls
    assert token.json()["scope"] == "tracking"
    assert asked.path == f"/tracking/v3/tracking/{NUMBER}"
    assert asked.query == {"expand": ["DETAIL"]}


def test_what_is_set_up_decides_what_it_does() -> None:
    assert not source().needs_registration()
    assert [message.id for message in Usps("usps", {"listener_url": "https://x"}).check()] == [
        "order_status.E403",
        "order_status.E403",
        "order_status.E401",
        "order_status.E403",
    ]
    assert source().tracks("usps")
    assert not source(carriers=[]).tracks("usps")


# --- contracts -----------------------------------------------------------------------------------------------------


@pytest.mark.django_db
class TestUspsNotifications(Pushed, SourceContract):
    name = "usps"
    backend = "order_status_plugin.sources.usps.Usps"
    carrier = "usps"
    number = NUMBER
    signs_body = False  # what is signed stands within the body

    def test_rubbish_is_kept_and_is_no_error_of_ours(self) -> None:
        """Without timestamp and payload nothing can be signed: 400, and nothing is kept."""
        for body in (b"", b"{", b"[]", b"null", b'{"a": 1}', b"\xff\x00"):
            with self._shop():
                path, headers = self.path(""), dict(self.headers(body, self.secrets[0]))
                response = Client().post(path, body, content_type="application/json", headers=headers)
                assert response.status_code == 400
                assert not InboxMessage.objects.exists()

    def test_a_signed_text_that_is_no_item_is_kept(self) -> None:
        for payload in ("", "{", "[]", "null", '{"a": 1}'):
            with self._shop():
                body = json.dumps({"timestamp": "t", "payload": payload}).encode()
                assert self._post(body).status_code == 202
                message = InboxMessage.objects.get()
                assert (message.state, bool(message.reason)) == (InboxMessage.State.FAILED, True)


@pytest.mark.django_db
class TestUspsIsAsked(Asked, AskedContract):
    name = "usps"
    backend = "order_status_plugin.sources.usps.Usps"
    carrier = "usps"
    number = NUMBER
