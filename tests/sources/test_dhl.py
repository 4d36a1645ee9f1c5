"""DHL: one word for all divisions, two codes of one of them, and clocks without offset."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from order_status_plugin.events import Overlay, ParcelStatus, TrackedParcel, TrackingUpdate
from order_status_plugin.exceptions import TemporaryFailure, UnreadableMessage, UntrustedWebhook
from order_status_plugin.simulator.providers.dhl import DhlPlay
from order_status_plugin.sources.base import Webhook
from order_status_plugin.sources.dhl import Dhl, meaning
from order_status_plugin.testing.asked import AskedContract
from order_status_plugin.testing.provider import Provider, Reply
from order_status_plugin.testing.sources import SourceContract

from .ends import end, ends
from .mutated import mutations
from .plays import Asked, Pushed

S = ParcelStatus
NUMBER = "00340434161094012345"
SECRETS = ["the token that we made up", "the token of last year"]


def source(**options: Any) -> Dhl:
    return Dhl("dhl", {"api_key": "a key", "secrets": SECRETS, **options})


def event(code: str, status: str = "Words", time: Any = "2026-11-20T07:53:47", **more: Any) -> dict[str, Any]:
    address = {"countryCode": "NL", "postalCode": "1043 AG", "addressLocality": "Oderweg 2, AMSTERDAM"}
    return {"timestamp": time, "location": {"address": address}, "statusCode": code, "status": status, **more}


def shipment(*events: Any, **more: Any) -> dict[str, Any]:
    return {"id": NUMBER, "service": "express", "events": list(events), "status": events[0] if events else {}, **more}


def read(*shipments: Any, **headers: str) -> list[TrackingUpdate]:
    body = json.dumps({"shipments": list(shipments)}).encode()
    return list(source().parse(Webhook(body=body, headers=headers, is_answer=True)))


@pytest.mark.parametrize(
    ("code", "short", "detail", "status", "overlay"),
    [
        ("pre-transit", "", "", S.LABEL_CREATED, ""),
        ("transit", "", "", S.IN_TRANSIT, ""),
        ("transit", "PO", "SRTED_NRQRD_PO", S.OUT_FOR_DELIVERY, ""),
        ("transit", "EE", "SRTED_NRQRD_PO", S.IN_TRANSIT, ""),  # seen: only both together say it
        ("transit", "PO", "ADVIS_PFLOC_DD", S.IN_TRANSIT, ""),  # a wish was noted
        ("transit", "LA", "HLDCC_LDPCK_LA", S.READY_FOR_PICKUP, ""),
        ("delivered", "ZU", "DLVRD_SECPL_ZU", S.DELIVERED, ""),
        ("failure", "", "", None, "exception"),
        ("unknown", "", "", None, ""),  # not a delay
        ("levitating", "", "", S.UNKNOWN, ""),
        ("", "", "", None, ""),
    ],
)
def test_codes(code: str, short: str, detail: str, status: Any, overlay: str) -> None:
    assert meaning(code, short, detail)[:2] == (status, Overlay(overlay))


def test_a_word_beside_the_code_says_nothing() -> None:
    (update,) = read(shipment(event("pre-transit", "DELIVERED", description="DELIVERED")))
    assert update.scans[0].status is S.LABEL_CREATED


def test_without_an_offset_there_is_none() -> None:
    (update,) = read(shipment(event("transit")))
    assert update.scans[0].utc_offset is None
    (update,) = read(shipment(event("transit", time="2026-11-20T07:53:47+01:00")))
    assert update.scans[0].utc_offset == 60


def test_the_status_repeats_the_latest_event() -> None:
    latest = event("transit", time="2026-11-20T07:53:47Z")
    assert len(read(shipment(event("transit"), status=latest))[0].scans) == 1
    assert len(read(shipment(status=latest))[0].scans) == 1


@pytest.mark.parametrize(
    ("locality", "country", "city", "expected"),
    [
        ("Oderweg 2, AMSTERDAM", "NL", "AMSTERDAM", "NL"),
        ("Bremen GVZ, DE", "", "Bremen GVZ", "DE"),
        ("Leipzig", "DE", "Leipzig", "DE"),
        ("", "", "", ""),
        (" , ", "ZZZ", "", ""),
    ],
)
def test_the_town_is_the_last_part(locality: str, country: str, city: str, expected: str) -> None:
    address = {"addressLocality": locality, "countryCode": country}
    place = read(shipment(event("transit", location={"address": address})))[0].scans[0].place
    assert (place.text, place.city, place.country) == (locality.strip(), city, expected)


def test_links_in_words_are_left_out() -> None:
    (update,) = read(shipment(event("transit", "LA", description="In der <a href='https://x'>Packstation 205</a>.")))
    assert update.scans[0].message == "In der Packstation 205."


def test_an_estimate_with_its_reason() -> None:
    (update,) = read(
        shipment(
            event("transit", remark="The shipment waits for customs.", nextSteps="Pay the duties."),
            estimatedTimeOfDelivery="2026-11-24T00:00:00Z",
            estimatedDeliveryTimeFrame={
                "estimatedFrom": "2026-11-23T10:00:00",
                "estimatedThrough": "2026-11-23T12:00:00",
            },
        ),
        date="Sat, 21 Nov 2026 10:00:00 GMT",
    )
    assert update.window is not None
    assert (update.window.earliest, update.window.latest) == (
        dt.datetime(2026, 11, 23, 10),
        dt.datetime(2026, 11, 23, 12),
    )
    assert update.window.reason == "The shipment waits for customs."
    assert update.window.stated_at == dt.datetime(2026, 11, 21, 10, tzinfo=dt.UTC)
    assert update.next_step == "Pay the duties."
    (update,) = read(shipment(event("transit"), estimatedTimeOfDelivery="2026-11-24T00:00:00Z"))
    assert update.window is not None
    assert update.window.earliest == dt.date(2026, 11, 24)
    assert read(shipment(event("delivered"), estimatedTimeOfDelivery="2026-11-24T00:00:00Z"))[0].window is None


def test_a_proof_is_an_https_address() -> None:
    proof = {"documentUrl": "http://x", "signatureUrl": "https://webpod.example/1", "signed": {"name": "A NEIGHBOUR"}}
    (update,) = read(shipment(event("delivered"), details={"proofOfDelivery": proof}))
    assert (update.proof_url, update.signed_by) == ("https://webpod.example/1", "A NEIGHBOUR")
    (update,) = read(shipment(event("delivered"), details={"proofOfDelivery": {"documentUrl": "string"}}))
    assert update.proof_url == ""


def test_a_piece_is_answered_under_the_number_of_its_shipment() -> None:
    asked = {"tracking-number": "JD014600006281230704"}
    assert [update.tracking_number for update in read(shipment(event("transit")), **asked)] == [
        asked["tracking-number"]
    ]
    two = shipment(event("transit")), shipment(event("transit"), id=7777777770)
    assert read(*two, **asked) == []
    assert [update.tracking_number for update in read(*two, **{"tracking-number": NUMBER})] == [NUMBER]


def test_any_order_tells_the_same() -> None:
    (update,) = read(
        shipment(
            event("delivered", "ZU", "2026-11-23T15:37:00", statusDetailed="DLVRD_SECPL_ZU"),
            event("failure", time="2026-11-22T18:00:00"),
            event("transit", "PO", "2026-11-22T08:24:00", statusDetailed="SRTED_NRQRD_PO"),
            event("transit", "EE", "2026-11-22T00:38:00"),
            event("transit", "AA", "2026-11-21T19:01:00"),
            event("pre-transit", "VA", "2026-11-21T10:44:00"),
        )
    )
    assert len(ends(update.scans)) == 1
    assert end(update.scans)[:2] == (S.DELIVERED, Overlay.NONE)
    assert end(update.scans[1:])[:2] == (S.OUT_FOR_DELIVERY, Overlay.EXCEPTION)


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"shipments": {}}', b'{"shipments": [{"id": []}]}'])
def test_what_is_no_answer_is_unreadable(body: bytes) -> None:
    for is_answer in (True, False):
        with pytest.raises(UnreadableMessage):
            list(source().parse(Webhook(body=body, headers={}, is_answer=is_answer)))


@given(st.data())
def test_nothing_but_unreadable(data: st.DataObject) -> None:
    whole = {
        "scope": "subscription.push",
        "shipments": [
            shipment(
                event("transit", "PO", statusDetailed="SRTED_NRQRD_PO", description="a <b>c</b>"),
                estimatedDeliveryTimeFrame={"estimatedFrom": "2026-11-23T10:00:00", "estimatedThrough": "2026-11-23"},
                details={"proofOfDelivery": {"documentUrl": "https://x", "signed": {"name": "A"}}},
            )
        ],
    }
    body = data.draw(mutations(json.dumps(whole).encode()))
    for is_answer in (True, False):
        with contextlib.suppress(UnreadableMessage):
            list(source().parse(Webhook(body=body, headers={"tracking-number": NUMBER}, is_answer=is_answer)))


# --- Push ----------------------------------------------------------------------------------------------------------


def test_the_token_stands_in_the_header_that_we_chose() -> None:
    source().verify(Webhook(body=b"", headers={"x-order-status-token": SECRETS[1]}))
    source(header="X-Mine").verify(Webhook(body=b"", headers={"x-mine": SECRETS[0]}))
    source().verify(Webhook(body=b"", headers={}, secret=SECRETS[0]))
    for headers in ({}, {"x-order-status-token": ""}, {"authorization": SECRETS[0]}):
        with pytest.raises(UntrustedWebhook):
            source().verify(Webhook(body=b"", headers=headers))


def validate(**more: Any) -> Webhook:
    told = {"scope": "subscription.validate", "self": "https://evil.example/a/sub-1", "secret": "shhh", **more}
    return Webhook(body=json.dumps(told).encode(), headers={})


def test_a_new_subscription_is_confirmed_at_dhl_and_nowhere_else() -> None:
    with Provider(lambda call: DhlPlay().reply(call, {})) as provider:
        assert list(source(url=provider.url).parse(validate())) == []
        assert list(source(url=provider.url).parse(validate(scope="subscription.ready"))) == []
    (call,) = provider.calls
    assert (call.method, call.path) == ("POST", "/tracking/push/v1/subscription/sub-1")
    assert call.headers["dhl-api-hook-secret"] == "shhh"


def test_a_confirmation_is_tried_again_later() -> None:
    with Provider(lambda call: Reply(status=503)) as provider, pytest.raises(TemporaryFailure):
        list(source(url=provider.url).parse(validate()))
    for bad in ({"self": None}, {"secret": ""}, {"secret": "a\nb: c"}, {"secret": "schlüssel"}):
        with pytest.raises(UnreadableMessage):
            list(source().parse(validate(**bad)))


def test_a_parcel_is_subscribed_to() -> None:
    parcel = TrackedParcel(tracking_number=NUMBER, carrier="dhl-paket", sent_at=dt.datetime.now(dt.UTC))
    with Provider(lambda call: DhlPlay().reply(call, {})) as provider:
        dhl = source(url=provider.url, listener_url="https://shop.example/orders/hooks/dhl/")
        assert dhl.needs_registration()
        dhl.register([parcel])
    (call,) = provider.calls
    assert call.headers["dhl-api-key"] == "a key"
    body = call.json()
    assert (body["service"], body["shipmentIDs"]) == ("parcel-de", [NUMBER])
    assert body["hook"] == {
        "uri": "https://shop.example/orders/hooks/dhl/",
        "authentication": {"type": "ApiKeyAuthentication", "header": "x-order-status-token", "token": SECRETS[0]},
    }


def test_what_is_set_up_decides_what_it_does() -> None:
    assert not source().needs_registration()
    assert [message.id for message in Dhl("dhl", {}).check()] == ["order_status.E403"]
    assert [message.id for message in Dhl("dhl", {"api_key": "k", "secrets": []}).check()] == ["order_status.E401"]
    assert [source().tracks(slug) for slug in ("dhl-express", "dhl-paket", "ups")] == [True, True, False]


# --- contracts -----------------------------------------------------------------------------------------------------


@pytest.mark.django_db
class TestDhlPush(Pushed, SourceContract):
    name = "dhl"
    backend = "order_status_plugin.sources.dhl.Dhl"
    carrier = "dhl-paket"
    number = NUMBER
    signs_body = False


@pytest.mark.django_db
class TestDhlIsAsked(Asked, AskedContract):
    name = "dhl"
    backend = "order_status_plugin.sources.dhl.Dhl"
    carrier = "dhl-paket"
    number = NUMBER
