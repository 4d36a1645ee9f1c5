"""La Poste: its whole list of codes, batches, two languages, and an estimate that ends with the delivery."""

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
from order_status_plugin.simulator.providers.laposte import LaPostePlay
from order_status_plugin.sources.base import Webhook
from order_status_plugin.sources.laposte import LaPoste, meaning
from order_status_plugin.testing.asked import AskedContract
from order_status_plugin.testing.provider import Provider, Reply

from .ends import end, ends
from .mutated import mutations
from .plays import Asked

S = ParcelStatus
NUMBER = "8R01234567890"


def source(**options: Any) -> LaPoste:
    return LaPoste("laposte", {"api_key": "a key", **options})


def event(code: str, date: str, label: str = "Votre colis") -> dict[str, str]:
    return {"code": code, "label": label, "date": date}


#: A journey to another continent.
EVENTS = [
    event("DI1", "2026-11-09T09:38:00+01:00"),
    event("MD2", "2026-11-09T09:01:00+01:00", "Nous le préparons pour le mettre en livraison."),
    event("ET1", "2026-11-08T16:25:00+01:00"),
    event("ET3", "2026-10-23T16:23:00+02:00"),
    event("ET2", "2026-10-21T12:27:00+02:00"),
    event("ET1", "2026-10-20T07:34:12+02:00", "Votre colis est en transit sur nos plateformes logistiques."),
    event("PC1", "2026-10-19T14:43:00+02:00"),
    event("DR1", "2026-10-19T14:41:00+02:00"),
]


def shipment(*events: Any, **more: Any) -> dict[str, Any]:
    return {
        "returnCode": 200,
        "shipment": {
            "idShip": NUMBER,
            "holder": 4,
            "product": "colissimo",
            "isFinal": False,
            "event": list(events),
            "contextData": {"originCountry": "FR", "arrivalCountry": "BR"},
            **more,
        },
    }


def read(payload: object, **headers: str) -> list[TrackingUpdate]:
    return list(source().parse(Webhook(body=json.dumps(payload).encode(), headers=headers, is_answer=True)))


@pytest.mark.parametrize(
    ("code", "status", "overlay"),
    [
        ("ET1", S.IN_TRANSIT, ""),  # not out for delivery
        ("MD2", S.IN_TRANSIT, ""),  # being prepared at the last site: not out yet
        ("DI1", S.DELIVERED, ""),
        ("DI2", S.RETURNED, ""),  # to the sender
        ("DI3", None, "delayed"),
        ("RE1", S.RETURNING, ""),
        ("AG1", S.READY_FOR_PICKUP, ""),
        ("ND1", None, "exception"),
        ("DO3", S.IN_TRANSIT, "delayed"),
        ("DR1", S.LABEL_CREATED, ""),
        ("PC2", S.PICKED_UP_BY_CARRIER, ""),
        ("XX1", S.UNKNOWN, ""),
        ("", None, ""),
    ],
)
def test_codes(code: str, status: Any, overlay: str) -> None:
    assert meaning(code)[:2] == (status, Overlay(overlay))


def test_offsets_and_countries_are_kept() -> None:
    (update,) = read(shipment(*EVENTS))
    scans = {scan.raw_code: scan for scan in update.scans}
    assert (scans["DR1"].local_time, scans["DR1"].utc_offset) == (dt.datetime(2026, 10, 19, 14, 41), 120)
    assert scans["DI1"].utc_offset == 60
    assert (scans["ET2"].place.country, scans["ET3"].place.country) == ("FR", "BR")
    assert not scans["ET1"].place


def test_nothing_is_out_for_delivery_on_the_way() -> None:
    (update,) = read(shipment(*EVENTS[1:]))
    assert end(update.scans)[0] is S.IN_TRANSIT


def test_any_order_tells_the_same() -> None:
    (update,) = read(shipment(*EVENTS))
    assert len(ends(update.scans)) == 1
    assert end(update.scans)[0] is S.DELIVERED


def test_another_language_is_the_same_event() -> None:
    (french,) = read(shipment(event("DI1", "2026-11-09T09:38:00+01:00", "Votre colis est livré.")))
    (english,) = read(shipment(event("DI1", "2026-11-09T09:38:00+01:00", "Your parcel is delivered.")))
    assert french.scans[0].source_id == english.scans[0].source_id


