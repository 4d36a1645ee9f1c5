"""What a parcel's card says beside its status: why, whose clock, by whom, and what to do next."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from order_status_plugin.events import DeliveryWindow, Overlay, ParcelStatus, Place, Precision, Reason, Tier
from order_status_plugin.tracking import record
from order_status_plugin.tracking.models import Order, Parcel
from order_status_plugin.view.build import build
from order_status_plugin.view.freshness import ago
from order_status_plugin.view.model import ParcelView
from order_status_plugin.view.reasons import ADVICE, WORD, plain
from tests.orders import scan, sent, snapshot, update

S = ParcelStatus
NOW = dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)
pytestmark = pytest.mark.django_db


def card(tier: Tier = Tier.PRIVATE, **more: Any) -> ParcelView:
    (parcel,) = build(Order.objects.get(), tier, **more).parcels
    return parcel


def tell(*scans: Any, **more: Any) -> None:
    record.order("shop", snapshot(fulfillments=(sent(),)))
    record.tracking("aftership", update(*scans, **more))


def days(first: int, last: int | None = None, *, minutes: int = 0, reason: str = "") -> DeliveryWindow:
    today = dt.datetime.now(dt.UTC).date()
    return DeliveryWindow(
        earliest=today + dt.timedelta(days=first),
        latest=today + dt.timedelta(days=first if last is None else last),
        stated_at=dt.datetime.now(dt.UTC) - dt.timedelta(minutes=minutes),
        reason=reason,
    )


# --- the journey ------------------------------------------------------------------------------------------------


def test_the_clock_says_whose_it_is_where_that_changes(settings: Any) -> None:
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "TIME_ZONE": "Europe/Amsterdam"}
    here, there = Place(city="Paris", country="FR"), Place(city="LOUISVILLE", region="KY", country="US")

    def at(status: S, minutes: int, offset: int, place: Place) -> Any:
        local = (dt.datetime.now(dt.UTC) + dt.timedelta(minutes=minutes - 25 + offset)).replace(tzinfo=None)
        return scan(status, local_time=local, utc_offset=offset, place=place)

    tell(
        at(S.PICKED_UP_BY_CARRIER, 0, -300, there),
        at(S.IN_TRANSIT, 5, -300, there),
        at(S.OUT_FOR_DELIVERY, 9, 60, here),
    )
    events = card().events
    assert [event.zone for event in events] == ["", "UTC−5", ""]
    assert events[1].place == "Louisville, KY, United States"
    assert events[1].when.iso.endswith("-05:00")


def test_one_far_clock_is_named_and_an_unknown_one_is_not(settings: Any) -> None:
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "TIME_ZONE": "Europe/Amsterdam"}
    tell(scan(S.PICKED_UP_BY_CARRIER, 1, utc_offset=330), scan(S.IN_TRANSIT, 5, utc_offset=None))
    zones = {event.title: event.zone for event in card().events}
    assert sorted(zones.values()) == ["", "UTC+5:30"]


def test_a_second_event_of_a_day_says_so_and_a_date_alone_never_does() -> None:
    noon = (dt.datetime.now(dt.UTC) - dt.timedelta(days=1)).replace(hour=12, tzinfo=None, microsecond=0)
    tell(
        scan(S.PICKED_UP_BY_CARRIER, local_time=noon, utc_offset=60),
        scan(S.IN_TRANSIT, local_time=noon + dt.timedelta(hours=1), utc_offset=60),
        scan(S.OUT_FOR_DELIVERY, local_time=noon, precision=Precision.DATE, utc_offset=None),
    )
    assert [(event.title, event.is_same_day) for event in card().events] == [
        ("Out for delivery", False),
        ("The carrier says in_transit", True),
        ("Handed to the carrier", True),
    ]
    assert all(not event.is_same_day for event in card(Tier.PUBLIC).events)


def test_the_carriers_own_words_stay_as_detail_in_private_only() -> None:
    tell(scan(S.OUT_FOR_DELIVERY, message="Loaded on van 7"))
    assert (card().events[0].title, card().events[0].detail) == ("Out for delivery", "Loaded on van 7")
    assert card(Tier.PUBLIC).events[0].detail == ""
    assert card(Tier.PUBLIC).events[0].place == ""


# --- why, and what next -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", list(WORD))
@pytest.mark.parametrize("overlay", [Overlay.DELAYED, Overlay.EXCEPTION])
def test_every_reason_has_a_word_for_all_and_a_way_out_for_the_customer(reason: Reason, overlay: Overlay) -> None:
    tell(scan(S.IN_TRANSIT), scan(None, 5, overlay=overlay, reason=reason, message="raw words"))
    private, public = card(), card(Tier.PUBLIC)
    assert str(WORD[reason]) in private.flags[0].text
    assert str(WORD[reason]) in public.flags[0].text
    assert "raw words" not in private.flags[0].text
    assert private.next_step is not None
    assert len(private.next_step.text) > 20
    assert "%(" not in private.next_step.text
    assert public.next_step is not None
    assert public.next_step.title == "What happens next"  # the same for every reason
    assert not public.next_step.is_action
    if advice := ADVICE.get(reason):
        assert private.next_step.title == str(advice.title)
        assert private.next_step.is_action == advice.is_action


def test_what_needs_somebody_comes_first_and_is_loud() -> None:
    two = (sent("f1", [("a", 1)]), sent("f2", [("a", 1)], number="1Z999AA10123456785"))
    record.order("shop", snapshot(fulfillments=two))
    record.tracking("aftership", update(scan(S.IN_TRANSIT)))
    stuck = scan(None, 5, overlay=Overlay.EXCEPTION, reason=Reason.PAYMENT)
    record.tracking("aftership", update(scan(S.IN_TRANSIT), stuck, number="1Z999AA10123456785"))
    for tier in (Tier.PRIVATE, Tier.PUBLIC):
        first, second = build(Order.objects.get(), tier).parcels
        assert (first.anchor, first.tone, second.tone) == ("parcel-2", "warn", "")


def test_the_next_progress_ends_the_reason_with_its_overlay() -> None:
    tell(scan(None, 5, overlay=Overlay.EXCEPTION, reason=Reason.ADDRESS), scan(S.OUT_FOR_DELIVERY, 9))
    assert (card().flags, card().tone) == ((), "")
    assert card().next_step is not None
    assert card().next_step.title == "Someone at home, please."  # type: ignore[union-attr]


def test_an_attempt_says_why_it_failed_and_the_way_out_that_fits() -> None:
    tell(scan(S.ATTEMPTED_DELIVERY, 5, reason=Reason.ABSENT))
    assert card().flags[0].text == card(Tier.PUBLIC).flags[0].text == "First attempt: nobody was there"
    assert card().next_step.title == "Arrange the next attempt"  # type: ignore[union-attr]
    record.tracking(
        "aftership", update(scan(S.OUT_FOR_DELIVERY, 6), scan(S.ATTEMPTED_DELIVERY, 7, reason=Reason.ADDRESS))
    )
    assert card().next_step.title == "Check the address"  # type: ignore[union-attr]
    assert card(Tier.PUBLIC).next_step.title == "Arrange the next attempt"  # type: ignore[union-attr]


def test_the_carriers_own_instruction_stands_before_ours() -> None:
    tell(scan(None, 5, overlay=Overlay.EXCEPTION, reason=Reason.ADDRESS), next_step="Ring 0800 1234.")
    assert card().next_step.text == "Ring 0800 1234."  # type: ignore[union-attr]


def test_a_lost_parcel_is_the_shops_to_settle() -> None:
    tell(scan(S.IN_TRANSIT), scan(S.LOST, 5))
    assert card().next_step.title == "Write to us"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("weather", "Bad weather"),
        ("sorting_machine_broken", "Sorting machine broken"),
        ("Snow in Spain", "Snow in Spain"),
        ("", ""),
    ],
)
def test_why_a_date_moved_is_told_in_plain_words(said: str, told: str) -> None:
    assert plain(said) == told


# --- the date -----------------------------------------------------------------------------------------------------


def test_an_estimate_says_who_made_it(settings: Any) -> None:
    tell(scan(S.IN_TRANSIT), window=days(3, minutes=9))
    assert card().window.by == card(Tier.PUBLIC).window.by == "Estimate by AfterShip"  # type: ignore[union-attr]
    record.entry("manual", Parcel.objects.get(), update(window=days(4)))
    assert card().window.by == "Entered by the shop"  # type: ignore[union-attr]
    assert card().window.note.startswith("was ")  # type: ignore[union-attr]
    assert [move.by for move in card().moves] == ["Entered by the shop", "Estimate by AfterShip"]
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "SOURCES": {}}
    assert card().window.by == ""  # type: ignore[union-attr]


def test_a_parcel_that_came_says_when_and_in_private_at_what_time() -> None:
    tell(scan(S.DELIVERED, 9), window=days(1))
    private, public = card().window, card(Tier.PUBLIC).window
    assert private is not None
    assert public is not None
    assert (len(private.hours), public.hours) == (5, "")
    assert len(public.iso) == 10


def test_overdue_says_what_to_do() -> None:
    tell(scan(S.IN_TRANSIT), window=days(-2))
    step = card().next_step
    assert step is not None
    assert (step.title, step.is_for_shop) == ("Later than promised", True)
    assert "just now" in step.text
    assert "just now" not in card(Tier.PUBLIC).next_step.text  # type: ignore[union-attr]


# --- the last part of the way ---------------------------------------------------------------------------------------


def test_a_handover_names_the_carrier_to_all_and_the_number_to_the_customer() -> None:
    tell(scan(S.IN_TRANSIT), handed_to="La Poste Colissimo", handed_number="6A12345678901")
    private, public = card().handover, card(Tier.PUBLIC).handover
    assert private is not None
    assert public is not None
    assert private.name == public.name == "Colissimo"
    assert (private.number.replace(" ", ""), public.number, public.url) == ("6A12345678901", "", "")
    assert private.url.startswith("https://")
    assert private.site in private.url


def test_a_carrier_that_nobody_knows_is_named_without_a_link() -> None:
    tell(scan(S.ATTEMPTED_DELIVERY), handed_to="Ribeira Courier", handed_number="RC1")
    handover = card().handover
    assert handover is not None
    assert (handover.name, handover.url) == ("Ribeira Courier", "")
    assert "Ribeira Courier" in card().next_step.text  # type: ignore[union-attr]


def test_no_handover_is_none() -> None:
    tell(scan(S.IN_TRANSIT))
    assert card().handover is None


# --- it is there --------------------------------------------------------------------------------------------------


def test_proof_is_the_customers_alone() -> None:
    proof = {"signed_by": "N. de Vries", "left_at": "Front porch", "proof_url": "https://ups.example/p"}
    tell(scan(S.DELIVERED, 9), **proof)
    private, public = card(), card(Tier.PUBLIC)
    assert (private.signed_by, private.left_at, private.proof_url) == tuple(proof.values())
    assert (public.signed_by, public.left_at, public.proof_url) == ("", "", "")
    assert private.missing is not None
    assert public.missing is not None
    assert private.missing.steps[:2] == ("Look where it was left: Front porch.", "Ask N. de Vries, who received it.")
    assert private.missing.steps[-1] == "Ask UPS to look into it."
    assert not any(value in " ".join(public.missing.steps) for value in proof.values())
    assert private.checked == "UPS confirmed the delivery."


def test_only_what_is_said_to_be_there_can_be_missing() -> None:
    tell(scan(S.OUT_FOR_DELIVERY))
    assert card().missing is None


def test_a_proof_that_is_no_safe_address_is_not_linked() -> None:
    tell(scan(S.DELIVERED, 9), proof_url="javascript:alert(1)")
    assert card().proof_url == ""


def test_a_mail_to_the_shop_names_order_and_parcel_in_private_only() -> None:
    tell(scan(S.DELIVERED, 9))
    assert (card().mail_subject, card(Tier.PUBLIC).mail_subject) == ("Order TS-20418", "")


def test_a_pickup_place_has_its_hours_and_goes_with_the_pickup() -> None:
    where = {"pickup_place": "Boekhandel Kade, Kinkerstraat 12, Amsterdam", "pickup_hours": "Mon to Fri 9 to 20"}
    tell(scan(S.READY_FOR_PICKUP, 5), **where)
    assert card().pickup_place == "Boekhandel Kade\nKinkerstraat 12\nAmsterdam"
    assert card().pickup_hours == "Mon to Fri 9 to 20"
    assert (card(Tier.PUBLIC).pickup_place, card(Tier.PUBLIC).pickup_hours) == ("", "")
    record.tracking("aftership", update(scan(S.COLLECTED, 9)))
    assert (card().pickup_place, card().pickup_hours) == ("", "")


# --- silence -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (20, "just now"),
        (60, "1 minute ago"),
        (12 * 60 + 59, "12 minutes ago"),
        (3600, "1 hour ago"),
        (23 * 3600 + 3599, "23 hours ago"),
        (26 * 3600, "Tue 24 November, 11:00"),
        (-50, "just now"),
    ],
)
def test_how_long_ago_it_was_asked(settings: Any, seconds: int, said: str) -> None:
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "TIME_ZONE": "Europe/Amsterdam"}
    assert ago(NOW - dt.timedelta(seconds=seconds), NOW) == said


def test_how_fresh_the_news_are_is_told_in_private_only() -> None:
    tell(scan(S.IN_TRANSIT))
    later = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=12, seconds=5)
    assert card(now=later).checked == "Last checked with UPS 12 minutes ago."
    assert card(Tier.PUBLIC, now=later).checked == ""


def test_a_label_that_nobody_scans_is_told_after_a_while() -> None:
    record.order("shop", snapshot(fulfillments=(sent(),)))
    assert card(Tier.PUBLIC).line == "UPS has not scanned it yet."
    assert card(Tier.PUBLIC).flags == ()
    later = dt.datetime.now(dt.UTC) + dt.timedelta(days=5)
    assert [flag.text for flag in card(Tier.PUBLIC, now=later).flags] == ["Not scanned for 5 days"]
    assert card(Tier.PUBLIC, now=later).next_step.title == "We are waiting for news, too"  # type: ignore[union-attr]


def test_a_kept_page_ends_when_its_count_of_days_does() -> None:
    tell(scan(S.IN_TRANSIT, 0))
    order = Order.objects.get()
    heard = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=30)
    for ahead in (1.0, 3.9, 4.1, 5.5, 9.99):
        now = heard + dt.timedelta(days=ahead)
        view = build(order, Tier.PUBLIC, now=now)
        said = view.parcels[0].flags
        assert now < view.valid_until
        just_before = build(order, Tier.PUBLIC, now=view.valid_until - dt.timedelta(seconds=1))
        assert just_before.parcels[0].flags == said
