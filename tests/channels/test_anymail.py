"""The real django-anymail: mails by its test backend, a provider's signed webhooks by its own views."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from anymail.message import AnymailRecipientStatus
from anymail.signals import AnymailTrackingEvent, tracking
from anymail.webhooks.mailgun import MailgunTrackingWebhookView
from django.core import mail
from django.db import DatabaseError
from django.test import RequestFactory, override_settings

from order_status_plugin import flow
from order_status_plugin.channels.base import Message, Receipt, Webhook
from order_status_plugin.channels.email import EmailChannel, failure
from order_status_plugin.channels.tracking import parse, written
from order_status_plugin.events import Delivery
from order_status_plugin.exceptions import GoneRecipient, UnreadableMessage
from order_status_plugin.intake import inbox
from order_status_plugin.intake.models import InboxMessage
from order_status_plugin.messages.models import OutboxMessage
from order_status_plugin.testing.channels import JUNK
from tests.messages.shop import place

KEY = "mailgun's webhook signing key"
TO = "noor@example.org"


def backend(path: str) -> dict[str, Any]:
    return {"MAILERS": {"default": {"BACKEND": path}}} if hasattr(mail, "mailers") else {"EMAIL_BACKEND": path}


@pytest.fixture(autouse=True)
def _anymail(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    kinds = backend("anymail.backends.test.EmailBackend")
    with override_settings(**kinds, ANYMAIL={"MAILGUN_WEBHOOK_SIGNING_KEY": KEY}, DEFAULT_FROM_EMAIL="o@shop.example"):
        with monkeypatch.context() as patch:  # to install it in the midst of a run would start all apps anew
            patch.setattr("django.apps.apps.is_installed", lambda name: name == "anymail")
            EmailChannel("email", {}).connect(flow.hear)
        yield
        tracking.disconnect(dispatch_uid="order_status.email")
        mail.outbox = []


def post(event: dict[str, Any], key: str = KEY) -> int:
    """Have Mailgun post this, signed with its key; return the status of the answer."""
    now, token = str(int(time.time())), "t" * 50
    mac = hmac.new(key.encode(), f"{now}{token}".encode(), hashlib.sha256).hexdigest()
    body = {"signature": {"timestamp": now, "token": token, "signature": mac}, "event-data": event}
    request = RequestFactory().post("/anymail/mailgun/tracking/", json.dumps(body), content_type="application/json")
    return int(MailgunTrackingWebhookView.as_view()(request).status_code)


def bounced(message_id: str, **more: Any) -> dict[str, Any]:
    return {
        "event": "failed", "severity": "permanent", "reason": "bounce", "id": "e1", "timestamp": 1796000000.5,
        "recipient": TO, "message": {"headers": {"message-id": message_id}},
        "delivery-status": {"code": 550, "message": "5.1.1 no such user", "description": ""}, **more,
    }  # fmt: skip


def told(provider_id: str, **more: Any) -> None:
    """Have a mail of ours be known to the provider by this name."""
    place()
    OutboxMessage.objects.update(**{"state": "sent", "provider_id": provider_id, **more})


def heard() -> list[Any]:
    channel = EmailChannel("email", {})
    rows = InboxMessage.objects.filter(alias="email").order_by("pk")
    return [said for row in rows for said in channel.parse(inbox.as_webhook(row))]


@pytest.mark.django_db
def test_a_bounce_is_stored_before_the_provider_is_answered() -> None:
    told("<20261129.1@mg.shop.example>")
    assert post(bounced("20261129.1@mg.shop.example")) == 200
    (said,) = heard()
    assert (said.provider_id, said.delivery, said.recipient) == ("<20261129.1@mg.shop.example>", Delivery.BOUNCED, TO)
    assert said.happened_at.timestamp() == 1796000000.5
    assert said.detail.startswith("bounced bounced")
    # The same again is the same row; another event of the same mail is not.
    post(bounced("20261129.1@mg.shop.example"))
    assert InboxMessage.objects.count() == 1
    complained = {"event": "complained", "id": "e2", "timestamp": 1796000900.0, "recipient": TO}
    post({**complained, "message": {"headers": {"message-id": "20261129.1@mg.shop.example"}}})
    assert [one.delivery for one in heard()] == [Delivery.BOUNCED, Delivery.COMPLAINED]


@pytest.mark.django_db
@pytest.mark.parametrize("event", ["failed", "complained", "unsubscribed", "delivered"])
def test_mails_of_others_are_not_heard(event: str) -> None:
    """A project has newsletters, too: who leaves those, or bounces there, is nobody that we write down."""
    told("<1@mg.shop.example>")
    assert post(bounced("newsletter@mg.shop.example", event=event)) == 200
    assert not InboxMessage.objects.exists()


@pytest.mark.django_db
def test_while_a_mail_is_under_way_an_event_may_be_faster_than_its_receipt() -> None:
    told("", state="pending", attempts=1, lease="a relay's")
    post(bounced("early@mg.shop.example"))
    assert len(heard()) == 1


@pytest.mark.django_db
def test_who_cannot_sign_is_not_heard() -> None:
    with pytest.raises(Exception, match="signature"):
        post(bounced("1@mg.shop.example"), key="another key")
    assert not InboxMessage.objects.exists()


@pytest.mark.django_db
def test_what_could_not_be_stored_comes_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The provider must not be told that all is well."""
    told("<1@mg.shop.example>")

    def fail(*args: object) -> None:
        raise DatabaseError

    monkeypatch.setattr(inbox, "store", fail)
    with pytest.raises(DatabaseError):
        post(bounced("1@mg.shop.example"))


