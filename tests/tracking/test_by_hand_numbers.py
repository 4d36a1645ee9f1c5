"""Tracking numbers that staff give: where the host names none, or has not heard that anything was sent."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from order_status_plugin.events import FulfillmentKind, OrderSnapshot, ParcelSnapshot, ParcelStatus
from order_status_plugin.messages.models import OutboxMessage
from order_status_plugin.tracking import record
from order_status_plugin.tracking.by_hand_numbers import Did, Given
from order_status_plugin.tracking.models import Order, Parcel
from tests import orders

pytestmark = pytest.mark.django_db

OTHER = "1Z999AA10123456785"


def place(**more: Any) -> Order:
    return record.order("shop", orders.snapshot(**more))


def give(order: Order, number: str = orders.UPS, carrier: str = "ups", **more: Any) -> Did:
    return record.give_number(order, Given(tracking_number=number, carrier=carrier, sent_at=timezone.now(), **more))


def shown(order: Order) -> list[tuple[str, str, int]]:
    """Return carrier, number and pieces of each parcel that a page shows."""
    return [
        (parcel.carrier, parcel.tracking_number, sum(line.quantity for line in parcel.fulfillment.lines.all()))
        for parcel in Parcel.objects.filter(order=order, is_withdrawn=False, fulfillment__is_cancelled=False)
    ]


def told(order: Order) -> list[str]:
    rows = OutboxMessage.objects.filter(order=order).order_by("pk")
    return [f"{row.milestone}:{row.state}" for row in rows]


def word(order: Order) -> str:
    return Order.objects.get(pk=order.pk).headline


def numberless(reference: str = "f1", **more: Any) -> Any:
    return orders.sent(reference, **{"parcels": (), **more})


def test_what_is_not_sent_yet_goes_with_it_and_the_customer_is_told_once() -> None:
    order = place()
    assert give(order) is Did.SENT
    assert (shown(order), word(order)) == ([("ups", orders.UPS, 3)], "in_transit")
    assert told(order) == ["confirmed:pending", "shipped:pending"]
    version = Order.objects.get().version
    assert give(order, "1z 999 aa1 0123 4567 84") is Did.SAME
    assert Order.objects.get().version == version
    record.tracking("aftership", orders.update(orders.scan(ParcelStatus.OUT_FOR_DELIVERY, 29)))
    assert word(order) == "out_for_delivery"


def test_a_second_number_is_one_more_parcel_of_the_same_shipment() -> None:
    order = place()
    give(order)
    assert give(order, OTHER) is Did.ADDED
    assert shown(order) == [("ups", orders.UPS, 3), ("ups", OTHER, 3)]
    assert told(order).count("shipped:pending") == 1


def test_a_parcel_of_the_hosts_that_has_none_gets_it() -> None:
    order = place(fulfillments=(numberless(),))
    assert give(order) is Did.FILLED
    assert shown(order) == [("ups", orders.UPS, 3)]
    # The host still knows none: nothing is taken back. Then it names one of its own, and its word counts.
    place(fulfillments=(numberless(),), state_text="packed")
    assert shown(order) == [("ups", orders.UPS, 3)]
    place(fulfillments=(orders.sent(number=OTHER),))
    assert shown(order) == [("ups", OTHER, 3)]


def test_nobody_is_told_who_was_not_to_be() -> None:
    order = place()
    give(order, notify=False)
    record.tracking("aftership", orders.update(orders.scan(ParcelStatus.OUT_FOR_DELIVERY, 29)))
    assert [said for said in told(order) if "pending" in said] == ["confirmed:pending"]


def test_there_is_nothing_to_give_a_number_to() -> None:
    order = place(lines=(orders.line("a", is_physical=False),))
    assert give(order) is Did.NOTHING
    assert give(place(), "") is Did.NOTHING
    Order.objects.update(erased_at=timezone.now())
    assert give(order) is Did.NOTHING
    assert not Parcel.objects.exists()


@pytest.mark.parametrize(
    "said",
    [
        orders.sent("h1"),
        numberless("h1"),
        orders.sent("h1", parcels=(ParcelSnapshot(carrier_text="UPS"),)),
        orders.sent("h1", parcels=(ParcelSnapshot(tracking_number=orders.UPS),)),
    ],
)
def test_the_host_hears_of_it_later_and_it_is_one_shipment(said: Any) -> None:
    order = place()
    give(order)
    record.tracking("aftership", orders.update(orders.scan(ParcelStatus.IN_TRANSIT, 29)))
    for state in ("packed", "sent"):
        place(fulfillments=(said,), state_text=state)
        assert shown(order) == [("ups", orders.UPS, 3)]
    parcel = Parcel.objects.get()
    assert (parcel.fulfillment.reference, parcel.events.count()) == ("h1", 1)
    assert told(order).count("shipped:pending") == 1


def test_another_change_at_the_host_takes_nothing_back() -> None:
    order = place()
    give(order)
    place(state_text="packed")
    assert shown(order) == [("ups", orders.UPS, 3)]


def test_what_the_host_sends_itself_is_not_counted_twice() -> None:
    order = place()
    give(order)
    place(fulfillments=(orders.sent("h1", lines=(("a", 2),), number=OTHER),))
    assert sorted(shown(order)) == [("ups", orders.UPS, 1), ("ups", OTHER, 2)]


def test_two_of_staffs_parcels_and_one_of_them_is_the_hosts_later() -> None:
    order = place()
    give(order)
    give(order, OTHER)
    place(fulfillments=(orders.sent("h1"),))
    assert sorted(shown(order)) == [("ups", orders.UPS, 3), ("ups", OTHER, 0)]
    place(fulfillments=(orders.sent("h1"), orders.sent("h2", lines=(), number=OTHER)))
    assert sorted(shown(order)) == [("ups", orders.UPS, 3), ("ups", OTHER, 0)]
    assert set(Parcel.objects.values_list("fulfillment__reference", flat=True)) == {"h1", "h2"}


def test_it_is_taken_back() -> None:
    order = place()
    give(order)
    assert record.take_back_number(Parcel.objects.get())
    assert (shown(order), word(order)) == ([], "confirmed")
    assert give(order, OTHER) is Did.SENT
    assert shown(order) == [("ups", OTHER, 3)]


def test_the_hosts_parcel_stands_without_it_again() -> None:
    order = place(fulfillments=(numberless(),))
    give(order)
    filled = Parcel.objects.get()
    assert record.take_back_number(filled)
    assert shown(order) == [("", "", 3)]
    assert not record.take_back_number(filled)
    place(fulfillments=(orders.sent(),))
    assert not record.take_back_number(Parcel.objects.get(is_withdrawn=False))


def test_what_is_collected_in_the_shop_gets_none() -> None:
    order = place(fulfillments=(numberless(kind=FulfillmentKind.PICKUP),))
    assert give(order) is Did.ADDED


def test_a_snapshot_with_all_of_it_is_read_alike_twice() -> None:
    order = place()
    give(order)
    snap: OrderSnapshot = orders.snapshot(fulfillments=(orders.sent("h1", sent_at=timezone.now() - dt.timedelta(1)),))
    record.order("shop", snap)
    version = Order.objects.get().version
    record.order("shop", snap)
    assert Order.objects.get().version == version
