"""Twilio, Vonage and GatewayAPI, each in front of a provider on this machine."""

from __future__ import annotations

from typing import Any, ClassVar
from unittest import TestCase

from order_status_plugin.channels.gatewayapi import GatewayApi
from order_status_plugin.channels.twilio import Twilio
from order_status_plugin.channels.vonage import Vonage
from order_status_plugin.events import Delivery
from order_status_plugin.simulator.texting.gatewayapi import GatewayApiExchange
from order_status_plugin.simulator.texting.twilio import TwilioExchange
from order_status_plugin.simulator.texting.vonage import VonageExchange

from .exchanges import SECRET, SmsContract

ALL = (Delivery.DELIVERED, Delivery.FAILED, Delivery.BOUNCED, Delivery.OPTED_OUT)


class TestTwilio(SmsContract, TestCase):
    channel = Twilio
    exchange_class = TwilioExchange
    tells = ALL
    options: ClassVar[dict[str, Any]] = {"account_sid": "AC0", "auth_token": SECRET, "sender": "+15005550006"}


class TestVonage(SmsContract, TestCase):
    channel = Vonage
    exchange_class = VonageExchange
    tells = ALL
    options: ClassVar[dict[str, Any]] = {"api_key": "k", "api_secret": "s", "sender": "Shop", "secrets": [SECRET]}


class TestGatewayApi(SmsContract, TestCase):
    channel = GatewayApi
    exchange_class = GatewayApiExchange
    options: ClassVar[dict[str, Any]] = {"token": "t", "sender": "Shop", "secrets": [SECRET]}
