from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from order_status_plugin import flow, signals
from order_status_plugin.access import erase as erasing
from order_status_plugin.access import holds, rooms
from order_status_plugin.access.audit import CUSTOMER, SYSTEM, Action
from order_status_plugin.access.erase import OrderIsHeld, erase
from order_status_plugin.access.export import as_json, export
from order_status_plugin.access.links import order_path
from order_status_plugin.access.models import AuditEntry, Device, Grant, ShareLink, StaffView
from order_status_plugin.events import OrderState, ParcelStatus
from order_status_plugin.hosts.demo import DemoHost
from order_status_plugin.intake import inbox
from order_status_plugin.intake.models import InboxMessage
from order_status_plugin.messages import relay
from order_status_plugin.messages.models import OutboxMessage
from order_status_plugin.tracking import record, rows
from order_status_plugin.tracking.fold import distinct
from order_status_plugin.tracking.models import Order, OrderContact, Parcel, TrackingEvent
from tests import orders as plain

from . import canaries
from .orders import let_in

pytestmark = pytest.mark.django_db

#: Tables of ours that hold nothing of a person, and why.
SILENT = {
    "apikey": "of a shop's program, not of a customer",
    "pulse": "the worker's own",
    "spentclaim": "a hash of a nonce",
    "linksrequest": "digests, answered within a minute and deleted then",
    "contentepoch": "one number",
    "brandsettings": "how a site looks",
    "specialmessage": "the shop's words to many",
    "messagetext": "the shop's words to many",
    "sourcestate": "of a source, not of an order",
    "stall": "when a parcel of which no name is there did not move",
    "channelstate": "of a channel, not of an order",
    "sentcount": "numbers",
    "webhookendpoint": "another system of the shop",
    "saleorinstall": "of the shop, not of an order",
    "saleorlink": "digests of a link",
    "merchantcarrier": "carriers, not customers",
    "numberimport": "who uploaded a file, and when",
    "pageviewcount": "numbers by day",
    "keptpage": "a rendering of what stands elsewhere",
    "messagerules": "of a site, not of an order",
    "suppression": "digests that must outlive the order, or erasing would start messages again",
}


@pytest.fixture
def order() -> Order:
    return canaries.everything()


def command(name: str, *options: str) -> str:
    out = io.StringIO()
    call_command(f"order_status_{name}", *options, stdout=out)
    return out.getvalue()


def counted() -> dict[str, int]:
    return {model._meta.model_name: model._default_manager.count() for model in ours()}


def ours() -> list[Any]:
    return list(apps.get_app_config("order_status_plugin").get_models())


def test_the_canaries_stand_everywhere(order: Order) -> None:
    """Or the tests below would look for nothing."""
    assert set(canaries.found()) >= {
        "order",
        "ordercontact",
        "orderline",
        "fulfillment",
        "parcel",
        "trackingevent",
        "deliveryestimate",
        "inboxmessage",
        "outboxmessage",
        "messageattempt",
        "subscription",
        "mailedcode",
        "sharelink",
        "ordernote",
        "ordernoteedit",
        "keptpage",
        "feedback",
        "numberimportline",
        "django_admin_log",
    }


def test_after_an_erasure_no_column_of_any_table_holds_anything_personal(order: Order) -> None:
    assert erase(order, CUSTOMER)
    assert canaries.found() == {}
    assert not Device.objects.exists()


def test_every_table_of_ours_has_rows_to_erase(order: Order) -> None:
    """A new table must be thought of here, in the canaries, and in its room's privacy.py."""
    assert {name for name, count in counted().items() if not count} - set(SILENT) - {"auditentry"} == set()


def test_the_link_shows_a_stub(order: Order) -> None:
    erase(order, CUSTOMER)
    page = Client().get(order_path(order))
    assert page.status_code == 200
    assert 'data-order-status="in_transit"' in page.content.decode()
    assert "canary" not in page.content.decode().lower()
    assert order_path(order) == order_path(Order.objects.get())


