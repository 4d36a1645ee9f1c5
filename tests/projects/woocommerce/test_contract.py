"""The public contract of hosts, kept by WooCommerce's."""

from __future__ import annotations

import itertools

import pytest

from order_status_plugin.backends import get_host
from order_status_plugin.hosts.base import Host
from order_status_plugin.testing.hosts import HostContract
from tests.hosts.woocommerce import order, send

_ids = itertools.count(1)


@pytest.mark.django_db
class TestContract(HostContract):
    def make_host(self) -> Host:
        return get_host("woo")

    def make_order(self) -> str:
        reference = next(_ids)
        assert send("order.created", order(reference)).status_code == 200
        return str(reference)

    def change_order(self, reference: str) -> None:
        said = order(int(reference), status="completed", date_modified_gmt="2026-11-24T12:00:00")
        assert send("order.updated", said).status_code == 200
