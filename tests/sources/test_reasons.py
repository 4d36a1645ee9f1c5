"""Why a parcel is late or was not handed over: by each provider's code, and never by the words beside it."""

from __future__ import annotations

from typing import Any

import pytest

from order_status_plugin.events import Reason, TrackingUpdate
from order_status_plugin.exceptions import UnreadableMessage

from . import test_easypost as easypost
from . import test_fedex as fedex
from . import test_karrio as karrio
from . import test_laposte as laposte
from . import test_standard as standard
from . import test_ups as ups
from . import test_usps as usps
from .test_nudging import answered

R = Reason
WORDS = "Weather delay at customs, refused, damaged"
NOON = "2026-11-20T12:00:00+01:00"


def of_easypost(status: str, more: str) -> TrackingUpdate:
    (update,) = easypost.parse(easypost.tracker(easypost.detail(status, more=more, message=WORDS)))
    return update


def of_shippo(status: str, code: str) -> TrackingUpdate:
    event = {"status": status, "status_date": NOON, "status_details": WORDS, "substatus": {"code": code}}
    (update,) = answered("shippo", {"tracking_number": "1Z", "carrier": "ups", "tracking_history": [event]})
    return update


def of_17track(sub: str) -> TrackingUpdate:
    event = {"time_iso": NOON, "description": WORDS, "sub_status": sub, "stage": None}
    info = {"latest_status": {}, "tracking": {"providers": [{"events": [event]}]}}
    accepted = [{"number": "1Z", "carrier": 100002, "track_info": info}]
    (update,) = answered("seventeentrack", {"code": 0, "data": {"accepted": accepted, "rejected": []}})
    return update


def of_ship24(code: str) -> TrackingUpdate:
    event = {"eventId": "1", "occurrenceDatetime": NOON, "status": WORDS, "statusCode": code}
    tracker = {"tracker": {"trackingNumber": "1Z"}, "shipment": {}, "events": [event]}
    (update,) = answered("ship24", {"data": {"trackings": [tracker]}})
    return update


def of_trackingmore(status: str, sub: str) -> TrackingUpdate:
    point = {
        "checkpoint_date": NOON,
        "tracking_detail": WORDS,
        "checkpoint_delivery_status": status,
        "checkpoint_delivery_substatus": sub,
    }
    told = {"tracking_number": "1Z", "courier_code": "ups", "origin_info": {"trackinfo": [point]}}
    (update,) = answered("trackingmore", {"meta": {"code": 200}, "data": [told]})
    return update


def of_ups(kind: str, code: str) -> TrackingUpdate:
    return ups.read(ups.answer(ups.activity(kind, code)))


def of_usps(code: str, phrase: str) -> TrackingUpdate:
    return usps.read(usps.item(usps.event(code, phrase)))


def of_laposte(code: str) -> TrackingUpdate:
    (update,) = laposte.read(laposte.shipment(laposte.event(code, NOON, WORDS)))
    return update


def of_fedex(code: str, exception: str = "", delay: str = "") -> TrackingUpdate:
    detail = {"type": delay, "status": "DELAYED"} if delay else {}
    return fedex.read(
        fedex.body(fedex.event(code, exceptionCode=exception, exceptionDescription=WORDS, delayDetail=detail))
    )


def of_karrio(status: str, reason: str | None) -> TrackingUpdate:
    return karrio.one(karrio.event(status, reason=reason, description=WORDS))


@pytest.mark.parametrize(
    ("read", "told", "reason"),
    [
        (of_easypost, ("in_transit", "weather_delay"), R.WEATHER),
        (of_easypost, ("failure", "refused"), R.REFUSED),
        (of_easypost, ("failure", "address_correction"), R.ADDRESS),
        (of_easypost, ("in_transit", "status_update"), R.NONE),
        (of_shippo, ("FAILURE", "address_issue"), R.ADDRESS),
        (of_shippo, ("RETURNED", "package_unclaimed"), R.MISSED_PICKUP),
        (of_shippo, ("TRANSIT", "delayed"), R.NONE),
        (of_17track, ("DeliveryFailure_NoBody",), R.ABSENT),
        (of_17track, ("InTransit_CustomsRequiringInformation",), R.CUSTOMS),
        (of_17track, ("Exception_Security",), R.OTHER),
        (of_17track, ("InTransit_CustomsProcessing",), R.NONE),
        (of_ship24, ("customs_exception",), R.CUSTOMS),
        (of_ship24, ("delivery_refused",), R.REFUSED),
        (of_ship24, ("customs_cleared",), R.NONE),
        (of_trackingmore, ("undelivered", "undelivered002"), R.ABSENT),
        (of_trackingmore, ("exception", "exception 006"), R.CUSTOMS),
        (of_trackingmore, ("exception", "exception007"), R.NONE),
        (of_ups, ("X", "48"), R.ABSENT),
        (of_ups, ("X", "AM"), R.REFUSED),
        (of_ups, ("I", "AR"), R.NONE),
        (of_usps, ("04", "Refused"), R.REFUSED),
        (of_usps, ("22", "Insufficient  Address"), R.ADDRESS),
        (of_usps, ("", "Delivery Exception, Local Weather Delay"), R.WEATHER),
        (of_usps, ("A1", "Arrived, no weather delay, not refused"), R.NONE),
        (of_laposte, ("DO3",), R.CUSTOMS),
        (of_laposte, ("ND1",), R.NONE),
        (of_fedex, ("DE", "08"), R.ABSENT),
        (of_fedex, ("DE", "07"), R.REFUSED),
        (of_fedex, ("CD",), R.CUSTOMS),
        (of_fedex, ("IT", "", "WEATHER"), R.WEATHER),
        (of_fedex, ("AR", "07"), R.NONE),
        (of_karrio, ("on_hold", "customs_duties_unpaid"), R.PAYMENT),
        (of_karrio, ("delivery_failed", "consignee_not_home"), R.ABSENT),
        (of_karrio, ("delivery_failed", "a_reason_of_tomorrow"), R.NONE),
        (of_karrio, ("in_transit", "weather_delay"), R.NONE),
    ],
)
def test_a_code_tells_why_and_no_word_does(read: Any, told: tuple[str, ...], reason: Reason) -> None:
    (scan,) = read(*told).scans
    assert scan.reason is reason


@pytest.mark.parametrize("reason", list(Reason))
def test_anybody_else_says_it_in_our_words(reason: Reason) -> None:
    (scan,) = standard.parse(events=[{"overlay": "delayed", "time": NOON, "reason": str(reason)}]).scans
    assert scan.reason is reason


def test_another_word_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(UnreadableMessage, match=r"events\[0\]\.reason' must be one of absent, address"):
        standard.parse(events=[{"overlay": "delayed", "time": NOON, "reason": "the dog"}])
