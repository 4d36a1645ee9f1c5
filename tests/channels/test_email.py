"""The mail channel against a mail server that says what servers say."""

from __future__ import annotations

import email
import smtplib
from collections.abc import Sequence
from typing import Any, ClassVar
from unittest import TestCase

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.test import override_settings

from order_status_plugin.backends import get_channel
from order_status_plugin.channels.base import Message, Receipt
from order_status_plugin.channels.email import EmailChannel, failure
from order_status_plugin.events import ContactSnapshot
from order_status_plugin.exceptions import AccessDenied, PermanentFailure, TemporaryFailure
from order_status_plugin.testing.channels import ChannelContract


class Server(BaseEmailBackend):
    """Stands for a mail server; ``says`` maps a recipient to what it raises."""

    says: ClassVar[dict[str, Exception]] = {}
    on_open: ClassVar[Exception | None] = None
    on_close: ClassVar[Exception | None] = None
    takes_nothing: ClassVar[bool] = False
    taken: ClassVar[list[Any]] = []
    log: ClassVar[list[str]] = []

    def open(self) -> None:
        self.log.append("open")
        if self.on_open:
            raise self.on_open

    def close(self) -> None:
        self.log.append("close")
        if self.on_close:
            raise self.on_close

    def send_messages(self, email_messages: Any) -> int:
        for letter in email_messages:
            self.log.append("send")
            if error := self.says.get(letter.to[0]):
                raise error
            letter.message()
            self.taken.append(letter)
        return 0 if self.takes_nothing else len(email_messages)


def fresh_server() -> None:
    Server.says, Server.taken, Server.log = {}, [], []
    Server.on_open = Server.on_close = None
    Server.takes_nothing = False


def mail_settings() -> dict[str, Any]:
    backend = f"{__name__}.Server"
    if hasattr(mail, "mailers"):
        return {"MAILERS": {"default": {"BACKEND": backend}}}
    return {"EMAIL_BACKEND": backend}


@pytest.fixture(autouse=True)
def _server() -> Any:
    fresh_server()
    with override_settings(**mail_settings(), DEFAULT_FROM_EMAIL="orders@shop.example"):
        yield


class TestContract(ChannelContract, TestCase):
    reachable = ContactSnapshot(email="noor@example.org")

    def make_channel(self) -> EmailChannel:
        return EmailChannel("email", {})

    def break_down(self) -> None:
        Server.on_open = ConnectionRefusedError("nobody there")

    def refuse(self, recipient: str) -> None:
        Server.says[recipient] = smtplib.SMTPRecipientsRefused({recipient: (550, b"no such user")})

    def delivered(self) -> Sequence[str]:
        return [letter.to[0] for letter in Server.taken]


def message(recipient: str = "noor@example.org", **more: Any) -> Message:
    return Message(**({"key": "k1", "recipient": recipient, "subject": "s", "text": "t\n"} | more))


def answer(error: Exception) -> Receipt | Exception:
    Server.says["noor@example.org"] = error
    return EmailChannel("email", {}).send([message()])["k1"]


class ApiError(Exception):
    def __init__(self, status_code: int) -> None:
        super().__init__("provider")
        self.status_code = status_code


@pytest.mark.parametrize(
    "error",
    [
        smtplib.SMTPRecipientsRefused({"noor@example.org": (550, b"no such user")}),
        smtplib.SMTPDataError(554, b"refused"),
        ValueError("Invalid address"),
        UnicodeEncodeError("ascii", "é", 0, 1, "no"),
        ApiError(422),
    ],
)
def test_these_are_final(error: Exception) -> None:
    assert isinstance(answer(error), PermanentFailure)


@pytest.mark.parametrize(
    "error",
    [
        smtplib.SMTPRecipientsRefused({"noor@example.org": (450, b"greylisted")}),
        smtplib.SMTPDataError(451, b"try later"),
        smtplib.SMTPAuthenticationError(454, b"temporary authentication failure"),
        smtplib.SMTPSenderRefused(550, b"who are you", "orders@shop.example"),
        smtplib.SMTPServerDisconnected("gone"),
        smtplib.SMTPHeloError(501, b"no"),
        TimeoutError("slow"),
        ConnectionResetError("reset"),
        OSError("network"),
        ApiError(429),
        ApiError(403),
        ApiError(503),
        RuntimeError("whatever a backend raises"),
    ],
)
def test_these_may_pass(error: Exception) -> None:
    """The shop's name or network is not the message's fault."""
    assert isinstance(answer(error), TemporaryFailure)


