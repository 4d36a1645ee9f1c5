"""What only Vonage does."""

from __future__ import annotations

import hashlib
import json
import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from order_status_plugin.channels.base import Message, Receipt, Webhook
from order_status_plugin.channels.vonage import Vonage
from order_status_plugin.events import Delivery, DeliveryReport
from order_status_plugin.exceptions import (
    AccessDenied,
    GoneRecipient,
    PermanentFailure,
    TemporaryFailure,
    UntrustedWebhook,
)
from order_status_plugin.simulator.providers.base import Reply
from order_status_plugin.simulator.texting.vonage import VonageExchange
from order_status_plugin.testing.provider import Provider

from .exchanges import NUMBER, SECRET

OPTIONS: dict[str, Any] = {"sender": "+447700900001", "secrets": [SECRET], "api_key": "k", "api_secret": "s"}


def channel(**more: Any) -> Vonage:
    return Vonage("sms", {**OPTIONS, **more})


def message(**more: Any) -> Message:
    return Message(**{"key": "k1", "recipient": NUMBER, "subject": "", "text": "On its way.", **more})


def trusted(body: bytes, token: str, **more: Any) -> bool:
    try:
        channel(**more).verify(Webhook(body=body, headers={"authorization": f"Bearer {token}"}))
    except UntrustedWebhook:
        return False
    return True


BODY = b'{"message_uuid": "u1", "status": "delivered"}'


def made(**claims: Any) -> str:
    """Return a token as another library makes it."""
    said = {"payload_hash": hashlib.sha256(BODY).hexdigest(), "iss": "Vonage", "iat": int(time.time()), **claims}
    return jwt.encode({name: value for name, value in said.items() if value is not None}, SECRET, algorithm="HS256")


def test_another_librarys_token() -> None:
    assert trusted(BODY, made())
    assert trusted(BODY, made(exp=int(time.time()) - 60))  # clocks differ
    assert trusted(BODY, made(), secrets=["the newer secret, long enough", SECRET])


@pytest.mark.parametrize(
    "claims",
    [
        {"payload_hash": None},
        {"payload_hash": ""},
        {"payload_hash": ["x"]},
        {"payload_hash": hashlib.sha256(b"other").hexdigest()},
        {"exp": int(time.time()) - 4000},
        {"nbf": int(time.time()) + 4000},
    ],
)
def test_tokens_that_prove_nothing(claims: dict[str, Any]) -> None:
    assert not trusted(BODY, made(**claims))


def test_other_algorithms_are_refused() -> None:
    said = {"payload_hash": hashlib.sha256(BODY).hexdigest()}
    assert not trusted(BODY, jwt.encode(said, None, algorithm="none"))
    long = SECRET * 3
    for algorithm in ("HS384", "HS512"):
        assert not trusted(BODY, jwt.encode(said, long, algorithm=algorithm), secrets=[long])
    # One whose header says otherwise than what signed it.
    head, body, _mac = made().split(".")
    assert not trusted(BODY, f"{head}.{body}.")
    crit = jwt.encode(said, SECRET, algorithm="HS256", headers={"crit": ["exp"]})
    assert not trusted(BODY, crit)
    assert not trusted(BODY, made(), secrets=[])


def test_the_call() -> None:
    played = VonageExchange(SECRET)
    with Provider(played.reply) as provider:
        one = channel(url=provider.url).send([message()])["k1"]
    assert isinstance(one, Receipt)
    assert one.provider_id == played.texts[0].provider_id
    assert provider.calls[0].json() == {
        "message_type": "text",
        "channel": "sms",
        "to": NUMBER[1:],
        "from": "447700900001",
        "text": "On its way.",
        "client_ref": "k1",
    }


def test_an_application_signs_its_calls() -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    with Provider(VonageExchange(SECRET).reply) as provider:
        sent = channel(url=provider.url, application_id="app-1", private_key=pem)
        assert isinstance(sent.send([message()])["k1"], Receipt)
        assert isinstance(sent.send([message()])["k1"], Receipt)
    tokens = [call.headers["authorization"].removeprefix("Bearer ") for call in provider.calls]
    said = [jwt.decode(token, key.public_key(), algorithms=["RS256"]) for token in tokens]
    assert {one["application_id"] for one in said} == {"app-1"}
    assert len({one["jti"] for one in said}) == 2


