"""Web push against a push service and a browser that go by the RFCs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any
from unittest import TestCase

import pytest
from django.core.management import call_command
from django.test import override_settings

from order_status_plugin.channels.base import Message, Receipt
from order_status_plugin.channels.webpush import HOSTS, WebPushChannel, _Device, _encrypted, make_key
from order_status_plugin.events import ContactSnapshot, Medium
from order_status_plugin.exceptions import (
    GoneRecipient,
    PermanentFailure,
    TemporaryFailure,
    UnreadableMessage,
)
from order_status_plugin.testing.channels import ChannelContract
from order_status_plugin.testing.provider import Reply

from .devices import Device, PushService, b64, point, raw

PRIVATE, PUBLIC = make_key()
LINK = "https://shop.example/orders/a-link-of-thirty-six-characters-or-more/"


def channel(**options: Any) -> WebPushChannel:
    return WebPushChannel("push", {"private_keys": [PRIVATE], "subject": "mailto:hello@shop.example", **options})


@pytest.fixture
def service() -> Iterator[PushService]:
    with PushService(PUBLIC) as started:
        yield started


class TestContract(ChannelContract, TestCase):
    reachable = ContactSnapshot(name="Noor", email="noor@example.org", phone="+351910000000")

    def setUp(self) -> None:
        self.service = PushService(PUBLIC)
        self.enterContext(self.service)
        self.known = self.service.device()
        self.other = self.service.device("other")

    def make_channel(self) -> WebPushChannel:
        return channel(hosts=[self.service.url])

    def recipient(self) -> str:
        return self.make_channel().subscription(self.known.says())

    def refused(self) -> str:
        return self.make_channel().subscription(self.other.says())

    def break_down(self) -> None:
        self.service.says["/phone"] = self.service.says["/other"] = Reply(status=503)

    def refuse(self, recipient: str) -> None:
        del self.service.devices["/other"]

    def delivered(self) -> Sequence[str]:
        return [self.make_channel().subscription(device.says()) for device, _call, _plain in self.service.taken]


# --- what leaves ------------------------------------------------------------------------------------


def message(recipient: str, **more: Any) -> Message:
    given: dict[str, Any] = {"key": "k1", "subject": "On its way", "text": "It left us today.\n", "link": LINK}
    return Message(recipient=recipient, **{"milestone": "shipped", "language": "en", **given, **more})


def send(service: PushService, **more: Any) -> tuple[dict[str, str], dict[str, Any]]:
    """Send one message; return the headers of the request, and what the device read."""
    push = channel(hosts=[service.url])
    result = push.send([message(push.subscription(service.device().says()), **more)])[more.get("key", "k1")]
    assert isinstance(result, Receipt), result
    _device, call, plain = service.taken[-1]
    return call.headers, json.loads(plain)


def test_the_device_reads_words_and_a_path(service: PushService) -> None:
    headers, said = send(service, language="fr")
    assert headers["ttl"] == "86400"
    assert headers["urgency"] == "normal"
    tag = said.pop("tag")
    assert said == {
        "title": "On its way",
        "body": "It left us today.",
        "url": "/orders/a-link-of-thirty-six-characters-or-more/",
        "id": said["id"],
        "lang": "fr",
    }
    assert headers["topic"] == tag
    assert len(raw(tag)) == 24  # and 32 characters in all, as RFC 8030 allows


def test_what_must_be_known_at_once_is_urgent(service: PushService) -> None:
    assert send(service, milestone="out_for_delivery")[0]["urgency"] == "high"


def test_news_take_the_place_of_older_news_and_of_no_note(service: PushService) -> None:
    push = channel(hosts=[service.url])
    phone = push.subscription(service.device().says())
    link = f"{LINK}x/"
    batch = [
        message(phone, key="a"),
        message(phone, key="b", milestone="delivered"),
        message(phone, key="c", milestone="note"),
        message(phone, key="d", link=link),
    ]
    push.send(batch)
    topics = [call.headers["topic"] for _device, call, _plain in service.taken]
    assert topics[0] == topics[1]
    assert len(set(topics)) == 3
    ids = {json.loads(plain)["id"] for _device, _call, plain in service.taken}
    assert len(ids) == 4


def test_long_words_are_cut_and_any_script_fits(service: PushService) -> None:
    _headers, said = send(service, subject="ok " * 200, text="状況 " * 900)
    assert len(said["title"]) <= 120
    assert said["title"].endswith("ok…")
    assert len(said["body"]) <= 300


def test_the_providers_id_is_no_capability(service: PushService) -> None:
    push = channel(hosts=[service.url])
    result = push.send([message(push.subscription(service.device().says()))])["k1"]
    assert isinstance(result, Receipt)
    assert len(result.provider_id) == 32
    assert "messages" not in result.provider_id


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply(status=404), GoneRecipient),
        (Reply(status=410), GoneRecipient),
        (Reply(status=413), PermanentFailure),
        (Reply(status=400), PermanentFailure),
        (Reply(status=401), PermanentFailure),
        (Reply(status=403), PermanentFailure),
        (Reply(status=429, headers={"Retry-After": "77"}), TemporaryFailure),
        (Reply(status=500), TemporaryFailure),
        (Reply(status=307, headers={"Location": "http://127.0.0.1/"}), PermanentFailure),
    ],
)
def test_what_a_push_service_says_is_understood(service: PushService, reply: Reply, kind: type[Exception]) -> None:
    push = channel(hosts=[service.url])
    phone = push.subscription(service.device().says())
    service.says["/phone"] = reply
    result = push.send([message(phone)])["k1"]
    assert type(result) is kind
    assert "/phone" not in str(result)  # the path is the capability
    assert getattr(result, "retry_after", None) == (77.0 if reply.status == 429 else None)
    assert len(service.provider.calls) == 1


# --- the vector of RFC 8291, appendix A -------------------------------------------------------------

RFC_PLAIN = b"When I grow up, I want to be a watermelon"
RFC_AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
RFC_RECEIVER = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
RFC_SENDER = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
RFC_SALT = "DGv6ra1nlYgDCS1FRnbzlw"
RFC_BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27ml"
    "mlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT"
    "pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def test_our_device_reads_the_message_of_the_rfc() -> None:
    device = Device("https://push.example/x", private=raw(RFC_RECEIVER), auth=raw(RFC_AUTH))
    assert device.reads(raw(RFC_BODY)) == RFC_PLAIN


def test_our_sender_writes_the_message_of_the_rfc(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the sender's key and the salt of the RFC in place of random ones."""
    receiver = Device("https://push.example/x", private=raw(RFC_RECEIVER), auth=raw(RFC_AUTH))
    sender = Device("https://push.example/y", private=raw(RFC_SENDER))
    monkeypatch.setattr("cryptography.hazmat.primitives.asymmetric.ec.generate_private_key", lambda _curve: sender.key)
    monkeypatch.setattr("os.urandom", lambda _length: raw(RFC_SALT))
    read = _Device("", "", point(receiver.key.public_key()), receiver.auth, "")
    assert b64(_encrypted(RFC_PLAIN, read)) == RFC_BODY


