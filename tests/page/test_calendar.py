"""The calendar of an order, read back as calendar programs read it."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar

from order_status_plugin.access import erase
from order_status_plugin.access.audit import SYSTEM
from order_status_plugin.access.links import link_for, order_path
from order_status_plugin.events import DeliveryWindow, ParcelSnapshot, ParcelStatus
from order_status_plugin.page.calendar import write
from order_status_plugin.tracking import record
from order_status_plugin.tracking.models import Order, Parcel
from order_status_plugin.view.model import CalendarView, DayView
from tests.access.orders import let_in
from tests.orders import PERSONAL, scan, sent, snapshot, update

S = ParcelStatus
pytestmark = pytest.mark.django_db
TODAY = dt.datetime.now(dt.UTC).date()


def expect(first: int, last: int | None = None, *, hours: bool = False, minutes: int = 9) -> DeliveryWindow:
    """Return an estimate: days from today, 10 to 14 o'clock where hours are told."""
    edges: list[Any] = [TODAY + dt.timedelta(days=day) for day in (first, first if last is None else last)]
    if hours:
        edges = [dt.datetime.combine(day, dt.time(hour)) for day, hour in zip(edges, (10, 14), strict=True)]
    stated = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=minutes)
    return DeliveryWindow(earliest=edges[0], latest=edges[1], stated_at=stated)


def placed(**more: Any) -> Order:
    record.order("shop", snapshot(fulfillments=(sent(),), **more))
    return Order.objects.get()


def address(order: Order) -> str:
    return f"{order_path(order)}calendar.ics"


