"""SMS providers on this machine, and the contract's questions put to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from order_status_plugin.channels.base import Webhook
from order_status_plugin.channels.sms import SmsChannel
from order_status_plugin.events import ContactSnapshot, Delivery
from order_status_plugin.simulator.texting.base import Exchange, Post, Text
from order_status_plugin.testing.channels import ReportingChannelContract
from order_status_plugin.testing.provider import Provider

SECRET = "a secret of the contract, long enough"
HOOK = "https://shop.example/orders/hooks/sms/"
NUMBER = "+351910000000"
NOBODY = "+351919999999"


def webhook(post: Post, url: str = HOOK) -> Webhook:
    """Return the post as the door hands it over."""
    return Webhook(body=post.body, headers={name.lower(): value for name, value in post.headers.items()}, url=url)


class SmsContract(ReportingChannelContract):
    """Name the adapter, its options and its exchange."""

    channel: ClassVar[type[SmsChannel]]
    exchange_class: ClassVar[type[Exchange]]
    options: ClassVar[dict[str, Any]] = {}
    reachable = ContactSnapshot(phone=NUMBER)

    def setUp(self) -> None:
        self.exchange = self.exchange_class(SECRET, HOOK)
        self.provider = Provider(self.exchange.reply)
        self.provider.__enter__()
        self.url = self.provider.url
        self.is_up = True

    def tearDown(self) -> None:
        if self.is_up:
            self.break_down()

    def make_channel(self) -> SmsChannel:
        return self.channel("sms", {**self.options, "url": self.url, "countries": ["PT"]})

    def break_down(self) -> None:
        self.provider.__exit__()
        self.is_up = False

    def refuse(self, recipient: str) -> None:
        self.exchange.refused.add(recipient)

    def refused(self) -> str:
        return NOBODY

    def delivered(self) -> Sequence[str]:
        return [text.recipient for text in self.exchange.texts]

    def receipt(self, provider_id: str, recipient: str, delivery: Delivery | None) -> Webhook:
        return webhook(self.exchange.receipt(Text(provider_id, recipient, ""), delivery))

    def answer(self, sender: str, text: str) -> Webhook:
        return webhook(self.exchange.answer(sender, text))
