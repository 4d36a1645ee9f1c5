"""The whole way of each medium: a carrier's scan, the message that arrives, what comes back, and what the page says."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from anymail.signals import tracking
from django.conf import settings
from django.core import mail
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from order_status_plugin import flow
from order_status_plugin.access.links import link_for, order_path, order_url
from order_status_plugin.channels.email import EmailChannel
from order_status_plugin.channels.webpush import make_key
from order_status_plugin.events import (
    ContactSnapshot,
    Delivery,
    ParcelStatus,
    TrackingScan,
    TrackingUpdate,
)
from order_status_plugin.simulator.providers.aftership import AfterShipPlay
from order_status_plugin.simulator.texting.twilio import TwilioExchange
from order_status_plugin.testing.provider import Provider
from order_status_plugin.tracking.models import Order
from tests.channels.devices import Device, PushService
from tests.page.doors import browser

from .shop import EMAIL, NUMBERS, place

pytestmark = pytest.mark.django_db

PHONE = "+351912345678"
SECRET = "a secret that signs what comes back"


def with_channels(**channels: Any) -> Any:
    # Text messages wait for the morning, and these tests do not.
    told = {**settings.ORDER_STATUS, "CHANNELS": channels, "MESSAGES_QUIET": ["00:00", "00:00"]}
    return override_settings(ORDER_STATUS=told)


class Carrier:
    """Posts what its scanners saw to AfterShip, which posts it to us."""

    def __init__(self) -> None:
        self.scans: tuple[TrackingScan, ...] = ()

    def sees(self, status: ParcelStatus) -> None:
        moment = timezone.now().astimezone(dt.UTC) - dt.timedelta(minutes=4 - len(self.scans))
        seen = TrackingScan(
            status=status, local_time=moment.replace(tzinfo=None, microsecond=0), utc_offset=0, raw_code=status.value
        )
        self.scans += (seen,)
        update = TrackingUpdate(tracking_number=NUMBERS[0], carrier="ups", carrier_text="ups", scans=self.scans)
        play = AfterShipPlay()
        body = play.body(update, f"scan-{len(self.scans)}")
        headers = dict(play.headers(body, "tests-secret"))
        answer = Client().post(
            "/orders/hooks/aftership/", body, content_type="application/json", headers=headers, secure=True
        )
        assert answer.status_code == 200, answer.content


@pytest.fixture
def carrier() -> Carrier:
    return Carrier()


def ordered(**contact: str) -> Order:
    """Return an order that was sent, of which everything was told so far."""
    order = place(parcels=1, contact=ContactSnapshot(name="Noor de Vries", **contact))
    flow.drain_outbox()
    return order


def told(order: Order) -> str:
    """Return the page of messages, as the customer reads it on a device of theirs."""
    client = browser()
    client.post("/orders/", {"number": order.number, "email": EMAIL})
    answer = client.get(f"{order_path(order)}messages/")
    assert answer.status_code == 200
    return str(answer.content.decode())


# --- mail -----------------------------------------------------------------------------------------------


@pytest.fixture
def mailgun(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Yield what posts an event of a mail, signed, to django-anymail's own door."""
    from anymail.webhooks.mailgun import MailgunTrackingWebhookView
    from django.test import RequestFactory

    key = "mailgun's webhook signing key"

    def post(message_id: str) -> None:
        now, token = str(int(time.time())), "t" * 50
        mac = hmac.new(key.encode(), f"{now}{token}".encode(), hashlib.sha256).hexdigest()
        event = {
            "event": "failed", "severity": "permanent", "reason": "bounce", "id": "e1", "timestamp": time.time(),
            "recipient": EMAIL, "message": {"headers": {"message-id": message_id.strip("<>")}},
            "delivery-status": {"code": 550, "message": "5.1.1 no such user", "description": ""},
        }  # fmt: skip
        body = {"signature": {"timestamp": now, "token": token, "signature": mac}, "event-data": event}
        request = RequestFactory().post("/anymail/mailgun/", json.dumps(body), content_type="application/json")
        assert MailgunTrackingWebhookView.as_view()(request).status_code == 200

    with override_settings(ANYMAIL={"MAILGUN_WEBHOOK_SIGNING_KEY": key}):
        with monkeypatch.context() as patch:  # to install it in the midst of a run would start all apps anew
            patch.setattr("django.apps.apps.is_installed", lambda name: name == "anymail")
            EmailChannel("email", {}).connect(flow.hear)
        yield post
        tracking.disconnect(dispatch_uid="order_status.email")


