from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import OperationalError
from django.test import Client
from django.urls import reverse

from order_status_plugin.access import holds, limits
from order_status_plugin.access.links import order_path
from order_status_plugin.access.models import AttemptCount, AuditEntry, StaffView
from order_status_plugin.messages.corrected import CorrectedContact
from order_status_plugin.staff.deeds import DEEDS
from order_status_plugin.tracking.models import Order, OrderContact
from tests.access import canaries

pytestmark = pytest.mark.django_db

SLUGS = [deed.slug for deed in DEEDS]


@pytest.fixture
def order() -> Order:
    return canaries.everything()


@pytest.fixture
def boss() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("boss"))
    return client


def staff(*permissions: str) -> Client:
    User.objects.filter(username="helper").delete()
    user = User.objects.create_user("helper", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    return client


def deed(order: Order, slug: str) -> str:
    return reverse("admin:order_status_plugin_order_deed", args=[order.pk, slug])


def page(order: Order) -> str:
    return reverse("admin:order_status_plugin_order_change", args=[order.pk])


def offered(client: Client, order: Order) -> list[str]:
    html = client.get(page(order)).content.decode()
    return [slug for slug in SLUGS if f'href="{deed(order, slug)}"' in html]


def done() -> list[tuple[str, str]]:
    return list(AuditEntry.objects.order_by("pk").values_list("action", "actor"))


def test_a_new_link_ends_the_old_one(boss: Client, order: Order) -> None:
    old = order_path(order)
    assert boss.post(deed(order, "new-link")).status_code == 302
    order.refresh_from_db()
    assert Client().get(old).status_code == 404
    assert Client().get(order_path(order)).status_code == 200
    assert done() == [("link_renewed", "boss")]


def test_identification_is_unlocked(boss: Client, order: Order) -> None:
    subjects = [f"order:{order.pk}"]
    while limits.take(limits.identification(subjects, "a@example.org", "192.0.2.7")):
        pass
    boss.post(deed(order, "unlock"))
    assert limits.take(limits.identification(subjects, "b@example.org", "192.0.2.8"))
    assert AttemptCount.objects.filter(key=subjects[0], window="life").get().count == 1
    assert done() == [("unlocked", "boss")]


def test_holding_needs_a_reason_and_shows_it(boss: Client, order: Order) -> None:
    response = boss.post(deed(order, "hold"), {"reason": " "})
    assert "This field is required." in response.content.decode()
    assert not Order.objects.get().is_held
    boss.post(deed(order, "hold"), {"reason": "court <file 7>"})
    html = boss.get(page(order)).content.decode()
    assert "court &lt;file 7&gt;" in html
    assert offered(boss, order) == ["new-link", "unlock", "lift", "export"]
    boss.post(deed(order, "erase"))
    assert OrderContact.objects.exists()
    boss.post(deed(order, "lift"))
    order.refresh_from_db()
    assert (order.is_held, order.held_because) == (False, "")
    assert done() == [("held", "boss"), ("hold_lifted", "boss")]


def test_erasing_asks_first_and_leaves_nothing(boss: Client, order: Order) -> None:
    asked = boss.get(deed(order, "erase")).content.decode()
    assert "This cannot be undone." in asked
    assert OrderContact.objects.exists()
    response = boss.post(deed(order, "erase"), follow=True)
    assert "Everything personal of this order is erased." in response.content.decode()
    assert canaries.found() == {}
    assert offered(boss, order) == ["new-link"]
    assert done() == [("erased", "boss")]
    parcel = order.parcels.first()
    assert parcel is not None
    assert boss.get(reverse("admin:order_status_plugin_parcel_by_hand", args=[parcel.pk])).status_code == 404
    assert boss.get(reverse("admin:order_status_plugin_parcel_change", args=[parcel.pk])).status_code == 200


def test_the_export_is_a_file_that_nobody_keeps(boss: Client, order: Order) -> None:
    assert boss.get(deed(order, "export"))["Content-Type"].startswith("text/html")
    response = boss.post(deed(order, "export"))
    assert json.loads(response.content)["orders"][0]["contact"]["email"] == canaries.EMAIL
    assert "no-store" in response["Cache-Control"]
    assert "attachment" in response["Content-Disposition"]
    assert done() == [("exported", "boss")]


def test_asking_does_nothing(boss: Client, order: Order) -> None:
    before = (Order.objects.values().get(), canaries.found(), AttemptCount.objects.count())
    for slug in SLUGS:
        boss.get(deed(order, slug))
        boss.head(deed(order, slug))
    assert (Order.objects.values().get(), canaries.found(), AttemptCount.objects.count()) == before
    assert done() == []


def test_nothing_is_done_from_another_site(order: Order) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.create_superuser("boss"))
    for slug in SLUGS:
        assert client.post(deed(order, slug), {"reason": "x"}).status_code == 403
    assert done() == []