def test_a_key_that_is_none() -> None:
    with Provider(VonageExchange(SECRET).reply) as provider:
        result = channel(url=provider.url, application_id="app-1", private_key="no key").send([message()])["k1"]
    assert type(result) is TemporaryFailure
    assert provider.calls == []


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply.of({"type": "https://developer.vonage.com/api-errors/messages#1430"}, 422), GoneRecipient),
        (Reply.of({"type": "https://developer.vonage.com/api-errors/messages#1120"}, 422), PermanentFailure),
        (Reply.of({"title": "Low balance"}, 402), TemporaryFailure),
        (Reply.of({}, 401), AccessDenied),
        (Reply.of({}, 500), TemporaryFailure),
        (Reply(status=202, body=b"<html>"), TemporaryFailure),
    ],
)
def test_refusals(reply: Reply, kind: type[Exception]) -> None:
    with Provider(lambda call: reply) as provider:
        assert type(channel(url=provider.url).send([message()])["k1"]) is kind


@pytest.mark.parametrize(("code", "delivery"), [(1240, Delivery.OPTED_OUT), (1430, Delivery.BOUNCED)])
def test_who_is_gone_and_who_said_stop(code: int, delivery: Delivery) -> None:
    reply = Reply.of({"type": f"https://developer.vonage.com/api-errors/messages#{code}"}, 422)
    with Provider(lambda call: reply) as provider:
        error = channel(url=provider.url).send([message()])["k1"]
    assert isinstance(error, GoneRecipient)
    assert error.delivery is delivery


@pytest.mark.parametrize(
    ("status", "error", "delivery"),
    [
        ("delivered", None, Delivery.DELIVERED),
        ("rejected", {"type": "https://developer.vonage.com/api-errors/messages#1240"}, Delivery.OPTED_OUT),
        ("rejected", {"title": 1240, "type": "https://developer.vonage.com/x"}, Delivery.OPTED_OUT),
        ("rejected", {"error": {"title": "1190"}}, Delivery.BOUNCED),
        ("rejected", {"title": "1180"}, Delivery.FAILED),
        ("undeliverable", None, Delivery.FAILED),
        ("rejected", "oops", Delivery.FAILED),
    ],
)
def test_statuses(status: str, error: Any, delivery: Delivery) -> None:
    body = {"message_uuid": "u1", "status": status, "to": NUMBER[1:], "timestamp": "2026-11-29T10:00:00Z"}
    (report,) = channel().parse(Webhook(body=json.dumps({**body, "error": error}).encode(), headers={}))
    assert isinstance(report, DeliveryReport)
    assert (report.delivery, report.recipient) == (delivery, NUMBER)
    assert report.happened_at is not None
    assert report.happened_at.isoformat() == "2026-11-29T10:00:00+00:00"


def test_another_channels_message_is_no_news() -> None:
    body = {"message_uuid": "u1", "channel": "whatsapp", "from": NUMBER[1:], "text": "STOP"}
    assert list(channel().parse(Webhook(body=json.dumps(body).encode(), headers={}))) == []


def test_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    def ids(**options: Any) -> list[str | None]:
        return [found.id for found in Vonage("sms", {"countries": ["PT"], **options}).check()]

    assert ids(**OPTIONS) == []
    assert ids(sender="Shop", secrets=[SECRET], application_id="a", private_key="k") == []
    assert ids(sender="Shop", secrets=[SECRET], application_id="a") == ["order_status.E403"]
    assert ids() == ["order_status.E403", "order_status.E401", "order_status.E403", "order_status.E403"]
    monkeypatch.setattr("order_status_plugin.channels.vonage.find_spec", lambda name: None)
    assert ids(sender="Shop", secrets=[SECRET], application_id="a", private_key="k") == ["order_status.E316"]
