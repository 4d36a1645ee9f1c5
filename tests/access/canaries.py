"""An order with a canary in every place where something personal could stand, and a look through the whole database."""

from __future__ import annotations

import datetime as dt
import json
import re
from decimal import Decimal

from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from order_status_plugin import flow
from order_status_plugin.access import limits, tiers
from order_status_plugin.access.links import order_path
from order_status_plugin.access.models import MailedCode, ShareLink
from order_status_plugin.cms import writing
from order_status_plugin.events import (
    Address,
    ContactSnapshot,
    FulfillmentSnapshot,
    LineSnapshot,
    OrderSnapshot,
    ParcelSnapshot,
)
from order_status_plugin.feedback.models import Feedback
from order_status_plugin.hosts.demo import DemoHost
from order_status_plugin.hosts.pushed import shelf
from order_status_plugin.messages import consent, subscriptions
from order_status_plugin.messages.corrected import CorrectedContact
from order_status_plugin.messages.ledger import ConsentSource
from order_status_plugin.messages.models import MessageAttempt, OutboxMessage
from order_status_plugin.outgoing.models import WebhookDelivery, WebhookEndpoint
from order_status_plugin.staff import import_file, import_plan
from order_status_plugin.tracking.models import Order
from order_status_plugin.wallet import devices
from tests.intake.signed import signed

from .orders import let_in, request

REFERENCE = "ref-1"
NUMBER = "CANARYNUMBER1Z999"
EMAIL = "canary.mail@example.org"
PHONE = "+44 20 7946 0018"


def address(name: str) -> Address:
    given = {part: f"canary{name}{part}" for part in ("name", "postcode", "city", "region", "country_name")}
    return Address(lines=(f"canary{name}street",), country="GB", **given)


def snapshot(reference: str = REFERENCE, number: str = NUMBER) -> OrderSnapshot:
    """Return the order as its host reads it."""
    now = timezone.now()
    return OrderSnapshot(
        reference=reference,
        number=f"canaryorder{reference}",
        placed_at=now - dt.timedelta(hours=2),
        lines=(
            LineSnapshot(
                reference="canarylineref",
                title="canarytitle",
                details="canarydetails",
                sku="canarysku",
                image_url="/canaryimage.jpg",
                url="/canaryurl/",
                quantity=2,
                total=Decimal(12),
                personal_text="canaryengraving",
            ),
        ),
        contact=ContactSnapshot(
            name="canaryname",
            email=EMAIL,
            phone=PHONE,
            shipping_address=address("ship"),
            billing_address=address("bill"),
            payment_summary="canarypayment",
            customer_reference="canarycustomer",
        ),
        fulfillments=(
            FulfillmentSnapshot(
                reference="canaryfulfillment",
                lines=(("canarylineref", 2),),
                sent_at=now - dt.timedelta(hours=1),
                parcels=(
                    ParcelSnapshot(carrier_text="UPS", tracking_number=number, tracking_url="https://x.org/canarylink"),
                    ParcelSnapshot(carrier_text="canarycarrier"),
                    ParcelSnapshot(carrier_text="canaryother"),
                ),
            ),
        ),
        state_text="canarystate",
        locale="en",
        country="GB",
        shipping_method="canarymethod",
        tags=("canarytag",),
        handover="canaryhandover",
    )


def webhook(key: str = "event-1", number: str = NUMBER, **more: object) -> bytes:
    """Return what the carrier's platform sends."""
    checkpoint = {
        "tag": "InTransit",
        "subtag": "InTransit_canarytag",
        "checkpoint_time": timezone.now().isoformat(timespec="seconds"),
        "message": "canarymessage",
        "location": "canaryplace",
        "city": "canarycity",
        "state": "canaryregion",
        "postal_code": "canaryzip",
        "country_region": "GBR",
        "hash": "canaryhash",
        "coordinate": {"latitude": 51.25, "longitude": 0.75},
    }
    msg = {
        "tracking_number": number,
        "slug": "ups",
        "tag": "InTransit",
        "signed_by": "canarysignature",
        "pickup_location": "canarypickup",
        "pickup_note": "canarystep",
        "checkpoints": [checkpoint],
        **more,
    }
    return json.dumps({"event": "tracking_update", "event_id": key, "msg": msg, "ts": 1790000000}).encode()


def send(body: bytes) -> int:
    url = reverse("order_status:hook", args=["aftership"])
    return Client().post(url, body, content_type="application/json", headers=signed(body)).status_code


