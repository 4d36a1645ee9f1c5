"""What needs somebody stands on the home page; the report counts; the inbox is handled again from its list."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from order_status_plugin.events import Overlay, ParcelStatus
from order_status_plugin.intake.models import InboxMessage
from order_status_plugin.messages.models import OutboxMessage
from order_status_plugin.staff import figures, narrow, report
from order_status_plugin.tracking import record
from order_status_plugin.tracking.models import Fulfillment, Order
from tests import orders

from .test_orders import UPS2, place, staff

pytestmark = pytest.mark.django_db

HOME = "/cms/"


def came(key: str, state: str = "failed", alias: str = "aftership") -> InboxMessage:
    now = timezone.now()
    return InboxMessage.objects.create(
        alias=alias, key=key, digest="d", body=b"{}", received_at=now, due_at=now, state=state, reason=f"about {key}"
    )


def panel(client: Any) -> str:
    page = client.get(HOME).content.decode()
    return page[page.index('id="order-status-section"') :][:3000] if 'id="order-status-section"' in page else ""


def test_the_home_page_leads_to_what_needs_a_look() -> None:
    client = staff("view_order", "view_inboxmessage")
    place("TS-1", fulfillments=(orders.sent(),))
    assert "Nothing needs a look." in panel(client)
    record.tracking("aftership", orders.update(orders.scan(ParcelStatus.IN_TRANSIT, overlay=Overlay.EXCEPTION)))
    OutboxMessage.objects.filter(milestone="confirmed").update(state="dead")
    came("a")
    said = panel(client)
    for needs in ("exception", "untold"):
        assert f'href="{reverse("order_status_orders:index")}?needs={needs}"><b>1</b>' in said
    assert f'href="{reverse("order_status_orders:inbox")}?state=failed"><b>1</b>' in said
    assert "stalled" not in said
    assert not panel(staff("view_ordernote", name="lou"))
    assert "inbox" not in panel(staff("view_order", name="ines"))


def test_the_inbox_is_narrowed_and_handled_again() -> None:
    for key in ("a", "b"):
        came(key)
    done, erased = came("c", "handled"), came("d", "redacted")
    client = staff("change_inboxmessage")
    address = reverse("order_status_orders:inbox")
    page = client.get(address, {"state": "failed"}).content.decode()
    assert [key for key in "abcd" if f"about {key}" in page] == ["a", "b"]
    asked = client.post(address, {"do": "ask", "state": "failed"}).content.decode()
    assert "2 messages are handled again." in asked
    assert InboxMessage.objects.filter(state="failed").count() == 2
    client.post(address, {"do": "all", "state": "failed"})
    assert InboxMessage.objects.filter(state="received").count() == 2
    client.post(address, {"do": "chosen", "message": [done.pk, erased.pk]})
    states = dict(InboxMessage.objects.values_list("key", "state"))
    assert (states["c"], states["d"]) == ("received", "redacted")


def test_an_empty_inbox_says_so() -> None:
    said = staff("view_inboxmessage").get(reverse("order_status_orders:inbox"))
    assert said.status_code == 200
    assert "There is nothing here." in said.content.decode()


def test_who_may_only_read_the_inbox_replays_nothing() -> None:
    message = came("a")
    client = staff("view_inboxmessage")
    address = reverse("order_status_orders:inbox")
    assert "about a" in client.get(address).content.decode()
    assert client.post(address, {"do": "chosen", "message": [message.pk]}).status_code in (302, 403)
    assert InboxMessage.objects.get().state == "failed"
    assert staff("view_order", name="lou").get(address).status_code in (302, 403)


def chart(slug: str, days: int = 30) -> figures.Chart:
    now = timezone.now()
    found = figures.charts(figures.Span(now - dt.timedelta(days=days), now + dt.timedelta(days=1)))
    return next(each for each in found if each.slug == slug)


def test_days_to_deliver_are_counted_by_carrier() -> None:
    start = timezone.now() - dt.timedelta(days=20)
    for number, days in enumerate((1, 2, 3, 14)):
        key = f"1Z999AA1012345{number:04}"
        sending = orders.sent(number=key, sent_at=start)
        place(f"TS-{number}", fulfillments=(sending,), placed_at=start)
        arrived = start + dt.timedelta(days=days, hours=1)
        scan = orders.scan(ParcelStatus.DELIVERED, local_time=arrived.replace(tzinfo=None, microsecond=0))
        record.tracking("aftership", orders.update(scan, number=key), received_at=timezone.now())
    made = chart("delivery")
    assert made.rows == (("UPS", ("2.5", "10.7", "4")),)
    assert made.bars[0][1] == 100.0
    assert chart("delivery", days=10).rows == ()


def test_problems_and_messages_are_counted() -> None:
    place("TS-1", fulfillments=(orders.sent(),))
    place("TS-2", fulfillments=(orders.sent(number=UPS2),))
    record.tracking("aftership", orders.update(orders.scan(ParcelStatus.IN_TRANSIT, overlay=Overlay.EXCEPTION)))
    assert chart("trouble").rows == (("UPS", ("1", "50 %", "2")),)
    OutboxMessage.objects.filter(milestone="confirmed").update(state="sent")
    label, cells = chart("messages").rows[0]
    assert label == "Email"
    assert cells[1] == "2"


def test_the_report_is_a_drawing_and_a_table_and_a_file() -> None:
    place("TS-1", fulfillments=(orders.sent(),))
    client = staff("view_order")
    address = reverse("order_status_report")
    page = client.get(address).content.decode()
    assert page.count("<svg viewBox") >= 2
    assert '<th scope="row">UPS</th>' in page
    file = client.get(address, {"export": "csv", "first": "2026-01-01"})
    assert file["Content-Type"].startswith("text/csv")
    assert "UPS,0,0 %,1" in file.content.decode()
    for query in ({"first": "soon"}, {"first": "2030-01-01", "last": "2020-01-01"}):
        assert client.get(address, query).status_code == 200
    assert staff("view_ordernote", name="lou").get(address).status_code in (302, 403)


def test_what_takes_long_to_count_is_kept_for_the_page_and_its_file(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = "django.core.cache.backends.locmem.LocMemCache"
    settings.CACHES = {"default": {"BACKEND": memory, "LOCATION": "report"}}
    client, address = staff("view_order"), reverse("order_status_report")
    place("TS-1", fulfillments=(orders.sent(),))
    assert "UPS,0,0 %,1" in client.get(address, {"export": "csv"}).content.decode()
    place("TS-2", fulfillments=(orders.sent(number=UPS2),))
    monkeypatch.setattr(report, "LONG", dt.timedelta(0))
    assert "UPS,0,0 %,2" in client.get(address, {"export": "csv"}).content.decode(), "what is quick is counted anew"
    place("TS-3", fulfillments=(orders.sent(number="1Z999AA10123456784"),))
    assert "UPS,0,0 %,2" in client.get(address, {"export": "csv"}).content.decode()
    assert "As of" in client.get(address).content.decode()
    assert "UPS,0,0 %,3" in client.get(address, {"export": "csv", "first": "2026-01-01"}).content.decode()
    assert staff("view_ordernote", name="lou").get(address).status_code in (302, 403)


def test_the_newest_of_many_troubled_orders_are_found_as_few_are(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = ("1Z999AA10123456784", UPS2, "1Z12345E0205271688")
    for position, number in enumerate(numbers):
        place(f"TS-{position}", fulfillments=(orders.sent(number=number),))
        scan = orders.scan(ParcelStatus.IN_TRANSIT, overlay=Overlay.EXCEPTION)
        record.tracking("aftership", orders.update(scan, number=number))
    Fulfillment.objects.filter(order__number="TS-0").update(is_cancelled=True)
    for most in (1_000, 1):
        monkeypatch.setattr(narrow, "MOST", most)
        found = narrow.exceptional(Order.objects.order_by("number"))
        assert [order.number for order in found] == ["TS-1", "TS-2"]