def test_a_password_that_is_refused_is_the_shops_fault() -> None:
    Server.on_open = smtplib.SMTPAuthenticationError(535, b"wrong password")
    assert isinstance(EmailChannel("email", {}).send([message()])["k1"], AccessDenied)
    Server.on_open = None
    assert isinstance(answer(ApiError(401)), AccessDenied)


def test_our_own_failures_pass_through() -> None:
    for own in (TemporaryFailure("x", retry_after=5), PermanentFailure("y")):
        assert failure(own) is own


def test_one_connection_carries_a_batch() -> None:
    EmailChannel("email", {}).send([message(key=str(n)) for n in range(3)])
    assert Server.log == ["open", "send", "send", "send", "close"]


def test_a_broken_connection_leaves_the_rest_for_later() -> None:
    Server.says["b@example.org"] = smtplib.SMTPServerDisconnected("gone")
    batch = [message(f"{name}@example.org", key=name) for name in "abc"]
    results = EmailChannel("email", {}).send(batch)
    assert [type(results[name]).__name__ for name in "abc"] == ["Receipt", "TemporaryFailure", "TemporaryFailure"]
    assert Server.log.count("send") == 2


def test_a_bad_farewell_takes_no_mail_back() -> None:
    Server.on_close = smtplib.SMTPServerDisconnected("gone")
    assert isinstance(EmailChannel("email", {}).send([message()])["k1"], Receipt)


def test_a_backend_that_sent_nothing_is_not_believed() -> None:
    Server.takes_nothing = True
    assert isinstance(EmailChannel("email", {}).send([message()])["k1"], TemporaryFailure)


def test_the_providers_own_id_is_kept() -> None:
    class Status:
        message_id = "esp-42"

    original = Server.send_messages

    def stamped(self: Server, letters: Any) -> int:
        letters[0].anymail_status = Status()
        return original(self, letters)

    Server.send_messages = stamped  # type: ignore[method-assign]
    try:
        assert EmailChannel("email", {}).send([message()])["k1"] == Receipt("esp-42")
    finally:
        Server.send_messages = original  # type: ignore[method-assign]


def sent(options: dict[str, Any] | None = None, **more: Any) -> Any:
    EmailChannel("email", options or {}).send([message(**more)])
    return email.message_from_bytes(Server.taken[-1].message().as_bytes())


def test_the_options_say_from_whom_and_to_whom_to_answer() -> None:
    letter = sent({"from_email": "Shop <a@shop.example>", "reply_to": "help@shop.example"}, sender_name="Other")
    assert (letter["From"], letter["Reply-To"]) == ("Shop <a@shop.example>", "help@shop.example")
    letter = sent({"reply_to": ["a@shop.example", "b@shop.example"]}, sender_name="Shop")
    assert (letter["From"], letter["Reply-To"]) == ("Shop <orders@shop.example>", "a@shop.example, b@shop.example")


def test_the_sender_can_smuggle_in_no_header() -> None:
    letter = sent(sender_name="Shop\r\nBcc: evil@example.org", subject="x\r\nBcc: evil@example.org")
    assert letter["Bcc"] is None
    assert letter["Subject"] == "x Bcc: evil@example.org"


def test_an_address_that_would_be_two_is_refused() -> None:
    result = EmailChannel("email", {}).send([message("a@example.org\nBcc: b@example.org")])["k1"]
    assert isinstance(result, PermanentFailure)


def test_a_message_without_html_or_stop_link_is_plain() -> None:
    letter = sent()
    assert not letter.is_multipart()
    assert letter["List-Unsubscribe"] is None
    assert letter["X-Order-Status"] is None


@pytest.mark.parametrize("length", [20, 100, 400])
def test_the_one_click_address_stays_readable_whatever_its_length(length: int) -> None:
    url = f"https://shop.example/orders/unsubscribe/{'T-_x' * (length // 4)}/"
    EmailChannel("email", {}).send([message(unsubscribe_url=url)])
    raw = Server.taken[-1].message().as_bytes().decode()
    assert f"<{url}>" in raw


def test_the_check_asks_for_a_sender_that_can_be_answered() -> None:
    assert EmailChannel("email", {}).check() == []
    with override_settings(DEFAULT_FROM_EMAIL="webmaster@localhost"):
        (warning,) = EmailChannel("email", {}).check()
        assert warning.id == "order_status.W310"
        assert EmailChannel("email", {"from_email": "a@shop.example"}).check() == []


def test_it_is_found_by_its_alias() -> None:
    assert get_channel("email").recipient(ContactSnapshot(email=" a@example.org ")) == "a@example.org"
