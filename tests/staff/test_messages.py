"""What staff see of an order's messages, and what they do about them."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from django.urls import reverse
from wagtail.models import Site

from order_status_plugin.access.models import AuditEntry
from order_status_plugin.events import Delivery
from order_status_plugin.messages import outbox, suppression
from order_status_plugin.messages.ledger import ConsentEntry
from order_status_plugin.messages.models import OutboxMessage
from order_status_plugin.messages.recipient import known
from order_status_plugin.messages.relay import drain
from order_status_plugin.messages.rules import MessageRules, rules_for
from order_status_plugin.tracking import record
from order_status_plugin.tracking.models import Fulfillment, Order
from tests.messages.shop import EMAIL, place

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _told() -> None:
    record.observe("outbox", outbox.write_all)


@pytest.fixture
def boss() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("boss"))
    return client


def do(boss: Client, order: Order, slug: str, **data: Any) -> str:
    url = reverse("admin:order_status_plugin_order_deed", args=[order.pk, slug])
    assert boss.get(url).status_code == 200
    answer = boss.post(url, data, follow=True)
    return answer.content.decode()


def page(boss: Client, order: Order) -> str:
    return boss.get(reverse("admin:order_status_plugin_order_change", args=[order.pk])).content.decode()


def test_the_order_shows_its_messages_and_no_address(boss: Client) -> None:
    order = place()
    drain()
    OutboxMessage.objects.update(provider_id="prov-77")
    html = page(boss, order)
    assert "prov-77" in html
    assert "example.org" not in html
    row = boss.get(reverse("admin:order_status_plugin_outboxmessage_change", args=[OutboxMessage.objects.get().pk]))
    assert "n•••@example.org" in row.content.decode()
    assert EMAIL not in row.content.decode()
    wagtail = boss.get(reverse("order_status_notes:order", args=[order.pk])).content.decode()
    assert "prov-77" in wagtail
    assert "n•••@example.org" in wagtail
    assert EMAIL not in wagtail


def test_a_corrected_address(boss: Client) -> None:
    order = place()
    do(boss, order, "correct-address", email="right@example.org", phone="")
    drain()
    assert [letter.to for letter in mail.outbox] == [["right@example.org"]]
    assert AuditEntry.objects.get().detail == "email"
    assert "example.org" not in page(boss, order)
    do(boss, order, "correct-address", email="", phone="")
    assert not hasattr(Order.objects.get(pk=order.pk), "corrected_contact")


def test_send_again_says_how_many_first_and_asks_consent_anew(boss: Client) -> None:
    order = place()
    suppression.suppress("email", known("email", EMAIL), Delivery.BOUNCED)
    assert drain() == 0
    url = reverse("admin:order_status_plugin_order_deed", args=[order.pk, "resend"])
    assert "1 customer would get 1 message" in boss.get(url).content.decode()
    do(boss, order, "resend")
    assert drain() == 0, "the address is as dead as before"
    do(boss, order, "lift-suppression", reason="They told us that the box was full")
    do(boss, order, "resend")
    assert drain() == 1
    assert not suppression.Suppression.objects.filter(lifted_at=None).exists()
    assert list(AuditEntry.objects.order_by("pk").values_list("action", flat=True)) == [
        "messages_resent",
        "suppression_lifted",
        "messages_resent",
    ]


def test_a_wish_on_the_phone(boss: Client) -> None:
    order = place()
    do(boss, order, "wish", channel="email", is_given="no", wording="Please no more mails, on the phone")
    assert drain() == 0
    entry = ConsentEntry.objects.get()
    assert (entry.source, entry.actor, entry.is_given) == ("staff", "boss", False)


def test_a_shipment_that_is_not_told(boss: Client) -> None:
    order = place(parcels=1)
    assert "notices" in page(boss, order)
    do(boss, order, "notices")
    assert not Fulfillment.objects.get().notify_customer
    assert drain() == 1  # the confirmation
    do(boss, order, "notices", **{f"fulfillment-{Fulfillment.objects.get().pk}": "on"})
    assert Fulfillment.objects.get().notify_customer


def test_the_rules_are_a_form_with_a_table(boss: Client) -> None:
    html = boss.get(reverse("order_status_rules:add")).content.decode()
    assert html.count('value="email:shipped"') == 1
    assert 'value="email:shipped" aria-label="On its way, Email" checked' in html
    assert 'value="email:estimate_moved" aria-label="A new date, Email">' in html
    site = Site.objects.get(is_default_site=True)
    ticked = [f"email:{name}" for name in ("shipped", "estimate_moved")]
    form = {"site": site.pk, "is_on": "on", "told": ticked, "tells_overtaken": "unknown", "silent_days": "3"}
    answer = boss.post(reverse("order_status_rules:add"), form)
    assert answer.status_code == 302, answer.context["form"].errors
    row = MessageRules.objects.get()
    assert row.told == {"email": ["shipped", "estimate_moved"]}
    assert rules_for(None).silent_after().days == 3
    assert rules_for(None).tells("estimate_moved", "email")
    assert not rules_for(None).tells("delivered", "email")
    # As the settings have it, it follows them.
    form["told"] = [f"email:{name}" for name in settings.ORDER_STATUS.get("MILESTONES", _default())]
    assert boss.post(reverse("order_status_rules:edit", args=[row.pk]), form).status_code == 302
    assert MessageRules.objects.get().told == {}
    form["quiet_from"] = "22:00"
    assert boss.post(reverse("order_status_rules:edit", args=[row.pk]), form).status_code == 200


def _default() -> Any:
    from order_status_plugin.conf import conf

    return conf.MILESTONES
