"""Devices that see the private details, and the mail about a new one."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import Permission, User
from django.utils import timezone

from order_status_plugin.access import claims, links
from order_status_plugin.access.models import AuditEntry, Grant
from order_status_plugin.tracking import record

from ..access.test_headers import assert_ours
from ..orders import snapshot
from .doors import PERSON, browser, posted

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    return record.order("shop", snapshot(), is_import=True)


def sees_all(client, order):
    return "TS-20418" in client.get(links.order_path(order)).content.decode()


def identified(address="192.0.2.1", agent="Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"):
    client = browser(address)
    client.defaults["HTTP_USER_AGENT"] = agent
    client.post("/orders/", PERSON)
    return client


PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Version/18.0 Safari/604.1"


def test_the_page_lists_devices_and_forgets_one(order):
    here, phone = identified(), identified("192.0.2.2", PHONE)
    body = here.get(links.order_path(order)).content.decode()
    assert "2 devices see these details" in body
    assert body.index("Firefox, Linux") < body.index("This one") < body.index("Safari, iPhone")
    other = Grant.objects.get(device__label="Safari, iPhone")
    answer = here.post(f"{links.order_path(order)}devices/", {"device": other.pk})
    assert answer["Location"] == f"{links.order_path(order)}#devices"
    assert_ours(answer)
    assert sees_all(here, order)
    assert not sees_all(phone, order)


def test_all_others_are_forgotten_and_other_orders_stay(order):
    second = record.order("shop", snapshot(reference="2", number="TS-2"), is_import=True)
    here, phone = identified(), identified("192.0.2.2")
    phone.post("/orders/", {**PERSON, "number": "TS-2"})
    here.post(f"{links.order_path(order)}devices/", {"others": "1"})
    assert sees_all(here, order)
    assert not sees_all(phone, order)
    assert "TS-2" in phone.get(links.order_path(second)).content.decode()


def test_nobody_else_can_forget_devices_renew_the_link_or_share(order):
    here = identified()
    stranger, grant, path = browser("192.0.2.9"), Grant.objects.get(), links.order_path(order)
    staff = browser("192.0.2.8")
    user = User.objects.create_user("sam", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_status_page"))
    staff.force_login(user)
    for client in (stranger, staff):
        for address, data in (
            ("devices/", {"device": grant.pk}),
            ("devices/?as=customer", {"others": "1"}),
            ("renew/?as=customer", {}),
            ("share/?as=customer", {"days": "7"}),
            ("share/end/", {"link": "1"}),
        ):
            assert client.post(path + address, data).status_code == 303
    order.refresh_from_db()
    assert order.link_version == 1
    assert not order.share_links.exists()
    assert sees_all(here, order)


def test_another_orders_device_cannot_be_forgotten_from_this_one(order):
    second = record.order("shop", snapshot(reference="2", number="TS-2"), is_import=True)
    here, phone = identified(), browser("192.0.2.2")
    phone.post("/orders/", {**PERSON, "number": "TS-2"})
    here.post(f"{links.order_path(order)}devices/", {"device": Grant.objects.get(order=second).pk})
    here.post(f"{links.order_path(order)}devices/", {"device": "9" * 40})
    assert Grant.objects.count() == 2


def test_the_owner_hears_of_a_new_device_and_can_end_it(order):
    identified()
    (letter,) = posted()
    assert letter.to == ["noor@example.org"]
    assert "Firefox, Linux" in letter.body
    assert {"X-Order-Status", "List-Unsubscribe"} & set(letter.extra_headers) == set()
    (path,) = re.findall(r"/orders/devices/[\w-]+/", letter.body)
    mail_program = browser("203.0.113.1")
    assert mail_program.get(path).status_code == 200
    assert mail_program.head(path).status_code == 200
    assert mail_program.post(path).status_code == 422  # a program that presses every button
    assert Grant.objects.exists()
    answer = mail_program.post(path, {"sure": "yes"})
    assert answer["Location"] == f"{path}?done"
    assert_ours(answer)
    assert "Your details are hidden" in mail_program.get(answer["Location"]).content.decode()
    assert not Grant.objects.exists()
    assert not sees_all(mail_program, order)


def test_the_ordering_device_and_one_that_comes_again_are_no_news(order):
    client = browser()
    client.post("/orders/claim/", {"code": claims.code_for("shop", order.reference)})
    client.post("/orders/", PERSON)
    assert posted() == []
    identified("192.0.2.2")
    assert len(posted()) == 1


def test_the_link_of_that_mail_ends_this_orders_devices_only_and_not_for_ever(order):
    second = record.order("shop", snapshot(reference="2", number="TS-2"), is_import=True)
    client = identified()
    client.post("/orders/", {**PERSON, "number": "TS-2"})
    letters = posted()
    (path,) = {path for letter in letters[:1] for path in re.findall(r"/orders/devices/[\w-]+/", letter.body)}
    browser("192.0.2.7").post(path, {"sure": "yes"})
    assert list(Grant.objects.values_list("order", flat=True)) == [second.pk]
    # Not the last character: some of its bits may say nothing.
    forged = path[:30] + ("A" if path[30] != "A" else "B") + path[31:]
    assert browser().get(forged).status_code == 404
    import time_machine

    with time_machine.travel(timezone.now() + claims.conf.GRANT_LIFETIME * 1.01):
        assert browser().get(path).status_code == 404


def test_a_change_of_email_at_the_host_ends_devices(order):
    client = identified()
    contact = snapshot().contact
    from dataclasses import replace

    record.order("shop", snapshot(contact=replace(contact, email="new@example.org")))
    assert not sees_all(client, order)


def test_what_was_done_is_in_the_log_and_names_nobody(order):
    here = identified()
    here.post(f"{links.order_path(order)}devices/", {"others": "1"})
    here.post(f"{links.order_path(order)}renew/")
    assert list(AuditEntry.objects.order_by("pk").values_list("action", "actor", "detail")) == [
        ("device_let_in", "customer", "identified"),
        ("device_forgotten", "customer", "all others"),
        ("link_renewed", "customer", ""),
    ]
