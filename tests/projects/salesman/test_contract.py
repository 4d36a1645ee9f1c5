"""The public contract of hosts, kept by Salesman's; and what its checks say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core import checks
from django.test import override_settings

from order_status_plugin.hosts.salesman import SalesmanHost
from order_status_plugin.testing.hosts import HostContract

from . import shop


@pytest.mark.django_db(transaction=True)
class TestContract(HostContract):
    @pytest.fixture(autouse=True)
    def _silence(self) -> Iterator[None]:
        yield
        SalesmanHost("contract", {}).connect(lambda alias, reference, locale: None)

    def make_host(self) -> SalesmanHost:
        return SalesmanHost("contract", {"digital": ["goods.File"]})

    def make_order(self) -> str:
        return str(shop.place([(shop.thing("Mug"), 2), (shop.file("Album"), 1)]).pk)

    def change_order(self, reference: str) -> None:
        shop.tell(shop.Order.objects.get(pk=reference), tracking=f"UPS {shop.UPS}")


def ids(found: list[checks.CheckMessage]) -> list[str | None]:
    return [message.id for message in found]


def test_a_shop_as_it_is_has_nothing_to_mend() -> None:
    assert SalesmanHost("shop", {}).check() == []


def test_statuses_that_nobody_explained_are_warned_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SalesmanHost, "_statuses", lambda self: ["NEW", "AT_THE_POTTER"])
    [warning] = SalesmanHost("shop", {}).check()
    assert warning.id == "order_status.W211"
    assert "'AT_THE_POTTER'" in warning.msg
    assert "['statuses']" in str(warning.hint)
    assert SalesmanHost("shop", {"statuses": {"at the potter": "open"}}).check() == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"statuses": {"NEW": "flying"}}, "'flying'"),
        ({"statuses": []}, "must be a dict"),
        ({"extra": {"speed": "fast"}}, "'speed'"),
        ({"extra": "tracking"}, "must be a dict"),
        ({"digital": "goods.File"}, "must be a list"),
        ({"tax_rows": 7}, "must be a list"),
        ({"parse_address": "no.where"}, "parse_address"),
        ({"image": "no.where"}, "image"),
        ({"imge": "picture"}, "'imge'"),
    ],
)
def test_wrong_options_are_named(options: dict[str, Any], said: str) -> None:
    [message] = SalesmanHost("shop", options).check()
    assert message.id == "order_status.E211"
    assert said in message.msg


def test_two_aliases_of_one_shop_are_refused() -> None:
    twice = {alias: {"BACKEND": "order_status_plugin.hosts.salesman.SalesmanHost"} for alias in ("one", "two")}
    with override_settings(ORDER_STATUS={"HOSTS": twice}):
        assert ids(SalesmanHost("one", {}).check()) == ["order_status.E213"]
        assert ids(SalesmanHost("two", {}).check()) == []


def test_missing_apps_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.apps import apps

    known, gone = apps.is_installed, "salesman.basket"
    monkeypatch.setattr(apps, "is_installed", lambda name: name != gone and known(name))
    [message] = SalesmanHost("shop", {}).check()
    assert (message.id, gone in message.msg) == ("order_status.E212", True)
    gone = "wagtail_modeladmin"
    [message] = SalesmanHost("shop", {}).check()
    assert (message.id, gone in message.msg) == ("order_status.E214", True)
    gone = "salesman.admin"
    assert SalesmanHost("shop", {}).check() == []
