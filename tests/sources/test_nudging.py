"""Shippo, 17TRACK, Ship24 and TrackingMore beside their contracts: signatures, codes, clocks, traps."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
from typing import Any

import pytest

from order_status_plugin.backends import import_string
from order_status_plugin.events import (
    Nudge,
    Overlay,
    ParcelStatus,
    Precision,
    TrackedParcel,
    TrackingScan,
    TrackingUpdate,
)
from order_status_plugin.exceptions import (
    AccessDenied,
    PermanentFailure,
    TemporaryFailure,
    UnreadableMessage,
    UntrustedWebhook,
)
from order_status_plugin.sources import seventeentrack, ship24, shippo, trackingmore
from order_status_plugin.sources.base import NudgedSource, Webhook
from order_status_plugin.testing.provider import Call, Provider, Reply

from .plays import NUMBER, PLAYED

S = ParcelStatus
SECRETS = ["the-newer-secret-of-2026", "the-older-secret-of-2025"]
#: Karrio, a server of the shop's own, has other options and a file of its own.
NUDGED = ["shippo", "seventeentrack", "ship24", "trackingmore"]
PARCEL = TrackedParcel(tracking_number=NUMBER, carrier="ups", sent_at=dt.datetime(2026, 11, 20, tzinfo=dt.UTC))


def source(name: str, **options: Any) -> NudgedSource:
    found: NudgedSource = import_string(PLAYED[name].backend)(name, {"secrets": SECRETS, "api_key": "a key", **options})
    return found


def heard(name: str, payload: object) -> list[Any]:
    return list(source(name).parse(Webhook(body=json.dumps(payload).encode(), headers={})))


def answered(name: str, payload: object) -> list[TrackingUpdate]:
    return list(source(name).parse(Webhook(body=json.dumps(payload).encode(), headers={}, is_answer=True)))  # type: ignore[arg-type]


# --- what all four have in common --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NUDGED)
@pytest.mark.parametrize(
    ("options", "ids"),
    [
        ({}, []),
        ({"secrets": []}, ["order_status.E401"]),
        ({"secrets": [7]}, ["order_status.E402"]),
        ({"secrets": ["short"]}, ["order_status.W401"]),
        ({"api_key": ""}, ["order_status.E403"]),
        ({"secrets": None, "api_key": None}, ["order_status.E401", "order_status.E403"]),
    ],
)
def test_check_says_which_of_the_two_is_missing(name: str, options: dict[str, Any], ids: list[str]) -> None:
    assert [message.id for message in source(name, **options).check()] == ids


@pytest.mark.parametrize("name", NUDGED)
def test_the_shop_may_keep_registration_to_itself(name: str) -> None:
    assert source(name).needs_registration()
    assert not source(name, register=False).needs_registration()
    assert not source(name, api_key="").needs_registration()


@pytest.mark.parametrize("name", NUDGED)
def test_registration_says_number_and_carrier_and_may_be_repeated(name: str) -> None:
    play = PLAYED[name].play
    for known in ({}, {NUMBER: TrackingUpdate(tracking_number=NUMBER, carrier="ups")}):
        with Provider(lambda call, known=known: play.reply(call, known)) as provider:
            source(name, url=provider.url).register([PARCEL])
        said = provider.calls[0].body.decode()
        assert NUMBER in said
        assert play.carrier_name("ups") in said


# --- signatures that are sent all the same -----------------------------------------------------------------------

BODY = b'{"event": "track_updated"}'


@pytest.mark.parametrize(
    ("name", "header"), [("shippo", "shippo-auth-signature"), ("seventeentrack", "sign"), ("trackingmore", "signature")]
)
def test_a_wrong_signature_is_refused_beside_the_right_secret(name: str, header: str) -> None:
    for wrong in ("", "nonsense", "t=1,v1=00", "ä", "0" * 64):
        with pytest.raises(UntrustedWebhook):
            source(name).verify(Webhook(body=BODY, headers={header: wrong}, secret=SECRETS[0]))


def test_shippo_signs_timestamp_and_body() -> None:
    made = hmac.new(SECRETS[1].encode(), b"1795255200." + BODY, hashlib.sha256).hexdigest()
    headers = {"shippo-auth-signature": f"t=1795255200,v1={made}"}
    source("shippo").verify(Webhook(body=BODY, headers=headers, secret=SECRETS[0]))
    with pytest.raises(UntrustedWebhook):  # a signature does not stand in for the address
        source("shippo").verify(Webhook(body=BODY, headers=headers))
    with pytest.raises(UntrustedWebhook):
        source("shippo").verify(Webhook(body=BODY + b" ", headers=headers, secret=SECRETS[0]))


def test_17track_hashes_body_and_key() -> None:
    # printf '%s' '{"id":"evt_1","weight":614.40}/a key' | sha256sum
    sign = "703bda6cb8df639c6ffe56709961df8d1fe878b524fef322db48f0c52bea0e2c"
    body = b'{"id":"evt_1","weight":614.40}'
    source("seventeentrack").verify(Webhook(body=body, headers={"sign": sign}, secret=SECRETS[0]))
    with pytest.raises(UntrustedWebhook):
        source("seventeentrack", api_key="another").verify(
            Webhook(body=body, headers={"sign": sign}, secret=SECRETS[0])
        )


def test_trackingmore_signs_the_timestamp_in_its_samples() -> None:
    secret = "2e55b9a3-4dd1-4416-9897-c4bd1e3d738f"
    sign = "a37084ab68ae16b77db1f8463f31be9fcc965e2515e03efecf8139bb1e511b06"
    signed = Webhook(body=BODY, headers={"signature": sign, "timestamp": "1662371528"}, secret=secret)
    source("trackingmore", secrets=[secret]).verify(signed)
    later = {"signature": sign, "timestamp": "1662371529"}
    with pytest.raises(UntrustedWebhook):
        source("trackingmore", secrets=[secret]).verify(Webhook(body=BODY, headers=later, secret=secret))
    over_the_body = hmac.new(secret.encode(), BODY, hashlib.sha256).hexdigest()
    source("trackingmore", secrets=[secret]).verify(
        Webhook(body=BODY, headers={"signature": over_the_body}, secret=secret)
    )


def test_ship24_sends_the_secret_as_a_token_or_it_stands_in_the_address() -> None:
    ours = source("ship24")
    ours.verify(Webhook(body=b"", headers={"authorization": f"Bearer {SECRETS[1]}"}))
    ours.verify(Webhook(body=b"", headers={}, secret=SECRETS[0]))
    for headers in (
        {"authorization": "Bearer "},
        {"authorization": "Bearer x"},
        {"authorization": f"Basic {SECRETS[0]}"},
    ):
        for secret in ("", SECRETS[0]):
            with pytest.raises(UntrustedWebhook):
                ours.verify(Webhook(body=b"", headers=headers, secret=secret))


# --- what webhooks are about -------------------------------------------------------------------------------------


def test_nudges_name_number_and_carrier() -> None:
    track = {"carrier": "ups", "tracking_number": NUMBER}
    assert heard("shippo", {"event": "track_updated", "data": track}) == [
        Nudge(tracking_number=NUMBER, carrier="ups", carrier_text="ups")
    ]
    assert heard("shippo", {"event": "transaction_created", "data": {}}) == []
    pushed = {"event": "TRACKING_STOPPED", "data": {"number": NUMBER, "carrier": 100002}}
    assert heard("seventeentrack", pushed) == [Nudge(tracking_number=NUMBER, carrier="ups", carrier_text="100002")]
    told = [{"tracker": {"trackingNumber": number}} for number in (NUMBER, "1Z999AA10123456775")]
    assert [nudge.tracking_number for nudge in heard("ship24", {"trackings": told})] == [NUMBER, "1Z999AA10123456775"]
    tracking = {"tracking_number": NUMBER, "courier_code": "somebody-new"}
    assert heard("trackingmore", {"data": tracking}) == [Nudge(tracking_number=NUMBER, carrier_text="somebody-new")]


def test_a_proof_of_delivery_that_cannot_be_asked_for_is_not_believed() -> None:
    pod = {"metadata": {"topic": "tracking/pod"}, "tracker": {"trackingNumber": NUMBER}, "data": {"status": "found"}}
    assert heard("ship24", {"trackings": [pod]}) == []


def test_the_id_of_a_single_message_is_the_key() -> None:
    def key(payload: object) -> str:
        return source("ship24").message_key(Webhook(body=json.dumps(payload).encode(), headers={}))

    message = {"metadata": {"messageId": "356a7f93"}}
    assert key({"trackings": [message]}) == "356a7f93"
    assert key({"trackings": [message, message]}) == key([]) == key({}) == ""
    assert source("ship24").message_key(Webhook(body=b"\xff", headers={})) == ""


# --- codes -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "sub", "said", "overlay"),
    [
        ("UNKNOWN", "", None, ""),
        ("PRE_TRANSIT", "information_received", S.LABEL_CREATED, ""),
        ("TRANSIT", "package_accepted", S.PICKED_UP_BY_CARRIER, ""),
        ("TRANSIT", "", S.IN_TRANSIT, ""),
        ("TRANSIT", "brand_new", S.IN_TRANSIT, ""),
        ("TRANSIT", "out_for_delivery", S.OUT_FOR_DELIVERY, ""),
        ("TRANSIT", "delivery_attempted", S.ATTEMPTED_DELIVERY, ""),
        ("TRANSIT", "notice_left", S.ATTEMPTED_DELIVERY, ""),
        ("TRANSIT", "pickup_available", S.READY_FOR_PICKUP, ""),
        ("TRANSIT", "delivery_scheduled", None, ""),
        ("TRANSIT", "delayed", None, "delayed"),
        ("TRANSIT", "address_issue", None, "exception"),
        ("DELIVERED", "delivered", S.DELIVERED, ""),
        ("RETURNED", "return_to_sender", S.RETURNING, ""),
        ("RETURNED", "", S.RETURNING, ""),  # on its way back, or back: the earlier of both
        ("FAILURE", "package_lost", S.LOST, ""),
        ("FAILURE", "package_undeliverable", None, "exception"),
        ("TELEPORTED", "", S.UNKNOWN, ""),
        ("", "", None, ""),
    ],
)
def test_shippo_codes(status: str, sub: str, said: ParcelStatus | None, overlay: str) -> None:
    assert shippo.meaning(status, sub)[:2] == (said, Overlay(overlay))


@pytest.mark.parametrize(
    ("sub", "stage", "said", "overlay"),
    [
        ("NotFound_Other", "", None, ""),
        ("InfoReceived", "InfoReceived", S.LABEL_CREATED, ""),
        ("InTransit_PickedUp", "PickedUp", S.PICKED_UP_BY_CARRIER, ""),
        ("InTransit_Other", "", S.IN_TRANSIT, ""),
        ("InTransit_Customs_New", "", S.IN_TRANSIT, ""),
        ("InTransit_CustomsRequiringInformation", "", S.IN_TRANSIT, "delayed"),
        ("Expired_Other", "", None, ""),  # silence is no failure
        ("AvailableForPickup_Other", "", S.READY_FOR_PICKUP, ""),
        ("OutForDelivery_Other", "", S.OUT_FOR_DELIVERY, ""),
        ("DeliveryFailure_NoBody", "", S.ATTEMPTED_DELIVERY, ""),
        ("DeliveryFailure_Rejected", "", S.ATTEMPTED_DELIVERY, "exception"),
        ("Delivered_Other", "", S.DELIVERED, ""),
        ("Exception_Returning", "Returning", S.RETURNING, ""),
        ("Exception_Returned", "Returned", S.RETURNED, ""),
        ("Exception_Delayed", "", None, "delayed"),
        ("Exception_Lost", "", S.LOST, ""),
        ("Exception_Cancel", "", S.CANCELLED, ""),
        ("Exception_Damage", "", None, "exception"),
        ("", "Returned", S.RETURNED, ""),
        ("", "OutForDelivery", S.OUT_FOR_DELIVERY, ""),
        ("Teleported_Other", "Delivered", S.UNKNOWN, ""),
        ("", "Teleported", S.UNKNOWN, ""),
        ("", "", None, ""),
    ],
)
def test_17track_codes(sub: str, stage: str, said: ParcelStatus | None, overlay: str) -> None:
    assert seventeentrack.codes.meaning("", sub, stage)[:2] == (said, Overlay(overlay))


@pytest.mark.parametrize(
    ("code", "milestone", "said", "overlay"),
    [
        ("", "pending", None, ""),
        ("data_order_created", "info_received", S.LABEL_CREATED, ""),
        ("data_delivery_decided", "in_transit", None, ""),
        ("transit_handover", "in_transit", S.PICKED_UP_BY_CARRIER, ""),
        ("", "in_transit", S.IN_TRANSIT, ""),
        ("brand_new", "in_transit", S.IN_TRANSIT, ""),
        ("customs_exception", "in_transit", None, "delayed"),
        ("delivery_out_for_delivery", "out_for_delivery", S.OUT_FOR_DELIVERY, ""),
        ("delivery_attempted", "failed_attempt", S.ATTEMPTED_DELIVERY, ""),
        ("", "failed_attempt", None, ""),  # where it stands since: no second attempt
        ("delivery_available_for_pickup", "available_for_pickup", S.READY_FOR_PICKUP, ""),
        ("delivery_delivered", "delivered", S.DELIVERED, ""),
        ("delivery_refused", "in_transit", None, "exception"),
        ("exception_return", "exception", S.RETURNING, ""),
        ("exception_lost", "exception", S.LOST, ""),
        ("exception_discarded", "exception", None, "exception"),
        ("", "exception", None, ""),
        ("levitation", "levitating", S.UNKNOWN, ""),
        ("", "", None, ""),
    ],
)
def test_ship24_codes(code: str, milestone: str, said: ParcelStatus | None, overlay: str) -> None:
    assert ship24.meaning(code, milestone)[:2] == (said, Overlay(overlay))


@pytest.mark.parametrize(
    ("status", "sub", "said", "overlay"),
    [
        ("pending", "", None, ""),
        ("notfound", "notfound002", None, ""),
        ("notfound", "not found001", S.LABEL_CREATED, ""),
        ("inforeceived", "inforeceived001", S.LABEL_CREATED, ""),
        ("transit", "transit003", S.IN_TRANSIT, ""),
        ("transit", "transit999", S.IN_TRANSIT, ""),
        # "Out for delivery or arrived at local facility": told apart by the sub-status, or not at all.
        ("pickup", "pickup001", S.OUT_FOR_DELIVERY, ""),
        ("pickup", "pickup002", S.READY_FOR_PICKUP, ""),
        ("pickup", "", S.UNKNOWN, ""),
        ("pickup", "pickup099", S.UNKNOWN, ""),
        ("delivered", "delivered001", S.DELIVERED, ""),
        ("delivered", "delivered002", S.COLLECTED, ""),
        ("undelivered", "undelivered002", S.ATTEMPTED_DELIVERY, ""),
        ("undelivered", "undelivered001", S.ATTEMPTED_DELIVERY, "exception"),
        # The other way round than AfterShip's Exception_010 and Exception_011.
        ("exception", "exception010", S.RETURNED, ""),
        ("exception", "exception011", S.RETURNING, ""),
        ("exception", "exception008", S.CANCELLED, ""),
        ("exception", "exception007", None, "exception"),  # damaged, lost or discarded: nobody says which
        ("expired", "expired001", None, ""),
        ("", "delivered002", S.COLLECTED, ""),
        ("", "transit001", S.IN_TRANSIT, ""),
        ("levitating", "", S.UNKNOWN, ""),
        ("", "", None, ""),
    ],
)
def test_trackingmore_codes(status: str, sub: str, said: ParcelStatus | None, overlay: str) -> None:
    assert trackingmore.codes.meaning(status, sub)[:2] == (said, Overlay(overlay))


# --- clocks and places -------------------------------------------------------------------------------------------


def told_by(name: str, event: dict[str, Any]) -> TrackingUpdate:
    payload: dict[str, Any] = {
        "shippo": lambda: {"tracking_number": NUMBER, "carrier": "ups", "tracking_history": [event]},
        "seventeentrack": lambda: {
            "code": 0,
            "data": {
                "accepted": [{"number": NUMBER, "track_info": {"tracking": {"providers": [{"events": [event]}]}}}]
            },
        },
        "ship24": lambda: {"data": {"trackings": [{"tracker": {"trackingNumber": NUMBER}, "events": [event]}]}},
        "trackingmore": lambda: {"data": [{"tracking_number": NUMBER, "origin_info": {"trackinfo": [event]}}]},
    }[name]()
    (update,) = answered(name, payload)
    return update


def only(name: str, event: dict[str, Any]) -> TrackingScan:
    (scan,) = told_by(name, event).scans
    return scan


EIGHT = dt.datetime(2026, 11, 20, 8, 15)


@pytest.mark.parametrize(
    ("name", "event", "offset", "precision"),
    [
        ("shippo", {"status_date": "2026-11-20T08:15:00Z"}, 0, Precision.INSTANT),
        ("shippo", {"status_date": "2026-11-20T08:15:00"}, None, Precision.INSTANT),
        ("ship24", {"occurrenceDatetime": "2026-11-20T08:15:00"}, None, Precision.INSTANT),
        ("ship24", {"occurrenceDatetime": "2026-11-20T08:15:00+02:00"}, 120, Precision.INSTANT),
        ("ship24", {"occurrenceDatetime": "2026-11-20T08:15:00", "utcOffset": "-05:30"}, -330, Precision.INSTANT),
        ("ship24", {"occurrenceDatetime": "2026-11-20T08:15:00", "utcOffset": "null,"}, None, Precision.INSTANT),
        ("ship24", {"occurrenceDatetime": "2026-11-20"}, None, Precision.DATE),
        ("ship24", {"occurrenceDatetime": "2026-11-20T00:00:00", "hasNoTime": True}, None, Precision.DATE),
        ("trackingmore", {"checkpoint_date": "2026-11-20T08:15:00"}, None, Precision.INSTANT),
        ("trackingmore", {"checkpoint_date": "2026-11-20 08:15:00"}, None, Precision.INSTANT),
        ("trackingmore", {"checkpoint_date": "2026-11-20T08:15:00-03:00"}, -180, Precision.INSTANT),
        ("seventeentrack", {"time_iso": "2026-11-20T08:15:00+01:00"}, 60, Precision.INSTANT),
        (
            "seventeentrack",  # the carrier gave no zone: the one in time_iso is a guess
            {
                "time_iso": "2026-11-20T08:15:00+01:00",
                "time_raw": {"date": "2026-11-20", "time": "08:15:00", "timezone": None},
            },
            None,
            Precision.INSTANT,
        ),
        (
            "seventeentrack",
            {
                "time_iso": "2026-11-20T08:15:00+01:00",
                "time_raw": {"date": "2026-11-20", "time": "08:15:00", "timezone": "+01:00"},
            },
            60,
            Precision.INSTANT,
        ),
        (
            "seventeentrack",
            {
                "time_iso": "2026-11-20T00:00:00+01:00",
                "time_raw": {"date": "2026-11-20", "time": None, "timezone": None},
            },
            None,
            Precision.DATE,
        ),
    ],
)
def test_times_stay_as_they_were_said(name: str, event: dict[str, Any], offset: int | None, precision: str) -> None:
    scan = only(name, event)
    expected = EIGHT if precision is Precision.INSTANT else dt.datetime(2026, 11, 20)
    assert (scan.local_time, scan.utc_offset, scan.precision) == (expected, offset, precision)


@pytest.mark.parametrize("name", NUDGED)
def test_an_event_without_a_time_costs_only_itself(name: str) -> None:
    update = told_by(name, {"status": "DELIVERED", "statusCode": "delivery_delivered", "stage": "Delivered"})
    assert (update.tracking_number, update.scans) == (NUMBER, ())


@pytest.mark.parametrize(
    ("coordinates", "point"),
    [
        ({"longitude": None, "latitude": None}, (None, None)),
        ({"longitude": 0, "latitude": 0}, (None, None)),
        ({"longitude": "0", "latitude": "0.0"}, (None, None)),
        ({"longitude": "6.96", "latitude": "50.94"}, (50.94, 6.96)),
        ({"longitude": 6.96, "latitude": 150.0}, (None, None)),
        ({"longitude": "east", "latitude": "north"}, (None, None)),
        ([], (None, None)),
    ],
)
def test_17track_coordinates(coordinates: object, point: tuple[float | None, float | None]) -> None:
    event = {
        "time_iso": "2026-11-20T08:15:00+01:00",
        "address": {"city": "KÖLN", "country": "DE", "coordinates": coordinates},
    }
    place = only("seventeentrack", event).place
    assert (place.latitude, place.longitude) == point
    assert (place.city, place.country) == ("KÖLN", "DE")


# --- the whole parcel --------------------------------------------------------------------------------------------


def test_17track_says_of_the_whole_that_it_is_back() -> None:
    events = [
        {"time_iso": "2026-11-21T09:00:00+01:00", "sub_status": "Delivered_Other", "description": "Delivered"},
        {"time_iso": "2026-11-20T09:00:00+01:00", "sub_status": "OutForDelivery_Other"},
    ]
    info = {"latest_status": {"status": "Exception", "sub_status": "Exception_Returned"}}
    info["tracking"] = {"providers": [{"events": events}]}  # type: ignore[dict-item]
    (update,) = answered("seventeentrack", {"code": 0, "data": {"accepted": [{"number": NUMBER, "track_info": info}]}})
    # The scan that is added stands before the delivery, which is one to the sender then.
    assert [scan.status for scan in update.scans] == [S.DELIVERED, S.OUT_FOR_DELIVERY, S.RETURNING]
    assert update.scans[2].local_time == update.scans[0].local_time


def test_handed_to_another_carrier() -> None:
    misc = {"local_provider": "USPS", "local_number": "9400 1"}
    (update,) = answered(
        "seventeentrack", {"data": {"accepted": [{"number": NUMBER, "track_info": {"misc_info": misc}}]}}
    )
    assert (update.handed_to, update.handed_number) == ("USPS", "9400 1")
    events = [
        {"occurrenceDatetime": "2026-11-21", "eventTrackingNumber": "9400 1", "courierCode": "us-post"},
        {"occurrenceDatetime": "2026-11-20", "eventTrackingNumber": NUMBER, "courierCode": "4px"},
    ]
    (update,) = answered("ship24", {"data": {"trackings": [{"tracker": {"trackingNumber": NUMBER}, "events": events}]}})
    assert (update.handed_to, update.handed_number) == ("USPS", "9400 1")
    last = {"courier_code": "usps", "reference_number": "9400 1", "trackinfo": [{"checkpoint_date": "2026-11-21"}]}
    tracking = {"tracking_number": NUMBER, "courier_code": "china-post", "destination_info": last}
    (update,) = answered("trackingmore", {"data": [tracking]})
    assert (update.handed_to, update.handed_number) == ("USPS", "9400 1")


def test_estimates() -> None:
    history = [{"status": "TRANSIT", "status_date": "2026-11-20T08:15:00Z"}]
    (update,) = answered(
        "shippo", {"tracking_number": NUMBER, "eta": "2026-11-25T20:00:00Z", "tracking_history": history}
    )
    assert update.window is not None
    assert (update.window.earliest, update.window.latest) == (dt.date(2026, 11, 25),) * 2
    due = {"from": "2026-11-25T10:00:00", "to": "2026-11-25T14:00:00"}
    delivery = {
        "estimatedDeliveryDate": "2026-11-26T00:00:00",
        "courierEstimatedDeliveryDate": due,
        "signedBy": "M. F.",
    }
    tracking = {"tracker": {"trackingNumber": NUMBER}, "events": [{"occurrenceDatetime": "2026-11-20"}]}
    (update,) = answered("ship24", {"data": {"trackings": [{**tracking, "shipment": {"delivery": delivery}}]}})
    assert update.window is not None
    assert (update.window.earliest, update.window.latest) == (
        dt.datetime(2026, 11, 25, 10),
        dt.datetime(2026, 11, 25, 14),
    )
    assert update.signed_by == "M. F."


def test_what_somebody_must_do() -> None:
    def told(*substatuses: dict[str, Any]) -> str:
        history = [
            {"status": "TRANSIT", "status_date": f"2026-11-2{day}T08:15:00Z", "substatus": sub}
            for day, sub in enumerate(substatuses)
        ]
        (update,) = answered("shippo", {"tracking_number": NUMBER, "tracking_history": history})
        return update.next_step

    waits = {"code": "contact_carrier", "text": "Contact the carrier.", "action_required": True}
    goes = {"code": "package_departed", "text": "Departed.", "action_required": False}
    assert told(goes, waits) == "Contact the carrier."
    assert told(waits, goes) == ""


# --- what does not work ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "kind"), [(-18010002, AccessDenied), (-18010001, AccessDenied), (-18010003, TemporaryFailure)]
)
def test_17track_errors_of_a_whole_call(code: int, kind: type[Exception]) -> None:
    with Provider(lambda call: Reply.of({"code": code, "data": {}})) as provider:
        ours = source("seventeentrack", url=provider.url)
        with pytest.raises(kind):
            list(ours.fetch([PARCEL]))
        with pytest.raises(kind):
            ours.register([PARCEL])


@pytest.mark.parametrize(
    ("code", "kind"), [(-18019901, None), (-18019903, PermanentFailure), (-18019908, TemporaryFailure)]
)
def test_17track_numbers_that_are_refused(code: int, kind: type[Exception] | None) -> None:
    refused = {"code": 0, "data": {"accepted": [], "rejected": [{"number": NUMBER, "error": {"code": code}}]}}
    with Provider(lambda call: Reply.of(refused)) as provider:
        ours = source("seventeentrack", url=provider.url)
        if kind is None:
            ours.register([PARCEL])
            return
        with pytest.raises(kind):
            ours.register([PARCEL])


def test_one_bad_number_costs_the_others_nothing(caplog: pytest.LogCaptureFixture) -> None:
    def answer(call: Call) -> Reply:
        rejected = [{"number": "x", "error": {"code": -18019903}}]
        return Reply.of({"code": 0, "data": {"accepted": [{"number": NUMBER}], "rejected": rejected}})

    with Provider(answer) as provider:
        source("seventeentrack", url=provider.url).register([PARCEL, PARCEL])
    assert "refused 1 of 2 numbers" in caplog.text


@pytest.mark.parametrize(("code", "is_fine"), [(4101, True), (4120, False), (None, False)])
def test_trackingmore_refuses_a_call(code: int | None, is_fine: bool) -> None:
    with Provider(lambda call: Reply.of({"meta": {"code": code}, "data": []}, 400)) as provider:
        ours = source("trackingmore", url=provider.url)
        if is_fine:
            ours.register([PARCEL])
            return
        with pytest.raises(PermanentFailure):
            ours.register([PARCEL])


def test_forty_numbers_are_one_question() -> None:
    parcels = [TrackedParcel(tracking_number=f"N{count}", carrier="ups", sent_at=PARCEL.sent_at) for count in range(40)]
    for name in ("seventeentrack", "trackingmore"):
        play = PLAYED[name].play
        with Provider(lambda call, play=play: play.reply(call, {})) as provider:
            ours = source(name, url=provider.url)
            assert ours.batch_size == 40
            list(ours.fetch(parcels))
        (call,) = provider.calls
        said = json.dumps([call.query]) + call.body.decode()
        assert all(f"N{count}" in said for count in range(40))


@pytest.mark.parametrize("name", NUDGED)
@pytest.mark.parametrize(
    "payload", [None, [], 7, {}, {"data": 7}, {"data": {"trackings": 7}}, {"event": "track_updated"}]
)
def test_unreadable_bodies_say_so(name: str, payload: object) -> None:
    for is_answer in (False, True):
        with pytest.raises(UnreadableMessage):
            list(source(name).parse(Webhook(body=json.dumps(payload).encode(), headers={}, is_answer=is_answer)))
