"""The public contract of hosts, kept by the push API's."""

from __future__ import annotations

import itertools

import pytest

from order_status_plugin.backends import get_host
from order_status_plugin.hosts.base import Host
from order_status_plugin.testing.hosts import HostContract
from tests.api.caller import Caller, order

_references = itertools.count(1)


@pytest.mark.django_db
class TestContract(HostContract):
    def make_host(self) -> Host:
        return get_host("push")

    def make_order(self) -> str:
        reference = f"A-{next(_references)}"
        assert Caller()("PUT", f"/{reference}", order()).status_code == 201
        return reference

    def change_order(self, reference: str) -> None:
        assert Caller()("PUT", f"/{reference}", order(payment="refunded", changed_at=None)).status_code == 200
