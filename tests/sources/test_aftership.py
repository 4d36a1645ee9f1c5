from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from order_status_plugin.carriers import catalogue
from order_status_plugin.events import Overlay, ParcelStatus, Place, Precision, Reason, TrackedParcel, TrackingUpdate
from order_status_plugin.exceptions import PermanentFailure, UnreadableMessage, UntrustedWebhook
from order_status_plugin.sources.aftership import AfterShip
from order_status_plugin.sources.aftership.codes import CARRIERS
from order_status_plugin.sources.base import Webhook
from order_status_plugin.testing.provider import Provider, Reply

from .payloads import NUMBER, body, checkpoint, tracking

S = ParcelStatus
SECRETS = ["the new secret of 2026", "the old secret of 2025"]


def source(**options: Any) -> AfterShip:
    return AfterShip("aftership", {"secrets": SECRETS, **options})


def signature(raw: bytes, secret: str) -> str:
    return base64.b64encode(hmac.new(secret.encode(), raw, hashlib.sha256).digest()).decode()


def parse(raw: bytes) -> TrackingUpdate:
    (update,) = source().parse(Webhook(body=raw, headers={}))
    return update


# --- signature ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("secret", SECRETS)
def test_each_configured_secret_is_accepted(secret: str) -> None:
    raw = body(tracking(checkpoint("InTransit")))
    source().verify(Webhook(body=raw, headers={"aftership-hmac-sha256": signature(raw, secret)}))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"aftership-hmac-sha256": ""},
        {"aftership-hmac-sha256": "not base64 at all"},
        {"aftership-hmac-sha256": "pä\u200bth"},
        {"as-signature-hmac-sha256": "right"},
        {"aftership-hmac-sha256": signature(b"another body", SECRETS[0])},
    ],
)
def test_anything_else_is_not_trusted(headers: dict[str, str]) -> None:
    raw = body(tracking())
    headers = {name: signature(raw, SECRETS[0]) if value == "right" else value for name, value in headers.items()}
    with pytest.raises(UntrustedWebhook):
        source().verify(Webhook(body=raw, headers=headers))


def test_without_secrets_nothing_is_trusted() -> None:
    for options in ({}, {"secrets": []}, {"secrets": [""]}, {"secrets": "text"}):
        webhook = Webhook(body=b"{}", headers={"aftership-hmac-sha256": signature(b"{}", "")})
        with pytest.raises(UntrustedWebhook):
            AfterShip("aftership", options).verify(webhook)


def test_the_raw_bytes_are_what_counts() -> None:
    raw = body(tracking(weight=614.40))
    again = json.dumps(json.loads(raw), separators=(",", ":")).encode()
    with pytest.raises(UntrustedWebhook):
        source().verify(Webhook(body=again, headers={"aftership-hmac-sha256": signature(raw, SECRETS[0])}))


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        ({}, ["order_status.E401"]),
        ({"secrets": []}, ["order_status.E401"]),
        ({"secrets": "one long enough text"}, ["order_status.E401"]),
        ({"secrets": [None]}, ["order_status.E402"]),
        ({"secrets": ["long enough to be one", ""]}, ["order_status.E402"]),
        ({"secrets": ["short"]}, ["order_status.W401"]),
        ({"secrets": SECRETS}, []),
    ],
)
def test_check_names_what_is_wrong_with_the_secrets(options: dict[str, Any], ids: list[str]) -> None:
    found = AfterShip("uk", options).check()
    assert [message.id for message in found] == ids
    assert all("'uk'" in message.msg for message in found)


def test_the_event_id_is_the_key() -> None:
    key = source().message_key(Webhook(body=body(tracking()), headers={}))
    assert key == "b8f0c3f8-4b1a-4c5e-9d1e-2a3b4c5d6e7f"
    for raw in (b"", b"[]", b"{", b'{"event_id": {}}', b"\xff", b"[" * 100_000):
        assert source().message_key(Webhook(body=raw, headers={})) == ""


# --- carriers ----------------------------------------------------------------------------------------------------


def test_every_carrier_it_knows_is_in_the_catalogue() -> None:
    assert {slug for slug in CARRIERS.values() if catalogue.get(slug) is None} == set()
    assert source().knows("ups")
    assert not source().knows("an unknown one")
    assert not source().knows("")


