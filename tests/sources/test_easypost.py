from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import json
from typing import Any

import pytest

from order_status_plugin.events import Overlay, ParcelStatus, TrackedParcel, TrackingUpdate
from order_status_plugin.exceptions import UnreadableMessage, UntrustedWebhook
from order_status_plugin.sources.base import Webhook
from order_status_plugin.sources.easypost import EasyPost
from order_status_plugin.sources.easypost.codes import meaning
from order_status_plugin.testing.provider import Provider, Reply

from .payloads import NUMBER

S = ParcelStatus
SECRET = "clé à molette"
BODY = b'{"id":"evt_1","weight":614.40}'
#: openssl dgst -sha256 -hmac, with the secret decomposed (NFKD).
SIGNATURE = "hmac-sha256-hex=c898670527830c3c5f6e9384ce8e245c412d95384457c66a9be2ee5f95322248"
HERE = {"city": "ORLANDO", "state": "FL", "country": "US", "zip": "32809"}


def source(**options: Any) -> EasyPost:
    return EasyPost("easypost", {"secrets": [SECRET, "the older secret"], **options})


def detail(
    status: str, time: object = "2026-11-20T08:15:00Z", more: str = "status_update", **given: Any
) -> dict[str, Any]:
    place = {"object": "TrackingLocation", **given.pop("place", HERE)}
    return {
        "status": status,
        "status_detail": more,
        "datetime": time,
        "message": status,
        "tracking_location": place,
    } | given


def tracker(*details: Any, **given: Any) -> dict[str, Any]:
    last = details[-1] if details else {}
    return {
        "object": "Tracker",
        "tracking_code": "9400111899223818218407",
        "carrier": "USPS",
        "status": last.get("status", "unknown"),
        "status_detail": last.get("status_detail", "unknown"),
        "updated_at": "2026-11-21T10:00:00Z",
        "tracking_details": list(details),
    } | given


def parse(result: object, description: str = "tracker.updated") -> list[TrackingUpdate]:
    raw = json.dumps({"id": "evt_9", "description": description, "result": result}).encode()
    return list(source().parse(Webhook(body=raw, headers={})))


# --- signatures --------------------------------------------------------------------------------------------------


def test_a_signature_that_another_program_made() -> None:
    source().verify(Webhook(body=BODY, headers={"x-hmac-signature": SIGNATURE}))
    assert source().sign(BODY, SECRET) == SIGNATURE


@pytest.mark.parametrize("given", ["", "hmac-sha256-hex=", SIGNATURE[16:], SIGNATURE.upper(), "ä\u200b"])
def test_anything_else_is_not_trusted(given: str) -> None:
    with pytest.raises(UntrustedWebhook):
        source().verify(Webhook(body=BODY, headers={"x-hmac-signature": given}))
    with pytest.raises(UntrustedWebhook):
        source().verify(Webhook(body=json.dumps(json.loads(BODY)).encode(), headers={"x-hmac-signature": SIGNATURE}))


def second(signed: bytes, secret: str = "the older secret") -> str:
    return "hmac-sha256-hex=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def stamped(minutes: int = 0) -> str:
    return (dt.datetime.now(dt.UTC) - dt.timedelta(minutes=minutes)).strftime("%a, %d %b %Y %H:%M:%S +0000")


@pytest.mark.parametrize("form", ["with the path", "without"])
@pytest.mark.parametrize("is_iso", [False, True])
def test_the_second_signature_is_held_to_its_word(form: str, is_iso: bool) -> None:
    stamp = dt.datetime.now(dt.UTC).isoformat() if is_iso else stamped()
    path = "/orders/hooks/easypost/"
    signed = (f"{stamp}POST{path}" if form == "with the path" else stamp).encode() + BODY
    headers = {"x-hmac-signature": SIGNATURE, "x-timestamp": stamp, "x-path": path}
    source().verify(Webhook(body=BODY, headers=headers | {"x-hmac-signature-v2": second(signed)}))
    for wrong in ("", second(signed + b" "), second(signed, "nobody's secret")):
        with pytest.raises(UntrustedWebhook):
            source().verify(Webhook(body=BODY, headers=headers | {"x-hmac-signature-v2": wrong}))


