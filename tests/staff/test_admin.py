from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.urls import reverse
from django.utils import timezone

from order_status_plugin import flow
from order_status_plugin.access.links import order_path
from order_status_plugin.events import (
    ContactSnapshot,
    FulfillmentSnapshot,
    LineSnapshot,
    OrderSnapshot,
    ParcelSnapshot,
    ParcelStatus,
)
from order_status_plugin.hosts.demo import DemoHost
from order_status_plugin.hosts.saleor.models import SaleorInstall
from order_status_plugin.intake.models import InboxMessage
from order_status_plugin.messages.models import OutboxMessage
from order_status_plugin.tracking.models import Order, Parcel

pytestmark = pytest.mark.django_db
HOSTILE = "<script>alert(1)</script>"


def put(reference: str, *parcels: ParcelSnapshot) -> Order:
    DemoHost.orders["shop", reference] = OrderSnapshot(
        reference=reference,
        number=f"#A{reference}",
        placed_at=timezone.now() - dt.timedelta(days=2),
        lines=(LineSnapshot(reference="1", title=f"Salt {HOSTILE}", quantity=2),),
        contact=ContactSnapshot(name="Ana Canary", email="canary@example.org"),
        fulfillments=(
            FulfillmentSnapshot(
                reference="f1", lines=(("1", 1),), sent_at=timezone.now() - dt.timedelta(days=1), parcels=parcels
            ),
        ),
    )
    return flow.take_order("shop", reference)


@pytest.fixture
def order() -> Order:
    return put("77", ParcelSnapshot(carrier_text="UPS", tracking_number="1Z999AA10123456784"))


def staff(*permissions: str) -> Client:
    user = User.objects.create_user("sam", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def boss() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("boss"))
    return client


def the_list(model: str, client: Client, **query: str) -> Any:
    return client.get(reverse(f"admin:order_status_plugin_{model}_changelist"), query)


def page(row: Any) -> str:
    return reverse(f"admin:order_status_plugin_{row._meta.model_name}_change", args=[row.pk])


@pytest.mark.parametrize("term", ["A77", "#a77", "77", "1z 999 aa1 0123 456784", "1Z999AA10123456784"])
def test_an_order_is_found_by_number_reference_or_parcel(boss: Client, order: Order, term: str) -> None:
    put("88", ParcelSnapshot(carrier_text="UPS", tracking_number="1Z5R89390357567127"))
    response = the_list("order", boss, q=term)
    assert [row.pk for row in response.context["cl"].result_list] == [order.pk]


def test_filters_and_nothing_found(boss: Client, order: Order) -> None:
    assert len(the_list("order", boss, headline=order.headline).context["cl"].result_list) == 1
    assert len(the_list("order", boss, headline="lost").context["cl"].result_list) == 0
    assert len(the_list("order", boss, host="shop").context["cl"].result_list) == 1
    for term in ("' OR 1=1", "\x00", "🙂", "canary@example.org", "-"):
        assert the_list("order", boss, q=term).status_code == 200
        if term != "\x00":  # Django's own search form takes this for no term at all
            assert len(the_list("order", boss, q=term).context["cl"].result_list) == 0


def test_the_lists_and_pages_never_read_a_contact(boss: Client, order: Order) -> None:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        for response in (
            the_list("order", boss),
            the_list("order", boss, q="A77"),
            the_list("parcel", boss),
            the_list("outboxmessage", boss),
            boss.get(page(order)),
        ):
            assert response.status_code == 200
            assert "canary" not in response.content.decode().lower()
    assert not [query for query in queries if "ordercontact" in query["sql"]]


def test_the_list_costs_the_same_for_many_orders(boss: Client, order: Order) -> None:
    the_list("order", boss)
    with CaptureQueriesContext(connection) as few:
        the_list("order", boss)
    for number in range(5):
        put(str(number), ParcelSnapshot(carrier_text="DPD", tracking_number=f"12345678{number}"))
    with CaptureQueriesContext(connection) as many:
        the_list("order", boss)
    assert len(many) == len(few)


def test_the_order_page_shows_parcels_events_and_the_way_to_the_status_page(boss: Client, order: Order) -> None:
    enter(boss, order.parcels.get(), status="in_transit", place=HOSTILE)
    html = boss.get(page(order)).content.decode()
    assert f'href="{order_path(order)}"' in html
    assert "View order status page" in html
    assert "1Z 999 AA1 01 2345 6784" in html
    assert HOSTILE not in html
    assert "&lt;script&gt;" in html
    assert "in_transit" in html
    assert 'name="_save"' not in html
    assert boss.post(page(order), {"number": "X"}).status_code == 403
    assert "Set status by hand" in boss.get(page(order.parcels.get())).content.decode()


