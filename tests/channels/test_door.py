"""Receipts and answers at the one door that webhooks have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client, override_settings

from order_status_plugin.backends import get_channel
from order_status_plugin.events import Delivery, DeliveryReport
from order_status_plugin.intake import inbox
from order_status_plugin.intake.models import InboxMessage
from order_status_plugin.simulator.texting.base import Exchange, Post, Text
from order_status_plugin.simulator.texting.gatewayapi import GatewayApiExchange
from order_status_plugin.simulator.texting.twilio import TwilioExchange
from order_status_plugin.simulator.texting.vonage import VonageExchange

from .exchanges import NUMBER, SECRET

pytestmark = pytest.mark.django_db

DOOR = "/orders/hooks/sms/"
PROVIDERS: list[tuple[str, type[Exchange], dict[str, Any]]] = [
    ("twilio.Twilio", TwilioExchange, {"account_sid": "AC0", "auth_token": SECRET, "sender": "+15005550006"}),
    ("vonage.Vonage", VonageExchange, {"api_key": "k", "api_secret": "s", "sender": "S", "secrets": [SECRET]}),
    ("gatewayapi.GatewayApi", GatewayApiExchange, {"token": "t", "sender": "S", "secrets": [SECRET]}),
]


@pytest.fixture(params=PROVIDERS, ids=lambda one: one[0])
def exchange(request: pytest.FixtureRequest) -> Iterator[Exchange]:
    name, kind, options = request.param
    entry = {"BACKEND": f"order_status_plugin.channels.{name}", "OPTIONS": {**options, "countries": ["PT"]}}
    with override_settings(ORDER_STATUS={**settings.ORDER_STATUS, "CHANNELS": {"sms": entry}}):
        yield kind(SECRET, f"http://testserver{DOOR}")


def knock(post: Post, door: str = DOOR) -> int:
    headers = dict(post.headers)
    kind = headers.pop("Content-Type")
    client = Client(enforce_csrf_checks=True)
    return int(client.post(door, post.body, content_type=kind, headers=headers).status_code)


def test_what_is_signed_is_stored_and_read_again(exchange: Exchange) -> None:
    text = Text("SM1" if isinstance(exchange, TwilioExchange) else "41", NUMBER, "")
    receipt = exchange.receipt(text, Delivery.DELIVERED)
    assert knock(receipt) == 204  # none of them wants words
    assert knock(receipt) == 204
    (row,) = InboxMessage.objects.all()
    (said,) = get_channel("sms").parse(inbox.as_webhook(row))
    assert isinstance(said, DeliveryReport)
    assert (said.provider_id, said.delivery) == (text.provider_id, Delivery.DELIVERED)
    assert knock(exchange.answer(NUMBER, "STOP")) == 204
    assert InboxMessage.objects.count() == 2


def test_each_state_of_a_message_is_kept(exchange: Exchange) -> None:
    text = Text("41", NUMBER, "")
    for delivery in (None, Delivery.DELIVERED):
        knock(exchange.receipt(text, delivery))
    assert InboxMessage.objects.count() == 2


def test_what_is_forged_is_not_stored(exchange: Exchange) -> None:
    text = Text("41", NUMBER, "")
    forger = type(exchange)("a secret that nobody configured", exchange.hook)
    good = exchange.receipt(text, Delivery.DELIVERED)
    assert knock(forger.receipt(text, Delivery.DELIVERED)) == 400
    assert knock(Post(good.body, {"Content-Type": "application/json"})) == 400
    assert knock(Post(good.body.replace(b"41", b"42"), good.headers)) == 400
    assert knock(Post(b"", good.headers)) == 400
    assert not InboxMessage.objects.exists()
    assert knock(good, "/orders/hooks/nobody/") == 404


def test_an_address_is_signed_by_twilio_alone() -> None:
    """One channel's receipts are no other's: the alias stands in the address."""
    entry = {"BACKEND": "order_status_plugin.channels.twilio.Twilio", "OPTIONS": PROVIDERS[0][2]}
    with override_settings(ORDER_STATUS={**settings.ORDER_STATUS, "CHANNELS": {"sms": entry, "other": entry}}):
        post = TwilioExchange(SECRET, f"http://testserver{DOOR}").answer(NUMBER, "STOP")
        assert knock(post, "/orders/hooks/other/") == 400
        assert knock(post) == 204
