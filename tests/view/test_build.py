"""The picture of an order, per tier: words, counts, and nothing that a tier may not see."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from dataclasses import replace
from typing import Any

import pytest
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.test.utils import CaptureQueriesContext

from order_status_plugin.cms.look import look_for
from order_status_plugin.events import (
    DeliveryWindow,
    OrderState,
    Overlay,
    ParcelSnapshot,
    ParcelStatus,
    Precision,
    Tier,
)
from order_status_plugin.tracking import record
from order_status_plugin.tracking.models import Order
from order_status_plugin.view.build import build
from order_status_plugin.view.model import OrderView
from tests.orders import PERSONAL, line, scan, sent, snapshot, update

S = ParcelStatus
pytestmark = pytest.mark.django_db


def see(tier: Tier = Tier.PRIVATE, **more: Any) -> OrderView:
    return build(Order.objects.get(), tier, **more)


def everything(view: OrderView) -> str:
    return json.dumps(dataclasses.asdict(view), cls=DjangoJSONEncoder, ensure_ascii=False)


def journey() -> None:
    record.order("shop", snapshot(fulfillments=(sent(lines=[("a", 1), ("b", 1)]),)))
    day = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=3)
    window = DeliveryWindow(
        earliest=dt.datetime.combine(day, dt.time(10)),
        latest=dt.datetime.combine(day, dt.time(14)),
        stated_at=dt.datetime.now(dt.UTC),
        reason="Snow near Lindenlaan 14",
    )
    record.tracking(
        "aftership",
        update(
            scan(S.LABEL_CREATED),
            scan(S.IN_TRANSIT, 3, message="Left for Noor de Vries"),
            window=window,
            signed_by="Noor de Vries",
            pickup_place="Kiosk, Lindenlaan 14",
            next_step="Call +31612345642",
        ),
    )


def test_no_personal_value_is_in_the_public_picture() -> None:
    journey()
    told = everything(see(Tier.PUBLIC))
    assert [value for value in PERSONAL if value in told] == []
    assert "1Z" not in told
    assert "Cologne" not in told
    assert "COLOGNE" not in told
    assert "€" not in told


def test_the_private_picture_has_all_of_it() -> None:
    journey()
    view = see()
    told = everything(view)
    missing = [value for value in PERSONAL if value not in told and value[:4] not in ("1Z99", "noor", "+316")]
    assert missing == []
    assert view.parcels[0].tracking_url.startswith("https://")
    assert view.private is not None
    assert (view.private.email, view.private.phone) == ("n•••@example.org", "••• 42")
    assert view.private.deliver_to == ("Noor de Vries", "Lindenlaan 14", "1015 AB Amsterdam", "Netherlands")
    assert [row.amount for row in view.private.sums] == ["€37.50", "€6.50", "€44.00"]


def test_in_transit_says_when_and_what_is_missing() -> None:
    journey()
    view = see()
    assert view.word == "In transit."
    assert view.promise.startswith("Arriving ")
    assert view.promise.endswith("10:00 to 14:00.")
    assert (view.count, view.rest) == ("1 parcel sent.", "1 item not sent yet.")
    assert view.pending is not None
    assert [(item.title, item.quantity) for item in view.pending.items] == [("Bowl a", 1)]
    assert [step.state for step in view.rail] == ["done", "now", "todo", "todo"]
    assert view.rail[-1].note == "Expected"


def test_public_windows_name_days_only() -> None:
    journey()
    view = see(Tier.PUBLIC)
    assert view.parcels[0].window is not None
    assert view.parcels[0].window.hours == ""
    assert "10:00" not in everything(view)
    assert all(event.when.clock == "" for event in view.parcels[0].events)


def test_confirmed() -> None:
    record.order("shop", snapshot())
    view = see(Tier.PUBLIC)
    assert (view.word, view.promise) == ("Confirmed.", "We are packing your order.")
    assert view.count == "3 items, none sent yet."
    assert view.pending is not None
    assert view.pending.is_all


def test_the_hosts_own_word_is_shown_not_guessed() -> None:
    record.order("shop", snapshot(state_text="Waiting for clay"))
    assert see(Tier.PUBLIC).rest == "The shop says: Waiting for clay."


def test_a_label_without_a_scan() -> None:
    record.order("shop", snapshot(fulfillments=(sent(),)))
    view = see()
    assert view.promise == "UPS has not scanned it yet."
    assert view.parcels[0].line == "UPS has not scanned it yet."


def test_an_unfollowed_parcel_pretends_nothing() -> None:
    record.order("shop", snapshot(fulfillments=(sent(carrier="Ribeira Courier", number="RC44710029PT"),)))
    (parcel,) = see().parcels
    assert (see().word, parcel.state, parcel.events, parcel.window, parcel.next_step) == (
        "Sent.",
        "Sent",
        (),
        None,
        None,
    )
    assert [step.name for step in see().rail] == ["Confirmed"]
    assert parcel.tracking_number.replace(" ", "") == "RC44710029PT"


def test_an_attempt_is_loud_and_counted() -> None:
    record.order("shop", snapshot(fulfillments=(sent(),)))
    record.tracking("aftership", update(scan(S.OUT_FOR_DELIVERY, 1), scan(S.ATTEMPTED_DELIVERY, 5)))
    view = see()
    assert (view.word, view.tone) == ("Attempted delivery.", "warn")
    assert view.parcels[0].next_step is not None
    assert view.parcels[0].next_step.is_action
    assert [step.name for step in view.rail][3] == "Attempted delivery"


def test_a_pickup_after_an_attempt_says_where_in_private_only() -> None:
    record.order("shop", snapshot(fulfillments=(sent(),)))
    record.tracking(
        "aftership",
        update(scan(S.ATTEMPTED_DELIVERY, 1), scan(S.READY_FOR_PICKUP, 5), pickup_place="Boekhandel Kade"),
    )
    private, public = see().parcels[0].next_step, see(Tier.PUBLIC).parcels[0].next_step
    assert private is not None
    assert public is not None
    assert (private.title, public.title) == ("Pick it up at Boekhandel Kade", "Pick it up")
    assert see().word == "Attempted delivery."


def test_delivered_says_when_and_that_nothing_is_left() -> None:
    record.order("shop", snapshot(fulfillments=(sent(),)))
    record.tracking("aftership", update(scan(S.OUT_FOR_DELIVERY, 1), scan(S.DELIVERED, 9)))
    view = see()
    assert view.word == "Delivered."
    assert " at " in view.promise
    assert " at " not in see(Tier.PUBLIC).promise
    assert view.rest == "Nothing is left to come."
    assert [step.state for step in view.rail] == ["done", "done", "done", "now"]


def test_part_delivered_never_looks_complete() -> None:
    two = (sent("f1", [("a", 1)]), sent("f2", [("a", 1)], number="1Z999AA10123456785"))
    record.order("shop", snapshot(fulfillments=two))
    record.tracking("aftership", update(scan(S.DELIVERED, 9)))
    view = see()
    assert view.word == "In transit."
    assert (view.count, view.rest) == ("1 of 2 parcels delivered.", "1 on its way. 1 item not sent yet.")


def test_the_last_unfollowed_parcel_sends_people_to_its_carrier() -> None:
    two = (sent("f1", [("a", 2)]), sent("f2", [("b", 1)], carrier="Ribeira Courier", number="RC1"))
    record.order("shop", snapshot(fulfillments=two))
    record.tracking("aftership", update(scan(S.DELIVERED, 9)))
    assert see().promise == "Follow the last parcel with its carrier."


def test_the_rest_is_still_to_come() -> None:
    record.order("shop", snapshot(fulfillments=(sent(lines=[("a", 2)]),)))
    record.tracking("aftership", update(scan(S.DELIVERED, 9)))
    assert see().promise == "The rest is still to come."


def test_overdue_is_said_and_hidden_once_delivered() -> None:
    record.order("shop", snapshot(fulfillments=(sent(),)))
    day = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=2)
    late = DeliveryWindow(earliest=day, latest=day, stated_at=dt.datetime.now(dt.UTC))
    record.tracking("aftership", update(scan(S.IN_TRANSIT), window=late))
    assert see().promise == "Later than promised."
    assert see().parcels[0].window is not None
    assert see().parcels[0].window.is_overdue  # type: ignore[union-attr]
    record.tracking("aftership", update(scan(S.DELIVERED, 5)))
    arrived = see().parcels[0].window
    assert arrived is not None
    assert (arrived.label, arrived.by, arrived.is_overdue) == ("", "", False)  # when it came, not when it was expected
    assert see().parcels[0].moves == ()


def test_moves_of_the_date_tell_who_and_why() -> None:
    record.order("shop", snapshot(fulfillments=(sent(),)))
    now = dt.datetime.now(dt.UTC)
    for days, minutes, reason in [(2, 9, ""), (3, 5, "Snow")]:
        day = now.date() + dt.timedelta(days=days)
        window = DeliveryWindow(earliest=day, latest=day, stated_at=now - dt.timedelta(minutes=minutes), reason=reason)
        record.tracking("aftership", update(scan(S.IN_TRANSIT), window=window))
    newest, oldest = see().parcels[0].moves
    assert newest.title.startswith("Now ")
    assert newest.reason == "Snow"
    assert oldest.title.startswith("First ")
    assert see(Tier.PUBLIC).parcels[0].moves == ()


def test_silence_is_told_and_ends_the_life_of_the_kept_page() -> None:
    record.order("shop", snapshot(fulfillments=(sent(),)))
    record.tracking("aftership", update(scan(S.IN_TRANSIT)))
    view = see(Tier.PUBLIC)
    later = dt.datetime.now(dt.UTC) + dt.timedelta(days=5)
    (flag,) = see(Tier.PUBLIC, now=later).parcels[0].flags
    assert flag.text == "No news from UPS for 5 days"
    assert dt.datetime.now(dt.UTC) < view.valid_until <= dt.datetime.now(dt.UTC) + dt.timedelta(days=1, hours=1)


def test_a_correction_is_said_and_the_old_event_is_marked() -> None:
    record.order("shop", snapshot(fulfillments=(sent(),)))
    record.tracking("aftership", update(scan(S.DELIVERED, 1), scan(S.OUT_FOR_DELIVERY, 9)))
    (parcel,) = see().parcels
    assert [flag.text for flag in parcel.flags] == ["UPS corrected the status"]
    assert [event.is_corrected for event in parcel.events] == [False, True]


def test_delayed_speaks_the_carriers_words_in_private_only() -> None:
    record.order("shop", snapshot(fulfillments=(sent(),)))
    late = scan(None, 5, overlay=Overlay.DELAYED, message="bad weather")
    record.tracking("aftership", update(scan(S.IN_TRANSIT), late))
    assert see().parcels[0].flags[0].text == "Delayed: bad weather"
    assert see(Tier.PUBLIC).parcels[0].flags[0].text == "Delayed"


def test_a_date_only_event_stays_a_date() -> None:
    record.order("shop", snapshot(fulfillments=(sent(),)))
    record.tracking("aftership", update(scan(S.IN_TRANSIT, precision=Precision.DATE)))
    moment = see().parcels[0].events[0].when
    assert moment.clock == ""
    assert len(moment.iso) == 10


def test_an_unknown_code_keeps_the_carriers_words() -> None:
    record.order("shop", snapshot(fulfillments=(sent(),)))
    record.tracking("aftership", update(scan(S.UNKNOWN, message="Scan XQ")))
    assert see().parcels[0].events[0].title == "Scan XQ"
    assert see(Tier.PUBLIC).parcels[0].events[0].title == "News from the carrier"


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ({"state": OrderState.CANCELLED}, "Cancelled."),
        ({"state": OrderState.REFUNDED}, "Refunded."),
    ],
)
def test_ends_without_a_parcel_have_no_rail(more: dict[str, Any], word: str) -> None:
    record.order("shop", snapshot(**more))
    view = see(Tier.PUBLIC)
    assert (view.word, view.rail, view.pending, view.count) == (word, (), None, "Nothing will be sent.")


@pytest.mark.parametrize(
    ("statuses", "word", "promise"),
    [
        ((S.RETURNING,), "Returned.", "It is on its way back to us."),
        ((S.RETURNED,), "Returned.", "It is back with us."),
        ((S.LOST,), "Lost.", "The carrier cannot find it."),
        ((S.DELIVERED, S.LOST), "Delivered in part.", "Not everything arrived."),
    ],
)
def test_ends_that_are_no_delivery(statuses: tuple[S, ...], word: str, promise: str) -> None:
    numbers = [f"1Z999AA1012345678{n}" for n in range(len(statuses))]
    both = ParcelSnapshot(carrier_text="UPS"), *()
    parcels = tuple(replace(both[0], tracking_number=number) for number in numbers)
    record.order("shop", snapshot(fulfillments=(sent(parcels=parcels),)))
    for number, status in zip(numbers, statuses, strict=True):
        record.tracking("aftership", update(scan(S.IN_TRANSIT), scan(status, 5), number=number))
    assert (see().word, see().promise) == (word, promise)


def test_a_digital_order_is_handed_over() -> None:
    snap = snapshot(lines=(line("d", is_physical=False),), state=OrderState.COMPLETE, handover="sent by email")
    record.order("shop", snap)
    view = see(Tier.PUBLIC)
    assert (view.word, view.promise) == ("Delivered.", "Handed over: sent by email.")
    assert view.count == "Nothing has to be delivered."
    assert [item.title for item in view.digital] == ["Bowl d"]
    assert view.pending is None


def test_an_erased_order_is_a_stub() -> None:
    record.order("shop", snapshot(fulfillments=(sent(),)))
    Order.objects.update(erased_at=dt.datetime.now(dt.UTC))
    view = see()
    assert (view.is_erased, view.parcels, view.private) == (True, (), None)


def test_a_shop_may_hide_items_and_show_prices(settings: Any) -> None:
    journey()
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "PUBLIC_ITEMS": False}
    assert see(Tier.PUBLIC).parcels[0].items == ()
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "PUBLIC_ITEMS": True, "PUBLIC_PRICES": True}
    assert "€12.50" in everything(see(Tier.PUBLIC))


@pytest.mark.parametrize("tier", [Tier.PUBLIC, Tier.PRIVATE])
def test_the_number_of_queries_is_the_same_for_every_order(tier: Tier) -> None:
    counts = []
    look_for(None)  # read once, whatever the order
    for n in (1, 10, 100):
        lines = tuple(line(str(i)) for i in range(n))
        parcels = [(f"1Z999AA1{i:010d}", sent(str(i), [(str(i), 1)], number=f"1Z999AA1{i:010d}")) for i in range(n)]
        order = record.order(
            "shop", snapshot(reference=f"n{n}", lines=lines, fulfillments=tuple(f for _n, f in parcels))
        )
        order = Order.objects.get(pk=order.pk)
        with CaptureQueriesContext(connection) as queries:
            build(order, tier)
        counts.append(len(queries))
    assert len(set(counts)) == 1, counts
    assert counts[0] <= 10


def test_a_rail_never_puts_an_attempt_that_was_before_what_is_still_to_come() -> None:
    record.order("shop", snapshot(fulfillments=(sent(lines=[("a", 1)]),)))
    record.tracking("aftership", update(scan(S.ATTEMPTED_DELIVERY, 1), scan(S.DELIVERED, 5)))
    assert [step.name for step in see().rail] == ["Confirmed", "In transit", "Out for delivery", "Delivered"]