# --- whom it sends to -------------------------------------------------------------------------------


def at(endpoint: str) -> str:
    return Device(endpoint).says()


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://fcm.googleapis.com/fcm/send/abc:DEF-_",
        "https://updates.push.services.mozilla.com/wpush/v2/gAAAA",
        "https://web.push.apple.com/QGuQ",
        "https://wns2-par02p.notify.windows.com/w/?token=BQYAAAD%2b%2f",
        "https://fcm.googleapis.com:443/fcm/send/abc",
    ],
)
def test_the_push_services_of_browsers_are_known(endpoint: str) -> None:
    assert json.loads(channel().subscription(at(endpoint)))["endpoint"] == endpoint


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://fcm.googleapis.com/x",
        "https://fcm.googleapis.com:8443/x",
        "https://fcm.googleapis.com.evil.example/x",
        "https://evilfcm.googleapis.com/x",
        "https://push.apple.com.evil.example/x",
        "https://evilpush.apple.com/x",
        "https://fcm.googleapis.com@127.0.0.1/x",
        "https://127.0.0.1/x",
        "https://localhost/x",
        "https://[::1]/x",
        "https://169.254.169.254/latest/meta-data/",
        "https://fcm.googleapis.com\\@127.0.0.1/x",
        "https://127.0.0.1#@fcm.googleapis.com/x",
        "https://127.0.0.1/\r\nHost:fcm.googleapis.com/x",
        "https://fcm.googleapis.com/x\n",
        "https://fcm.googleapis.com",
        "https://FCM.googleapis.com/x",
        "https://fcm.googleapis.com./x",
        "file:///etc/passwd",
        "//fcm.googleapis.com/x",
        "",
    ],
)
def test_nobody_makes_us_call_what_they_like(endpoint: str) -> None:
    with pytest.raises(UnreadableMessage):
        channel().subscription(at(endpoint))
    good = json.loads(channel().subscription(at("https://fcm.googleapis.com/x")))
    kept = json.dumps({**good, "endpoint": endpoint})
    assert isinstance(channel().send([message(kept)])["k1"], PermanentFailure)


