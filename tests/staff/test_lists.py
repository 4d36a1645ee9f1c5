"""Staff's lists stay quick however many rows there are: no list reads a whole table, and searches find by an index."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from order_status_plugin.events import ParcelStatus
from order_status_plugin.intake.models import InboxMessage
from order_status_plugin.messages.models import OutboxMessage
from order_status_plugin.polling.models import Poll
from order_status_plugin.tracking import record
from order_status_plugin.tracking.models import Order, Parcel
from tests import orders

pytestmark = pytest.mark.django_db

LISTS = ("order", "parcel", "inboxmessage", "outboxmessage", "poll", "webhookdelivery", "auditentry", "staffview")


@pytest.fixture
def staff() -> Client:
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("staff", "staff@shop.example", "staff"))
    return client


@pytest.fixture
def order() -> Order:
    made = record.order("shop", orders.snapshot(fulfillments=(orders.sent(),)))
    record.tracking("aftership", orders.update(orders.scan(ParcelStatus.IN_TRANSIT)))
    return made


def listed(staff: Client, model: str, **query: str) -> list[Any]:
    found = staff.get(reverse(f"admin:order_status_plugin_{model}_changelist"), query)
    assert found.status_code == 200
    return list(found.context["cl"].result_list)


@pytest.mark.parametrize("model", LISTS)
def test_no_list_asks_a_whole_table_for_its_values_or_its_ends(staff: Client, order: Order, model: str) -> None:
    with CaptureQueriesContext(connection) as captured:
        listed(staff, model)
    ours = [query["sql"] for query in captured if "order_status_plugin_" in query["sql"]]
    assert ours
    for word in ("DISTINCT", "MIN(", "MAX("):
        assert [sql for sql in ours if word in sql.upper()] == []
    assert [sql for sql in ours if "COUNT(" in sql.upper() and "LIMIT" not in sql.upper()] == []


def test_filters_offer_what_a_column_can_hold_and_keep_it(staff: Client, order: Order) -> None:
    assert listed(staff, "order", host="shop") == [order]
    assert listed(staff, "order", state="cancelled") == []
    assert [row.order_id for row in listed(staff, "parcel", carrier="ups")] == [order.pk]
    assert listed(staff, "parcel", carrier="fedex") == []
    assert listed(staff, "outboxmessage", channel="email", milestone="delivered") == []


def test_searches_find_what_an_index_knows(staff: Client, order: Order) -> None:
    now = timezone.now()
    for key, state, more in (
        ("evt-1", "handled", {}),
        ("evt-2", "failed", {"reason": "Something odd: teapot"}),
        ("evt-3", "waiting", {"waits_for": "1Z999AA10123456785"}),
        ("evt-4", "handled", {"reason": "a teapot, too", "about": "order-77"}),
    ):
        InboxMessage.objects.create(
            alias="aftership", key=key, digest=key, body=b"", state=state, received_at=now, due_at=now, **more
        )
    for term, keys in (
        ("evt-1", ["evt-1"]),
        ("teapot", ["evt-2"]),
        ("1Z 999AA1 0123456785", ["evt-3"]),
        ("order-77", ["evt-4"]),
        ("evt", []),
    ):
        assert [row.key for row in listed(staff, "inboxmessage", q=term)] == keys, term
    (parcel,) = Parcel.objects.all()
    for term in (order.number, parcel.tracking_number, order.reference):
        assert listed(staff, "parcel", q=term) == [parcel], term
    assert listed(staff, "parcel", q="nothing") == []
    row = OutboxMessage.objects.create(
        key="k", order=order, milestone="shipped", subject="order", channel="email", recipient_digest="x",
        state="dead", reason="mailbox full", provider_id="<m1@shop>", happened_at=now, created_at=now, due_at=now,
    )  # fmt: skip
    for term in ("<m1@shop>", "mailbox"):
        assert listed(staff, "outboxmessage", q=term) == [row], term
    assert row in listed(staff, "outboxmessage", q=order.number)
    poll = Poll.objects.create(parcel=parcel, alias="aftership", failures=2, reason="quota", due_at=now)
    calm = Poll.objects.create(parcel=parcel, alias="manual", reason="quota once", due_at=now + dt.timedelta(hours=1))
    assert listed(staff, "poll", q="quota") == [poll]
    assert listed(staff, "poll", q=parcel.tracking_number) == [calm, poll]
