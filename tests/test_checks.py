"""A wrong setting is named before the first request."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest
from django.core.checks import run_checks

from order_status_plugin import checks


def ids(*found: Any) -> set[str]:
    return {message.id for message in found}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"HOSTZ": {}}, "order_status.W001"),
        ({"MESSAGES": "no"}, "order_status.E003"),
        ({"LIMIT_ORDER_HOUR": True}, "order_status.E003"),
        ({"LIMIT_ORDER_HOUR": -1}, "order_status.E003"),
        ({"HOSTS": ["shop"]}, "order_status.E003"),
        ({"KEYS": ["short"]}, "order_status.E007"),
    ],
)
def test_settings(settings: Any, change: dict[str, Any], expected: str) -> None:
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, **change}
    assert expected in ids(*checks.check_settings())


def test_the_setting_must_be_a_dict(settings: Any) -> None:
    settings.ORDER_STATUS = ["HOSTS"]
    assert ids(*checks.check_settings()) == {"order_status.E003"}


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"Shop!": {"BACKEND": "order_status_plugin.hosts.demo.DemoHost"}}, "order_status.E002"),
        ({"shop": {"BACKEND": "nowhere.Host"}}, "order_status.E001"),
        ({"shop": {"BACKEND": "order_status_plugin.sources.manual.Manual"}}, "order_status.E001"),
        ({"shop": {}}, "order_status.E001"),
        ({"shop": {"BACKEND": "order_status_plugin.hosts.demo.DemoHost", "OPTIONS": []}}, "order_status.E001"),
    ],
)
def test_backends(settings: Any, entry: dict[str, Any], expected: str) -> None:
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "HOSTS": entry}
    assert expected in ids(*checks.check_backends())


def test_a_broker_that_cannot_be_imported(settings: Any) -> None:
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "LIVE_BROKER": "nowhere.Broker"}
    assert "order_status.E001" in ids(*checks.check_backends())


def test_an_unset_cluster(settings: Any) -> None:
    settings.Q_CLUSTER = {}
    assert ids(*checks.check_project()) == {"order_status.W010"}


def test_missing_apps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks.apps, "is_installed", lambda name: name != "django_q")
    assert "order_status.E005" in ids(*checks.check_project())


@pytest.mark.urls("tests.urls_broken.nowhere")
def test_addresses_that_are_not_mounted() -> None:
    assert ids(*checks.check_urls()) == {"order_status.E006"}


@pytest.mark.urls("tests.urls_broken.prefixed")
def test_addresses_below_a_language() -> None:
    assert ids(*checks.check_urls()) == {"order_status.E004"}


def test_links_without_keys_of_their_own(settings: Any) -> None:
    assert ids(*checks.check_keys()) == {"order_status.W014"}
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "KEYS": ["k" * 40]}
    assert checks.check_keys() == []


def test_the_shops_own_frame_costs_something(settings: Any) -> None:
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "BASE_TEMPLATE": "shop/base.html"}
    assert ids(*checks.check_frame()) == {"order_status.W013"}


@pytest.mark.sqlite
class Sqlite:
    vendor = "sqlite"
    settings_dict: ClassVar[dict[str, Any]] = {"OPTIONS": {}}

    def is_in_memory_db(self) -> bool:
        return False


def test_sqlite_that_a_worker_cannot_share(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "connections", {"default": Sqlite()})
    assert ids(*checks.check_databases(["default"])) == {"order_status.W011"}
    good = {"transaction_mode": "IMMEDIATE", "init_command": "PRAGMA journal_mode=WAL;"}
    monkeypatch.setattr(Sqlite, "settings_dict", {"OPTIONS": good})
    assert checks.check_databases(["default"]) == []


@pytest.mark.django_db
def test_this_project_is_in_order() -> None:
    assert [m for m in run_checks() if str(m.id).startswith("order_status")] == []
