"""The public contract of hosts, kept by Shopify's."""

from __future__ import annotations

import itertools

import pytest

from order_status_plugin.backends import get_host
from order_status_plugin.hosts.base import Host
from order_status_plugin.testing.hosts import HostContract
from tests.hosts.shopify import fulfillment, order, send

_ids = itertools.count(1)


@pytest.mark.django_db
class TestContract(HostContract):
    def make_host(self) -> Host:
        return get_host("shopify")

    def make_order(self) -> str:
        reference = next(_ids)
        assert send("orders/create", order(reference)).status_code == 200
        return str(reference)

    def change_order(self, reference: str) -> None:
        assert send("fulfillments/create", fulfillment(order_id=int(reference))).status_code == 200