def test_options_narrow_the_carriers() -> None:
    assert source().tracks("dpd")
    assert source(carriers=["ups"]).tracks("ups")
    assert not source(carriers=["ups"]).tracks("dpd")


@pytest.mark.parametrize(
    ("slug", "ours"),
    [
        ("ups", "ups"),
        ("deutsch-post", "deutsche-post"),
        ("dhl", "dhl-express"),
        ("mondialrelay", "mondial-relay"),
        ("myhermes-uk", "evri"),
        ("tourline", "ctt-express"),
        ("portugal-ctt", "ctt"),
        ("nobody-knows-it", ""),
        (None, ""),
    ],
)
def test_the_courier_slug_becomes_ours(slug: str | None, ours: str) -> None:
    update = parse(body(tracking(checkpoint("InTransit"), slug=slug)))
    assert (update.carrier, update.carrier_text) == (ours, slug or "")


# --- statuses ----------------------------------------------------------------------------------------------------

MEANINGS = [
    ("Pending", "Pending_001", None, ""),
    ("InfoReceived", "InfoReceived_001", S.LABEL_CREATED, ""),
    ("InTransit", "InTransit_001", S.IN_TRANSIT, ""),
    ("InTransit", "InTransit_002", S.PICKED_UP_BY_CARRIER, ""),
    ("InTransit", "InTransit_007", S.IN_TRANSIT, ""),
    ("InTransit", "InTransit_013", S.IN_TRANSIT, ""),
    ("OutForDelivery", "OutForDelivery_001", S.OUT_FOR_DELIVERY, ""),
    ("OutForDelivery", "OutForDelivery_003", S.OUT_FOR_DELIVERY, ""),
    ("AttemptFail", "AttemptFail_001", S.ATTEMPTED_DELIVERY, ""),
    ("AttemptFail", "AttemptFail_002", S.ATTEMPTED_DELIVERY, ""),
    ("AvailableForPickup", "AvailableForPickup_001", S.READY_FOR_PICKUP, ""),
    ("Delivered", "Delivered_001", S.DELIVERED, ""),
    ("Delivered", "Delivered_002", S.COLLECTED, ""),
    ("Delivered", "Delivered_003", S.DELIVERED, ""),
    ("Delivered", "Delivered_004", S.DELIVERED, ""),
    ("Delivered", "Delivered_005", S.DELIVERED, ""),
    *[("Exception", f"Exception_{n:03}", None, "exception") for n in (1, 2, 3, 7, 8, 9, 12, 14, 21, 99)],
    *[("Exception", f"Exception_{n:03}", None, "delayed") for n in (4, 5, 6, 16, 17, 18, 19)],
    ("Exception", "Exception_010", S.RETURNING, ""),
    ("Exception", "Exception_011", S.RETURNED, ""),
    ("Exception", "Exception_013", S.LOST, ""),
    ("Exception", "Exception_020", S.CANCELLED, ""),
    ("Expired", "Expired_001", None, ""),
    ("InTransit", "", S.IN_TRANSIT, ""),
    ("InTransit", "Something_999", S.IN_TRANSIT, ""),
    ("", "Delivered_002", S.COLLECTED, ""),
    ("", "Delivered_009", S.DELIVERED, ""),
    ("Teleported", "Teleported_001", S.UNKNOWN, ""),
    ("delivered", "", S.UNKNOWN, ""),  # not a code of theirs: never guessed
    ("", "", None, ""),
]


@pytest.mark.parametrize(("tag", "subtag", "status", "overlay"), MEANINGS)
def test_codes(tag: str, subtag: str, status: ParcelStatus | None, overlay: str) -> None:
    first = checkpoint("InTransit", "2026-11-19T08:00:00")
    (_, scan) = parse(body(tracking(first, checkpoint(tag, subtag=subtag), tag="InTransit"))).scans
    assert (scan.status, scan.overlay) == (status, Overlay(overlay))
    assert scan.raw_code == (subtag or tag)
    assert scan.rule.startswith("aftership ")


def test_english_text_means_nothing() -> None:
    said = checkpoint("InTransit", message="DELIVERED, left with neighbour", subtag_message="Delivered")
    (scan,) = parse(body(tracking(said))).scans
    assert scan.status is S.IN_TRANSIT
    assert scan.message == "DELIVERED, left with neighbour"