@pytest.mark.parametrize("said", [30, -30, "", "yesterday", "2026-11-20T08:15:00"])
def test_a_second_signature_of_another_time_is_refused(said: int | str) -> None:
    stamp = stamped(said) if isinstance(said, int) else said
    headers = {"x-hmac-signature": SIGNATURE, "x-timestamp": stamp, "x-path": "/"}
    headers["x-hmac-signature-v2"] = second(f"{stamp}POST/".encode() + BODY)
    with pytest.raises(UntrustedWebhook):
        source().verify(Webhook(body=BODY, headers=headers))


def test_the_second_signature_alone_is_not_enough() -> None:
    stamp = stamped()
    headers = {"x-timestamp": stamp, "x-path": "/", "x-hmac-signature-v2": second(f"{stamp}POST/".encode() + BODY)}
    with pytest.raises(UntrustedWebhook):
        source().verify(Webhook(body=BODY, headers=headers))


def test_the_id_of_the_event_is_the_key() -> None:
    assert source().message_key(Webhook(body=BODY, headers={})) == "evt_1"
    assert source().message_key(Webhook(body=b"[", headers={})) == ""


# --- what it says ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "more", "said", "overlay"),
    [
        ("unknown", "unknown", None, ""),
        ("pre_transit", "label_created", S.LABEL_CREATED, ""),
        ("in_transit", "departed_facility", S.IN_TRANSIT, ""),
        ("in_transit", "weather_delay", S.IN_TRANSIT, "delayed"),
        ("in_transit", "held", S.IN_TRANSIT, "exception"),
        ("in_transit", "arrived_at_destination", S.IN_TRANSIT, ""),  # at the last facility, not at the customer's
        ("out_for_delivery", "out_for_delivery", S.OUT_FOR_DELIVERY, ""),
        ("available_for_pickup", "arrived_at_pickup_location", S.READY_FOR_PICKUP, ""),
        ("delivered", "arrived_at_destination", S.DELIVERED, ""),
        ("return_to_sender", "return", S.RETURNING, ""),
        ("failure", "failure", None, "exception"),
        ("failure", "delivery_exception", None, "exception"),
        ("failure", "refused", None, "exception"),
        ("failure", "return", S.RETURNING, ""),
        ("failure", "lost", S.LOST, ""),
        ("failure", "cancelled", S.CANCELLED, ""),
        ("failure", "expired", None, ""),  # silence is no failure
        ("failure", "brand_new", None, "exception"),
        ("cancelled", "cancelled", S.CANCELLED, ""),
        ("error", "unknown", None, ""),
        ("teleported", "delivered", S.UNKNOWN, ""),
        ("Delivered", "", S.UNKNOWN, ""),
        ("", "", None, ""),
    ],
)
def test_codes(status: str, more: str, said: ParcelStatus | None, overlay: str) -> None:
    assert meaning(status, more)[:2] == (said, Overlay(overlay))


@pytest.mark.parametrize(
    ("time", "place", "offset"),
    [
        ("2026-11-20T08:15:00Z", HERE, 0),
        ("2026-11-20T08:15:00Z", {"city": "HOUSTON", "state": "TX", "country": None, "zip": None}, 0),
        ("2026-11-20T08:15:00Z", {"city": None, "state": None, "country": "US", "zip": "32837"}, 0),
        # "When location information is incomplete, timestamps default to UTC": nobody knows whose clock it is.
        ("2026-11-20T08:15:00Z", {"city": None, "state": None, "country": None, "zip": None}, None),
        ("2026-11-20T08:15:00Z", {"city": "HOUSTON", "state": None, "country": None, "zip": None}, None),
        ("2026-11-20T08:15:00Z", {"city": None, "state": None, "country": "US", "zip": None}, None),
        ("2026-11-20T08:15:00-05:00", {"city": None, "state": None, "country": None, "zip": None}, -300),
        ("2026-11-20T08:15:00", HERE, None),
    ],
)
def test_whose_clock_it_is(time: str, place: dict[str, Any], offset: int | None) -> None:
    (update,) = parse(tracker(detail("in_transit", time, place=place)))
    (scan,) = update.scans
    assert (scan.local_time, scan.utc_offset) == (dt.datetime(2026, 11, 20, 8, 15), offset)