def test_a_mail_that_bounces_is_the_last_one(carrier: Carrier, mailgun: Any) -> None:
    order = ordered(email=EMAIL)
    mail.outbox.clear()
    carrier.sees(ParcelStatus.OUT_FOR_DELIVERY)
    assert flow.drain_outbox() == 1
    (letter,) = mail.outbox
    assert (letter.to, letter.extra_headers["X-Order-Status"]) == ([EMAIL], "out_for_delivery")
    assert order_url(order) in letter.body
    mailgun(letter.extra_headers["Message-ID"])
    assert flow.drain_inbox() == 1
    assert "Nobody is reached at this address." in told(order)
    flow.drain_outbox()  # the letter about the new device
    mail.outbox.clear()
    carrier.sees(ParcelStatus.DELIVERED)
    assert flow.drain_outbox() == 0
    assert mail.outbox == []
    html = told(order)
    assert html.count("Nobody is reached at this address.") == 3  # the switch, what bounced, and what was held
    assert "Not sent" in html


# --- text messages --------------------------------------------------------------------------------------


def test_a_text_that_is_answered_with_stop_is_the_last_one(carrier: Carrier) -> None:
    exchange = TwilioExchange(SECRET, "https://testserver/orders/hooks/sms/")

    def comes_back(post: Any) -> None:
        headers = dict(post.headers)
        kind = headers.pop("Content-Type")
        client = Client(enforce_csrf_checks=True)
        answer = client.post("/orders/hooks/sms/", post.body, content_type=kind, headers=headers, secure=True)
        assert answer.status_code == 204
        flow.drain_inbox()

    with Provider(exchange.reply) as twilio:
        options = {"account_sid": "AC0", "auth_token": SECRET, "sender": "+15005550006", "countries": ["PT"]}
        backend = "order_status_plugin.channels.twilio.Twilio"
        email = {"BACKEND": "order_status_plugin.channels.email.EmailChannel", "OPTIONS": {"basis": "consent"}}
        with with_channels(sms={"BACKEND": backend, "OPTIONS": {**options, "url": twilio.url}}, email=email):
            order = ordered(phone=PHONE, email=EMAIL)
            exchange.texts.clear()
            carrier.sees(ParcelStatus.OUT_FOR_DELIVERY)
            assert flow.drain_outbox() == 1
            (text,) = exchange.texts
            assert text.recipient == PHONE
            assert order_url(order) in text.text
            assert "Noor" not in text.text
            comes_back(exchange.receipt(text, Delivery.DELIVERED))
            assert "It arrived." in told(order)
            comes_back(exchange.answer(PHONE, "Stop"))
            carrier.sees(ParcelStatus.DELIVERED)
            flow.drain_outbox()
            assert len(exchange.texts) == 1
            assert told(order).count("The recipient answered STOP.") == 2  # the switch, and what was held
            comes_back(exchange.answer(PHONE, "START"))
            assert "The recipient answered STOP." in told(order), "what was held stays so"
            place(ref="2", contact=ContactSnapshot(name="Noor", phone=PHONE))
            flow.drain_outbox()
            assert [one.recipient for one in exchange.texts] == [PHONE, PHONE]


# --- notifications --------------------------------------------------------------------------------------


def test_a_device_is_told_until_it_is_gone(carrier: Carrier) -> None:
    private, public = make_key()
    with PushService(public) as service:
        options = {"private_keys": [private], "hosts": [service.url], "subject": "mailto:hello@shop.example"}
        push = {"BACKEND": "order_status_plugin.channels.webpush.WebPushChannel", "OPTIONS": options}
        with with_channels(push=push):
            order = ordered(email=EMAIL)
            phone, tablet = service.device("phone"), service.device("tablet")
            for device, language in ((phone, "fr"), (tablet, "en")):
                subscribe(order, device, language)
            carrier.sees(ParcelStatus.OUT_FOR_DELIVERY)
            assert flow.drain_outbox() == 2
            said = {device.endpoint: json.loads(body) for device, _call, body in service.taken}
            assert said[tablet.endpoint]["title"] != said[phone.endpoint]["title"], "each in its page's language"
            assert said[phone.endpoint]["lang"] == "fr"
            for payload in said.values():
                assert link_for(order) in payload["url"]
                shown = json.dumps(payload)
                assert not [word for word in ("Noor", EMAIL, order.number, NUMBERS[0]) if word in shown]
            assert told(order).count("a device") == 2
            del service.devices["/phone"]
            carrier.sees(ParcelStatus.ATTEMPTED_DELIVERY)
            assert flow.drain_outbox() == 1
            assert "This device does not listen any more." in told(order)
            carrier.sees(ParcelStatus.DELIVERED)
            assert flow.drain_outbox() == 1
            assert [device for device, _call, _body in service.taken[2:]] == [tablet, tablet]


def subscribe(order: Order, device: Device, language: str) -> None:
    address = reverse("order_status:push", args=[link_for(order), "subscribe"])
    answer = Client().post(f"{address}?lang={language}", {"subscription": device.says()}, secure=True)
    assert answer.json() == {"on": True}
