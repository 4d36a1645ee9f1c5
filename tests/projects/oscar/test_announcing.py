"""The dashboard's form of a shipping event: the parcel, and whether its customer is told."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from oscar.core.compat import get_user_model

from order_status_plugin.hosts.oscar import OscarHost
from order_status_plugin.messages.models import OutboxMessage
from order_status_plugin.tracking.models import Fulfillment, Order, Parcel

from . import shop

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def staff() -> Client:
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("staff", "staff@tilia.example", "secret"))
    for name in ("Shipped", "Delivered"):
        shop.ShippingEventType.objects.create(name=name)
    return client


def send(staff: Client, order: Any, kind: str = "shipped", quantity: int = 1, **fields: str) -> None:
    line = order.lines.get()
    given = {
        "line_action": "create_shipping_event",
        "selected_line": [line.pk],
        f"selected_line_qty_{line.pk}": str(quantity),
        "shipping_event_type": kind,
        "reference": "",
        "order_status_shown": "1",
        **fields,
    }
    answer = staff.post(reverse("dashboard:order-detail", kwargs={"number": order.number}), given)
    assert answer.status_code == 302


def told(order: Any) -> dict[str, str]:
    rows = OutboxMessage.objects.filter(order__reference=str(order.pk)).exclude(milestone="confirmed")
    return dict(rows.values_list("milestone", "state"))


def test_the_form_offers_carriers_and_the_box_is_ticked(staff: Client) -> None:
    order = shop.place()
    html = staff.get(reverse("dashboard:order-detail", kwargs={"number": order.number})).content.decode()
    assert '<option value="UPS">' in html
    assert 'name="order_status_tell" value="1" checked' in html


def test_carrier_and_number_become_a_parcel_and_the_customer_is_told(staff: Client) -> None:
    order = shop.place()
    send(staff, order, order_status_carrier="UPS", order_status_number="1Z999AA10123456784", order_status_tell="1")
    parcel = Parcel.objects.get()
    assert (parcel.carrier, parcel.tracking_number) == ("ups", "1Z999AA10123456784")
    assert order.shipping_events.get().notes == "UPS 1Z999AA10123456784"
    assert told(order) == {"shipped": "pending"}


def test_an_unticked_box_tells_nobody_and_staff_see_it_in_the_list_of_events(staff: Client) -> None:
    order = shop.place()
    send(staff, order, order_status_carrier="UPS", order_status_number="1Z999AA10123456784", reference="GLS 12345678")
    assert sorted(Parcel.objects.values_list("carrier", "tracking_number")) == [
        ("gls", "12345678"),
        ("ups", "1Z999AA10123456784"),
    ]
    assert Fulfillment.objects.get().notify_customer is False
    assert told(order) == {"shipped": "held"}
    html = staff.get(reverse("dashboard:order-detail", kwargs={"number": order.number})).content.decode()
    assert "[silent]" in html


def test_the_latest_word_stands(staff: Client) -> None:
    order = shop.place()
    send(staff, order, order_status_number="1Z999AA10123456784", order_status_carrier="UPS")
    send(staff, order, "delivered", order_status_tell="1")
    assert told(order) == {"shipped": "held", "delivered": "pending"}
    other = shop.place()
    send(staff, other, order_status_tell="1", reference="UPS 1Z999AA10123456792")
    send(staff, other, "delivered")
    assert told(other) == {"shipped": "pending", "delivered": "held"}


def test_one_parcel_in_silence_leaves_the_other_told(staff: Client) -> None:
    order = shop.place([(shop.product(), 2)])
    send(staff, order, order_status_tell="1", reference="UPS 1Z999AA10123456784")
    send(staff, order, reference="GLS 12345678")
    assert list(Fulfillment.objects.order_by("pk").values_list("notify_customer", flat=True)) == [True, False]


def test_it_survives_a_reading_from_scratch(staff: Client) -> None:
    order = shop.place()
    send(staff, order, reference="UPS 1Z999AA10123456784")
    Order.objects.all().delete()
    [sending] = OscarHost("shop", {}).read(str(order.pk)).fulfillments
    assert sending.notify_customer is False
    assert [parcel.tracking_number for parcel in sending.parcels] == ["1Z999AA10123456784"]


def test_a_form_of_the_shops_own_is_left_as_it_is(staff: Client) -> None:
    line = shop.place([(shop.product(), 1)]).lines.get()
    staff.post(
        reverse("dashboard:order-detail", kwargs={"number": line.order.number}),
        {
            "line_action": "create_shipping_event",
            "selected_line": [line.pk],
            f"selected_line_qty_{line.pk}": "1",
            "shipping_event_type": "shipped",
            "reference": "GLS 12345678",
        },
    )
    assert line.order.shipping_events.get().notes == "GLS 12345678"
    assert told(line.order) == {"shipped": "pending"}
