from __future__ import annotations

import base64
import datetime as dt
import json
from typing import Any

import pytest
import time_machine

from order_status_plugin.events import ParcelStatus, TrackingUpdate
from order_status_plugin.exceptions import UnreadableMessage, UntrustedWebhook
from order_status_plugin.sources.base import Webhook
from order_status_plugin.sources.standard import Standard

S = ParcelStatus
#: The test vector of the specification's reference libraries.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
VECTOR = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}
BODY = b'{"test": 2432232314}'
MOMENT = dt.datetime.fromtimestamp(1614265330, dt.UTC)
OLDER = "whsec_" + base64.b64encode(b"x" * 64).decode()


def source(*secrets: str) -> Standard:
    return Standard("standard", {"secrets": list(secrets or (OLDER, SECRET))})


def parse(**data: Any) -> TrackingUpdate:
    whole = {
        "type": "parcel.updated",
        "timestamp": "2026-11-21T10:00:00Z",
        "data": {"tracking_number": "AB 12", **data},
    }
    (update,) = source().parse(Webhook(body=json.dumps(whole).encode(), headers={}))
    return update


# --- signatures --------------------------------------------------------------------------------------------------


@time_machine.travel(MOMENT, tick=False)
def test_the_vector_of_the_reference_libraries() -> None:
    assert source().sign("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", BODY, SECRET) == VECTOR["webhook-signature"]
    source().verify(Webhook(body=BODY, headers=VECTOR))
    several = f"v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= v1a,xx v2,yy  {VECTOR['webhook-signature']}"
    source().verify(Webhook(body=BODY, headers={**VECTOR, "webhook-signature": several}))


@time_machine.travel(MOMENT, tick=False)
@pytest.mark.parametrize(
    "wrong",
    [
        {"webhook-id": ""},
        {"webhook-id": "msg_another"},
        {"webhook-timestamp": ""},
        {"webhook-timestamp": "1614265331"},
        {"webhook-timestamp": "hello"},
        {"webhook-signature": ""},
        {"webhook-signature": "v1"},
        {"webhook-signature": "v1,"},
        {"webhook-signature": "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="},
        {"webhook-signature": "v1,ä\u200b"},
        {"webhook-signature": "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="},
    ],
)
def test_anything_else_is_not_trusted(wrong: dict[str, str]) -> None:
    with pytest.raises(UntrustedWebhook):
        source().verify(Webhook(body=BODY, headers={**VECTOR, **wrong}))


@pytest.mark.parametrize(("seconds", "is_fine"), [(0, True), (-299, True), (299, True), (-301, False), (301, False)])
def test_five_minutes_either_way(seconds: int, is_fine: bool) -> None:
    with time_machine.travel(MOMENT + dt.timedelta(seconds=seconds), tick=False):
        if is_fine:
            source().verify(Webhook(body=BODY, headers=VECTOR))
            return
        with pytest.raises(UntrustedWebhook):
            source().verify(Webhook(body=BODY, headers=VECTOR))


@pytest.mark.parametrize("timestamp", ["-1", "1e9", "١٦١٤٢٦٥٣٣٠", "9" * 30, "1614265330.5"])
def test_a_time_that_is_none_is_not_trusted_however_it_is_signed(timestamp: str) -> None:
    headers = {"webhook-id": "msg_1", "webhook-timestamp": timestamp}
    headers["webhook-signature"] = source().sign("msg_1", timestamp, BODY, SECRET)
    with pytest.raises(UntrustedWebhook):
        source().verify(Webhook(body=BODY, headers=headers))


@pytest.mark.parametrize(
    ("secrets", "ids"),
    [
        ([SECRET, OLDER], []),
        ([], ["order_status.E401"]),
        (["a secret that is only long"], ["order_status.E405"]),
        ([SECRET.removeprefix("whsec_")], ["order_status.E405"]),
        (["whsec_" + base64.b64encode(b"x" * 23).decode()], ["order_status.E405"]),
        (["whsec_" + base64.b64encode(b"x" * 65).decode()], ["order_status.E405"]),
        (["whsec_not base64 at all!"], ["order_status.E405"]),
        ([SECRET, "whsk_" + "A" * 40, "whsec_"], ["order_status.W401", "order_status.E405", "order_status.E405"]),
    ],
)
def test_check_says_which_secret_is_malformed(secrets: list[str], ids: list[str]) -> None:
    assert [message.id for message in Standard("mine", {"secrets": secrets}).check()] == ids


