"""Shops of our own that tell by webhooks."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import ClassVar

from order_status_plugin import reading
from order_status_plugin.backend import Webhook
from order_status_plugin.events import OrderChange, OrderNudge, OrderSnapshot
from order_status_plugin.exceptions import UnknownOrder, UnreadableMessage, UntrustedWebhook
from order_status_plugin.hosts.base import Host
from order_status_plugin.hosts.pushed import PushedHost
from tests.orders import snapshot

SECRET = "tests-secret-of-a-shop"


class Telling(PushedHost):
    """Tells orders whole, by a few of their fields, and their state alone."""

    def is_pushed(self) -> bool:
        return True

    def verify(self, webhook: Webhook) -> None:
        if webhook.secret != SECRET:
            raise UntrustedWebhook

    def parse(self, webhook: Webhook) -> Iterable[OrderSnapshot | OrderChange]:
        for said in reading.rows(reading.load(webhook.body)):
            if "state" in said:
                yield OrderChange(said["reference"], lambda old, state=said["state"]: self._changed(old, state))
            else:
                yield snapshot(**said)

    def _changed(self, old: OrderSnapshot | None, state: str) -> OrderSnapshot:
        if old is None:
            raise UnreadableMessage("It changes an order that was never told.")
        return dataclasses.replace(old, state_text=state)


class Naming(Host):
    """Names orders, to be read."""

    orders: ClassVar[dict[str, OrderSnapshot]] = {}

    def is_pushed(self) -> bool:
        return True

    def verify(self, webhook: Webhook) -> None:
        if webhook.secret != SECRET:
            raise UntrustedWebhook

    def parse(self, webhook: Webhook) -> Iterable[OrderNudge]:
        return (OrderNudge(line) for line in webhook.body.decode().splitlines())

    def read(self, reference: str) -> OrderSnapshot:
        try:
            return self.orders[reference]
        except KeyError:
            raise UnknownOrder from None