# --- times and places --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "local", "offset", "precision"),
    [
        ("2021-01-14T00:52:00", dt.datetime(2021, 1, 14, 0, 52), None, Precision.INSTANT),
        ("2024-02-23T05:16:33+08:00", dt.datetime(2024, 2, 23, 5, 16, 33), 480, Precision.INSTANT),
        ("2024-02-23T05:16:33-0330", dt.datetime(2024, 2, 23, 5, 16, 33), -210, Precision.INSTANT),
        ("2024-02-23T05:16:33Z", dt.datetime(2024, 2, 23, 5, 16, 33), 0, Precision.INSTANT),
        ("2024-02-23", dt.datetime(2024, 2, 23), None, Precision.DATE),
        (1629405000000, dt.datetime(2021, 8, 19, 20, 30), 0, Precision.INSTANT),
    ],
)
def test_times_stay_those_of_the_place(given: object, local: dt.datetime, offset: int | None, precision: str) -> None:
    (scan,) = parse(body(tracking(checkpoint("InTransit", given)))).scans
    assert (scan.local_time, scan.utc_offset, scan.precision) == (local, offset, precision)
    assert scan.local_time.tzinfo is None
    assert scan.status is S.IN_TRANSIT


def test_place() -> None:
    (scan,) = parse(body(tracking(checkpoint("InTransit")))).scans
    assert scan.place == Place(
        text="COLOGNE, DE", city="COLOGNE", postcode="50667", country="DE", latitude=50.94, longitude=6.96
    )
    assert scan.source_id == "hash-InTransit-2026-11-20T08:15:00"


@pytest.mark.parametrize(
    ("more", "point"),
    [
        ({"coordinate": None}, None),
        ({"coordinate": []}, None),
        ({"coordinate": None, "coordinates": []}, None),
        ({"coordinate": None, "coordinates": {"latitude": 1, "longitude": 2}}, (1.0, 2.0)),
        ({"coordinate": {"latitude": 0, "longitude": 0}}, None),
        ({"coordinate": {"latitude": 91, "longitude": 0}}, None),
        ({"coordinate": {"latitude": "50.9", "longitude": "6.9"}}, None),
        ({"coordinate": {"latitude": True, "longitude": 6.9}}, None),
        ({"coordinate": {"latitude": 10**400, "longitude": 6.9}}, None),
        ({"coordinate": {"latitude": float("nan"), "longitude": 6.9}}, None),
        ({"coordinate": {"latitude": -33.9, "longitude": 151.2}}, (-33.9, 151.2)),
    ],
)
def test_coordinates(more: dict[str, Any], point: tuple[float, float] | None) -> None:
    (scan,) = parse(body(tracking(checkpoint("InTransit", **more)))).scans
    assert (scan.place.latitude, scan.place.longitude) == (point or (None, None))


@pytest.mark.parametrize(
    ("more", "country", "postcode"),
    [
        ({"country_region": "USA", "postal_code": None, "zip": "10001"}, "US", "10001"),
        ({"country_region": None, "country_iso3": "gbr", "postal_code": 1234}, "GB", "1234"),
        ({"country_region": "FR"}, "FR", "50667"),
        ({"country_region": "Narnia"}, "", "50667"),
        ({"country_region": {"name": "DE"}}, "", "50667"),
    ],
)
def test_older_names_of_fields(more: dict[str, Any], country: str, postcode: str) -> None:
    (scan,) = parse(body(tracking(checkpoint("InTransit", **more)))).scans
    assert (scan.place.country, scan.place.postcode) == (country, postcode)


# --- the whole tracking ------------------------------------------------------------------------------------------


def test_a_parcel_that_went_back_is_not_delivered() -> None:
    """The tracking says Exception_007 and return_to_sender; its last checkpoint says Delivered, to the sender."""
    out = checkpoint("OutForDelivery", "2026-11-20T09:39:00")
    back = checkpoint("Delivered", "2026-11-20T14:16:00")
    update = parse(
        body(tracking(out, back, tag="Exception", subtag="Exception_007", subtag_message="x", return_to_sender=True))
    )
    assert [scan.status for scan in update.scans] == [S.OUT_FOR_DELIVERY, S.DELIVERED, S.RETURNING]
    added = update.scans[-1]
    assert added.local_time == dt.datetime(2026, 11, 20, 14, 16)
    assert added.raw_code == "Exception_007"
    assert added.source_id == "return_to_sender"


