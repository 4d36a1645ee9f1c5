"""The public contract of hosts, kept by Oscar's; and what its checks say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core import checks
from django.test import override_settings
from oscar.core.loading import get_model

from order_status_plugin.hosts.oscar import OscarHost
from order_status_plugin.testing.hosts import HostContract
from order_status_plugin.watching import readiness

from . import shop


@pytest.mark.django_db(transaction=True)
class TestContract(HostContract):
    @pytest.fixture(autouse=True)
    def _silence(self) -> Iterator[None]:
        yield
        OscarHost("contract", {}).connect(lambda alias, reference, locale: None)

    def make_host(self) -> OscarHost:
        return OscarHost("contract", {})

    def make_order(self) -> str:
        return str(shop.place([(shop.product("Mug"), 2), (shop.product("Album", is_physical=False), 1)]).pk)

    def change_order(self, reference: str) -> None:
        shop.ship(shop.Order.objects.get(pk=reference), "Shipped", "UPS 1Z999AA10123456784")


def ids(found: list[checks.CheckMessage]) -> list[str | None]:
    return [message.id for message in found]


def test_words_that_nobody_explained_are_warned_of() -> None:
    with override_settings(OSCAR_ORDER_STATUS_PIPELINE={"Pending": ("Na oficina",)}):
        [warning] = [one for one in OscarHost("shop", {}).check() if one.id == "order_status.W201"]
        assert "'Na oficina'" in warning.msg
        assert "order_statuses" in str(warning.hint)
        assert "order_status.W201" not in ids(OscarHost("shop", {"order_statuses": {"Na oficina": "open"}}).check())


def test_wrong_options_are_named() -> None:
    found = OscarHost(
        "shop", {"order_statuses": {"Pending": "flying"}, "line_statuses": [], "parse_reference": "no.where"}
    )
    messages = [message for message in found.check() if isinstance(message, checks.Error)]
    assert ids(messages) == ["order_status.E201", "order_status.E201", "order_status.E202"]
    assert "'flying'" in messages[0].msg


def test_two_aliases_of_one_shop_are_refused() -> None:
    twice = {alias: {"BACKEND": "order_status_plugin.hosts.oscar.OscarHost"} for alias in ("one", "two")}
    with override_settings(ORDER_STATUS={"HOSTS": twice}):
        assert ids(OscarHost("one", {}).check()).count("order_status.E204") == 1


def test_a_mail_without_the_link_is_warned_of(settings: Any) -> None:
    assert ("order_status.W203" in ids(OscarHost("shop", {}).check())) is settings.PLUGIN_IS_LAST


@pytest.mark.django_db
def test_event_types_in_the_database_are_checked_with_the_database() -> None:
    shop.ShippingEventType.objects.create(name="Shipped")
    host = OscarHost("shop", {})
    assert host.check_event_types(databases=["default"]) == []
    shop.ShippingEventType.objects.create(name="Blessed")
    [warning] = host.check_event_types(databases=["default"])
    assert (warning.id, "'Blessed'" in warning.msg, "'Shipped'" in warning.msg) == ("order_status.W204", True, False)
    assert host.check_event_types(databases=None) == []
    known = OscarHost("shop", {"shipping_event_types": {"blessed": "ignore"}})
    assert known.check_event_types(databases=["default"]) == []
    assert "order_status.W204" in ids(checks.run_checks(tags=[checks.Tags.database], databases=["default"]))


@pytest.mark.django_db
def test_a_saved_confirmation_without_the_link_is_named_and_by_the_doctor_too(settings: Any) -> None:
    host = OscarHost("shop", {})
    kinds = get_model("communication", "CommunicationEventType").objects
    kind = kinds.create(code="ORDER_PLACED", name="Order placed", email_body_template="Thanks!")
    named = "order_status.W205" in ids(host.check_event_types(databases=["default"]))
    assert named is not settings.PLUGIN_IS_LAST, "where the files lack it, too, W203 says so"
    assert ("order_status.W205" in [fact.about for fact in readiness.look()]) is named
    assert "order_status.W205" not in ids(host.check_event_types(databases=None))
    kind.email_body_template = kind.email_body_html_template = "{% load order_status %}{% order_status_url order %}"
    kind.save()
    assert "order_status.W205" not in ids(host.check_event_types(databases=["default"]))