def test_after_delivery_the_estimate_is_none() -> None:
    estimate = {"estimDate": "2026-11-09T09:38:00+01:00"}
    (update,) = read(shipment(*EVENTS[1:], **estimate), date="Sat, 07 Nov 2026 10:00:00 GMT")
    assert update.window is not None
    assert update.window.earliest == update.window.latest == dt.date(2026, 11, 9)
    assert update.window.stated_at == dt.datetime(2026, 11, 7, 10, tzinfo=dt.UTC)
    for over in (
        shipment(*EVENTS, **estimate),
        shipment(*EVENTS[1:], isFinal=True, **estimate),
        shipment(*EVENTS[1:], deliveryDate="2026-11-09T09:38:00+01:00", **estimate),
    ):
        assert read(over)[0].window is None


def test_the_shop_may_call_it_otherwise() -> None:
    (update,) = read(shipment(*EVENTS, product="chronopost"))
    assert (update.carrier, update.carrier_text) == ("", "chronopost")


def test_a_point_of_pickup_and_a_partner_are_said() -> None:
    context = {"removalPoint": {"name": "LYON BELLECOUR BP"}, "partner": {"name": "Correios", "reference": "XX1BR"}}
    (update,) = read(shipment(event("AG1", "2026-11-09T09:38:00+01:00"), contextData=context))
    assert update.pickup_place == "LYON BELLECOUR BP"
    assert (update.handed_to, update.handed_number) == ("Correios", "XX1BR")


def test_unknown_numbers_beside_known_ones_say_nothing() -> None:
    unknown = [{"returnCode": code, "returnMessage": "…", "idShip": "X"} for code in (104, 400, 404)]
    assert [update.tracking_number for update in read([*unknown, shipment(*EVENTS)])] == [NUMBER]


@pytest.mark.parametrize(
    "payload", [None, 1, {}, {"returnCode": 200}, {"shipment": {}}, [{"shipment": {"idShip": []}}]]
)
def test_what_is_no_answer_is_unreadable(payload: object) -> None:
    with pytest.raises(UnreadableMessage):
        read(payload)


def test_it_sends_no_webhooks() -> None:
    with pytest.raises(UnreadableMessage):
        list(source().parse(Webhook(body=json.dumps(shipment(*EVENTS)).encode(), headers={})))


@given(st.data())
def test_nothing_but_unreadable(data: st.DataObject) -> None:
    body = data.draw(mutations(json.dumps([shipment(*EVENTS, estimDate="2026-11-09T09:38:00+01:00")]).encode()))
    with contextlib.suppress(UnreadableMessage):
        list(source().parse(Webhook(body=body, headers={}, is_answer=True)))


def parcels(*numbers: str, language: str = "") -> list[TrackedParcel]:
    now = dt.datetime.now(dt.UTC)
    return [
        TrackedParcel(tracking_number=number, carrier="colissimo", sent_at=now, language=language) for number in numbers
    ]


def test_ten_numbers_are_one_call_in_each_language() -> None:
    numbers = [f"8R0123456789{digit}" for digit in range(10)]
    with Provider(lambda call: LaPostePlay().reply(call, {})) as provider:
        list(
            source(url=provider.url).fetch(
                [*parcels(*numbers[:9], language="fr"), *parcels("8r 0123/45", language="de")]
            )
        )
    french, english = provider.calls
    assert french.path == "/suivi/v2/idships/" + ",".join(numbers[:9])
    assert french.headers["x-okapi-key"] == "a key"
    assert (french.query["lang"], english.query["lang"]) == (["fr_FR"], ["en_GB"])
    assert "/" not in english.path.removeprefix("/suivi/v2/idships/")


@pytest.mark.parametrize("status", [400, 404])
def test_a_number_that_is_none_of_its_says_nothing(status: int) -> None:
    with Provider(lambda call: Reply.of({"returnCode": status}, status)) as provider:
        assert list(source(url=provider.url).fetch(parcels("X"))) == []


def test_what_is_set_up_decides_what_it_does() -> None:
    assert [message.id for message in LaPoste("laposte", {}).check()] == ["order_status.E403"]
    assert [source().tracks(slug) for slug in ("la-poste", "colissimo", "chronopost", "ups")] == [
        True,
        True,
        True,
        False,
    ]


@pytest.mark.django_db
class TestLaPosteIsAsked(Asked, AskedContract):
    name = "laposte"
    backend = "order_status_plugin.sources.laposte.LaPoste"
    carrier = "colissimo"
    number = NUMBER
