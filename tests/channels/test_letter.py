"""A letter that is put together from ready pieces says what Django's says, header by header and half by half."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from unittest import mock

import pytest
from django.core.mail import BadHeaderError
from hypothesis import given, settings
from hypothesis import strategies as st

from order_status_plugin.channels.letter import Letter

WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60)
SUBJECTS = st.one_of(WORDS, st.sampled_from(["=?utf-8?q?x?=", "a long subject " * 10, "é" * 100]))
LINES = st.lists(
    st.one_of(
        st.text(st.characters(exclude_categories=["Cs", "Cc"])),
        st.sampled_from([".", "..", "From me", "=20", "x" * 1200, "مرحبا" * 40, "é ", "--=_"]),
    ),
    max_size=6,
).map(lambda lines: "\n".join(lines) + "\n")
SENDERS = st.sampled_from(
    [
        "orders@shop.example",
        "Tilia & Sal <orders@shop.example>",
        '"Tilia, Sal" <o@shop.example>',
        "Café Noir <o@shop.example>",
        "=?utf-8?q?x?= <o@shop.example>",
    ]
)
URLS = st.integers(1, 500).map(lambda n: f"<https://shop.example/{'T-_x' * n}/>"[:900])


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
    with mock.patch.object(Letter, "_is_plain", return_value=False):
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


@given(SUBJECTS, LINES, st.one_of(st.just(""), LINES), SENDERS, URLS, st.lists(SENDERS, max_size=2))
@settings(max_examples=60, deadline=None)
def test_it_reads_like_djangos(subject: str, text: str, html: str, sender: str, url: str, reply_to: list[str]) -> None:
    headers = {"Message-ID": "<k@shop.example>", "X-Order-Status": "shipped", "List-Unsubscribe": url}
    made = letter(
        subject=" ".join(subject.split()), body=text, html=html, from_email=sender, headers=headers, reply_to=reply_to
    )
    assert read(wire(made)) == read(by_django(made))


@given(LINES, LINES)
@settings(max_examples=50, deadline=None)
def test_it_goes_over_every_wire(text: str, html: str) -> None:
    """Seven bits, lines that end as they must and are never too long."""
    raw = wire(letter(subject="Größe " * 20, body=text, html=html), linesep="\r\n")
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
    with pytest.raises((BadHeaderError, ValueError)):
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