def test_returned_without_a_delivery_scan() -> None:
    last = checkpoint("InTransit", "2026-11-20T14:16:00+01:00")
    update = parse(body(tracking(last, tag="Exception", subtag="Exception_011")))
    assert [scan.status for scan in update.scans] == [S.IN_TRANSIT, S.RETURNED]
    update = parse(body(tracking(last, tag="Exception", subtag="Exception_010")))
    assert [scan.status for scan in update.scans] == [S.IN_TRANSIT, S.RETURNING]
    told = checkpoint("Exception", "2026-11-20T14:16:00", subtag="Exception_011")
    assert len(parse(body(tracking(told, return_to_sender=True))).scans) == 1


def test_an_expired_tracking_changes_nothing() -> None:
    update = parse(body(tracking(checkpoint("InTransit"), tag="Expired", subtag="Expired_001")))
    assert [scan.status for scan in update.scans] == [S.IN_TRANSIT]
    assert parse(body(tracking(tag="Expired", subtag="Expired_001"))).scans == ()


def test_a_tag_without_checkpoints_counts() -> None:
    (scan,) = parse(body(tracking(tag="InfoReceived", subtag="InfoReceived_001"))).scans
    assert (scan.status, scan.local_time, scan.utc_offset) == (S.LABEL_CREATED, dt.datetime(2026, 11, 21, 10), 0)


def test_what_only_the_customer_may_see() -> None:
    update = parse(
        body(
            tracking(
                checkpoint("AvailableForPickup"),
                signed_by="M. Förster 🙂",
                pickup_location="Kiosk, Ringstr. 5",
                pickup_note="Bring an ID.",
            )
        )
    )
    assert (update.signed_by, update.pickup_place, update.next_step) == (
        "M. Förster 🙂",
        "Kiosk, Ringstr. 5",
        "Bring an ID.",
    )


def test_camel_case_of_older_webhooks() -> None:
    msg = {
        "tag": "Exception",
        "slug": "dhl",
        "subtag": "Exception_007",
        "updatedAt": 1795000000000,
        "trackingNumber": 77771010,
        "returnToSender": True,
        "signedBy": "AB",
        "checkpoints": [
            {
                "tag": "Delivered",
                "subtag": "Delivered_001",
                "message": "Delivered",
                "location": "BRISBANE - AUSTRALIA",
                "createdAt": 1630977252000,
                "coordinates": [],
                "countryIso3": "AUS",
                "checkpointTime": "2021-08-25T14:16:00",
            }
        ],
    }
    update = parse(body(msg))
    assert (update.tracking_number, update.carrier, update.signed_by) == ("77771010", "dhl-express", "AB")
    assert [scan.status for scan in update.scans] == [S.DELIVERED, S.RETURNING]
    assert update.scans[0].place.country == "AU"


# --- estimates ---------------------------------------------------------------------------------------------------

D = dt.date
COURIER = {"estimated_delivery_date": "2026-11-25"}
CUSTOM = {"type": "specific", "datetime": "2026-11-26", "datetime_min": None, "datetime_max": None}
FORECAST = {"estimated_delivery_date": "2026-11-27T00:00:00", "confidence_code": 1003}
LATEST = {"type": "specific", "source": "AfterShip EDD", "datetime": "2026-11-28", "revise_reason": "extreme_weather"}