@pytest.mark.django_db
@pytest.mark.parametrize("event", ["opened", "clicked", "accepted"])
def test_what_the_customer_does_with_a_mail_is_not_kept(event: str) -> None:
    told("<1@mg.shop.example>")
    assert post(bounced("1@mg.shop.example", event=event, ip="203.0.113.9")) == 200
    assert not InboxMessage.objects.exists()


def test_the_receipt_names_the_message_as_events_do() -> None:
    message = Message(key="k1", recipient=TO, subject="s", text="t")
    channel = EmailChannel("email", {})
    channel.send([message])  # the test backend numbers its mails, and 0 is no id
    result = channel.send([message])["k1"]
    assert result == Receipt(provider_id="1") == Receipt(provider_id=str(mail.outbox[1].anymail_status.message_id))


def test_a_recipient_that_the_provider_refuses_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    refused = AnymailRecipientStatus(message_id=None, status="rejected")
    monkeypatch.setattr(
        "anymail.backends.test.EmailBackend.parse_recipient_status",
        lambda self, response, payload, message: dict.fromkeys(payload.recipient_emails, refused),
    )
    message = Message(key="k1", recipient=TO, subject="s", text="t")
    assert isinstance(EmailChannel("email", {}).send([message])["k1"], GoneRecipient)


@pytest.mark.parametrize(
    ("kind", "reason", "delivery"),
    [
        ("delivered", None, Delivery.DELIVERED),
        ("bounced", "bounced", Delivery.BOUNCED),
        ("bounced", "invalid", Delivery.BOUNCED),
        ("bounced", "timed_out", Delivery.FAILED),
        ("bounced", "blocked", Delivery.FAILED),
        ("bounced", "spam", Delivery.COMPLAINED),
        ("rejected", "unsubscribed", Delivery.OPTED_OUT),
        ("rejected", None, Delivery.FAILED),
        ("failed", None, Delivery.FAILED),
        ("complained", "spam", Delivery.COMPLAINED),
        ("unsubscribed", None, Delivery.OPTED_OUT),
        ("deferred", None, None),
        ("opened", None, None),
    ],
)
def test_events(kind: str, reason: str | None, delivery: Delivery | None) -> None:
    event = AnymailTrackingEvent(event_type=kind, reject_reason=reason, message_id="m1", recipient=TO)
    assert [one.delivery for one in parse(written(event))] == ([delivery] if delivery else [])


def test_junk_is_unreadable() -> None:
    for body in JUNK:
        with pytest.raises(UnreadableMessage):
            list(EmailChannel("email", {}).parse(Webhook(body=body, headers={})))


def test_without_anymail_nothing_is_connected() -> None:
    before = len(tracking.receivers)
    EmailChannel("other", {}).connect(flow.hear)
    assert len(tracking.receivers) == before


def test_nobody_posts_to_our_own_door() -> None:
    with pytest.raises(UnreadableMessage):
        EmailChannel("email", {}).verify(Webhook(body=b"{}", headers={}))


def test_a_mailbox_that_does_not_exist() -> None:
    import smtplib

    def refused(text: bytes) -> Exception:
        return failure(smtplib.SMTPRecipientsRefused({TO: (550, text)}))

    assert isinstance(refused(b"5.1.1 no such user"), GoneRecipient)
    assert not isinstance(refused(b"5.7.1 looks like spam"), GoneRecipient)
