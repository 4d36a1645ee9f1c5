"""The only writer: repeatable, in one transaction, and silent about history."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from order_status_plugin import signals
from order_status_plugin.events import (
    DeliveryWindow,
    FulfillmentKind,
    Milestone,
    OrderState,
    ParcelSnapshot,
    ParcelStatus,
)
from order_status_plugin.exceptions import UnknownParcel
from order_status_plugin.tracking import record, tell
from order_status_plugin.tracking.milestones import Reached
from order_status_plugin.tracking.models import Order, Parcel, TrackingEvent
from tests.orders import UPS, line, scan, sent, snapshot, update

S = ParcelStatus
pytestmark = pytest.mark.django_db


@pytest.fixture
def reached() -> Iterator[list[Reached]]:
    found: list[Reached] = []
    record.observe("tests", found.extend)
    yield found
    del tell.observers["tests"]


def news(reached: list[Reached]) -> list[Milestone]:
    return [found.milestone for found in reached if found.is_news]


def test_a_new_order_is_confirmed(reached: list[Reached]) -> None:
    order = record.order("shop", snapshot())
    assert (order.headline, order.number, order.lines.count()) == ("confirmed", "TS-20418", 2)
    assert order.contact.email == "noor@example.org"
    assert news(reached) == [Milestone.CONFIRMED]


def test_repeating_a_snapshot_changes_nothing_and_tells_nobody(reached: list[Reached]) -> None:
    snap = snapshot(fulfillments=(sent(),))
    first = record.order("shop", snap)
    reached.clear()
    with CaptureQueriesContext(connection) as queries:
        again = record.order("shop", snap)
    assert again.version == first.version
    assert not [q for q in queries.captured_queries if q["sql"].startswith(("UPDATE", "INSERT", "DELETE"))]
    assert reached == []


def test_an_import_is_history(reached: list[Reached]) -> None:
    record.order("shop", snapshot(fulfillments=(sent(),)), is_import=True)
    assert reached
    assert news(reached) == []


def test_old_news_is_no_news(reached: list[Reached]) -> None:
    long_ago = dt.datetime.now(dt.UTC) - dt.timedelta(days=3)
    record.order("shop", snapshot(placed_at=long_ago, fulfillments=(sent(sent_at=long_ago),)))
    assert {found.milestone for found in reached} == {Milestone.CONFIRMED, Milestone.SHIPPED}
    assert news(reached) == []


def test_numbers_are_unique_in_no_way_across_hosts() -> None:
    assert record.order("shop", snapshot()).pk != record.order("other", snapshot()).pk


def test_a_part_sent_is_in_transit_and_the_rest_is_counted() -> None:
    order = record.order("shop", snapshot(fulfillments=(sent(lines=[("a", 1)]),)))
    assert order.headline == "in_transit"
    parcel = order.parcels.get()
    assert (parcel.carrier, parcel.source, parcel.status) == ("ups", "aftership", "confirmed")


def test_a_carrier_that_nobody_follows_claims_nothing() -> None:
    order = record.order("shop", snapshot(fulfillments=(sent(carrier="Ribeira Courier", number="RC44710029PT"),)))
    parcel = order.parcels.get()
    assert (order.headline, parcel.source, parcel.status) == ("sent", "", "unknown")


def test_scans_move_the_order(reached: list[Reached]) -> None:
    record.order("shop", snapshot(fulfillments=(sent(),)))
    reached.clear()
    for status, headline in [
        (S.IN_TRANSIT, "in_transit"),
        (S.OUT_FOR_DELIVERY, "out_for_delivery"),
        (S.ATTEMPTED_DELIVERY, "attempted_delivery"),
        (S.READY_FOR_PICKUP, "attempted_delivery"),
        (S.COLLECTED, "delivered"),
    ]:
        record.tracking("aftership", update(scan(status, minutes=len(reached) + 1)))
        assert Order.objects.get().headline == headline
    assert news(reached) == [
        Milestone.OUT_FOR_DELIVERY,
        Milestone.ATTEMPTED_DELIVERY,
        Milestone.READY_FOR_PICKUP,
        Milestone.DELIVERED,
    ]
    assert Order.objects.get().delivered_at is not None


def test_an_order_is_delivered_when_it_is_and_not_when_it_last_changed() -> None:
    order = record.order("shop", snapshot(fulfillments=(sent(),)))
    long_ago = dt.datetime.now(dt.UTC) - dt.timedelta(days=3)
    Order.objects.filter(pk=order.pk).update(changed_at=long_ago)
    record.tracking("aftership", update(scan(ParcelStatus.DELIVERED)))
    order.refresh_from_db()
    assert order.delivered_at is not None
    assert order.delivered_at > long_ago + dt.timedelta(days=2)
    assert order.headline_at == order.delivered_at


def test_the_same_update_twice_is_one_event_and_one_message(reached: list[Reached]) -> None:
    record.order("shop", snapshot(fulfillments=(sent(),)))
    said = update(scan(S.OUT_FOR_DELIVERY))
    record.tracking("aftership", said)
    version = Order.objects.get().version
    reached.clear()
    assert record.tracking("aftership", said).applied == 0
    assert TrackingEvent.objects.count() == 1
    assert Order.objects.get().version == version
    assert reached == []


def test_a_second_attempt_is_told_again(reached: list[Reached]) -> None:
    record.order("shop", snapshot(fulfillments=(sent(),)))
    reached.clear()
    record.tracking("aftership", update(scan(S.ATTEMPTED_DELIVERY, 1)))
    record.tracking("aftership", update(scan(S.OUT_FOR_DELIVERY, 5), scan(S.ATTEMPTED_DELIVERY, 9)))
    assert [found.occurrence for found in reached if found.milestone == Milestone.ATTEMPTED_DELIVERY] == ["1", "2"]


def test_an_unknown_number_says_so() -> None:
    with pytest.raises(UnknownParcel) as error:
        record.tracking("aftership", update(scan(S.IN_TRANSIT), number="1Z 999 zz"))
    assert error.value.number_key == "1Z999ZZ"


def test_a_number_of_another_carrier_is_another_parcel() -> None:
    record.order("shop", snapshot(fulfillments=(sent(carrier="DHL Express"),)))
    with pytest.raises(UnknownParcel):
        record.tracking("aftership", update(scan(S.IN_TRANSIT), carrier="ups"))


def test_recycled_numbers_do_not_tell_the_story_of_an_older_parcel() -> None:
    record.order("shop", snapshot(fulfillments=(sent(),)))
    old = scan(S.DELIVERED, -60 * 24 * 30)
    done = record.tracking("aftership", update(old, scan(S.IN_TRANSIT)))
    assert (done.applied, done.too_old) == (1, 1)
    assert Order.objects.get().headline == "in_transit"


def test_a_recycled_number_goes_to_the_order_of_its_time() -> None:
    month_ago = dt.datetime.now(dt.UTC) - dt.timedelta(days=30)
    record.order("shop", snapshot(reference="old", placed_at=month_ago, fulfillments=(sent(sent_at=month_ago),)))
    record.order("shop", snapshot(reference="new", fulfillments=(sent(),)))
    record.tracking("aftership", update(scan(S.DELIVERED, -60 * 24 * 29), scan(S.IN_TRANSIT)))
    assert dict(Order.objects.values_list("reference", "headline")) == {"old": "delivered", "new": "in_transit"}


def test_a_corrected_number_withdraws_the_old_parcel_and_keeps_its_history() -> None:
    snap = snapshot(fulfillments=(sent(),))
    record.order("shop", snap)
    record.tracking("aftership", update(scan(S.IN_TRANSIT)))
    record.order("shop", replace(snap, fulfillments=(sent(number="1Z999AA10123456785"),)))
    old, new = Parcel.objects.order_by("pk")
    assert (old.is_withdrawn, new.is_withdrawn, TrackingEvent.objects.count()) == (True, False, 1)
    assert Order.objects.get().headline == "in_transit"


def test_a_fulfillment_that_is_gone_at_the_host_counts_no_more() -> None:
    snap = snapshot(fulfillments=(sent(),))
    record.order("shop", snap)
    order = record.order("shop", replace(snap, fulfillments=()))
    assert order.headline == "confirmed"


def test_several_parcels_of_one_fulfillment_are_upserted_never_overwritten() -> None:
    two = (
        ParcelSnapshot(carrier_text="UPS", tracking_number=UPS),
        ParcelSnapshot(carrier_text="ups", tracking_number="1Z999AA10123456785"),
    )
    snap = snapshot(fulfillments=(sent(parcels=two[:1]),))
    record.order("shop", snap)
    record.order("shop", replace(snap, fulfillments=(sent(parcels=two),)))
    assert Parcel.objects.filter(is_withdrawn=False).count() == 2


def test_the_hosts_word_ends_an_unfollowed_parcel(reached: list[Reached]) -> None:
    said = sent(carrier="Ribeira Courier", number="RC1", host_status=S.DELIVERED, host_status_text="Complete")
    order = record.order("shop", snapshot(fulfillments=(said,)))
    assert order.headline == "delivered"
    assert Milestone.DELIVERED in news(reached)
    assert TrackingEvent.objects.get().source == "host"


def test_a_digital_order_is_delivered_by_the_hosts_word(reached: list[Reached]) -> None:
    snap = snapshot(lines=(line("d", is_physical=False),))
    assert record.order("shop", snap).headline == "confirmed"
    done = replace(snap, state=OrderState.COMPLETE, handover="by email")
    assert record.order("shop", done).headline == "delivered"
    assert news(reached) == [Milestone.CONFIRMED, Milestone.DELIVERED]


def test_digital_pieces_in_a_parcel_order_are_never_waited_for() -> None:
    lines = (line("a"), line("d", is_physical=False))
    order = record.order("shop", snapshot(lines=lines, fulfillments=(sent(lines=[("a", 1)]),)))
    record.tracking("aftership", update(scan(S.DELIVERED)))
    order.refresh_from_db()
    assert order.headline == "delivered"


def test_a_digital_fulfillment_has_no_parcel() -> None:
    gift = sent(kind=FulfillmentKind.DIGITAL, parcels=())
    assert record.order("shop", snapshot(fulfillments=(gift,))).parcels.count() == 0


def test_cancelled_is_told_once(reached: list[Reached]) -> None:
    snap = snapshot()
    record.order("shop", snap)
    record.order("shop", replace(snap, state=OrderState.CANCELLED))
    record.order("shop", replace(snap, state=OrderState.CANCELLED, tags=("late",)))
    assert news(reached) == [Milestone.CONFIRMED, Milestone.CANCELLED]


def test_a_moved_date_is_a_milestone_and_a_repeated_one_is_not(reached: list[Reached]) -> None:
    record.order("shop", snapshot(fulfillments=(sent(),)))
    reached.clear()
    now = dt.datetime.now(dt.UTC)

    def window(day: int, minutes: int) -> DeliveryWindow:
        date = (now + dt.timedelta(days=day)).date()
        return DeliveryWindow(earliest=date, latest=date, stated_at=now - dt.timedelta(minutes=minutes))

    for said in (window(2, 9), window(2, 8), window(3, 7), window(3, 6)):
        record.tracking("aftership", update(scan(S.IN_TRANSIT), window=said))
    assert [found.milestone for found in reached] == [Milestone.ESTIMATE_MOVED]


def test_the_checkout_email_is_frozen_and_the_present_one_stands_beside_it() -> None:
    snap = snapshot()
    order = record.order("shop", snap)
    frozen = order.contact.checkout_email_digest
    changed = replace(snap, contact=replace(snap.contact, email="new@example.org"))
    contact = record.order("shop", changed).contact
    contact.refresh_from_db()
    assert contact.checkout_email_digest == frozen
    assert contact.email_digest not in ("", frozen)


def test_erased_data_does_not_come_back() -> None:
    snap = snapshot()
    order = record.order("shop", snap)
    order.contact.delete()
    Order.objects.update(erased_at=dt.datetime.now(dt.UTC))
    order = record.order("shop", replace(snap, tags=("again",)))
    assert not hasattr(Order.objects.get(), "contact")


def test_absurd_values_are_kept_within_bounds() -> None:
    far = scan(S.IN_TRANSIT, local_time=dt.datetime(9999, 12, 31, 23, 59), utc_offset=-800)
    long = line("l" * 500, title="🏺" * 900, quantity=3)
    rtl = snapshot(number="م" * 400, lines=(long,), fulfillments=(sent(lines=[("l" * 500, 3)]),))
    order = record.order("shop", rtl)
    record.tracking("aftership", update(far, next_step="x" * 5000))
    assert order.lines.get().title == "🏺" * 500
    order.refresh_from_db()
    assert order.headline == "in_transit"


def test_signals_come_after_commit_and_a_bad_receiver_hurts_nobody(
    django_capture_on_commit_callbacks: Any,
) -> None:
    heard: list[tuple[str, Any]] = []

    def broken(**kwargs: Any) -> None:
        raise RuntimeError("someone else's code")

    def listen(**kwargs: Any) -> None:
        heard.append((kwargs["order"].headline, kwargs["version"]))

    signals.order_changed.connect(broken)
    signals.order_changed.connect(listen)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            record.order("shop", snapshot())
            assert heard == []
    finally:
        signals.order_changed.disconnect(broken)
        signals.order_changed.disconnect(listen)
    assert heard == [("confirmed", Order.objects.get().version)]


def test_the_same_date_said_again_is_kept_but_changes_nothing() -> None:
    record.order("shop", snapshot(fulfillments=(sent(),)))
    now = dt.datetime.now(dt.UTC)
    said = [
        DeliveryWindow(earliest=now.date(), latest=now.date(), stated_at=now - dt.timedelta(minutes=minutes))
        for minutes in (9, 5)
    ]
    first = scan(S.IN_TRANSIT)
    record.tracking("aftership", update(first, window=said[0]))
    version = Order.objects.get().version
    record.tracking("aftership", update(first, window=said[1]))
    assert Order.objects.get().version == version


def test_an_erased_order_takes_nothing_in_from_carriers() -> None:
    record.order("shop", snapshot(fulfillments=(sent(),)))
    Order.objects.update(erased_at=dt.datetime.now(dt.UTC))
    record.tracking("aftership", update(scan(S.IN_TRANSIT), signed_by="Noor de Vries"))
    assert not TrackingEvent.objects.exists()
    assert Parcel.objects.get().signed_by == ""


def test_an_entry_by_hand_needs_no_number() -> None:
    order = record.order("shop", snapshot(fulfillments=(sent(parcels=()),)))
    record.entry("manual", order.parcels.get(), update(scan(S.DELIVERED), number="", carrier=""))
    order.refresh_from_db()
    assert order.headline == "delivered"