@pytest.mark.parametrize(
    ("more", "earliest", "latest"),
    [
        ({"courier_estimated_delivery_date": COURIER}, D(2026, 11, 25), D(2026, 11, 25)),
        (
            {
                "courier_estimated_delivery_date": COURIER,
                "custom_estimated_delivery_date": CUSTOM,
                "aftership_estimated_delivery_date": FORECAST,
            },
            D(2026, 11, 25),
            D(2026, 11, 25),
        ),
        (
            {"custom_estimated_delivery_date": CUSTOM, "aftership_estimated_delivery_date": FORECAST},
            D(2026, 11, 26),
            D(2026, 11, 26),
        ),
        ({"aftership_estimated_delivery_date": FORECAST}, D(2026, 11, 27), D(2026, 11, 27)),
        ({"first_estimated_delivery": LATEST}, D(2026, 11, 28), D(2026, 11, 28)),
        ({"expected_delivery": "2026-11-29"}, D(2026, 11, 29), D(2026, 11, 29)),
        (
            {
                "courier_estimated_delivery_date": {
                    "estimated_delivery_date": "2026-11-25T17:00:00+09:00",
                    "estimated_delivery_date_min": "2026-11-25T10:00:00+09:00",
                    "estimated_delivery_date_max": "2026-11-25T14:00:00+09:00",
                }
            },
            dt.datetime(2026, 11, 25, 10),
            dt.datetime(2026, 11, 25, 14),
        ),
        (
            {"custom_estimated_delivery_date": {"datetime_min": "2026-11-27", "datetime_max": "2026-11-25T23:59:59"}},
            D(2026, 11, 25),
            D(2026, 11, 27),
        ),
        (
            {"custom_estimated_delivery_date": {"datetime_min": "2026-11-25", "datetime_max": "2026-11-25T18:00"}},
            D(2026, 11, 25),
            D(2026, 11, 25),
        ),
        (
            {"custom_estimated_delivery_date": {"datetime_min": "nonsense", "datetime_max": "2026-11-25"}},
            D(2026, 11, 25),
            D(2026, 11, 25),
        ),
    ],
)
def test_estimates(more: dict[str, Any], earliest: dt.date, latest: dt.date) -> None:
    window = parse(body(tracking(checkpoint("InTransit"), **more))).window
    assert window is not None
    assert (window.earliest, window.latest) == (earliest, latest)
    assert isinstance(window.earliest, dt.datetime) == isinstance(earliest, dt.datetime)
    assert window.stated_at == dt.datetime(2026, 11, 21, 10, tzinfo=dt.UTC)


def test_a_revised_estimate_is_the_latest_one_and_says_why() -> None:
    msg = tracking(checkpoint("InTransit"), courier_estimated_delivery_date=COURIER, latest_estimated_delivery=LATEST)
    window = parse(body(msg, event="edd_revise", ts=1795258800)).window
    assert window is not None
    assert (window.earliest, window.reason) == (D(2026, 11, 28), "weather")
    assert window.stated_at == dt.datetime(2026, 11, 21, 11, tzinfo=dt.UTC)


def test_an_estimate_that_is_taken_back() -> None:
    update = parse(body(tracking(checkpoint("InTransit")), event="edd_revise"))
    assert update.window is None
    assert update.estimate_ends
    assert not parse(body(tracking(checkpoint("InTransit")))).estimate_ends


@pytest.mark.parametrize(
    "nonsense", [5, [], {}, "soon", {"estimated_delivery_date": {}}, "9999-99-99", "0001-01-01", True]
)
def test_an_estimate_that_is_none(nonsense: object) -> None:
    update = parse(body(tracking(checkpoint("InTransit"), courier_estimated_delivery_date=nonsense)))
    assert update.window is None
    assert len(update.scans) == 1


# --- bad input ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "not JSON"),
        (b"{", "line 1, column"),
        (b"\xff\xfe", "not JSON"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"msg": ' + b"1" * 5000 + b"}", "too long"),
        (b"[]", "must be an object, not a list"),
        (b"{}", "'msg' must be an object, not null"),
        (b'{"msg": "secret@example.org"}', "'msg' must be an object, not a text"),
        (b'{"msg": {}}', "'msg.tracking_number' must be a text, not null"),
        (b'{"msg": {"tracking_number": " - "}}', "'msg.tracking_number'"),
        (b'{"msg": {"tracking_number": ["x"]}}', "not a list"),
        (b'{"msg": {"tracking_number": "1", "checkpoints": {}}}', "'msg.checkpoints' must be a list, not an object"),
        (b'{"msg": {"tracking_number": "1", "checkpoints": [{}]}}', "has a time"),
    ],
)
def test_unreadable_bodies_say_what_and_where(raw: bytes, said: str) -> None:
    with pytest.raises(UnreadableMessage, match="(?s).") as caught:
        parse(raw)
    assert said in str(caught.value)
    assert "secret@example.org" not in str(caught.value)


