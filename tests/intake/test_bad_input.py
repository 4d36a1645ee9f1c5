"""Signed webhooks of every kind of badness, through the real door and the real flow: never a 500, nothing lost."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from order_status_plugin import flow
from order_status_plugin.events import (
    ContactSnapshot,
    FulfillmentSnapshot,
    LineSnapshot,
    OrderSnapshot,
    ParcelSnapshot,
    ParcelStatus,
)
from order_status_plugin.hosts.demo import DemoHost
from order_status_plugin.intake.models import InboxMessage
from order_status_plugin.tracking.models import Parcel
from tests.sources.payloads import NUMBER, body, checkpoint, tracking

from .signed import URL, signed

pytestmark = pytest.mark.django_db
State = InboxMessage.State


def post(raw: bytes) -> Any:
    return Client().post(URL, raw, content_type="application/json", headers=signed(raw))


def ship(number: str = NUMBER, carrier_text: str = "UPS") -> Parcel:
    DemoHost.orders["shop", "1"] = OrderSnapshot(
        reference="1",
        number="1001",
        placed_at=dt.datetime(2026, 11, 18, 9, tzinfo=dt.UTC),
        lines=(LineSnapshot(reference="1", title="Salt", quantity=1),),
        contact=ContactSnapshot(name="Ana", email="ana@example.org"),
        fulfillments=(
            FulfillmentSnapshot(
                reference="1",
                lines=(("1", 1),),
                sent_at=dt.datetime(2026, 11, 19, 9, tzinfo=dt.UTC),
                parcels=(ParcelSnapshot(carrier_text=carrier_text, tracking_number=number),),
            ),
        ),
    )
    flow.take_order("shop", "1")
    return Parcel.objects.get()


def test_a_webhook_reaches_its_parcel() -> None:
    ship()
    assert post(body(tracking(checkpoint("OutForDelivery", "2026-11-20T08:15:00+01:00")))).status_code == 200
    parcel = Parcel.objects.get()
    assert (parcel.status, parcel.source) == (ParcelStatus.OUT_FOR_DELIVERY, "aftership")
    assert parcel.events.get().message_id == InboxMessage.objects.get().pk


def test_a_parcel_that_went_back_is_returned() -> None:
    ship()
    out, back = checkpoint("OutForDelivery", "2026-11-20T09:39:00"), checkpoint("Delivered", "2026-11-20T14:16:00")
    post(body(tracking(out, back), event_id="1"))
    assert Parcel.objects.get().status == ParcelStatus.DELIVERED
    flagged = tracking(out, back, tag="Exception", subtag="Exception_007", return_to_sender=True)
    post(body(flagged, event_id="2"))
    assert Parcel.objects.get().status == ParcelStatus.RETURNED


def test_a_webhook_before_its_parcel_waits_for_it(django_capture_on_commit_callbacks: Any) -> None:
    assert post(body(tracking(checkpoint("InTransit", "2026-11-20T08:15:00+01:00")))).status_code == 202
    assert InboxMessage.objects.get().state == State.WAITING
    ship("1z 999 aa1 0123456784")
    assert InboxMessage.objects.get().state == State.RECEIVED
    assert flow.drain_inbox() == 1
    assert InboxMessage.objects.get().state == State.HANDLED
    assert Parcel.objects.get().status == ParcelStatus.IN_TRANSIT


@pytest.mark.parametrize(
    "raw",
    [
        b'{"msg": ',
        b"\xff\xfe\x00",
        b"[" * 200_000,
        b"null",
        body(None),
        body({"tracking_number": 5.5}),
        body(tracking(checkpoints="x")),
        body(tracking(checkpoint("InTransit", "9999-12-31T23:59:59-23:59"), updated_at=None), ts=None).replace(
            b'"created_at": "2026-11-20T09:00:00+00:00"', b'"created_at": 1'
        ),
    ],
)
def test_what_cannot_be_read_stays_with_the_reason_and_can_be_replayed(raw: bytes) -> None:
    ship()
    assert post(raw).status_code == 202
    row = InboxMessage.objects.get()
    assert row.state == State.FAILED
    assert row.reason
    assert bytes(row.body) == raw
    out = StringIO()
    call_command("order_status_replay", stdout=out)
    assert f"{row.pk} aftership failed -> failed {row.reason}" in out.getvalue()


def test_emoji_and_names_from_right_to_left() -> None:
    ship()
    said = checkpoint("InTransit", city="مدينة نصر 📦", message="‮abc\x00 \ud83d", location="x" * 10_000)
    assert post(body(tracking(said, signed_by="שרה" * 500))).status_code == 200
    event = Parcel.objects.get().events.get()
    assert event.city == "مدينة نصر 📦"


@hypothesis(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_mutated_bodies(data: st.DataObject) -> None:
    if not Parcel.objects.exists():
        ship()
    number = InboxMessage.objects.count()
    msg = tracking(
        checkpoint("InTransit", "2026-11-20T08:15:00"),
        checkpoint("Delivered", "2026-11-21T08:00:00+01:00"),
        courier_estimated_delivery_date={"estimated_delivery_date": "2026-11-25"},
    )
    raw = body(msg, event_id=f"{number:08}")
    if data.draw(st.booleans()):
        whole = json.loads(raw)
        value = data.draw(
            st.none()
            | st.booleans()
            | st.integers(-(10**20), 10**20)
            | st.floats()
            | st.text(max_size=300)
            | st.sampled_from(
                ["0000-00-00", "2026-11-20T25:00:00", "9999-12-31T23:59:59+14:00", "\x00", "🙂" * 200, [], {}]
            )
        )
        at: Any = data.draw(st.sampled_from([whole, whole["msg"], *whole["msg"]["checkpoints"]]))
        at[data.draw(st.sampled_from(sorted(at)))] = value
        raw = json.dumps(whole).encode()
    else:
        start, junk = data.draw(st.integers(0, len(raw))), data.draw(st.binary(max_size=8))
        raw = raw[:start] + junk + raw[start + data.draw(st.integers(0, 8)) :]
    response = post(raw)
    assert response.status_code in (200, 202)
    row = InboxMessage.objects.latest("pk")
    assert row.state in (State.HANDLED, State.FAILED, State.WAITING)
    assert row.state == State.HANDLED or row.reason
    assert bytes(InboxMessage.objects.get(digest=hashlib.sha256(raw).hexdigest()).body) == raw


def test_replay_by_id_alias_and_state() -> None:
    post(b"{}")
    post(body(tracking(checkpoint("InTransit", "2026-11-20T08:15:00"))))
    failed, waiting = InboxMessage.objects.order_by("pk")
    assert (failed.state, waiting.state) == (State.FAILED, State.WAITING)
    ship_later = StringIO()
    call_command("order_status_replay", waiting.pk, dry_run=True, stdout=ship_later)
    assert f"{waiting.pk} aftership waiting" in ship_later.getvalue()
    assert "1 messages would be replayed" in ship_later.getvalue()
    assert InboxMessage.objects.get(pk=waiting.pk).state == State.WAITING

    Parcel.objects.all().delete()
    ship()
    out = StringIO()
    call_command("order_status_replay", alias="aftership", state="received", stdout=out)
    assert "received -> handled" in out.getvalue()
    out = StringIO()
    call_command("order_status_replay", alias="nobody", stdout=out)
    assert out.getvalue() == "0 messages\n"
    call_command("order_status_replay", waiting.pk, stdout=out)
    assert f"{waiting.pk} aftership handled -> handled" in out.getvalue()
    with pytest.raises(CommandError, match="There is no message 99999"):
        call_command("order_status_replay", 99999)
