"""What only Twilio does."""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
from base64 import b64encode
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from order_status_plugin.channels.base import Message, Receipt, Webhook
from order_status_plugin.channels.twilio import Twilio, signature
from order_status_plugin.events import CustomerWord, Delivery, DeliveryReport, Word
from order_status_plugin.exceptions import (
    AccessDenied,
    GoneRecipient,
    PermanentFailure,
    TemporaryFailure,
    UntrustedWebhook,
)
from order_status_plugin.simulator.providers.base import Reply
from order_status_plugin.simulator.texting.base import Text
from order_status_plugin.simulator.texting.twilio import TwilioExchange
from order_status_plugin.testing.provider import Provider

from .exchanges import HOOK, NUMBER, SECRET, webhook

OPTIONS: dict[str, Any] = {"account_sid": "AC0", "auth_token": SECRET, "sender": "+15005550006", "countries": ["PT"]}


def channel(**more: Any) -> Twilio:
    return Twilio("sms", {**OPTIONS, **more})


def message(**more: Any) -> Message:
    return Message(**{"key": "k1", "recipient": NUMBER, "subject": "", "text": "On its way.", **more})


@pytest.fixture
def exchange() -> Iterator[tuple[TwilioExchange, Provider]]:
    played = TwilioExchange(SECRET, HOOK)
    with Provider(played.reply) as provider:
        yield played, provider


def trusted(sent: Webhook, **more: Any) -> bool:
    try:
        channel(**more).verify(sent)
    except UntrustedWebhook:
        return False
    return True


def test_the_documents_own_example() -> None:
    """https://www.twilio.com/docs/usage/security: the same values in many libraries' tests."""
    told = (
        "https://mycompany.com/myapp.php?foo=1&bar=2"
        "CallSidCA1234567890ABCDECaller+12349013030Digits1234From+12349013030To+18005551212"
    )
    assert signature(told, "12345") == "0/KCTR6DLpKmkAf8muzZqo1nDgQ="


RECEIPT = webhook(TwilioExchange(SECRET, HOOK).receipt(Text("SM1", NUMBER, ""), Delivery.DELIVERED))


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example/orders/hooks/sms/",
        "https://other.example/orders/hooks/sms/",
        "https://shop.example/orders/hooks/sms2/",
        "https://shop.example/orders/hooks/sms",
        "https://shop.example/orders/hooks/sms/?a=1",
        "https://shop.example:8443/orders/hooks/sms/x",
        "",
    ],
)
def test_the_address_is_signed(url: str) -> None:
    assert trusted(RECEIPT)
    assert not trusted(dataclasses.replace(RECEIPT, url=url))


def test_the_usual_port_is_no_other_address() -> None:
    assert trusted(dataclasses.replace(RECEIPT, url=HOOK.replace(".example", ".example:443")))
    signed = webhook(TwilioExchange(SECRET, HOOK.replace(".example", ".example:443")).answer(NUMBER, "STOP"))
    assert trusted(signed)


def test_behind_a_proxy() -> None:
    """Django sees http and an inner name; the shop says how Twilio knows it."""
    inside = dataclasses.replace(RECEIPT, url="http://web:8000/orders/hooks/sms/")
    assert not trusted(inside)
    assert trusted(inside, public_url="https://shop.example")
    assert trusted(inside, public_url="https://shop.example/")
    assert not trusted(inside, public_url="https://evil.example")


def test_the_token_is_rotated() -> None:
    assert trusted(RECEIPT, auth_token="the newer token, long enough", secrets=[SECRET])
    assert not trusted(RECEIPT, auth_token="the newer token, long enough")


def test_a_shared_key_signs_with_sha256() -> None:
    told = HOOK + "MessageSidSM1MessageStatusdelivered"
    mac = b64encode(hmac.new(SECRET.encode(), told.encode(), hashlib.sha256).digest()).decode()
    body = b"MessageSid=SM1&MessageStatus=delivered"
    headers = {"x-twilio-signature": mac, "x-twilio-webhooks-signature-settings": "key=k1, algorithm=HMAC_SHA256"}
    assert trusted(Webhook(body=body, headers=headers, url=HOOK))
    for settings in ("", "key=k1,algorithm=HMAC_MD5", "algorithm=none", "algorithm="):
        headers["x-twilio-webhooks-signature-settings"] = settings
        assert not trusted(Webhook(body=body, headers=headers, url=HOOK)), settings


FIELDS = st.dictionaries(
    st.sampled_from(["MessageSid", "MessageStatus", "ErrorCode", "Body", "From", "To", "AccountSid", "OptOutType"]),
    st.text(st.characters(blacklist_categories=("Cs",)), max_size=20),
    min_size=1,
)


@given(FIELDS, FIELDS, st.sampled_from([HOOK, f"{HOOK}?x=1", "https://shop.example/"]))
def test_no_other_fields_pass(fields: dict[str, str], others: dict[str, str], url: str) -> None:
    signed = webhook(TwilioExchange(SECRET, HOOK)._post(fields))
    assert trusted(signed)
    changed = dataclasses.replace(webhook(TwilioExchange(SECRET, HOOK)._post(others)), headers=signed.headers, url=url)
    assert trusted(changed) == (fields == others and url == HOOK)


