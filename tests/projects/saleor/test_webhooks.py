"""Webhooks: signed by this Saleor alone, and one effect however they come."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from django.db import DatabaseError

from order_status_plugin.access.erase import erase
from order_status_plugin.hosts.saleor import installs, webhooks
from order_status_plugin.hosts.saleor.models import SaleorInstall
from order_status_plugin.intake import privacy as intake_privacy
from order_status_plugin.intake.models import InboxMessage
from order_status_plugin.staff import incoming
from order_status_plugin.tracking.models import Fulfillment, Order, Parcel

from .conftest import options
from .double import KEY, OTHER_KEY, Saleor, global_id, post


def numbers() -> list[str]:
    return sorted(Parcel.objects.filter(is_withdrawn=False).values_list("tracking_number", flat=True))


def test_a_webhook_has_the_order_read(shop: Saleor) -> None:
    reference = shop.place()
    assert shop.send("order_created", reference) == 200
    order = Order.objects.get(host="saleor")
    assert (order.reference, order.number) == (reference, "20")


def test_what_came_in_stands_beside_its_order_and_goes_with_it(shop: Saleor) -> None:
    reference = shop.place()
    for name in ("order_created", "order_updated"):
        shop.send(name, reference)
    shop.send("order_created", shop.place())
    order = Order.objects.get(reference=reference)
    assert [message.about for message in incoming.seen(order.pk)] == [reference, reference]
    assert len(intake_privacy.export(order)["inbox"]) == 2
    erase(order, actor="test")
    said = InboxMessage.objects.values_list("about", "state")
    assert {state for about, state in said if about == reference} == {"redacted"}
    assert [state for about, state in said if about != reference] == ["handled"]


def test_sent_in_two_parts_and_a_number_that_changes(shop: Saleor) -> None:
    reference = shop.place()
    shop.fulfil(reference, {0: 1}, "1Z999AA10123456784")
    # The number's event comes before the act's own.
    for event in ("fulfillment_tracking_number_updated", "fulfillment_created", "order_updated"):
        assert shop.send(event, reference) == 200
    assert numbers() == ["1Z999AA10123456784"]
    shop.fulfil(reference, {0: 1})
    assert shop.send("fulfillment_created", reference) == 200
    assert Fulfillment.objects.count() == 2
    shop.orders[reference]["fulfillments"][1]["trackingNumber"] = "RR123456785GB"
    assert shop.send("fulfillment_tracking_number_updated", reference) == 200
    assert numbers() == ["1Z999AA10123456784", "RR123456785GB"]


def test_an_act_whose_lines_have_no_pieces_left_is_gone(shop: Saleor) -> None:
    reference = shop.place()
    shop.fulfil(reference, {0: 2}, "1Z999AA10123456784")
    shop.send("fulfillment_created", reference)
    act = shop.orders[reference]["fulfillments"][0]
    shop.orders[reference]["fulfillments"].append(
        {
            **act,
            "id": global_id("Fulfillment", 99),
            "status": "RETURNED",
            "statusDisplay": "Returned",
            "trackingNumber": "",
        }
    )
    act["lines"], shop.orders[reference]["status"] = [], "RETURNED"
    assert shop.send("order_updated", reference) == 200
    assert Order.objects.get().headline == "returned"


def test_a_redelivery_is_one_message_and_asks_for_nothing(shop: Saleor) -> None:
    reference = shop.place()
    body = shop.body("order_updated", reference)
    assert [shop.send("order_updated", body=body) for _ in range(3)] == [200, 200, 200]
    assert InboxMessage.objects.count() == 1
    assert shop.asked("OrderStatusOrder(") == 1


def flips(body: bytes, headers: dict[str, str]) -> dict[str, tuple[bytes, dict[str, str]]]:
    """Return every way in which somebody may change one webhook that they saw."""
    head, _dot, signature = headers["Saleor-Signature"].partition("..")

    def signed(text: str) -> dict[str, str]:
        return {**headers, "Saleor-Signature": text}

    def header(**more: Any) -> str:
        given = json.loads(base64.urlsafe_b64decode(head + "=="))
        return base64.urlsafe_b64encode(json.dumps({**given, **more}).encode()).decode().rstrip("=")

    other = json.loads(body)
    other["order"]["id"] = global_id("Order")
    return {
        "another order": (json.dumps(other).encode(), headers),
        "a space more": (body + b" ", headers),
        "no body": (b"", headers),
        "not JSON": (b"{", signed(KEY.sign(b"{"))),
        "another event": (body, {**headers, "Saleor-Event": "order_cancelled"}),
        "an event in capitals": (body, {**headers, "Saleor-Event": "ORDER_UPDATED"}),
        "an event that is none": (body, {**headers, "Saleor-Event": "product_updated"}),
        "no event": (body, {name: value for name, value in headers.items() if name != "Saleor-Event"}),
        "no signature": (body, {name: value for name, value in headers.items() if name != "Saleor-Signature"}),
        "no address": (body, {name: value for name, value in headers.items() if name != "Saleor-Api-Url"}),
        "another Saleor": (body, {**headers, "Saleor-Api-Url": "https://evil.example/graphql/"}),
        "a path more": (body, {**headers, "Saleor-Api-Url": headers["Saleor-Api-Url"] + "x/"}),
        "an HMAC": (body, signed("ab" * 32)),
        "not detached": (body, signed(f"{head}.{base64.urlsafe_b64encode(body).decode().rstrip('=')}.{signature}")),
        "no algorithm": (body, signed(f"{header(alg='none')}..")),
        "a public key as a secret": (body, signed(f"{header(alg='HS256')}..{signature}")),
        "an encoded body": (body, signed(KEY.sign(body, b64=True))),
        "another crit": (body, signed(KEY.sign(body, crit=["b64", "exp"]))),
        "a key of nobody": (body, signed(KEY.sign(body, kid="nobody"))),
        "a key of somebody": (body, signed(OTHER_KEY.sign(body))),
        "a key under a name": (body, signed(OTHER_KEY.sign(body, kid=KEY.kid))),
        "a list as key": (body, signed(KEY.sign(body, kid=["first"]))),
        "a key that it brings": (body, signed(OTHER_KEY.sign(body, kid="x", jwk=OTHER_KEY.jwk))),
        "a broken header": (body, signed(f"!{head}..{signature}")),
        "no header": (body, signed(f"..{signature}")),
        "a cut signature": (body, signed(f"{head}..{signature[:-4]}")),
        "many dots": (body, signed("." * 500)),
    }


def test_whatever_is_changed_is_refused_and_nothing_is_kept(shop: Saleor) -> None:
    reference = shop.place()
    body = shop.body("order_updated", reference)
    for name, (changed, headers) in flips(body, shop.headers("order_updated", body)).items():
        assert post(changed, headers) == 400, name
    for place in range(0, len(body), 7):
        flipped = bytearray(body)
        flipped[place] ^= 1
        assert post(bytes(flipped), shop.headers("order_updated", body)) == 400, place
    assert not InboxMessage.objects.exists()
    assert shop.send("order_updated", body=body) == 200, "untouched it is taken"


def test_a_signed_body_of_another_event_is_not_taken_for_the_headers(shop: Saleor) -> None:
    body = shop.body("order_updated", shop.place())
    assert post(body, shop.headers("app_deleted", body)) == 400
    assert SaleorInstall.objects.exists()


def test_before_the_installation_nobody_is_heard(saleor: Saleor) -> None:
    assert saleor.send("order_created", saleor.place()) == 400


def test_new_keys_are_fetched_once(shop: Saleor, settings: Any) -> None:
    SaleorInstall.objects.update(keys_asked_at="2026-01-01T00:00:00Z")
    shop.keys = [OTHER_KEY]
    before = len(shop.provider.calls)
    assert shop.send("order_created", shop.place()) == 200
    assert sum(call.path.endswith("jwks.json") for call in shop.provider.calls[before:]) == 1
    assert [key["kid"] for key in installs.get("saleor").keys["keys"]] == ["second"]
    assert shop.send("order_created", shop.place(), Saleor_Signature=KEY.sign(b"")) == 400
    assert sum(call.path.endswith("jwks.json") for call in shop.provider.calls[before:]) == 1


def test_who_names_unknown_keys_does_not_make_us_ask_each_time(shop: Saleor) -> None:
    body = shop.body("order_created", shop.place())
    before = len(shop.provider.calls)
    for number in range(20):
        assert post(body, shop.headers("order_created", body, Saleor_Signature=KEY.sign(body, kid=f"k{number}"))) == 400
    assert len(shop.provider.calls) == before


def test_our_own_trouble_is_503_and_the_same_delivery_works_later(
    shop: Saleor, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = shop.body("order_created", shop.place())
    SaleorInstall.objects.update(keys_asked_at="2026-01-01T00:00:00Z")
    shop.keys, shop.trouble = [OTHER_KEY], {"/.well-known": 500}
    headers = shop.headers("order_created", body)
    assert [post(body, headers) for _ in range(2)] == [503, 503]
    shop.trouble = {}
    with monkeypatch.context() as patch:
        patch.setattr(installs, "get", lambda alias: (_ for _ in ()).throw(DatabaseError("gone")))
        assert post(body, headers) == 503
    assert post(body, headers) == 200


def test_what_cannot_be_read_now_waits_for_the_worker(shop: Saleor) -> None:
    reference = shop.place()
    shop.trouble = {"/graphql/": 503}
    assert shop.send("order_created", reference) == 202
    assert InboxMessage.objects.get().state == InboxMessage.State.RECEIVED


def test_what_we_did_ourselves_is_no_news(shop: Saleor) -> None:
    reference = shop.place()
    app = {"__typename": "App", "id": installs.get("saleor").app_id}
    body = shop.body("order_updated", reference, issuingPrincipal=app)
    assert shop.send("order_updated", body=body) == 200
    assert not Order.objects.exists()
    user = shop.body("order_updated", reference, issuingPrincipal={"__typename": "User"})
    assert shop.send("order_updated", body=user) == 200
    assert Order.objects.exists()


def test_one_that_names_nothing_is_kept_for_people(shop: Saleor) -> None:
    assert shop.send("order_created", body=shop.body("order_created")) == 202
    assert InboxMessage.objects.get().state == InboxMessage.State.FAILED


def test_uninstalling_drops_the_token_of_that_app_alone(shop: Saleor) -> None:
    other = shop.body("app_deleted", app={"id": global_id("App", 8)})
    assert shop.send("app_deleted", body=other) == 200
    assert SaleorInstall.objects.exists(), "an app that was there before was deleted"
    ours = shop.body("app_deleted", app={"id": installs.get("saleor").app_id})
    assert shop.send("app_deleted", body=ours) == 200
    assert not SaleorInstall.objects.exists()
    assert shop.send("order_created", shop.place()) == 400


def test_a_taken_alias_hears_another_address_of_the_list_no_more(shop: Saleor, settings: Any) -> None:
    options(settings, saleor_urls=[shop.url, "https://other.example/graphql/"])
    body = shop.body("order_updated", shop.place())
    assert post(body, shop.headers("order_updated", body, Saleor_Api_Url="https://other.example/graphql/")) == 400


def test_every_event_that_is_asked_for_is_one_that_is_heard() -> None:
    for webhook in webhooks.WEBHOOKS:
        for event in webhook.events:
            name = event.title().replace("_", "")
            assert f"... on {name} " in webhook.query
            assert webhooks.event_of({"__typename": name}) == event.lower()
            assert webhooks.for_event(event.lower()) is webhook