def everything() -> Order:
    """Place the order and leave a trace of it wherever one can be left."""
    DemoHost.orders["shop", REFERENCE] = snapshot()
    WebhookEndpoint.objects.create(name="ERP", url="https://erp.example/")
    order = flow.take_order("shop", REFERENCE)
    WebhookDelivery.objects.update(body=f"canarynumber {NUMBER}")
    shelf.put("shop", snapshot())
    assert send(webhook()) == 200
    assert send(webhook("event-2")) == 200  # the same scans: it belongs to no event
    unreadable = json.dumps({"event_id": "event-3", "msg": {"number": NUMBER.lower()}}).encode()
    assert send(unreadable) == 202
    parcel = order.parcels.get(carrier="ups")
    parcel.polls.create(alias="aftership", reason="canarypoll")
    parcel.estimates.create(
        source="aftership",
        earliest="2026-12-01",
        reason="canaryreason",
        stated_at=timezone.now(),
        received_at=timezone.now(),
    )
    _told(order)
    _let_in(order)
    now = timezone.now()
    said = {"rating": "good", "comment": "canarycomment", "created_at": now, "changed_at": now}
    Feedback.objects.create(order=order, device_digest="d", **said)
    Feedback.objects.create(order=order, device_digest="e", **said)
    staff = User.objects.create_superuser("sam")
    client = Client()
    client.force_login(staff)
    form = {"status": "", "moment_0": "2026-01-02", "moment_1": "10:00:00", "note": "canarynote"}
    assert client.post(reverse("admin:order_status_plugin_parcel_by_hand", args=[parcel.pk]), form).status_code == 302
    line = {"order number": f"canaryorder{REFERENCE}", "tracking number": NUMBER, "carrier": "canarycourier"}
    file = "\n".join((",".join(line), ",".join(line.values())))
    import_plan.store(import_file.read(file.encode()), "sam")
    note = writing.write(order, "<p>canaryletter</p>", author="sam", is_told=True)
    writing.change(note, "<p>canaryreply</p>", author="sam", is_public=False)
    tiers.viewer_for(_as(staff), order)
    assert Client().get(order_path(order)).status_code == 200  # which is kept
    order.refresh_from_db()
    return order


def _as(user: User) -> object:
    made = request()
    made.user = user
    return made


def _told(order: Order) -> None:
    message = OutboxMessage.objects.filter(order=order).first() or OutboxMessage.objects.create(
        key="k1", order=order, milestone="shipped", channel="email", happened_at=timezone.now(),
        subject="order", created_at=timezone.now(), due_at=timezone.now(), recipient_digest="x",
    )  # fmt: skip
    OutboxMessage.objects.filter(pk=message.pk).update(
        recipient_masked="c•••@canary.example",
        reason="550 canaryrefused",
        provider_id="canaryprovider",
        delivery_detail="550 canarybounced",
    )
    MessageAttempt.objects.create(message=message, lease="", started_at=timezone.now(), detail="no canarydetail here")
    said = {"recipient": "c@canary.example", "address": "192.0.2.1", "wording": "canarywish"}
    consent.say(order, "email", is_given=False, source=ConsentSource.STAFF, actor="sam", **said)
    CorrectedContact.objects.create(
        order=order, email="canary.corrected@example.org", phone="canary 12345", changed_at=timezone.now(), actor="sam"
    )
    subscriptions.add(order, "push", '{"endpoint":"https://canary.example/canarycapability"}', "en")
    devices.register(order, "wallet", "canarydevice", "canarycapability", "en")


def _let_in(order: Order) -> None:
    let_in(order)
    now = timezone.now()
    later = now + dt.timedelta(days=9)
    ShareLink.objects.create(order=order, locator="s" * 16, label="canarylabel", created_at=now, expires_at=later)
    MailedCode.objects.create(order=order, seed="canaryseed", asked_by="b", created_at=now, expires_at=later)
    limits.take(limits.identification([f"order:{order.pk}"], EMAIL, "192.0.2.1"))


def found() -> dict[str, set[str]]:
    """Return every canary in any column of any table of the database, by table."""
    marks: dict[str, set[str]] = {}
    with connection.cursor() as cursor:
        # (A latitude is no part of a clock: 10:51:51.25.) The times at which migrations ran hold figures that may look like anything.
        for table in set(connection.introspection.table_names()) - {"django_migrations"}:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            for row in cursor.fetchall():
                for cell in row:
                    text = bytes(cell).decode("utf-8", "replace") if isinstance(cell, bytes | memoryview) else str(cell)
                    for mark in re.findall(r"canary[.\w]*|7946 ?0018|(?<![:\d])51\.25", text, re.IGNORECASE):
                        marks.setdefault(table.removeprefix("order_status_plugin_"), set()).add(mark.lower())
    return marks