def fetch(client: Client | None = None) -> Calendar:
    response = (client or Client()).get(address(Order.objects.get()), secure=True)
    assert (response.status_code, response["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert "no-store" in response["Cache-Control"]
    calendar = Calendar.from_ical(response.content)
    assert isinstance(calendar, Calendar)
    return calendar


def only(client: Client | None = None) -> Any:
    (event,) = fetch(client).walk("VEVENT")
    return event


def customer() -> Client:
    client = Client()
    client.cookies.load(let_in(Order.objects.get()))
    return client


def test_an_expected_parcel_is_a_whole_day_of_its_place() -> None:
    placed()
    record.tracking("aftership", update(scan(S.IN_TRANSIT), window=expect(3)))
    event = only()
    assert (event.decoded("dtstart"), event.decoded("dtend")) == (
        TODAY + dt.timedelta(days=3),
        TODAY + dt.timedelta(days=4),
    )
    assert (str(event["status"]), int(event["sequence"]), str(event["transp"])) == ("CONFIRMED", 0, "TRANSPARENT")
    assert str(event["summary"]).startswith("Parcel from ")
    assert str(event["url"]).endswith(order_path(Order.objects.get()))
    assert fetch()["method"] == "PUBLISH"


def test_days_between_which_it_comes_are_one_stretch() -> None:
    placed()
    record.tracking("aftership", update(scan(S.IN_TRANSIT), window=expect(2, 4)))
    assert (only().decoded("dtend") - only().decoded("dtstart")).days == 3


def test_the_customer_gets_the_hours_and_a_program_without_cookies_the_day() -> None:
    placed()
    record.tracking("aftership", update(scan(S.IN_TRANSIT), window=expect(3, hours=True)))
    start, end = only(customer()).decoded("dtstart"), only(customer()).decoded("dtend")
    assert (start.replace(tzinfo=None), end - start) == (
        dt.datetime.combine(TODAY + dt.timedelta(days=3), dt.time(10)),
        dt.timedelta(hours=4),
    )
    assert start.utcoffset() == start.replace(tzinfo=ZoneInfo("Europe/Amsterdam")).utcoffset()
    (zone,) = fetch(customer()).walk("VTIMEZONE")
    assert str(zone["tzid"]) == "Europe/Amsterdam"
    assert type(only().decoded("dtstart")) is dt.date
    assert fetch().walk("VTIMEZONE") == []
    assert only()["uid"] == only(customer())["uid"]


def test_hours_of_a_country_with_several_clocks_float() -> None:
    placed(country="US")
    record.tracking("aftership", update(scan(S.IN_TRANSIT), window=expect(3, hours=True)))
    assert only(customer()).decoded("dtstart").tzinfo is None
    assert fetch(customer()).walk("VTIMEZONE") == []


def test_a_moved_date_is_the_same_event_with_a_higher_number() -> None:
    placed()
    record.tracking("aftership", update(scan(S.IN_TRANSIT), window=expect(3)))
    first = only()
    record.tracking("aftership", update(scan(S.IN_TRANSIT), window=expect(5, minutes=1)))
    second = only()
    assert first["uid"] == second["uid"]
    assert (int(first["sequence"]), int(second["sequence"])) == (0, 1)
    assert second.decoded("dtstart") == TODAY + dt.timedelta(days=5)


def test_a_date_that_was_taken_back_is_cancelled() -> None:
    placed()
    record.tracking("aftership", update(scan(S.IN_TRANSIT), window=expect(3)))
    record.tracking("aftership", update(scan(S.IN_TRANSIT), estimate_ends=True))
    assert (str(only()["status"]), int(only()["sequence"])) == ("CANCELLED", 1)


@pytest.mark.parametrize(("expected", "status"), [(3, "CANCELLED"), (-2, "CONFIRMED")])
def test_what_came_early_is_cancelled_and_the_past_stays(expected: int, status: str) -> None:
    placed()
    record.tracking("aftership", update(scan(S.IN_TRANSIT), scan(S.DELIVERED, 9), window=expect(expected)))
    assert str(only()["status"]) == status
    assert int(only()["sequence"]) == 1


@pytest.mark.parametrize("status", [S.RETURNING, S.RETURNED, S.LOST])
def test_what_never_comes_is_cancelled(status: S) -> None:
    placed()
    record.tracking("aftership", update(scan(S.IN_TRANSIT), scan(status, 9), window=expect(-1)))
    assert str(only()["status"]) == "CANCELLED"


def test_a_delivery_that_was_none_counts_on() -> None:
    placed()
    record.tracking("aftership", update(scan(S.DELIVERED, 1), window=expect(3)))
    before = int(only()["sequence"])
    record.tracking("aftership", update(scan(S.OUT_FOR_DELIVERY, 9)))
    assert (str(only()["status"]), int(only()["sequence"]) > before) == ("CONFIRMED", True)


def test_a_pickup_is_its_last_day() -> None:
    placed()
    until = TODAY + dt.timedelta(days=6)
    record.tracking("aftership", update(scan(S.READY_FOR_PICKUP), window=expect(0), pickup_until=until))
    event = only()
    assert (event.decoded("dtstart"), str(event["summary"]).startswith("Last day to pick up")) == (until, True)
    record.tracking("aftership", update(scan(S.COLLECTED, 9)))
    assert str(only()["status"]) == "CANCELLED"


def test_a_parcel_without_a_date_has_no_event_and_several_have_several() -> None:
    numbers = ("1Z999AA10123456784", "1Z999AA10123456785")
    parcels = tuple(ParcelSnapshot(carrier_text="UPS", tracking_number=number) for number in numbers)
    record.order("shop", snapshot(fulfillments=(sent(parcels=parcels),)))
    assert fetch().walk("VEVENT") == []
    for number in numbers:
        record.tracking("aftership", update(scan(S.IN_TRANSIT), window=expect(3), number=number))
    events = fetch().walk("VEVENT")
    assert [str(event["description"]).split("\n")[0] for event in events] == [
        "Parcel 1 of 2 · UPS",
        "Parcel 2 of 2 · UPS",
    ]
    assert len({event["uid"] for event in events}) == 2


def test_nothing_personal_is_in_it_for_whomever() -> None:
    order = placed()
    record.tracking(
        "aftership",
        update(scan(S.IN_TRANSIT), window=expect(3, hours=True), signed_by="Noor de Vries", left_at="Lindenlaan 14"),
    )
    for client in (Client(), customer()):
        text = client.get(address(order), secure=True).content.decode().replace("\r\n ", "")
        assert [value for value in (*PERSONAL, "Cologne", "COLOGNE", "Lindenlaan") if value in text] == []
    uid = str(only()["uid"])
    assert link_for(order) not in uid
    assert order.locator not in uid


def test_the_name_of_an_event_outlives_link_and_key(settings: Any) -> None:
    placed()
    record.tracking("aftership", update(scan(S.IN_TRANSIT), window=expect(3)))
    uid = only()["uid"]
    record.revoke_link(Order.objects.get())
    assert only()["uid"] == uid
    settings.ORDER_STATUS = {**settings.ORDER_STATUS, "KEYS": ["another key than before, long enough"]}
    assert only()["uid"] == uid


def test_a_revoked_link_has_no_calendar_and_an_erased_order_an_empty_one(client: Client) -> None:
    order = placed()
    record.tracking("aftership", update(scan(S.IN_TRANSIT), window=expect(3)))
    old = address(order)
    record.revoke_link(order)
    assert client.get(old, secure=True).status_code == 404
    erase.erase(Order.objects.get(), SYSTEM)
    assert fetch().walk("VEVENT") == []


def test_head_answers_as_get_and_nothing_else_is_taken(client: Client) -> None:
    order = placed()
    assert client.head(address(order), secure=True)["Content-Type"] == "text/calendar; charset=utf-8"
    assert client.post(address(order), secure=True).status_code in (403, 405)


def test_it_speaks_the_orders_language() -> None:
    placed(locale="fr")
    record.tracking("aftership", update(scan(S.IN_TRANSIT), window=expect(3)))
    assert str(only()["summary"]).startswith("Colis de ")


def test_it_reads_what_the_page_reads_and_no_more(client: Client) -> None:
    order = placed()
    record.tracking("aftership", update(scan(S.IN_TRANSIT), window=expect(3)))
    with CaptureQueriesContext(connection) as cold:
        client.get(order_path(order), secure=True)
    with CaptureQueriesContext(connection) as queries:
        client.get(address(order), secure=True)
    assert len(queries) <= len(cold)
    assert not any("contact" in query["sql"] for query in queries.captured_queries)


def test_lines_are_folded_and_what_a_shop_is_called_breaks_nothing() -> None:
    day = DayView(
        uid="1@order-status",
        summary="Parcel from Tilia, Sal; and\r\nEND:VCALENDAR\\ " + "é" * 90,
        description="1 parcel · UPS",
        first=TODAY,
        last=TODAY,
        zone="",
        sequence=0,
        is_cancelled=False,
    )
    raw = write(CalendarView(shop="Tilia; Sal", days=(day,)), "https://shop.example/o/", dt.datetime.now(dt.UTC))
    lines = raw.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert lines.count(b"END:VCALENDAR") == 1
    (event,) = Calendar.from_ical(raw).walk("VEVENT")
    assert "Tilia, Sal; and" in str(event["summary"])
    assert str(event["summary"]).endswith("é" * 90)


def test_the_page_leads_there_while_a_day_is_ahead(client: Client) -> None:
    order = placed()
    href = f'href="{address(order)}"'
    assert href not in client.get(order_path(order)).content.decode()
    record.tracking("aftership", update(scan(S.IN_TRANSIT), window=expect(3)))
    assert client.get(order_path(order)).content.decode().count(href) == 1
    Parcel.objects.update(last_checked_at=None)
    record.tracking("aftership", update(scan(S.DELIVERED, 9)))
    assert href not in client.get(order_path(order)).content.decode()
