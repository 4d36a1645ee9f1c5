"""What is written down to be told, and what is not."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from order_status_plugin.channels.base import Channel, Message
from order_status_plugin.events import ContactSnapshot, Medium, Milestone, ParcelStatus
from order_status_plugin.hosts.demo import DemoHost
from order_status_plugin.messages import outbox
from order_status_plugin.messages.models import OutboxMessage
from order_status_plugin.tracking.milestones import Reached
from order_status_plugin.tracking.models import Order, OrderContact, Parcel

from .shop import EMAIL, place, scan

pytestmark = pytest.mark.django_db


class ConfirmingHost(DemoHost):
    sends_confirmation = True


class BrokenChannel(Channel):
    def recipient(self, contact: ContactSnapshot) -> str:
        raise RuntimeError("no")

    def send(self, messages: list[Message]) -> dict[str, Any]:
        return {}


class PhoneChannel(Channel):
    medium = Medium.SMS

    def recipient(self, contact: ContactSnapshot) -> str:
        return contact.phone

    def send(self, messages: list[Message]) -> dict[str, Any]:
        return {}


def with_settings(**more: Any) -> Any:
    return override_settings(ORDER_STATUS={**settings.ORDER_STATUS, **more})


def told() -> list[str]:
    return list(OutboxMessage.objects.order_by("pk").values_list("milestone", flat=True))


def reached(order: Order, milestone: Milestone = Milestone.CONFIRMED, **more: Any) -> Reached:
    given = {
        "subject": "order",
        "occurrence": "1",
        "happened_at": timezone.now(),
        "is_news": True,
        "fulfillment": None,
        "parcel": None,
        **more,
    }
    return Reached(order=order, milestone=milestone, **given)


def test_a_new_order_is_confirmed_once() -> None:
    place()
    place(tags=("gift",))  # the host says something else about the same order
    assert told() == ["confirmed"]


def test_a_parcel_is_told_on_its_way_step_by_step() -> None:
    place()
    place(parcels=1)
    scan(ParcelStatus.IN_TRANSIT, ago=4)
    scan(ParcelStatus.OUT_FOR_DELIVERY, ago=3)
    scan(ParcelStatus.DELIVERED, ago=2)
    assert told() == ["confirmed", "shipped", "out_for_delivery", "delivered"]


def test_a_second_parcel_and_a_second_attempt_are_news_and_a_repeat_is_none() -> None:
    order = place(parcels=2)
    one, two = order.parcels.all()
    OutboxMessage.objects.all().delete()
    happened = timezone.now()
    attempt = {"milestone": Milestone.ATTEMPTED_DELIVERY, "happened_at": happened}
    for parcel, occurrence in ((one, "1"), (one, "1"), (two, "1"), (one, "2"), (one, "2")):
        outbox.write(reached(order, **attempt, subject=f"parcel:{parcel.pk}", occurrence=occurrence, parcel=parcel))
    rows = OutboxMessage.objects.order_by("pk").values_list("subject", "occurrence")
    assert list(rows) == [(f"parcel:{one.pk}", "1"), (f"parcel:{two.pk}", "1"), (f"parcel:{one.pk}", "2")]


def test_two_workers_that_see_the_same_write_one_row(monkeypatch: pytest.MonkeyPatch) -> None:
    order = place()
    # The other worker's row is committed between our look and our insert.
    monkeypatch.setattr(outbox.OutboxMessage.objects, "filter", lambda **_: OutboxMessage.objects.none())
    outbox.write(reached(order))
    assert told() == ["confirmed"]


def test_a_rotated_secret_makes_no_old_news_new() -> None:
    with with_settings(KEYS=["old-secret"]):
        order = place()
    with with_settings(KEYS=["new-secret", "old-secret"]):
        outbox.write(reached(order))
        assert told() == ["confirmed"]
    with with_settings(KEYS=["new-secret"]):  # the old one is forgotten: this cannot be known any more
        outbox.write(reached(order))
    assert told() == ["confirmed", "confirmed"]


def test_another_spelling_of_the_address_is_the_same_recipient() -> None:
    order = place()
    OrderContact.objects.filter(order=order).update(email=f" {EMAIL.upper()} ")
    outbox.write(reached(order))
    assert told() == ["confirmed"]


def test_what_was_imported_or_is_old_stays_silent() -> None:
    place(ref="1", parcels=1, is_import=True)
    place(ref="2", placed_at=timezone.now() - dt.timedelta(hours=25))
    assert told() == []
    scan(ParcelStatus.DELIVERED)  # but what happens to an imported order from now on is news
    assert told() == ["delivered"]


def test_old_events_of_a_late_source_stay_silent() -> None:
    place(parcels=1, sent_at=timezone.now() - dt.timedelta(days=3))
    OutboxMessage.objects.all().delete()
    scan(ParcelStatus.OUT_FOR_DELIVERY, ago=60 * 25)
    assert told() == []


def test_the_age_is_also_looked_at_here() -> None:
    order = place()
    OutboxMessage.objects.all().delete()
    outbox.write(reached(order, happened_at=timezone.now() - dt.timedelta(hours=25)))
    outbox.write(reached(order, is_news=False))
    assert told() == []
    with with_settings(MESSAGES_MAX_AGE=dt.timedelta(hours=26)):
        outbox.write(reached(order, happened_at=timezone.now() - dt.timedelta(hours=25)))
    assert told() == ["confirmed"]


def test_only_the_chosen_milestones_are_told() -> None:
    with with_settings(MILESTONES=("delivered",)):
        place(parcels=1)
        scan(ParcelStatus.OUT_FOR_DELIVERY, ago=3)
        scan(ParcelStatus.DELIVERED, ago=2)
    assert told() == ["delivered"]


def test_a_host_that_confirms_by_itself_is_not_doubled() -> None:
    with with_settings(HOSTS={"shop": {"BACKEND": "tests.messages.test_outbox.ConfirmingHost"}}):
        place(parcels=1)
    assert told() == ["shipped"]


@pytest.mark.parametrize("email", [EMAIL, ""])
def test_who_gave_a_phone_is_confirmed_by_text_whatever_the_host_mails(email: str) -> None:
    channels = {**settings.ORDER_STATUS["CHANNELS"], "sms": {"BACKEND": "tests.messages.test_outbox.PhoneChannel"}}
    host = {"shop": {"BACKEND": "tests.messages.test_outbox.ConfirmingHost"}}
    with with_settings(HOSTS=host, CHANNELS=channels):
        place(contact=ContactSnapshot(name="Noor", email=email, phone="+351912345678"))
    assert list(OutboxMessage.objects.values_list("milestone", "channel")) == [("confirmed", "sms")]


def test_a_host_that_is_configured_no_more_breaks_nothing() -> None:
    order = place()
    OutboxMessage.objects.all().delete()
    with with_settings(HOSTS={}):
        outbox.write(reached(order))
    assert told() == ["confirmed"]


def test_the_toggle_of_a_shipment_holds_its_messages_and_says_so() -> None:
    place(parcels=1, notify_customer=False)
    scan(ParcelStatus.DELIVERED)
    rows = list(OutboxMessage.objects.order_by("pk").values_list("milestone", "state", "reason"))
    assert rows == [
        ("confirmed", "pending", ""),
        ("shipped", "held", outbox.NOT_NOTIFIED),
        ("delivered", "held", outbox.NOT_NOTIFIED),
    ]


def test_an_erased_order_says_nothing() -> None:
    order = place()
    OutboxMessage.objects.all().delete()
    order.erased_at = timezone.now()
    outbox.write(reached(order))
    assert told() == []


def test_nobody_to_tell_is_no_row() -> None:
    place(ref="1", contact=ContactSnapshot(name="Noor"))
    order = place(ref="2")
    OutboxMessage.objects.all().delete()
    OrderContact.objects.filter(order=order).delete()
    outbox.write(reached(order))
    assert told() == []


def test_each_channel_that_reaches_the_customer_gets_a_row_and_a_broken_one_stops_no_other() -> None:
    channels = {
        "broken": {"BACKEND": "tests.messages.test_outbox.BrokenChannel"},
        "missing": {"BACKEND": "tests.nowhere.Channel"},
        "sms": {"BACKEND": "tests.messages.test_outbox.PhoneChannel"},
        **settings.ORDER_STATUS["CHANNELS"],
    }
    with with_settings(CHANNELS=channels):
        place(ref="1", contact=ContactSnapshot(email=EMAIL, phone="+351910000000"))
        place(ref="2")
    rows = OutboxMessage.objects.order_by("pk").values_list("order__reference", "channel")
    assert list(rows) == [("1", "sms"), ("1", "email"), ("2", "email")]


def test_no_address_stands_in_a_row() -> None:
    place()
    row = OutboxMessage.objects.values().get()
    assert EMAIL not in str(row)


def test_the_row_stands_and_falls_with_its_transaction() -> None:
    order = place()
    OutboxMessage.objects.all().delete()
    with pytest.raises(RuntimeError), transaction.atomic():  # noqa: PT012
        outbox.write(reached(order))
        raise RuntimeError
    assert told() == []


def test_an_order_with_one_parcel_never_waits_and_one_with_two_does() -> None:
    place(ref="1", parcels=1)
    scan(ParcelStatus.OUT_FOR_DELIVERY)
    assert all(row.due_at <= row.created_at for row in OutboxMessage.objects.all())
    Parcel.objects.all().delete()
    OutboxMessage.objects.all().delete()
    place(ref="2", parcels=2)
    scan(ParcelStatus.OUT_FOR_DELIVERY, parcel=1)
    waits = {row.milestone: row.due_at - row.created_at for row in OutboxMessage.objects.all()}
    none, window = dt.timedelta(), dt.timedelta(seconds=30)
    assert waits == {"confirmed": none, "shipped": window, "out_for_delivery": window}


def test_the_last_parcel_to_arrive_waits_for_nobody() -> None:
    order = place(parcels=2)
    scan(ParcelStatus.DELIVERED, parcel=0)
    OutboxMessage.objects.all().delete()
    last = Parcel.objects.get(order=order, status=ParcelStatus.CONFIRMED)
    outbox.write(reached(order, Milestone.DELIVERED, subject=f"parcel:{last.pk}", parcel=last))
    row = OutboxMessage.objects.get()
    assert row.due_at == row.created_at


def test_writing_wakes_the_worker_after_commit(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    woken: list[tuple[str, str]] = []
    monkeypatch.setattr(outbox, "wake", lambda name, func: woken.append((name, func)))
    order = place()
    assert woken == [("outbox", "order_status_plugin.flow.drain_outbox")]
    outbox.write(replace(reached(order)))
    assert len(woken) == 1