@pytest.mark.parametrize("setting", [{}, {"shop": {"BACKEND": "nowhere.Host"}}])
def test_an_order_of_a_host_that_is_gone(boss: Client, order: Order, setting: dict[str, Any]) -> None:
    with override_settings(ORDER_STATUS={"HOSTS": setting}):
        assert boss.get(page(order)).status_code == 200
        assert the_list("order", boss, q="A77").status_code == 200


def test_the_shops_own_page_is_linked_where_it_has_one(boss: Client, order: Order) -> None:
    with mock.patch.object(DemoHost, "staff_url", return_value="/dashboard/orders/77/"):
        assert 'href="/dashboard/orders/77/"' in boss.get(page(order)).content.decode()


# --- by hand -----------------------------------------------------------------------------------------------------


def enter(client: Client, parcel: Parcel, **fields: str) -> Any:
    now = timezone.localtime() - dt.timedelta(minutes=5)
    data = {"moment_0": f"{now:%Y-%m-%d}", "moment_1": f"{now:%H:%M:%S}", **fields}
    return client.post(by_hand(parcel), data)


def by_hand(parcel: Parcel) -> str:
    return reverse("admin:order_status_plugin_parcel_by_hand", args=[parcel.pk])


def test_a_parcel_is_set_by_hand(boss: Client, order: Order) -> None:
    parcel = order.parcels.get()
    assert boss.get(by_hand(parcel)).status_code == 200
    response = enter(
        boss,
        parcel,
        status="out_for_delivery",
        place="Köln",
        country="de",
        note="The driver rang.",
        expected_from="2026-11-25",
    )
    assert response.status_code == 302
    assert response["Location"] == page(order)
    parcel.refresh_from_db()
    assert parcel.status == ParcelStatus.OUT_FOR_DELIVERY
    event = parcel.events.get()
    assert (event.source, event.city, event.country, event.message) == ("manual", "Köln", "DE", "The driver rang.")
    assert (event.rule, event.precision) == ("entered by hand", "minute")
    assert parcel.estimates.get().earliest == "2026-11-25"
    order.refresh_from_db()
    assert order.headline == "out_for_delivery"
    entry = LogEntry.objects.get()
    assert (entry.user.username, entry.object_id) == ("boss", str(parcel.pk))


def test_trouble_and_what_to_do_about_it_are_entered_by_hand(boss: Client, order: Order) -> None:
    parcel = order.parcels.get()
    response = enter(
        boss,
        parcel,
        trouble="exception",
        reason="address",
        next_step="Tell us your floor.",
        left_at="Front porch",
        pickup_place="Kiosk, Kinkerstraat 12",
        pickup_hours="Mon 9 to 20",
        pickup_until="2026-12-01",
    )
    assert response.status_code == 302
    event = parcel.events.get()
    assert (event.status, event.overlay, event.reason, event.raw_code) == ("", "exception", "address", "exception")
    parcel.refresh_from_db()
    assert (parcel.overlay, parcel.next_step, parcel.left_at) == ("exception", "Tell us your floor.", "Front porch")
    assert (parcel.pickup_place, parcel.pickup_hours) == ("Kiosk, Kinkerstraat 12", "Mon 9 to 20")
    assert parcel.pickup_until == dt.date(2026, 12, 1)


def test_a_parcel_without_a_number_is_set_by_hand_too(boss: Client) -> None:
    order = put("99", ParcelSnapshot(carrier_text="Bob's bike"), ParcelSnapshot(carrier_text="Ann's bike"))
    first, second = order.parcels.all()
    with override_settings(ORDER_STATUS={"HOSTS": {"shop": {"BACKEND": "order_status_plugin.hosts.demo.DemoHost"}}}):
        assert enter(boss, first, status="delivered").status_code == 302
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.status == ParcelStatus.DELIVERED
    assert second.status != ParcelStatus.DELIVERED
    assert first.events.get().source == "manual"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Enter a status, a place, a note or a date."),
        ({"status": "flying"}, "Select a valid choice"),
        ({"status": "delivered", "reason": "customs"}, "A reason belongs to a trouble, an attempt or a return."),
        ({"status": "delivered", "moment_0": "2199-01-01"}, "This is in the future."),
        ({"status": "delivered", "moment_0": "soon"}, "Enter a valid date"),
        ({"status": "delivered", "country": "Germany"}, "Enter a valid value"),
        ({"expected_from": "2026-11-25", "expected_until": "2026-11-24"}, "This is before the first day."),
    ],
)
def test_what_cannot_be_entered(boss: Client, order: Order, fields: dict[str, str], said: str) -> None:
    response = enter(boss, order.parcels.get(), **fields)
    assert response.status_code == 200
    assert said in response.content.decode()
    assert not order.parcels.get().events.exists()


