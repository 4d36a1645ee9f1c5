"""What only GatewayAPI does."""

from __future__ import annotations

import json
from typing import Any

import pytest

from order_status_plugin.channels.base import Message, Receipt, Webhook
from order_status_plugin.channels.gatewayapi import GatewayApi
from order_status_plugin.events import CustomerWord, Delivery, DeliveryReport, Word
from order_status_plugin.exceptions import AccessDenied, PermanentFailure, TemporaryFailure, UntrustedWebhook
from order_status_plugin.simulator.providers.base import Reply
from order_status_plugin.simulator.texting.base import token
from order_status_plugin.simulator.texting.gatewayapi import GatewayApiExchange
from order_status_plugin.testing.provider import Provider

from .exchanges import NUMBER, SECRET, webhook

OPTIONS: dict[str, Any] = {"token": "t", "sender": "Shop", "secrets": [SECRET]}

#: The token in GatewayAPI's documents, signed with "secret", and what it holds.
THEIR_TOKEN = (
    "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.eyJpZCI6MjM4MTcwMywibXNpc2RuIjo0NTQyNjA5MDQ1LCJ0aW1lIjoxNTIyNzY0MDYyLCJzdGF0d"
    "XMiOiJERUxJVkVSRUQiLCJlcnJvciI6bnVsbCwiY29kZSI6bnVsbCwidXNlcnJlZiI6bnVsbCwiY2FsbGJhY2tfdXJsIjoiaHR0cDovL2JiYWY3MTQy"
    "Lm5ncm9rLmlvIiwiYXBpIjo0fQ.KdfDH65bnQtgxEkFnpAQodOciAJedZFB13r9wEo8t3Y"
)
THEIR_BODY: dict[str, Any] = {
    "id": 2381703,
    "msisdn": 4542609045,
    "time": 1522764062,
    "status": "DELIVERED",
    "error": None,
    "code": None,
    "userref": None,
    "callback_url": "http://bbaf7142.ngrok.io",
    "api": 4,
}


def channel(**more: Any) -> GatewayApi:
    return GatewayApi("sms", {**OPTIONS, **more})


def message(text: str = "On its way.") -> Message:
    return Message(key="k1", recipient=NUMBER, subject="", text=text)


def trusted(body: Any, signed: str, **more: Any) -> bool:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    try:
        channel(**more).verify(Webhook(body=raw, headers={"x-gwapi-signature": signed}))
    except UntrustedWebhook:
        return False
    return True


def test_the_documents_own_example() -> None:
    assert trusted(THEIR_BODY, THEIR_TOKEN, secrets=["secret"])
    assert trusted({name: THEIR_BODY[name] for name in ("id", "msisdn", "status")}, THEIR_TOKEN, secrets=["secret"])
    assert not trusted(THEIR_BODY, THEIR_TOKEN, secrets=["Secret"])
    (report,) = channel().parse(Webhook(body=json.dumps(THEIR_BODY).encode(), headers={}))
    assert isinstance(report, DeliveryReport)
    assert (report.provider_id, report.delivery, report.recipient) == ("2381703", Delivery.DELIVERED, "+4542609045")
    assert report.happened_at is not None
    assert report.happened_at.isoformat() == "2018-04-03T14:01:02+00:00"


@pytest.mark.parametrize(
    "change",
    [
        {"status": "UNDELIVERABLE"},
        {"id": 2381704},
        {"id": "2381703"},
        {"id": True},
        {"api": 4.0},
        {"more": None},
        {"error": ""},
    ],
)
def test_the_token_holds_the_body(change: dict[str, Any]) -> None:
    assert not trusted({**THEIR_BODY, **change}, THEIR_TOKEN, secrets=["secret"])


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"null", b"{"])
def test_a_body_that_says_nothing_is_not_what_was_signed(body: bytes) -> None:
    assert not trusted(body, THEIR_TOKEN, secrets=["secret"])


@pytest.mark.parametrize("head", [{"alg": "none"}, {"alg": "HS512"}, {}, {"alg": ["HS256"]}])
def test_the_algorithm_is_ours(head: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    import base64
    import hashlib
    import hmac

    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (head, THEIR_BODY)]
    mac = hmac.new(SECRET.encode(), b".".join(parts), hashlib.sha256).digest()
    signed = b".".join([*parts, base64.urlsafe_b64encode(mac).rstrip(b"=")]).decode()
    assert not trusted(THEIR_BODY, signed)


def test_the_call() -> None:
    played = GatewayApiExchange(SECRET)
    with Provider(played.reply) as provider:
        results = channel(url=provider.url).send([message(), message("Он в пути")])
    assert isinstance(results["k1"], Receipt)
    first, second = (call.json() for call in provider.calls)
    assert first == {
        "message": "On its way.",
        "sender": "Shop",
        "recipients": [{"msisdn": int(NUMBER)}],
        "userref": "k1",
    }
    # The default would show question marks.
    assert second["encoding"] == "UCS2"


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply.of({"code": "0x0308", "message": "Invalid MSISDN"}, 400), PermanentFailure),
        (Reply.of({"code": "0x0213", "message": "Unauthorized IP-address: %1"}, 403), AccessDenied),
        (Reply.of({}, 401), AccessDenied),
        (Reply.of({}, 500), TemporaryFailure),
        (Reply(body=b"<html>"), TemporaryFailure),
    ],
)
def test_refusals(reply: Reply, kind: type[Exception]) -> None:
    with Provider(lambda call: reply) as provider:
        assert type(channel(url=provider.url).send([message()])["k1"]) is kind


def test_a_keyword_goes_before_the_word() -> None:
    sent = webhook(GatewayApiExchange(SECRET).answer(NUMBER, "Tilia STOP"))
    (said,) = channel(keyword="TILIA").parse(sent)
    assert isinstance(said, CustomerWord)
    assert (said.sender, said.word) == (NUMBER, Word.STOP)
    (said,) = channel().parse(sent)
    assert isinstance(said, CustomerWord)
    assert said.word is Word.OTHER


def test_a_long_token_is_no_trouble() -> None:
    for signed in ("." * 100_000, "a" * 100_000, token({"a": "[" * 50_000}, SECRET), "é.ü.ß", "\udcff.x.y"):
        assert not trusted(THEIR_BODY, signed)


def test_checks() -> None:
    def ids(**options: Any) -> list[str | None]:
        return [found.id for found in GatewayApi("sms", {"countries": ["DK"], **options}).check()]

    assert ids(**OPTIONS) == []
    assert ids() == ["order_status.E403", "order_status.E403", "order_status.E401"]