@pytest.mark.parametrize(
    "time", [None, "", "yesterday", "9999-12-31T23:59:59", "0001-01-01T00:00:00", 1e400, -5, True, [], {}, "2026-13-45"]
)
def test_a_checkpoint_without_a_sound_time_is_kept_and_moves_nothing(time: object) -> None:
    good = checkpoint("InTransit", "2026-11-20T08:15:00")
    bad = checkpoint("Delivered", time)
    update = parse(body(tracking(good, bad)))
    assert [scan.status for scan in update.scans] == [S.IN_TRANSIT, None]
    assert update.scans[1].message == "Departed from facility"
    assert update.scans[1].local_time == dt.datetime(2026, 11, 20, 9)


def test_wrong_types_cost_only_themselves() -> None:
    odd = checkpoint("InTransit", message={"a": 1}, city=["x"], hash=5, location=None, subtag=[], state=True)
    update = parse(body(tracking(None, "x", odd, 7, [odd], tag=5)))
    (scan,) = update.scans
    assert (scan.status, scan.message, scan.place.city, scan.source_id) == (S.IN_TRANSIT, "InTransit", "", "5")


def test_names_in_any_script_and_what_no_database_keeps() -> None:
    said = checkpoint("InTransit", city="القاهرة", location="📦\x00 \ud800" + "x" * 5000, message="‏מסירה\n")
    (scan,) = parse(body(tracking(said))).scans
    assert scan.place.city == "القاهرة"
    assert scan.message == "‏מסירה"
    assert "\x00" not in scan.place.text
    assert len(scan.place.text) <= 255
    scan.place.text.encode()


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=6,
)


@given(data=st.data())
def test_whatever_comes_it_is_read_or_refused(data: st.DataObject) -> None:
    msg = tracking(
        checkpoint("InTransit"),
        checkpoint("Delivered", "2026-11-21T08:00:00+01:00"),
        courier_estimated_delivery_date=dict(COURIER),
        latest_estimated_delivery=dict(LATEST),
    )
    whole = json.loads(body(msg))
    for _ in range(data.draw(st.integers(1, 4))):
        at: Any = whole
        while True:
            key = data.draw(st.sampled_from(sorted(at) if isinstance(at, dict) else range(len(at))))
            if isinstance(at[key], (dict, list)) and at[key] and data.draw(st.booleans()):
                at = at[key]
                continue
            at[key] = data.draw(_json)
            break
    raw = json.dumps(whole).encode()
    source().message_key(Webhook(body=raw, headers={}))
    try:
        update = parse(raw)
    except UnreadableMessage:
        return
    assert update.tracking_number
    for scan in update.scans:
        assert scan.local_time.tzinfo is None
        assert 1990 <= scan.local_time.year <= 2100
        (scan.message + scan.raw_code + scan.source_id + scan.place.text).encode()
    if update.window:
        assert update.window.earliest <= update.window.latest
        assert update.window.stated_at.tzinfo


# --- who brings it, and proof -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("last", "said"),
    [
        ({"slug": "royal-mail", "tracking_number": "AA012345675GB"}, ("Royal Mail", "AA012345675GB")),
        ({"slug": "royal-mail", "tracking_number": NUMBER}, ("Royal Mail", "")),
        ({"slug": "nobody-knows-it", "tracking_number": "77"}, ("nobody-knows-it", "77")),
        ({"slug": "ups", "tracking_number": NUMBER}, ("", "")),
        ({"slug": None, "tracking_number": None}, ("", "")),
        (["royal-mail"], ("", "")),
        (None, ("", "")),
    ],
)
def test_the_last_mile(last: object, said: tuple[str, str]) -> None:
    update = parse(body(tracking(checkpoint("InTransit"), last_mile=last)))
    assert (update.handed_to, update.handed_number) == said
    assert (update.tracking_number, update.carrier) == (NUMBER, "ups")


@pytest.mark.parametrize(
    ("proof", "said"),
    [
        ("https://pod.example/1.jpg", "https://pod.example/1.jpg"),
        ([{"type": "signature", "url": "https://pod.example/2.png"}], "https://pod.example/2.png"),
        ({"image_url": "https://pod.example/3.png"}, "https://pod.example/3.png"),
        ("javascript:alert(1)", ""),
        ({"url": "http://pod.example/4.png"}, ""),
        ([7, None], ""),
        (None, ""),
    ],
)
def test_proof_of_delivery_is_an_address_or_nothing(proof: object, said: str) -> None:
    assert parse(body(tracking(checkpoint("Delivered"), proof_of_delivery=proof))).proof_url == said