def test_where_a_name_ends_cannot_be_moved() -> None:
    """The signed text is the same; what it would say is not."""
    signed = webhook(TwilioExchange(SECRET, HOOK)._post({"MessageSid": "SM1", "MessageStatus": "delivered"}))
    for body in (b"MessageSid=SM1&MessageStatusdelivered=", b"MessageSidSM1=&MessageStatus=delivered", b"=MessageSidSM1MessageStatusdelivered"):  # fmt: skip
        assert not trusted(dataclasses.replace(signed, body=body)), body


def test_the_call(exchange: tuple[TwilioExchange, Provider]) -> None:
    _played, provider = exchange
    link = "https://shop.example/orders/L/"
    one = channel(url=provider.url, api_key="SK1", api_secret="s").send([message(link=link)])["k1"]
    assert isinstance(one, Receipt)
    assert one.provider_id.startswith("SM")
    call = provider.calls[0]
    assert call.path == "/2010-04-01/Accounts/AC0/Messages.json"
    assert call.headers["authorization"] == "Basic " + b64encode(b"SK1:s").decode()
    assert parse_qs(call.body.decode()) == {
        "To": [NUMBER],
        "From": ["+15005550006"],
        "Body": ["On its way."],
        "StatusCallback": [HOOK],
    }


def test_a_service_has_senders_of_its_own(exchange: tuple[TwilioExchange, Provider]) -> None:
    _played, provider = exchange
    channel(url=provider.url, messaging_service_sid="MG1").send([message(link="http://127.0.0.1/orders/L/")])
    fields = parse_qs(provider.calls[0].body.decode())
    assert fields["MessagingServiceSid"] == ["MG1"]
    # An address that Twilio cannot reach would make it refuse the message.
    assert set(fields) == {"MessagingServiceSid", "To", "Body"}


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply.of({"code": 21614, "message": "not a mobile"}, 400), GoneRecipient),
        (Reply.of({"code": 21408, "message": "no permission for the region"}, 400), PermanentFailure),
        (Reply.of({"code": 21606, "message": "not your number"}, 400), TemporaryFailure),
        (Reply.of({"code": 21611, "message": "queue is full"}, 400), TemporaryFailure),
        (Reply.of({"code": 20404, "message": "no such account"}, 404), TemporaryFailure),
        (Reply.of({"code": 20003, "message": "Authenticate"}, 401), AccessDenied),
        (Reply(status=201, body=b"<html>"), TemporaryFailure),
        (Reply.of({}, 503), TemporaryFailure),
    ],
)
def test_refusals(reply: Reply, kind: type[Exception]) -> None:
    with Provider(lambda call: reply) as provider:
        assert type(channel(url=provider.url).send([message()])["k1"]) is kind


@pytest.mark.parametrize(("code", "delivery"), [(21610, Delivery.OPTED_OUT), (21614, Delivery.BOUNCED)])
def test_who_is_gone_and_who_said_stop(code: int, delivery: Delivery) -> None:
    with Provider(lambda call: Reply.of({"code": code}, 400)) as provider:
        error = channel(url=provider.url).send([message()])["k1"]
    assert isinstance(error, GoneRecipient)
    assert error.delivery is delivery


def test_haste(exchange: tuple[TwilioExchange, Provider]) -> None:
    played, provider = exchange
    played.is_hasty = True
    results = channel(url=provider.url).send([message(), message(key="k2")])
    assert {getattr(result, "retry_after", None) for result in results.values()} == {7}
    assert len(provider.calls) == 1


def said(**fields: str) -> list[DeliveryReport | CustomerWord]:
    return list(channel().parse(webhook(TwilioExchange(SECRET, HOOK)._post({"MessageSid": "SM1", **fields}))))


@pytest.mark.parametrize(
    ("status", "code", "delivery"),
    [
        ("delivered", "", Delivery.DELIVERED),
        ("read", "", Delivery.DELIVERED),
        ("undelivered", "30003", Delivery.FAILED),
        ("undelivered", "30007", Delivery.FAILED),
        ("undelivered", "30006", Delivery.BOUNCED),
        ("failed", "21610", Delivery.OPTED_OUT),
        ("failed", "", Delivery.FAILED),
        ("delivered", "30005", Delivery.DELIVERED),
    ],
)
def test_receipts(status: str, code: str, delivery: Delivery) -> None:
    (report,) = said(MessageStatus=status, ErrorCode=code, To=NUMBER)
    assert isinstance(report, DeliveryReport)
    assert (report.delivery, report.recipient, report.detail) == (delivery, NUMBER, f"{status} {code}".strip())


def test_twilio_knows_its_own_words() -> None:
    """Advanced Opt-Out has the shop's words for STOP: Twilio says which it was."""
    assert said(Body="BASTA", From=NUMBER, OptOutType="STOP") == [CustomerWord(sender=NUMBER, word=Word.STOP)]
    assert said(Body="BASTA", From=NUMBER) == [CustomerWord(sender=NUMBER, word=Word.OTHER)]
    assert said(Body="STOP", From="whatsapp:+351910000000") == []


def test_checks() -> None:
    def ids(**options: Any) -> set[str | None]:
        return {found.id for found in Twilio("sms", {"countries": ["PT"], **options}).check()}

    assert ids(account_sid="AC0", auth_token="t", sender="Shop") == set()
    assert ids(account_sid="AC0", auth_token="t", messaging_service_sid="MG") == set()
    assert ids() == {"order_status.E403", "order_status.E314"}
    assert ids(account_sid="AC0", auth_token="t", sender="Shop", api_key="SK") == {"order_status.E315"}