def test_an_open_page_hears_of_it(order: Order, django_capture_on_commit_callbacks: Any) -> None:
    heard: list[str] = []

    def changed(**kwargs: Any) -> None:
        heard.append("changed")

    def erased(order: Order, **kwargs: Any) -> None:
        heard.append(order.reference)

    signals.order_changed.connect(changed)
    signals.order_erased.connect(erased)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            erase(order, CUSTOMER)
    finally:
        signals.order_changed.disconnect(changed)
        signals.order_erased.disconnect(erased)
    assert heard == ["changed", canaries.REFERENCE]
    assert Order.objects.get().version > order.version


def test_erasing_twice_is_erasing_once(order: Order) -> None:
    erase(order, CUSTOMER)
    before = Order.objects.values().get()
    assert not erase(order, CUSTOMER)
    assert Order.objects.values().get() == before
    assert AuditEntry.objects.filter(action=Action.ERASED).count() == 1


def test_a_failure_in_one_room_erases_nothing_anywhere(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(row: Order) -> None:
        raise RuntimeError("boom")

    before = canaries.found()
    monkeypatch.setattr(erasing.tracking, "erase", broken)
    with pytest.raises(RuntimeError):
        erase(order, CUSTOMER)
    assert canaries.found() == before


def test_another_order_on_the_same_device_keeps_its_own(order: Order) -> None:
    mine = let_in(order)
    DemoHost.orders["shop", "ref-2"] = canaries.snapshot("ref-2", "1Z5R89390357567127")
    other = flow.take_order("shop", "ref-2")
    let_in(other, cookies=mine)
    before = OrderContact.objects.filter(order=other).values().get()
    erase(order, CUSTOMER)
    assert OrderContact.objects.filter(order=other).values().get() == before
    assert Grant.objects.get().order_id == other.pk
    assert other.parcels.filter(tracking_number="1Z5R89390357567127").exists()


# --- what comes again -------------------------------------------------------------------------------


def test_sync_and_sweep_bring_nothing_back(order: Order) -> None:
    erase(order, CUSTOMER)
    DemoHost.orders["shop", canaries.REFERENCE] = replace(canaries.snapshot(), tags=("canaryagain",))
    command("sync")
    flow.sweep()
    flow.nudge("shop", canaries.REFERENCE, "en")
    assert canaries.found() == {}
    assert Order.objects.count() == 1


def test_the_stub_follows_the_shops_word_and_nothing_else(order: Order) -> None:
    erase(order, CUSTOMER)
    DemoHost.orders["shop", canaries.REFERENCE] = replace(canaries.snapshot(), state=OrderState.CANCELLED)
    flow.take_order("shop", canaries.REFERENCE)
    assert Order.objects.get().headline == "cancelled"
    assert canaries.found() == {}


def test_a_minimal_row_that_was_erased_is_not_read_from_its_host() -> None:
    DemoHost.orders["shop", canaries.REFERENCE] = canaries.snapshot()
    erase(record.first_sight("shop", canaries.REFERENCE), CUSTOMER)
    flow.sweep()
    assert canaries.found() == {}
    assert not Order.objects.filter(read_at=None).exists()


def test_replaying_the_inbox_brings_nothing_back(order: Order) -> None:
    erase(order, CUSTOMER)
    assert inbox.replay(InboxMessage.objects.all()) == 0
    said = command("replay", *map(str, InboxMessage.objects.values_list("pk", flat=True)))
    assert said.count("was erased") == InboxMessage.objects.count() == 3
    assert set(InboxMessage.objects.values_list("state", flat=True)) == {"redacted"}
    assert canaries.found() == {}


def test_the_same_delivery_again_is_still_known(order: Order) -> None:
    erase(order, CUSTOMER)
    assert canaries.send(canaries.webhook()) in (200, 202)
    flow.drain_inbox()
    assert canaries.found() == {}


def test_a_carriers_later_word_is_dropped_as_it_comes(order: Order) -> None:
    erase(order, CUSTOMER)
    assert canaries.send(canaries.webhook("event-9")) == 200
    assert canaries.found() == {}
    assert InboxMessage.objects.get(key="event-9").state == "redacted"


def test_the_same_number_may_be_anothers_later(order: Order) -> None:
    erase(order, CUSTOMER)
    DemoHost.orders["shop", "ref-2"] = canaries.snapshot("ref-2")
    other = flow.take_order("shop", "ref-2")
    assert canaries.send(canaries.webhook("event-9")) == 200
    assert TrackingEvent.objects.filter(parcel__order=other, message="canarymessage").exists()


def test_statuses_are_still_the_fold_of_their_events() -> None:
    order = record.order("shop", plain.snapshot(fulfillments=(plain.sent(),)))
    scans = [plain.scan(ParcelStatus.OUT_FOR_DELIVERY, source_id="a"), plain.scan(ParcelStatus.DELIVERED, 5)]
    record.tracking("aftership", plain.update(*scans))
    record.tracking("aftership", plain.update(replace(scans[0], message="told in other words")))
    parcel = Parcel.objects.get()
    erase(order, CUSTOMER)
    assert len(distinct(map(rows.fold_event, parcel.events.all()))) == 2  # three tellings, two by one id
    assert "0 differ" in command("rebuild")
    assert Parcel.objects.get().status == parcel.status == "delivered"
    assert Parcel.objects.get().state == parcel.state


def test_what_was_about_to_be_told_is_kept_back(order: Order, mailoutbox: list[Any]) -> None:
    OutboxMessage.objects.update(state=OutboxMessage.State.PENDING, due_at=timezone.now())
    erase(order, CUSTOMER)
    assert set(OutboxMessage.objects.values_list("state", flat=True)) == {"held"}
    relay.drain()
    assert mailoutbox == []


# --- the hold ---------------------------------------------------------------------------------------


def test_a_held_order_is_not_erased(order: Order) -> None:
    before = canaries.found()
    assert holds.hold(order, "court, file 7", "sam")
    with pytest.raises(OrderIsHeld, match="legal hold"):
        erase(order, CUSTOMER)
    del before["order"]
    after = canaries.found()
    assert {table: after[table] for table in before} == before
    assert holds.lift(order, "sam")
    assert erase(order, CUSTOMER)
    assert Order.objects.get().held_because == ""


def test_the_audit_log_says_who_did_what_and_names_no_customer(order: Order) -> None:
    holds.hold(order, "canary v. shop", "sam")
    holds.lift(order, "sam")
    export([order], "sam")
    erase(order, SYSTEM, "retention")
    entries = AuditEntry.objects.order_by("pk").values_list("action", "actor", "detail")
    assert list(entries) == [
        ("held", "sam", ""),
        ("hold_lifted", "sam", ""),
        ("exported", "sam", ""),
        ("erased", "system", "retention"),
    ]
    assert StaffView.objects.exists()  # who looked is about staff


# --- commands ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "options",
    [
        ("--order", "shop", canaries.REFERENCE),
        ("--number", "canaryORDERref-1"),
        ("--email", " Canary.Mail@Example.org"),
        ("--phone", "+442079460018"),
        ("--phone", "020 7946 0018"),
    ],
)
def test_orders_are_erased_by_order_and_by_contact(order: Order, options: tuple[str, ...]) -> None:
    assert "1 orders would be erased" in command("erase", *options, "--dry-run")
    assert OrderContact.objects.exists()
    assert "1 orders erased." in command("erase", *options, "--no-input")
    assert canaries.found() == {}