def test_a_malformed_secret_signs_nothing() -> None:
    headers = {"webhook-id": "m", "webhook-timestamp": str(int(dt.datetime.now(dt.UTC).timestamp()))}
    ours = source("nonsense nonsense")
    headers["webhook-signature"] = ours.sign("m", headers["webhook-timestamp"], BODY, "nonsense nonsense")
    with pytest.raises(UntrustedWebhook):
        ours.verify(Webhook(body=BODY, headers=headers))


def test_it_follows_the_carriers_that_are_listed() -> None:
    assert not source().tracks("ups")
    assert Standard("mine", {"secrets": [SECRET], "carriers": ["ctt"]}).tracks("ctt")


# --- what it says ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [*ParcelStatus])
def test_every_word_of_ours(status: ParcelStatus) -> None:
    (scan,) = parse(events=[{"status": status.value, "time": "2026-11-20T08:15:00+01:00"}]).scans
    assert (scan.status, scan.raw_code) == (status, status.value)


def test_other_words_stay_unknown_and_none_moves_nothing() -> None:
    events = [
        {"status": "levitating", "time": "2026-11-20"},
        {"time": "2026-11-20"},
        {"overlay": "delayed", "time": "2026-11-20"},
    ]
    scans = parse(events=events).scans
    assert [(scan.status, str(scan.overlay), scan.raw_code) for scan in scans] == [
        (S.UNKNOWN, "", "levitating"),
        (None, "", ""),
        (None, "delayed", "delayed"),
    ]


def test_an_estimate_that_is_taken_back() -> None:
    assert parse(window=None).estimate_ends
    assert not parse().estimate_ends
    assert not parse(window={"latest": "2026-11-25"}).estimate_ends


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"tracking_number": None}, "'data.tracking_number' must be a text, not null"),
        ({"tracking_number": 12}, "'data.tracking_number' must be a text, not a number"),
        ({"tracking_number": " - "}, "'data.tracking_number' must hold letters or digits"),
        ({"carrier": []}, "'data.carrier' must be a text, not a list"),
        ({"events": {}}, "'data.events' must be a list, not an object"),
        ({"events": [{"time": "2026-11-20"}, 7]}, "'data.events[1]' must be an object, not a number"),
        ({"events": [{}]}, "'data.events[0].time' must be a text, not null"),
        ({"events": [{"time": "yesterday"}]}, "'data.events[0].time' must be a date or a time"),
        ({"events": [{"time": "2026-11-20", "status": 5}]}, "'data.events[0].status' must be a text, not a number"),
        (
            {"events": [{"time": "2026-11-20", "overlay": "late"}]},
            "'data.events[0].overlay' must be one of delayed, exc",
        ),
        (
            {"events": [{"time": "2026-11-20", "place": {"country": "Narnia"}}]},
            "'data.events[0].place.country' must be a code of ISO 3166-1",
        ),
        (
            {"events": [{"time": "2026-11-20", "place": {"latitude": 91, "longitude": 0}}]},
            "'data.events[0].place.latitude' must be a number of degrees from -90 to 90",
        ),
        ({"window": {}, "pickup": []}, "'data.pickup' must be an object, not a list"),
        ({"window": {"reason": "snow"}}, "'data.window' must have 'earliest' or 'latest'"),
        ({"window": {"latest": "soon"}}, "'data.window.latest' must be a date or a time"),
        ({"pickup": {"until": "soon"}}, "'data.pickup.until' must be a date or a time"),
        ({"handed_to": "GLS"}, "'data.handed_to' must be an object, not a text"),
        ({"proof_url": "http://example.org/"}, "'data.proof_url' must begin with 'https://'"),
    ],
)
def test_errors_name_the_field(data: dict[str, Any], said: str) -> None:
    with pytest.raises(UnreadableMessage) as caught:
        parse(**data)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"[]", "The body must be an object."),
        (b"{}", "'type' must be 'parcel.updated'."),
        (b'{"type": "parcel.updated"}', "'timestamp' must be a time with its offset"),
        (
            b'{"type": "parcel.updated", "timestamp": "2026-11-20T08:15:00"}',
            "'timestamp' must be a time with its offset",
        ),
        (b'{"type": "parcel.updated", "timestamp": "2026-11-20T08:15:00Z"}', "'data' must be an object, not null"),
    ],
)
def test_errors_of_the_envelope(raw: bytes, said: str) -> None:
    with pytest.raises(UnreadableMessage) as caught:
        list(source().parse(Webhook(body=raw, headers={})))
    assert said in str(caught.value)