def test_who_may_what(order: Order) -> None:
    parcel = order.parcels.get()
    assert Client().get(by_hand(parcel)).status_code == 302
    nobody = staff()
    assert the_list("order", nobody).status_code == 403
    assert nobody.get(by_hand(parcel)).status_code == 403
    User.objects.all().delete()
    viewer = staff("view_order", "view_parcel", "view_inboxmessage")
    assert the_list("order", viewer).status_code == 200
    assert "Set status by hand" not in viewer.get(page(parcel)).content.decode()
    assert enter(viewer, parcel, status="delivered").status_code == 403
    assert "replay_selected" not in the_list("inboxmessage", viewer).content.decode()
    User.objects.all().delete()
    helper = staff("view_order", "change_parcel")
    assert enter(helper, parcel, status="delivered").status_code == 302
    assert helper.get(reverse("admin:order_status_plugin_parcel_by_hand", args=[0])).status_code == 404


# --- inbox and outbox --------------------------------------------------------------------------------------------


@pytest.fixture
def failed() -> InboxMessage:
    now = timezone.now()
    return InboxMessage.objects.create(
        alias="aftership",
        key="k",
        digest="d",
        body=b'{"msg": "' + HOSTILE.encode() + b'\xff"}',
        state=InboxMessage.State.FAILED,
        reason=f"'msg' must be an object {HOSTILE}",
        received_at=now,
        due_at=now,
    )


@pytest.fixture
def no_task() -> Iterator[mock.Mock]:
    with mock.patch("order_status_plugin.worker.wake.async_task") as task:
        yield task


def test_the_inbox_lists_what_failed_and_why(boss: Client, failed: InboxMessage) -> None:
    with CaptureQueriesContext(connection) as queries:
        html = the_list("inboxmessage", boss, state="failed").content.decode()
    assert "must be an object &lt;script&gt;" in html
    assert not [query for query in queries if '"body"' in query["sql"]]
    html = boss.get(page(failed)).content.decode()
    assert "&lt;script&gt;" in html
    assert HOSTILE not in html


@pytest.mark.django_db(transaction=True)
def test_replay_from_the_list(boss: Client, failed: InboxMessage, no_task: mock.Mock) -> None:
    url = reverse("admin:order_status_plugin_inboxmessage_changelist")
    response = boss.post(url, {"action": "replay_selected", "_selected_action": [failed.pk]}, follow=True)
    assert "1 message is handled again." in response.content.decode()
    failed.refresh_from_db()
    assert failed.state == InboxMessage.State.RECEIVED
    assert no_task.call_args.args == ("order_status_plugin.flow.drain_inbox",)


def test_the_outbox_says_what_was_not_sent_and_why(boss: Client, order: Order) -> None:
    now = timezone.now()
    row = OutboxMessage.objects.create(
        key="x",
        order=order,
        milestone="shipped",
        subject="order",
        channel="email",
        recipient_digest="0000.canary",
        state=OutboxMessage.State.HELD,
        reason=f"too old {HOSTILE}",
        happened_at=now,
        created_at=now,
        due_at=now,
    )
    html = the_list("outboxmessage", boss, state="held").content.decode()
    assert "too old &lt;script&gt;" in html
    html = boss.get(page(row)).content.decode()
    assert "too old &lt;script&gt;" in html
    assert "0000.canary" not in html


# --- where a shop has installed us ---------------------------------------------------------------------------------


def test_an_installation_is_shown_without_its_token_and_forgotten_by_deleting(boss: Client) -> None:
    now = timezone.now()
    row = SaleorInstall.objects.create(
        alias="saleor",
        api_url="https://tilia.example/graphql/",
        app_id="QXBwOjE=",
        sealed_token="sealed-sealed",
        keys="{}",
        keys_asked_at=now,
        installed_at=now,
    )
    said = the_list("saleorinstall", boss).content.decode() + boss.get(page(row)).content.decode()
    assert said.count("https://tilia.example/graphql/") > 1
    assert "QXBwOjE=" in said
    assert "sealed-sealed" not in said
    boss.post(reverse("admin:order_status_plugin_saleorinstall_delete", args=[row.pk]), {"post": "yes"})
    assert not SaleorInstall.objects.exists()
