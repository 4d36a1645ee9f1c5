"""Staff find orders in Wagtail's admin, see why each is where it is, and have things done to many at once."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from order_status_plugin import flow
from order_status_plugin.access.audit import Action, audit
from order_status_plugin.access.erase import erase
from order_status_plugin.access.models import AuditEntry, StaffView
from order_status_plugin.cms.writing import change, write
from order_status_plugin.events import DeliveryWindow, Overlay, ParcelStatus, PaymentState
from order_status_plugin.hosts.demo import DemoHost
from order_status_plugin.intake.models import InboxMessage
from order_status_plugin.messages.models import OutboxMessage
from order_status_plugin.messages.person import addressee, person
from order_status_plugin.staff import viewset
from order_status_plugin.tracking import record
from order_status_plugin.tracking.models import Fulfillment, Order, OrderContact, Parcel, TrackingEvent
from tests import orders

pytestmark = pytest.mark.django_db

UPS2 = "1Z999AA10123456785"


def staff(*permissions: str, name: str = "kim") -> Client:
    user = User.objects.create_user(name, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["access_admin", *permissions]))
    client = Client()
    client.force_login(user)
    return client


def place(number: str = "TS-1", **more: Any) -> Order:
    return record.order("shop", orders.snapshot(reference=number.casefold(), number=number, **more))


def index(client: Client, query: str = "") -> str:
    return client.get(f"{reverse('order_status_orders:index')}?{query}").content.decode()


def listed(client: Client, query: str = "") -> list[str]:
    """Return the numbers in the list."""
    view = client.get(f"{reverse('order_status_orders:index')}?{query}").context["object_list"]
    return [order.number for order in view]


def test_an_order_is_found_by_its_number_its_tracking_number_and_its_filters() -> None:
    place("TS-1", fulfillments=(orders.sent(),))
    place("TS-2", country="FR")
    old = place("TS-3", placed_at=timezone.now() - dt.timedelta(days=60))
    client = staff("view_order")
    assert listed(client) == ["TS-2", "TS-1", "TS-3"]
    assert listed(client, "q=%23ts-1") == ["TS-1"]
    assert listed(client, "q=1Z999AA1+0123+4567+84") == ["TS-1"]
    assert listed(client, "q=Noor") == listed(client, "q=noor@example.org") == []
    assert listed(client, "headline=confirmed") == ["TS-2", "TS-3"]
    assert listed(client, "headline=confirmed&headline=in_transit") == ["TS-2", "TS-1", "TS-3"]
    assert listed(client, "carrier=ups") == ["TS-1"]
    assert listed(client, "host=shop") == ["TS-2", "TS-1", "TS-3"]
    assert listed(client, f"placed_at_to={timezone.localdate() - dt.timedelta(days=30)}") == [old.number]
    assert listed(client, "needs=unsent") == ["TS-2", "TS-3"]
    assert listed(client, "needs=late") == ["TS-3"]


def test_what_needs_a_look_is_found() -> None:
    order = place("TS-1", fulfillments=(orders.sent(),))
    place("TS-2", fulfillments=(orders.sent(number=UPS2),))
    client = staff("view_order")
    assert listed(client, "needs=stalled") == listed(client, "needs=exception") == listed(client, "needs=untold") == []
    record.tracking("aftership", orders.update(orders.scan(ParcelStatus.IN_TRANSIT, overlay=Overlay.EXCEPTION)))
    assert listed(client, "needs=exception") == ["TS-1"]
    assert "There is a problem" in index(client)
    Fulfillment.objects.update(sent_at=timezone.now() - dt.timedelta(days=9))
    TrackingEvent.objects.filter(parcel__order=order).update(received_at=timezone.now() - dt.timedelta(days=8))
    assert listed(client, "needs=stalled") == ["TS-2", "TS-1"]
    record.tracking("aftership", orders.update(orders.scan(ParcelStatus.OUT_FOR_DELIVERY, 5)))
    assert listed(client, "needs=stalled") == ["TS-2"]
    OutboxMessage.objects.filter(order=order, milestone="confirmed").update(state="dead")
    assert listed(client, "needs=untold") == ["TS-1"]


def test_a_customer_is_found_by_the_whole_address_which_stands_nowhere() -> None:
    place("TS-1")
    record.order(
        "shop", orders.snapshot(reference="x", number="TS-9", contact=orders.ContactSnapshot(email="a@b.example"))
    )
    client = staff("view_order")
    address = reverse("order_status_orders:find")
    answer = client.post(address, {"email": " Noor@Example.org "})
    assert answer.status_code == 302
    assert "noor" not in answer["Location"].casefold()
    page = client.get(answer["Location"])
    assert [order.number for order in page.context["object_list"]] == ["TS-1"]
    assert "example.org" not in page.content.decode()
    answer = client.post(address, {"email": "nobody@example.org"}, follow=True)
    assert list(answer.context["object_list"]) == []
    assert client.post(address, {"email": "noor"}).status_code == 200
    assert "would stand in logs" in index(client, "q=noor@example.org")


def test_the_list_holds_nothing_personal_and_as_many_queries_for_one_as_for_many() -> None:
    client = staff("view_order", "view_status_page")
    place("TS-0", fulfillments=(orders.sent(),))
    index(client)
    with CaptureQueriesContext(connection) as one:
        page = index(client)
    assert not [said for said in orders.PERSONAL if said in page]
    for number in range(1, 12):
        place(f"TS-{number}", fulfillments=(orders.sent(), orders.sent("f2", number=UPS2)))
    with CaptureQueriesContext(connection) as many:
        page = index(client)
    assert page.count("View order status page") == 12
    assert len(one) == len(many) <= 13
    tables = {OrderContact._meta.db_table, "tracking_number"}
    assert not [query["sql"] for query in many for name in tables if name in query["sql"]]


def test_the_spreadsheet_holds_nothing_personal_and_runs_nothing() -> None:
    place("=TS-1", fulfillments=(orders.sent(),))
    client = staff("view_order")
    answer = client.get(f"{reverse('order_status_orders:index')}?export=csv")
    text = answer.getvalue().decode()
    assert "'=TS-1,shop" in text
    assert "In transit" in text
    assert "UPS" in text
    assert not [said for said in orders.PERSONAL if said in text]


def test_who_may_not_see_orders_sees_none() -> None:
    order = place()
    client = staff("view_ordernote")
    for name, arguments in (("index", []), ("order", [order.pk]), ("find", [])):
        answer = client.get(reverse(f"order_status_orders:{name}", args=arguments))
        assert answer.status_code in (302, 403), name
        assert order.number not in answer.content.decode()
    assert client.get(reverse("order_status_past", args=[order.pk])).status_code in (302, 403)
    assert client.get(reverse("order_status_past_frame", args=[order.pk])).status_code in (302, 403)
    assert not StaffView.objects.exists()


def bulk(action: str, *chosen: Order, query: str = "") -> str:
    ids = "&".join(f"id={order.pk}" for order in chosen) or "id=all"
    address = reverse("wagtail_bulk_action", args=["order_status_plugin", "order", action])
    return f"{address}?{ids}&next={reverse('order_status_orders:index')}{query}"


def test_many_are_read_again_and_the_page_says_how_many_before(
    django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = place("TS-1"), place("TS-2")
    DemoHost.orders["shop", "ts-1"] = orders.snapshot(reference="ts-1", number="TS-1", country="FR")
    tasks: list[Any] = []
    monkeypatch.setattr(flow, "async_task", lambda func, pks, **options: tasks.append((func, pks)))
    client = staff("change_order")
    page = client.get(bulk("read-again", first, second)).content.decode()
    assert "2 orders are read again. shop: 2" in page
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(bulk("read-again", first, second), follow=True)
    assert "2 orders are read again." in answer.content.decode()
    assert tasks == [(flow.READ, [first.pk, second.pk])]
    flow.read_again([first.pk, second.pk])  # the second is not there any more: it stops nobody
    first.refresh_from_db()
    assert first.country == "FR"


def test_all_means_what_the_list_shows() -> None:
    place("TS-1", fulfillments=(orders.sent(),))
    place("TS-2")
    client = staff("change_order")
    assert "1 order is read again." in client.get(bulk("read-again", query="%3Fneeds%3Dunsent")).content.decode()
    assert "2 orders are read again." in client.get(bulk("read-again")).content.decode()


def test_who_may_only_look_changes_nothing() -> None:
    order = place()
    client = staff("view_order")
    for action in ("read-again", "send-again", "handle-again"):
        assert "You may not do this." in client.get(bulk(action, order)).content.decode()
    assert client.post(reverse("order_status_orders:order", args=[order.pk]), {"do": "read"}).status_code in (302, 403)
    answer = client.post(bulk("export", order))
    assert answer["Content-Type"].startswith("text/csv")
    assert "TS-1" in answer.content.decode()


def test_messages_are_sent_again_by_the_number_that_was_said() -> None:
    order = place()
    OutboxMessage.objects.filter(order=order).update(state="dead")
    client = staff("change_order")
    assert "1 customer would get 1 message." in client.get(bulk("send-again", order)).content.decode()
    client.post(bulk("send-again", order))
    assert OutboxMessage.objects.get(order=order).state == "pending"


def heard(order: Order, *scans: Any) -> InboxMessage:
    now = timezone.now()
    message = InboxMessage.objects.create(
        alias="aftership", key=str(now.timestamp()), digest="d", body=b"{}", received_at=now, due_at=now, state="failed"
    )
    record.tracking("aftership", orders.update(*scans), message_id=message.pk)
    return message


def test_what_came_in_is_handled_again_from_the_list_and_from_the_order() -> None:
    order = place(fulfillments=(orders.sent(),))
    mine = heard(order, orders.scan(ParcelStatus.IN_TRANSIT))
    second = heard(order, orders.scan(ParcelStatus.IN_TRANSIT, 5))
    other = InboxMessage.objects.create(
        alias="aftership",
        key="o",
        digest="d",
        body=b"",
        received_at=timezone.now(),
        due_at=timezone.now(),
        state="failed",
    )
    client = staff("view_order", "change_inboxmessage")
    assert "2 messages are handled again." in client.get(bulk("handle-again", order)).content.decode()
    client.post(bulk("handle-again", order))
    mine.refresh_from_db()
    assert mine.state == "received"
    InboxMessage.objects.update(state="failed")
    address = reverse("order_status_orders:order", args=[order.pk])
    assert "Handle the selected messages again" in client.get(address).content.decode()
    client.post(address, {"do": "replay", "message": [mine.pk, other.pk]})
    mine.refresh_from_db()
    other.refresh_from_db()
    second.refresh_from_db()
    assert (mine.state, second.state, other.state) == ("received", "failed", "failed")


def said_by_the_shop(order: Order, state: str) -> InboxMessage:
    now = timezone.now()
    return InboxMessage.objects.create(
        alias=order.host,
        about=order.reference,
        key=state,
        digest="d",
        body=b"",
        received_at=now,
        due_at=now,
        state=state,
    )


def test_what_the_shop_said_is_listed_and_only_what_failed_is_handled_again() -> None:
    order = place()
    handled, failed = (said_by_the_shop(order, state) for state in ("handled", "failed"))
    client = staff("view_order", "change_inboxmessage")
    address = reverse("order_status_orders:order", args=[order.pk])
    page = client.get(address).content.decode()
    assert f"<td>{handled.pk}</td>" in page
    assert f'value="{failed.pk}"' in page
    assert f'name="message" value="{handled.pk}"' not in page
    client.post(address, {"do": "replay", "message": [handled.pk, failed.pk]})
    handled.refresh_from_db()
    failed.refresh_from_db()
    assert (handled.state, failed.state) == ("handled", "received")


def test_the_order_says_why() -> None:
    order = place(fulfillments=(orders.sent(),))
    window = DeliveryWindow(
        earliest=dt.date(2030, 1, 4), latest=dt.date(2030, 1, 5), stated_at=timezone.now(), reason="Snow"
    )
    record.tracking(
        "aftership",
        orders.update(orders.scan(ParcelStatus.OUT_FOR_DELIVERY, raw_code="OFD7", rule="code OFD7"), window=window),
    )
    write(order, "<p>It leaves on Monday.</p>", author="ada")
    client = staff("view_order", "view_outboxmessage", "view_inboxmessage", "view_status_page", "view_ordernote")
    address = reverse("order_status_orders:order", args=[order.pk])
    page = client.get(address).content.decode()
    for said in ("OFD7", "code OFD7", "aftership", "2030-01-04 – 2030-01-05", "Snow", "It leaves on Monday.", "n•••"):
        assert said in page, said
    assert "Out for delivery" in page
    for said in ("Noor de Vries", "noor@example.org", "Lindenlaan"):
        assert said not in page
    assert "n•••" not in staff("view_order", name="lou").get(address).content.decode()


def test_the_timeline_holds_what_its_reader_may_see_elsewhere() -> None:
    order = place(fulfillments=(orders.sent(),))
    write(order, "<p>For Noor alone.</p>", author="ada")
    StaffView.objects.create(order=order, user="bea", viewed_as="private", at=timezone.now())
    audit(Action.NUMBER_TAKEN_BACK, order, "cyd")
    address = reverse("order_status_orders:order", args=[order.pk])

    def kinds(*permissions: str) -> set[str]:
        client = staff(*permissions, name="-".join(permissions))
        return {entry.kind for entry in client.get(address).context["entries"]}

    assert kinds("view_order") == kinds("change_order") == {"order"}
    assert kinds("view_order", "view_outboxmessage") == {"order", "message"}
    for permission in ("view_ordernote", "add_ordernote", "change_ordernote"):
        assert kinds("view_order", permission) == {"order", "note"}
    assert kinds("view_order", "view_staffview") == {"order", "look"}
    assert kinds("view_order", "view_auditentry") == {"order", "deed"}
    page = staff("view_order", "view_status_page").get(address).content.decode()
    assert not [said for said in ("For Noor alone.", "ada", "bea", "cyd") if said in page]
    offered = {permission.codename for permission in viewset.permissions()}
    assert offered >= {"view_staffview", "view_auditentry"}, "or no group in Wagtail could be given them"


def test_a_promised_payment_is_to_be_captured_while_the_order_is_confirmed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DemoHost, "staff_url", lambda self, reference: f"/shop/{reference}/")
    client = staff("view_order")
    order = place(payment=PaymentState.AUTHORIZED)
    address = reverse("order_status_orders:order", args=[order.pk])
    assert '<a href="/shop/ts-1/">Capture it in the shop</a>' in client.get(address).content.decode()
    monkeypatch.setattr(DemoHost, "capture_url", lambda self, reference: f"/shop/{reference}/capture/")
    assert '<a href="/shop/ts-1/capture/">Capture it in the shop</a>' in client.get(address).content.decode()
    for more in (
        {"payment": PaymentState.PAID},
        {"payment": PaymentState.AUTHORIZED, "fulfillments": (orders.sent(),)},
    ):
        place(**more)
        assert "Capture it" not in client.get(address).content.decode()


def do(client: Client, order: Order, slug: str, **data: Any) -> str:
    """Do something about an order's messages; return the order's page afterwards."""
    address = reverse("order_status_orders:deed", args=[order.pk, slug])
    assert client.get(address).status_code == 200
    return client.post(address, data, follow=True).content.decode()


def test_the_address_of_an_orders_messages_is_changed_beside_the_order() -> None:
    order, client = place(), staff("view_order", "change_order")
    page = client.get(reverse("order_status_orders:order", args=[order.pk])).content.decode()
    address = reverse("order_status_orders:deed", args=[order.pk, "correct-address"])
    assert f'href="{address}"' in page
    refused = client.post(address, {"email": "not an address", "phone": ""})
    assert refused.status_code == 200
    assert not AuditEntry.objects.exists()
    assert "go there from now on" in do(client, order, "correct-address", email="right@example.org", phone="")
    contact = addressee(order.pk)
    assert contact is not None
    assert contact.email == "right@example.org"
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor, entry.detail) == ("contact_corrected", "kim", "email")
    assert 'value="right@example.org"' in client.get(address).content.decode()
    assert "right@example.org" not in client.get(reverse("order_status_orders:order", args=[order.pk])).content.decode()
    do(client, order, "correct-address", email="", phone="")
    assert addressee(order.pk) == person(order.pk)


def test_who_may_not_change_orders_changes_no_address() -> None:
    order, client = place(), staff("view_order", "change_inboxmessage")
    page = client.get(reverse("order_status_orders:order", args=[order.pk])).content.decode()
    address = reverse("order_status_orders:deed", args=[order.pk, "correct-address"])
    assert address not in page
    for answer in (client.get(address), client.post(address, {"email": "evil@example.org"})):
        assert answer.status_code == 302  # Wagtail leads away who may not
    assert addressee(order.pk) == person(order.pk)
    assert not AuditEntry.objects.exists()


def test_only_what_is_about_messages_and_fits_is_done_there() -> None:
    order, client = place(), staff("view_order", "change_order", "delete_order")
    assert client.post(reverse("order_status_orders:deed", args=[order.pk, "erase"])).status_code == 404
    again = reverse("order_status_orders:deed", args=[order.pk, "resend"])
    assert "cannot be done" in client.post(again, follow=True).content.decode()
    assert erase(order, "ada")
    page = client.get(reverse("order_status_orders:order", args=[order.pk])).content.decode()
    assert "/do/" not in page
    address = reverse("order_status_orders:deed", args=[order.pk, "correct-address"])
    assert "cannot be done" in client.post(address, {"email": "late@example.org"}, follow=True).content.decode()


def test_messages_are_sent_again_from_the_order() -> None:
    order, client = place(), staff("view_order", "change_order")
    row = OutboxMessage.objects.create(
        key="k",
        order=order,
        milestone="confirmed",
        subject="order",
        channel="email",
        state=OutboxMessage.State.DEAD,
        happened_at=timezone.now(),
        created_at=timezone.now(),
        due_at=timezone.now(),
    )
    assert "1 message is tried again." in do(client, order, "resend")
    row.refresh_from_db()
    assert row.state == OutboxMessage.State.PENDING
    assert AuditEntry.objects.get().action == "messages_resent"


def test_the_order_takes_as_many_queries_with_many_parcels() -> None:
    client = staff("view_order", "view_outboxmessage", "change_inboxmessage", "view_status_page", "add_ordernote")

    def queries(order: Order) -> int:
        client.get(address := reverse("order_status_orders:order", args=[order.pk]))
        with CaptureQueriesContext(connection) as made:
            client.get(address)
        return len(made)

    few = place("TS-1", fulfillments=(orders.sent(),))
    many = place("TS-2", fulfillments=tuple(orders.sent(f"f{n}", number=f"1Z999AA1012345{n:04}") for n in range(8)))
    for parcel in Parcel.objects.filter(order=many):
        record.tracking("aftership", orders.update(orders.scan(ParcelStatus.IN_TRANSIT), number=parcel.tracking_number))
    assert queries(few) == queries(many)


# --- the past ---------------------------------------------------------------------------------------


def at(client: Client, order: Order, moment: dt.datetime, tier: str = "private") -> str:
    address = reverse("order_status_past_frame", args=[order.pk])
    answer = client.get(address, {"at": timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M"), "tier": tier})
    assert answer.status_code == 200
    return answer.content.decode()


def told_at(moment: dt.datetime, status: ParcelStatus, **more: Any) -> None:
    scan = orders.scan(status, local_time=(moment + dt.timedelta(hours=1)).replace(tzinfo=None, microsecond=0))
    record.tracking("aftership", orders.update(scan, **more), received_at=moment)


@pytest.fixture
def old() -> tuple[Order, dt.datetime]:
    """An order placed ten days ago: sent on day 1, out for delivery on day 3, delivered on day 4."""
    start = timezone.now().replace(second=0, microsecond=0) - dt.timedelta(days=10)
    order = record.order(
        "shop",
        orders.snapshot(placed_at=start, fulfillments=(orders.sent(sent_at=start + dt.timedelta(days=1)),)),
        is_import=True,
    )
    told_at(start + dt.timedelta(days=2), ParcelStatus.IN_TRANSIT)
    told_at(start + dt.timedelta(days=3), ParcelStatus.OUT_FOR_DELIVERY)
    told_at(start + dt.timedelta(days=4), ParcelStatus.DELIVERED, left_at="With the neighbour at 12")
    order.refresh_from_db()
    return order, start


def test_the_page_is_built_as_of_a_moment(old: tuple[Order, dt.datetime]) -> None:
    order, start = old
    client = staff("view_status_page", name="ada")
    before, written = dict(vars(order)), OutboxMessage.objects.count()
    for days, word in ((0.5, "confirmed"), (1.5, "in_transit"), (3.5, "out_for_delivery"), (4.5, "delivered")):
        page = at(client, order, start + dt.timedelta(days=days))
        assert f'data-order-status="{word}"' in page, days
        assert ("With the neighbour" in page) is (days == 4.5)
    order.refresh_from_db()
    assert {name: vars(order)[name] for name in ("version", "headline", "delivered_at")} == {
        name: before[name] for name in ("version", "headline", "delivered_at")
    }
    assert OutboxMessage.objects.count() == written
    assert StaffView.objects.filter(order=order, user="ada", viewed_as="private").count() == 1


def test_the_past_keeps_tiers_apart_and_runs_nothing(old: tuple[Order, dt.datetime]) -> None:
    order, start = old
    client = staff("view_status_page")
    page = at(client, order, start + dt.timedelta(days=3.5), "public")
    assert not [said for said in orders.PERSONAL if said in page]
    assert "<script" not in page
    assert '<form method="post"' not in page
    assert "Lindenlaan 14" in at(client, order, start + dt.timedelta(days=3.5))
    answer = client.get(reverse("order_status_past_frame", args=[order.pk]))
    assert answer["Content-Security-Policy"].endswith("; sandbox allow-same-origin")
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert "no-store" in answer["Cache-Control"]


def test_notes_stand_as_they_stood(old: tuple[Order, dt.datetime]) -> None:
    order, _start = old
    note = write(order, "<p>It leaves on Monday.</p>", author="ada")
    note = change(note, "<p>It leaves on Tuesday.</p>", author="ada", is_public=False)
    for days, step in zip((6, 4), note.edits.order_by("-pk"), strict=True):
        step.at = timezone.now() - dt.timedelta(days=10 - days)
        step.save()
    client = staff("view_status_page")
    start = timezone.now() - dt.timedelta(days=10)
    assert "It leaves on" not in at(client, order, start + dt.timedelta(days=3))
    assert "It leaves on Monday." in at(client, order, start + dt.timedelta(days=5))
    assert "It leaves on Tuesday." in at(client, order, start + dt.timedelta(days=7))
    assert "It leaves on" not in at(client, order, start + dt.timedelta(days=7), "public")


def test_the_slider_has_the_orders_own_moments(old: tuple[Order, dt.datetime]) -> None:
    order, _start = old
    client = staff("view_status_page")
    address = reverse("order_status_past", args=[order.pk])
    page = client.get(address, {"moment": "2", "tier": "public"})
    assert page.context["last"] == 4
    assert page.context["number"] == 2
    assert 'type="range"' in page.content.decode()
    frame = client.get(page.context["frame"]).content.decode()
    assert 'data-order-status="in_transit"' in frame
    assert client.get(address, {"moment": "99999999999"}).status_code == 200
    assert client.get(address, {"at": "yesterday", "tier": "staff"}).status_code == 200