def test_a_shop_may_name_a_push_service_of_its_own() -> None:
    own = channel(hosts=["https://push.shop.example:8443", "*.push.example"])
    assert own.subscription(at("https://push.shop.example:8443/x"))
    assert own.subscription(at("https://a.push.example/x"))
    for other in ("https://push.shop.example/x", "https://push.example/x", "https://fcm.googleapis.com/x"):
        with pytest.raises(UnreadableMessage):
            own.subscription(at(other))


def test_what_is_no_subscription_is_refused() -> None:
    good = json.loads(at("https://fcm.googleapis.com/x"))
    keys = good["keys"]
    off_the_curve = b64(b"\x04" + b"\x01" * 64)
    wrong: list[Any] = [
        {**good, "keys": {**keys, "auth": b64(b"short")}},
        {**good, "keys": {**keys, "p256dh": off_the_curve}},
        {**good, "keys": {**keys, "p256dh": b64(raw(keys["p256dh"])[:-1])}},
        {**good, "keys": {**keys, "p256dh": "é" * 87}},
        {**good, "keys": []},
        {**good, "keys": {**keys, "auth": 16}},
        {**good, "sender": "x" * 5},
        {**good, "endpoint": "https://fcm.googleapis.com/" + "x" * 3000},
    ]
    for given in wrong:
        with pytest.raises(UnreadableMessage):
            channel().subscription(json.dumps(given))


# --- keys -------------------------------------------------------------------------------------------


def test_a_device_is_told_with_the_key_that_it_subscribed_with(service: PushService) -> None:
    phone = channel(hosts=[service.url]).subscription(service.device().says(PUBLIC))
    newer, newer_public = make_key()
    rotated = channel(hosts=[service.url], private_keys=[newer, PRIVATE])
    assert rotated.application_server_key() == newer_public
    assert isinstance(rotated.send([message(phone)])["k1"], Receipt)
    assert rotated.subscription(phone) == phone
    later = channel(hosts=[service.url], private_keys=[newer])
    assert isinstance(later.send([message(phone)])["k1"], GoneRecipient)


def test_the_command_makes_a_key_that_the_channel_takes(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("order_status_push_keys")
    lines = capsys.readouterr().out.splitlines()
    private, public = lines[0].split()[-1], lines[1].split()[-1]
    made = channel(private_keys=[private])
    assert made.application_server_key() == public
    assert made.check() == []


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, []),
        ({"private_keys": []}, ["E321"]),
        ({"private_keys": PRIVATE}, ["E321"]),
        ({"private_keys": ["nonsense-that-is-a-secret"]}, ["E321"]),
        ({"private_keys": [b64(b"\xff" * 32)]}, ["E321"]),
        ({"private_keys": [None]}, ["E321"]),
        ({"subject": "hello@shop.example"}, ["E322"]),
        ({"subject": "https://shop.example/contact/"}, []),
        ({"hosts": ["https://push.example/path"]}, ["E323"]),
        ({"hosts": "fcm.googleapis.com"}, []),
        ({"hosts": ["http://127.0.0.1:8123"]}, ["W320"]),
        ({"hosts": list(HOSTS)}, []),
    ],
)
def test_the_check_names_what_is_wrong(options: dict[str, Any], expected: list[str]) -> None:
    found = channel(**options).check()
    assert [each.id for each in found] == [f"order_status.{name}" for name in expected]
    assert "nonsense" not in str(found)
    assert bool(channel(**options).application_server_key()) is ("E321" not in expected)


def test_without_a_subject_the_sender_of_mails_is_named() -> None:
    push = WebPushChannel("push", {"private_keys": [PRIVATE]})
    assert push.check() == []
    with override_settings(DEFAULT_FROM_EMAIL="webmaster@localhost"):
        assert [each.id for each in push.check()] == ["order_status.E322"]


def test_it_is_a_push_channel() -> None:
    assert (WebPushChannel.medium, WebPushChannel.subscribes, WebPushChannel.rings) == (Medium.PUSH, True, False)