@pytest.mark.parametrize(
    "options", [("--email", "nobody@example.org"), ("--email", ""), ("--phone", "x"), ("--number", "")]
)
def test_nobody_elses_orders_are_found(order: Order, options: tuple[str, ...]) -> None:
    with pytest.raises(CommandError, match="no such order"):
        command("erase", *options, "--no-input")


def test_erasing_asks_before(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("builtins.input", lambda _prompt: "y")
    with pytest.raises(CommandError, match="Nothing was erased"):
        command("erase", "--email", canaries.EMAIL)
    assert OrderContact.objects.exists()


def test_a_number_that_two_orders_have_is_refused(order: Order) -> None:
    DemoHost.orders["shop", "ref-2"] = replace(canaries.snapshot("ref-2"), number="canaryorderref-1")
    flow.take_order("shop", "ref-2")
    with pytest.raises(CommandError, match="Several orders"):
        command("erase", "--number", "canaryorderref-1", "--no-input")


def test_the_command_names_the_held_and_erases_the_others(order: Order) -> None:
    DemoHost.orders["shop", "ref-2"] = canaries.snapshot("ref-2", "1Z5R89390357567127")
    other = flow.take_order("shop", "ref-2")
    holds.hold(order, "court", "sam")
    with pytest.raises(CommandError, match="On legal hold, and left as they are: shop ref-1"):
        command("erase", "--email", canaries.EMAIL, "--no-input")
    other.refresh_from_db()
    assert other.erased_at is not None
    assert OrderContact.objects.filter(order=order).exists()


# --- the export -------------------------------------------------------------------------------------


def test_the_export_tells_every_canary(order: Order) -> None:
    told = as_json(export([order], "sam")).lower()
    missing = {
        mark
        for table, marks in canaries.found().items()
        for mark in marks
        if mark not in told and table not in ("mailedcode", "subscription")
    }
    assert missing == set()
    assert "canaryseed" not in told  # it opens something
    assert "canarycapability" not in told  # so does this
    assert "https://canary.example/…" in told


def test_the_export_knows_every_table(order: Order) -> None:
    told = export([order], "sam")["orders"][0]
    assert set(told) == {
        "order", "contact", "lines", "fulfillments", "devices", "mailed_codes", "share_links", "attempts", "staff_views",
        "audit", "feedback", "inbox", "messages", "polls", "consents", "corrected_contact", "staff_log", "notes",
        "subscriptions", "number_imports", "pushed", "webhooks",
    }  # fmt: skip
    assert all(told[name] for name in told if name != "audit")
    assert [tried["detail"] for message in told["messages"] for tried in message["tries"]] == ["no canarydetail here"]


def test_the_export_opens_nothing_and_names_no_staff(order: Order) -> None:
    told = as_json(export([order], "sam"))
    secrets = {order.locator, ShareLink.objects.get().locator, Device.objects.get().token_hash, "sam"}
    assert [secret for secret in secrets if secret in told] == []


def test_the_export_of_an_erased_order_is_its_tombstone(order: Order) -> None:
    erase(order, CUSTOMER)
    told = as_json(export([order], "sam"))
    assert "canary" not in told.lower()
    assert json.loads(told)["orders"][0]["order"]["reference"] == canaries.REFERENCE


def test_the_export_is_written_for_its_owner_alone_and_over_nothing(order: Order, tmp_path: Path) -> None:
    file = tmp_path / "export.json"
    command("export", "--email", canaries.EMAIL, "--output", str(file))
    assert json.loads(file.read_text())["orders"][0]["contact"]["name"] == "canaryname"
    assert file.stat().st_mode & 0o077 == 0
    with pytest.raises(CommandError, match="cannot be written"):
        command("export", "--email", canaries.EMAIL, "--output", str(file))
    assert json.loads(command("export", "--number", "canaryorderref-1"))["format"] == "order_status_export/1"


def test_every_room_is_asked() -> None:
    assert set(rooms.every()) == {
        "cms",
        "feedback",
        "inbox",
        "messages",
        "outgoing",
        "page",
        "polling",
        "pushed",
        "saleor",
        "staff",
    }
