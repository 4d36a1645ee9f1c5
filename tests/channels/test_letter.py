"""A letter that is put together from ready pieces says what Django's says, header by header and half by half."""

from __future__ import annotations

import random
import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from unittest import mock

import pytest

from order_status_plugin.channels.letter import Letter

WORDS = (
    "",
    "Confirmed: your order",
    "Größe",
    "=?utf-8?q?x?=",
    "a long subject " * 9 + "end",
    "é" * 100,
    "مرحبا",
    "日本" * 30,
)
LINES = (".", "..", "From me", "=20", "=3D", "x" * 1200, "مرحبا" * 40, "é ", "a tab\t", "--=_", "", "plain words " * 20)
SENDERS = (
    "orders@shop.example",
    "Tilia & Sal <orders@shop.example>",
    '"Tilia, Sal" <o@shop.example>',
    "Café Noir <o@shop.example>",
    "=?utf-8?q?x?= <o@shop.example>",
    f"{'A long name ' * 12}<o@shop.example>",
)
COUNT = {"light": 100, "moderate": 300, "full": 5_000}


def letter(**more: Any) -> Letter:
    given_ = {
        "subject": "Confirmed: your order",
        "body": "It left.\n",
        "from_email": "orders@shop.example",
        "to": ["noor@example.org"],
        "headers": {"Message-ID": "<k@shop.example>"},
    } | more
    html = given_.pop("html", "")
    made = Letter(**given_)
    if html:
        made.attach_alternative(html, "text/html")
    return made


def wire(made: Letter, linesep: str = "\n") -> bytes:
    """Return it as a mail server gets it, on whichever Django."""
    built = made.message(policy=policy.SMTP if linesep != "\n" else policy.default)
    return built.as_bytes(linesep=linesep) if "linesep" in built.as_bytes.__code__.co_varnames else built.as_bytes()


def by_django(made: Letter) -> bytes:
    with mock.patch.object(Letter, "ready", return_value=None):
        return wire(made)


def read(raw: bytes) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """Return its headers, and type and words of each half."""
    parsed = message_from_bytes(raw, policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    headers = {
        name.lower(): str(value).strip()  # Django 5.2 begins a long one with a new line
        for name, value in parsed.items()
        if name.lower() not in ("date", "content-type", "content-transfer-encoding", "mime-version")
    }
    parts = [part for part in parsed.walk() if not part.is_multipart()]
    assert not [defect for part in parsed.walk() for defect in part.defects]
    return headers, [(part.get_content_type(), part.get_content()) for part in parts]


def lines(rng: random.Random) -> str:
    return "".join(f"{rng.choice(LINES)}\n" for _ in range(rng.randint(1, 6)))


def some(number: int) -> Letter:
    rng = random.Random(number)
    url = f"<https://shop.example/{'T-_x' * rng.choice((1, 10, 30, 200))}/>"
    return letter(
        subject=rng.choice(WORDS),
        body=lines(rng),
        html=rng.choice(("", lines(rng))),
        from_email=rng.choice(SENDERS),
        headers={"Message-ID": "<k@shop.example>", "X-Order-Status": "shipped", "List-Unsubscribe": url},
        reply_to=[rng.choice(SENDERS) for _ in range(rng.randint(0, 2))],
    )


def test_it_reads_like_djangos(volume_once: str) -> None:
    for number in range(COUNT[volume_once]):
        made = some(number)
        (headers, parts), (expected, expected_parts) = read(wire(made)), read(by_django(made))
        # Django leaves letters alone that look like an encoded word, and so sends another subject.
        assert headers["subject"] == made.subject, number
        assert (headers | {"subject": expected["subject"]}, parts) == (expected, expected_parts), number


def test_it_goes_over_every_wire(volume_once: str) -> None:
    """Seven bits, lines that end as they must and are never too long."""
    for number in range(COUNT[volume_once]):
        raw = wire(some(number), linesep="\r\n")
        assert raw.isascii()
        assert b"\n" not in raw.replace(b"\r\n", b"")
        assert max(map(len, raw.split(b"\r\n"))) <= 998


def test_mostly_foreign_letters_take_the_lesser_encoding() -> None:
    assert b"base64" in wire(letter(body="مرحبا\n"))
    assert b"quoted-printable" in wire(letter(body="Your order is on its way to Café Noir\n"))
    assert b"7bit" in wire(letter())


@pytest.mark.parametrize(
    "more",
    [
        {"to": ["noor@exämple.org"]},
        {"to": ["Noor <noor@example.org>"]},
        {"body": "", "html": "<p>It left.</p>"},
        {"cc": ["ana@example.org"]},
        {"attachments": [("a.txt", "x", "text/plain")]},
        {"headers": {"Message-ID": "<k@shop.example>", "From": "other@shop.example"}},
        {"headers": {}},
    ],
)
def test_what_is_out_of_the_ordinary_is_djangos(more: dict[str, Any]) -> None:
    made = letter(**more)
    headers, parts = read(wire(made))
    expected, expected_parts = read(by_django(made))
    for found in (headers, expected):
        assert re.fullmatch(r"<[^<>]+@[^<>]+>", found["message-id"])
        if not made.extra_headers:  # made up anew each time
            del found["message-id"]
    assert (headers, parts) == (expected, expected_parts)


@pytest.mark.parametrize("name", ["X-Order-Status", "Message-ID", "X-Key"])
def test_no_header_can_be_smuggled_in(name: str) -> None:
    evil = letter(headers={"Message-ID": "<k@shop.example>", name: "a\r\nBcc: evil@example.org"})
    with pytest.raises(ValueError, match="Header values"):
        wire(evil)


def test_it_can_be_read_and_changed_like_any_message() -> None:
    """Some backends take a header out, or set one."""
    built = letter(html="<p>It left.</p>", from_email="Café <orders@shop.example>").message()
    assert built["From"].addresses[0].display_name == "Café"
    assert built.get_body(("html",)).get_content() == "<p>It left.</p>"
    del built["Message-ID"]
    built["X-Tag"] = "é"
    headers, parts = read(built.as_bytes())
    assert "message-id" not in headers
    assert headers["x-tag"] == "é"
    assert [kind for kind, _words in parts] == ["text/plain", "text/html"]