@pytest.mark.parametrize(
    ("permissions", "allowed"),
    [
        ((), []),
        (("view_order",), []),
        (("change_order",), ["new-link", "unlock", "hold"]),
        (("view_order", "delete_order"), ["erase"]),
        (("delete_order",), []),
        (("view_order", "view_status_page"), ["export"]),
        (("view_status_page",), []),
    ],
    ids=str,
)
def test_who_may_do_what(order: Order, permissions: tuple[str, ...], allowed: list[str]) -> None:
    client = staff(*permissions)
    if "view_order" in permissions or "change_order" in permissions:
        assert offered(client, order) == allowed
    for slug in set(SLUGS) - {"lift", *allowed}:
        assert client.post(deed(order, slug), {"reason": "x"}).status_code == 403
    assert done() == []
    for slug in allowed:
        assert client.post(deed(order, slug), {"reason": "x"}).status_code in (200, 302)
    assert len(done()) == len(allowed)


def test_nobody_lifts_a_hold_without_permission(order: Order) -> None:
    holds.hold(order, "court", "boss")
    assert staff("view_order", "delete_order").post(deed(order, "lift")).status_code == 403
    assert Order.objects.get().is_held


def test_what_is_not_there(boss: Client, order: Order) -> None:
    assert boss.get(deed(order, "burn")).status_code == 404
    gone = reverse("admin:order_status_plugin_order_deed", args=[0, "erase"])
    assert boss.get(gone).status_code == 404


def test_the_logs_are_read_and_not_written(boss: Client, order: Order) -> None:
    holds.hold(order, "a secret reason", "boss")
    entry, look = AuditEntry.objects.get(), StaffView.objects.get()
    for row, words in ((entry, "put on legal hold"), (look, "sam")):
        name = row._meta.model_name
        html = boss.get(reverse(f"admin:order_status_plugin_{name}_changelist")).content.decode()
        assert words in html
        assert "a secret reason" not in html
        change = reverse(f"admin:order_status_plugin_{name}_change", args=[row.pk])
        assert words in boss.get(change).content.decode()
        assert boss.post(change, {"actor": "x"}).status_code == 403
        assert boss.post(reverse(f"admin:order_status_plugin_{name}_delete", args=[row.pk])).status_code == 403
        assert boss.get(reverse(f"admin:order_status_plugin_{name}_add")).status_code == 403
    assert "put on legal hold" in boss.get(page(order)).content.decode()
    assert staff("view_order").get(reverse("admin:order_status_plugin_auditentry_changelist")).status_code == 403


def test_two_who_erase_at_once(boss: Client, order: Order, monkeypatch: Any) -> None:
    monkeypatch.setattr("order_status_plugin.staff.deeds.erase", lambda *given: False)
    response = boss.post(deed(order, "erase"), follow=True)
    assert "Somebody else was faster" in response.content.decode()


@pytest.mark.parametrize("slug", ["new-link", "correct-address"])
def test_nothing_is_done_that_cannot_be_written_down(order: Order, slug: str, monkeypatch: Any) -> None:
    def full(*given: object) -> None:
        raise OperationalError("the disk is full")

    monkeypatch.setattr("order_status_plugin.staff.deeds.audit", full)
    monkeypatch.setattr("order_status_plugin.messages.corrected.audit", full)
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.create_superuser("boss"))

    def state() -> list[Any]:
        return [*Order.objects.values_list("link_version"), *CorrectedContact.objects.values_list("email")]

    before = state()
    assert client.post(deed(order, slug), {"email": "new@tilia.example", "phone": ""}).status_code == 500
    assert state() == before