def test_a_parcel_that_went_back_is_not_delivered() -> None:
    out, back = detail("out_for_delivery"), detail("delivered", "2026-11-21T08:00:00Z")
    (update,) = parse(tracker(out, back, status="return_to_sender", status_detail="return"))
    assert [scan.status for scan in update.scans] == [S.OUT_FOR_DELIVERY, S.DELIVERED, S.RETURNING]
    assert update.scans[-1].local_time == update.scans[1].local_time


def test_a_status_without_details_counts() -> None:
    (update,) = parse(tracker(status="pre_transit", status_detail="label_created"))
    assert [(scan.status, scan.local_time) for scan in update.scans] == [
        (S.LABEL_CREATED, dt.datetime(2026, 11, 21, 10))
    ]
    (update,) = parse(tracker(status="error"))
    assert update.scans == ()


@pytest.mark.parametrize(
    ("given", "due"),
    [
        ({"est_delivery_date": "2026-11-25T00:00:00Z"}, dt.date(2026, 11, 25)),
        ({"est_delivery_date": "2026-11-25T20:40:17Z"}, dt.date(2026, 11, 25)),
        (
            {"est_delivery_date": "2026-11-26T00:00:00Z", "carrier_detail": {"est_delivery_date_local": "2026-11-25"}},
            dt.date(2026, 11, 25),
        ),
        (
            {"carrier_detail": {"est_delivery_date_local": "2026-11-25", "est_delivery_time_local": "18:00:00"}},
            dt.datetime(2026, 11, 25, 18),
        ),
        ({"est_delivery_date": None}, None),
        ({"est_delivery_date": 7, "carrier_detail": []}, None),
    ],
)
def test_estimates(given: dict[str, Any], due: dt.date | None) -> None:
    (update,) = parse(tracker(detail("in_transit"), **given))
    assert (update.window.latest if update.window else None) == due


def test_other_events_are_heard_with_nothing_said() -> None:
    for description in ("batch.created", "refund.successful", "payment.failed"):
        assert parse({"object": "Batch"}, description) == []


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"{}", "'description' must be a text, not null"),
        (b"[]", "must be an object, not a list"),
        (b'{"description": "tracker.updated"}', "'result.tracking_code' must be a text, not null"),
        (b'{"description": "tracker.updated", "result": {"tracking_code": []}}', "not a list"),
        (
            b'{"description": "tracker.updated", "result": {"tracking_code": "1", "tracking_details": {}}}',
            "must be a list",
        ),
    ],
)
def test_unreadable_bodies_say_what_and_where(raw: bytes, said: str) -> None:
    with pytest.raises(UnreadableMessage) as caught:
        list(source().parse(Webhook(body=raw, headers={})))
    assert said in str(caught.value)


# --- we ask it ---------------------------------------------------------------------------------------------------


def test_without_a_key_it_is_neither_asked_nor_told() -> None:
    assert (source(api_key="").is_asked(), source(api_key="").needs_registration()) == (False, False)
    assert source(api_key="a key").needs_registration()
    assert not source(api_key="a key", register=False).needs_registration()


def test_it_is_asked_and_told_of_number_and_carrier_together() -> None:
    parcel = TrackedParcel(tracking_number=NUMBER, carrier="ups", sent_at=dt.datetime(2026, 11, 20, tzinfo=dt.UTC))
    with Provider(lambda call: Reply(status=200, body=b'{"trackers": [], "has_more": false}')) as provider:
        asked = source(api_key="a key", url=provider.url)
        (webhook,) = asked.fetch([parcel])
        asked.register([parcel])
    assert list(asked.parse(webhook)) == []
    get, post = provider.calls
    assert (get.method, get.path, get.query) == ("GET", "/trackers", {"tracking_code": [NUMBER], "carrier": ["UPS"]})
    assert (post.method, post.path) == ("POST", "/trackers")
    assert json.loads(post.body) == {"tracker": {"tracking_code": NUMBER, "carrier": "UPS"}}
    basic = "Basic " + base64.b64encode(b"a key:").decode()
    assert {call.headers["authorization"] for call in provider.calls} == {basic}
