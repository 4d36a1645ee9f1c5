"""Dead letters, sent again: first counted, then done."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from order_status_plugin.channels.base import Receipt
from order_status_plugin.events import ContactSnapshot, ParcelStatus
from order_status_plugin.exceptions import AccessDenied, PermanentFailure
from order_status_plugin.messages import replay
from order_status_plugin.messages.consent import say
from order_status_plugin.messages.ledger import ConsentSource
from order_status_plugin.messages.models import ChannelState, OutboxMessage
from order_status_plugin.messages.relay import drain

from .shop import place, scan
from .test_relay import come_due

pytestmark = pytest.mark.django_db

State = OutboxMessage.State
LIST = "admin:order_status_plugin_outboxmessage_changelist"


def bury(provider: Any, count: int = 3) -> None:
    for number in range(count):
        place(ref=str(number))
    provider.answers = [PermanentFailure("550")] * count
    drain()
    assert set(OutboxMessage.objects.values_list("state", flat=True)) == {State.DEAD}
    provider.seen.clear()


def boss(*permissions: str) -> Client:
    user = User.objects.create_user("sam", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    return client


def test_it_is_counted_as_the_relay_would_see_it(provider: Any) -> None:
    bury(provider)
    place(ref="9", contact=ContactSnapshot(email="other@example.org"))
    order = OutboxMessage.objects.get(order__reference="0").order
    say(order, "email", is_given=False, source=ConsentSource.PAGE)
    counted = replay.count(OutboxMessage.objects.all())
    assert (counted.messages, counted.customers, sum(counted.held.values())) == (3, 2, 1)
    assert provider.seen == []


def test_they_leave_once_more_and_once_only(provider: Any) -> None:
    bury(provider)
    assert replay.send_again(OutboxMessage.objects.all()) == 3
    assert drain() == 3
    assert replay.send_again(OutboxMessage.objects.all()) == 0
    assert drain() == 0


def test_a_joined_message_is_one_again_whichever_row_was_chosen(provider: Any) -> None:
    place(parcels=2)
    drain()
    OutboxMessage.objects.all().delete()
    scan(ParcelStatus.OUT_FOR_DELIVERY, parcel=0)
    scan(ParcelStatus.OUT_FOR_DELIVERY, parcel=1)
    come_due()
    provider.answers = [PermanentFailure("550")]
    drain()
    assert OutboxMessage.objects.filter(state=State.DEAD).count() == 2
    assert replay.send_again(OutboxMessage.objects.exclude(told_by=None)) == 1
    provider.answers = [Receipt("x")]
    assert drain() == 1
    assert set(OutboxMessage.objects.values_list("state", flat=True)) == {State.SENT}


def test_the_admin_says_how_many_before_it_does(provider: Any) -> None:
    bury(provider, 4)
    say(OutboxMessage.objects.all()[0].order, "email", is_given=False, source=ConsentSource.PAGE)
    place(ref="9")
    client = boss("view_outboxmessage", "change_outboxmessage")
    chosen = {"action": "send_again", "_selected_action": list(OutboxMessage.objects.values_list("pk", flat=True))}
    asked = client.post(reverse(LIST), chosen)
    assert "1 customer would get 3 messages." in asked.content.decode()
    assert "1 × not sent: The customer switched these messages off." in asked.content.decode()
    assert "1 of the selected messages is neither" in asked.content.decode()
    assert not OutboxMessage.objects.filter(state=State.DEAD, attempts=0).exists()
    client.post(reverse(LIST), chosen | {"confirmed": "1"})
    assert OutboxMessage.objects.filter(state=State.PENDING).count() == 5


def test_who_may_only_look_sends_nothing(provider: Any) -> None:
    bury(provider)
    client = boss("view_outboxmessage")
    chosen = {"action": "send_again", "confirmed": "1", "_selected_action": [OutboxMessage.objects.all()[0].pk]}
    client.post(reverse(LIST), chosen)
    assert not OutboxMessage.objects.filter(state=State.PENDING).exists()


def test_a_channel_is_tried_at_once_when_staff_say_so(provider: Any) -> None:
    place()
    provider.answers = [AccessDenied("401")]
    drain()
    come_due()
    assert drain() == 0
    client = boss("view_channelstate", "change_channelstate")
    where = reverse("admin:order_status_plugin_channelstate_changelist")
    client.post(where, {"action": "close_selected", "_selected_action": ["email"]})
    assert ChannelState.objects.get().open_until is None
    assert drain() == 1


def test_the_command_adds_up_what_texts_may_cost(settings: Any, capsys: pytest.CaptureFixture[str]) -> None:
    options = {"sender": "20500", "prices": {"PT": "0.0385", "*": "0.5"}}
    entry = {"BACKEND": "order_status_plugin.channels.console.ConsoleSms", "OPTIONS": options}
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "CHANNELS": {**settings.ORDER_STATUS["CHANNELS"], "sms": entry}}
    place(ref="1", contact=ContactSnapshot(email="a@example.org", phone="+351912345678"))
    place(ref="2", contact=ContactSnapshot(email="b@example.org", phone="+31612345678"))
    call_command("order_status_send", "--dry-run")
    said = capsys.readouterr().out
    assert "2 customers would get 4 messages." in said
    assert "The texts would cost 0.5385 or so" in said


def test_the_command_counts_without_sending(provider: Any, capsys: pytest.CaptureFixture[str]) -> None:
    place(ref="1")
    place(ref="2", contact=ContactSnapshot(email="other@example.org"))
    order = place(ref="3")
    say(order, "email", is_given=False, source=ConsentSource.PAGE)
    call_command("order_status_send", "--dry-run")
    said = capsys.readouterr().out
    assert "2 customers would get 2 messages." in said
    assert "cost" not in said
    assert "1 would be held back" in said
    call_command("order_status_send", "--dry-run", "--limit", "1")
    assert "1 customers would get 1 messages." in capsys.readouterr().out
    assert provider.seen == []