# --- we ask it ----------------------------------------------------------------------------------------------------

PARCEL = TrackedParcel(tracking_number=NUMBER, carrier="dhl-paket", sent_at=dt.datetime(2026, 11, 20, tzinfo=dt.UTC))


def said_no(code: int) -> Reply:
    return Reply(
        status=400,
        body=json.dumps({"meta": {"code": code, "message": "No.", "type": "BadRequest"}, "data": {}}).encode(),
    )


def test_without_a_key_it_is_neither_asked_nor_told() -> None:
    assert (source().is_asked(), source().needs_registration()) == (False, False)
    assert (source(api_key="a key").is_asked(), source(api_key="a key").needs_registration()) == (True, True)
    assert not source(api_key="a key", register=False).needs_registration()


def test_it_is_asked_for_this_number_of_this_courier() -> None:
    answer = json.dumps({"meta": {"code": 200}, "data": {"trackings": [tracking(checkpoint("Delivered"))]}}).encode()
    with Provider(lambda call: Reply(status=200, body=answer)) as provider:
        asked = source(api_key="a key", url=provider.url)
        (webhook,) = asked.fetch([PARCEL])
    (call,) = provider.calls
    assert (call.method, call.path, call.headers["as-api-key"]) == ("GET", "/trackings", "a key")
    assert call.query == {"tracking_numbers": [NUMBER], "slug": ["dhl-germany"]}
    assert webhook.is_answer
    (update,) = asked.parse(webhook)
    assert [scan.status for scan in update.scans] == [S.DELIVERED]


def test_a_courier_that_we_cannot_name_is_left_to_it() -> None:
    parcel = TrackedParcel(tracking_number=NUMBER, carrier="", sent_at=PARCEL.sent_at)
    with Provider(lambda call: Reply(status=200, body=b"{}")) as provider:
        asked = source(api_key="a key", url=provider.url)
        list(asked.fetch([parcel]))
        asked.register([parcel])
    assert provider.calls[0].query == {"tracking_numbers": [NUMBER]}
    assert json.loads(provider.calls[1].body) == {"tracking_number": NUMBER}


def test_a_tracking_that_is_there_already_is_as_good() -> None:
    with Provider(lambda call: said_no(4003)) as provider:
        source(api_key="a key", url=provider.url).register([PARCEL])
    assert json.loads(provider.calls[0].body) == {"tracking_number": NUMBER, "slug": "dhl-germany"}


@pytest.mark.parametrize(
    "reply", [said_no(4005), Reply(status=400, body=b"[[["), Reply(status=400, body=b'{"meta": {"code": "4003"}}')]
)
def test_a_number_that_it_does_not_take_is_not_tried_again(reply: Reply) -> None:
    with Provider(lambda call: reply) as provider, pytest.raises(PermanentFailure):
        source(api_key="a key", url=provider.url).register([PARCEL])


@pytest.mark.parametrize("answer", [{"data": {}}, {"data": None}, [], {"data": {"trackings": {}}}])
def test_answers_that_are_none(answer: object) -> None:
    webhook = Webhook(body=json.dumps(answer).encode(), headers={}, is_answer=True)
    with pytest.raises(UnreadableMessage, match="trackings"):
        list(source(api_key="a key").parse(webhook))


@pytest.mark.parametrize(
    ("tag", "subtag", "reason"),
    [
        ("Exception", "Exception_004", Reason.CUSTOMS),
        ("Exception", "Exception_006", Reason.PAYMENT),
        ("Exception", "Exception_007", Reason.ADDRESS),
        ("Exception", "Exception_008", Reason.MISSED_PICKUP),
        ("Exception", "Exception_017", Reason.WEATHER),
        ("Exception", "Exception_018", Reason.DOCUMENTS),
        ("AttemptFail", "AttemptFail_002", Reason.ABSENT),
        ("Exception", "Exception_001", Reason.NONE),
        ("Exception", "Exception_999", Reason.NONE),
        ("InTransit", "InTransit_007", Reason.NONE),
    ],
)
def test_a_subtag_tells_why_and_nothing_else_does(tag: str, subtag: str, reason: Reason) -> None:
    (scan,) = parse(body(tracking(checkpoint(tag, subtag=subtag, message="Weather delay at customs")))).scans
    assert scan.reason is reason
