"""What did not leave, in Wagtail: counted, sent again, counted as arrived; and the devices that news goes to."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from order_status_plugin.access.models import AuditEntry
from order_status_plugin.exceptions import PermanentFailure
from order_status_plugin.messages import outbox, subscriptions
from order_status_plugin.messages.consent import say
from order_status_plugin.messages.ledger import ConsentSource
from order_status_plugin.messages.models import OutboxMessage
from order_status_plugin.messages.relay import drain
from order_status_plugin.messages.subscriptions import Subscription
from order_status_plugin.tracking import record
from order_status_plugin.tracking.models import Order
from tests.messages.conftest import provider  # noqa: F401 - a fixture
from tests.messages.shop import place

pytestmark = pytest.mark.django_db

State = OutboxMessage.State
LIST, AGAIN = "order_status_undelivered", "order_status_send_again"
READ = ("access_admin", "view_outboxmessage")
SEND = (*READ, "change_outboxmessage")
NOTES = ("view_ordernote",)


@pytest.fixture(autouse=True)
def _told() -> None:
    record.observe("outbox", outbox.write_all)


def staff(*permissions: str) -> Client:
    user = User.objects.create_user("sam", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    return client


def bury(provider: Any, *refs: str) -> None:  # noqa: F811
    for ref in refs:
        place(ref=ref)
    provider.answers = [PermanentFailure("550 no such box")] * len(refs)
    drain()
    provider.answers = []


def states() -> dict[str, str]:
    return dict(OutboxMessage.objects.values_list("order__reference", "state"))


def shown(client: Client, **data: Any) -> str:
    answer = client.get(reverse(LIST), data)
    assert answer.status_code == 200
    return str(answer.content.decode())


def asked(client: Client, query: str = "", **data: Any) -> tuple[str, str]:
    """Return the page that asks, and the messages that it names."""
    answer = client.post(reverse(AGAIN) + query, data)
    assert answer.status_code == 200
    return answer.content.decode(), answer.context["pks"]


def test_all_that_is_listed_is_counted_and_then_sent(provider: Any) -> None:  # noqa: F811
    bury(provider, "1", "2", "3")
    say(Order.objects.get(reference="2"), "email", is_given=False, source=ConsentSource.PAGE)
    client = staff(*SEND)
    html = shown(client)
    assert html.count('name="message"') == 3
    assert "550 no such box" in html
    html, pks = asked(client, again="")
    assert "1 customer would get 2 messages." in html
    assert "1 × not sent: The customer switched these messages off." in html
    assert set(states().values()) == {State.DEAD}, "asking sends nothing"
    bury(provider, "4")  # after it was counted
    client.post(reverse(AGAIN), {"again": "", "messages": pks, "confirmed": ""})
    assert states() == {"1": State.PENDING, "2": State.PENDING, "3": State.PENDING, "4": State.DEAD}
    assert drain() == 2
    assert list(AuditEntry.objects.values_list("action", "actor", "detail")) == [("messages_resent", "sam", "3")]


def test_what_is_ticked_or_filtered_is_meant(provider: Any) -> None:  # noqa: F811
    bury(provider, "1", "2", "3")
    OutboxMessage.objects.filter(order__reference="3").update(state=State.UNKNOWN)
    client = staff(*SEND)
    ticked = OutboxMessage.objects.get(order__reference="2").pk
    assert asked(client, again="", message=[ticked])[1] == str(ticked)
    doubted = OutboxMessage.objects.get(order__reference="3").pk
    assert shown(client, state="unknown").count('name="message"') == 1
    assert asked(client, "?state=unknown", again="")[1] == str(doubted)
    html, pks = asked(client, settle="")
    assert (pks, "1 message would count as arrived." in html) == (str(doubted), True)
    client.post(reverse(AGAIN), {"settle": "", "messages": f"{doubted},{ticked}", "confirmed": ""})
    assert states() == {"1": State.DEAD, "2": State.DEAD, "3": State.SENT}


def test_who_may_only_read_sends_nothing(provider: Any) -> None:  # noqa: F811
    bury(provider, "1")
    client = staff(*READ)
    html = shown(client)
    assert "550 no such box" in html
    assert reverse(AGAIN) not in html
    pk = OutboxMessage.objects.get().pk
    client.post(reverse(AGAIN), {"again": "", "messages": str(pk), "confirmed": ""})
    assert states() == {"1": State.DEAD}
    assert client.get(reverse("wagtailadmin_home")).status_code == 200


def test_nobody_else_reads_the_list() -> None:
    client = staff("access_admin")
    assert client.get(reverse(LIST)).status_code == 302
    assert "550" not in client.get(reverse(LIST), follow=True).content.decode()


def test_what_nobodys_form_sends_is_left_out(provider: Any) -> None:  # noqa: F811
    bury(provider, "1")
    client = staff(*SEND)
    client.post(reverse(AGAIN), {"again": "", "messages": "x,-1,,9999999999999999999999,²", "confirmed": ""})
    assert states() == {"1": State.DEAD}
    assert client.get(reverse(AGAIN)).status_code == 302


def test_an_orders_own_are_sent_again_from_its_page(provider: Any) -> None:  # noqa: F811
    bury(provider, "1", "2")
    OutboxMessage.objects.filter(order__reference="1").update(state=State.HELD)
    order, other = Order.objects.get(reference="1"), OutboxMessage.objects.get(order__reference="2")
    client = staff(*SEND, *NOTES)
    page = client.get(reverse("order_status_notes:order", args=[order.pk])).content.decode()
    url = reverse("order_status_send_again_of", args=[order.pk])
    assert url in page
    html = client.post(url, {"again": ""}).content.decode()
    assert "1 customer would get 1 message." in html
    mine = OutboxMessage.objects.get(order=order)
    client.post(url, {"again": "", "messages": f"{mine.pk},{other.pk}", "confirmed": ""})
    assert states() == {"1": State.PENDING, "2": State.DEAD}


# --- devices ----------------------------------------------------------------------------------------------


def device(order: Order, name: str = "a") -> Subscription:
    subscriptions.add(order, "email", f"https://push.example/{name}", "en")
    return Subscription.objects.latest("pk")


def test_a_device_is_ended_in_wagtail() -> None:
    order = place()
    first, second = device(order, "a"), device(order, "b")
    client = staff(*READ, *NOTES, "view_subscription", "delete_subscription")
    where = reverse("order_status_notes:order", args=[order.pk])
    html = client.get(where).content.decode()
    url = reverse("order_status_notes:end_device", args=[order.pk, first.pk])
    assert url in html
    assert "push.example" not in html, "where it is reached is the device's own"
    assert client.get(url).status_code == 302
    assert Subscription.objects.count() == 2, "reading ends nothing"
    client.post(url)
    assert list(Subscription.objects.all()) == [second]
    assert AuditEntry.objects.get().action == "subscription_ended"
    stranger = place(ref="2")
    client.post(reverse("order_status_notes:end_device", args=[stranger.pk, second.pk]))
    assert list(Subscription.objects.all()) == [second], "another order's"


def test_who_may_not_end_a_device_sees_it_without_a_button() -> None:
    order = place()
    row = device(order)
    client = staff(*READ, *NOTES, "view_subscription")
    html = client.get(reverse("order_status_notes:order", args=[order.pk])).content.decode()
    assert "Devices that asked for news" in html
    url = reverse("order_status_notes:end_device", args=[order.pk, row.pk])
    assert url not in html
    client.post(url)
    assert Subscription.objects.count() == 1


def test_devices_are_ended_in_djangos_admin() -> None:
    order = place()
    first, second = device(order, "a"), device(order, "b")
    client = staff("view_order", "view_subscription", "delete_subscription")
    page = client.get(reverse("admin:order_status_plugin_order_change", args=[order.pk])).content.decode()
    url = reverse("admin:order_status_plugin_order_deed", args=[order.pk, "devices"])
    assert url in page
    assert "push.example" not in page
    assert client.get(url).content.decode().count('name="devices"') == 2
    client.post(url, {"devices": [first.pk]})
    assert list(Subscription.objects.all()) == [second]
    client.post(url, {"devices": [first.pk]})  # not on offer any more
    assert list(Subscription.objects.all()) == [second]
