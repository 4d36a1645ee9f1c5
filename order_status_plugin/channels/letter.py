"""A mail as it goes over the wire, put together from ready pieces in a fraction of the time that Python's classes take.

Nearly every mail is a few short headers and two halves. What is out of the ordinary, e.g. a sender's header or an
address with an umlaut, is left to Django, which writes it as it always does.
"""

from __future__ import annotations

import re
import secrets
from base64 import encodebytes
from binascii import b2a_qp
from email import policy as policies
from email.header import Header
from email.headerregistry import HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.utils import formatdate
from functools import lru_cache
from typing import Any

import django
from django.conf import settings
from django.core import mail
from django.core.mail import EmailMultiAlternatives

#: How long a line of a header should be, and how long any line may be (RFC 5322, 2.1.1).
_SHORT, _LONGEST = 76, 998
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
#: An address that needs no reading: no name, no comment, no quotes, no letter that is encoded.
PLAIN_ADDRESS = re.compile(rf"{_ATOM}(\.{_ATOM})*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
#: Headers that stand for a field of the letter, or that its body decides.
_NOT_EXTRA = frozenset(
    {"from", "to", "cc", "bcc", "reply-to", "subject", "mime-version", "content-type", "content-transfer-encoding"}
)
#: A header as it stands in a mail, with the lines that continue it.
_HEADER = re.compile(r"^([!-9;-~]+): ?(.*(?:\n[ \t].*)*)", re.MULTILINE)


class _Unfolded(UnstructuredHeader):
    """A header that stays in one piece: Python would write a long address as encoded words, which nobody can click."""

    def fold(self, *, policy: Any) -> str:
        """Return the header on one line."""
        return f"{self.name}: {self}{policy.linesep}"  # type: ignore[attr-defined]


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("list-unsubscribe", _Unfolded)  # type: ignore[arg-type]


class _Ready(EmailMessage):
    """A message that is read and changed like any other, and as long as nobody changed it, written without thought."""

    between = ""  # its boundary
    kept: tuple[Any, ...] | None = None

    def as_bytes(self, unixfrom: bool = False, policy: Any = None, linesep: str = "") -> bytes:
        """Return it as it goes over the wire. ``linesep`` is what Django 5.2 names in place of a policy."""
        rules = policy or self.policy
        if linesep:
            rules = rules.clone(linesep=linesep)
        if unixfrom or self.kept != self._state():
            return super().as_bytes(unixfrom, rules)
        text = self._text()
        return (text if rules.linesep == "\n" else text.replace("\n", rules.linesep)).encode("ascii")

    def keep(self) -> _Ready:
        """Note that it is complete."""
        self.kept = self._state()
        return self

    def _state(self) -> tuple[Any, ...]:
        own, parts = tuple(self.raw_items()), self._payload  # type: ignore[attr-defined]
        return (own, [part._state() for part in parts] if isinstance(parts, list) else parts)

    def _text(self) -> str:
        head, parts = "".join([f"{name}: {value}\n" for name, value in self.raw_items()]), self._payload  # type: ignore[attr-defined]
        if not isinstance(parts, list):
            return f"{head}\n{parts}"
        written = "".join([f"--{self.between}\n{part._text()}\n" for part in parts])
        return f"{head}\n{written}--{self.between}--\n"


class Letter(EmailMultiAlternatives):
    """A mail of a text and perhaps its HTML twin."""

    def message(self, **options: Any) -> Any:
        """Return the MIME message. Django 6 names a policy of Python's, Django 5.2 none."""
        policy = options.get("policy") or policies.default
        return self.ready(policy) or self._by_django(_with_headers(policy))

    def ready(self, policy: Any) -> EmailMessage | None:
        """Return the MIME message, None where there is something in it that only Django knows how to write."""
        if not self._is_plain():
            return None
        policy = _with_headers(policy)
        root = _Ready(policy)
        if self.alternatives:
            root.between = f"=_{secrets.token_hex(12)}"  # neither of the encodings has this in it
            root.set_raw("Content-Type", f'multipart/alternative; boundary="{root.between}"')
        else:
            _write(root, str(self.body), "plain")
        root.set_raw("MIME-Version", "1.0")
        root.set_raw("Subject", _subject(str(self.subject)))
        for name, value in _sender(str(self.from_email), tuple(self.reply_to)):
            root.set_raw(name, value)
        root.set_raw("To", self.to[0])
        root.set_raw("Date", formatdate(localtime=settings.EMAIL_USE_LOCALTIME))
        for name, value in self.extra_headers.items():
            root.set_raw(name, value)
        if self.alternatives:
            html = str(self.alternatives[0][0])
            root.set_payload(
                [_write(_Ready(policy), str(self.body), "plain").keep(), _write(_Ready(policy), html, "html").keep()]
            )
        return root.keep()

    def _is_plain(self) -> bool:
        extra = self.extra_headers
        return (
            bool(self.body)
            and len(self.to) == 1
            and bool(PLAIN_ADDRESS.fullmatch(self.to[0]))
            and not (self.cc or self.bcc or self.attachments or self.encoding)
            and [str(kind) for _content, kind in self.alternatives] in ([], ["text/html"])
            and not any(name.lower() in _NOT_EXTRA or name.lower() == "date" for name in extra)
            and "Message-ID" in extra
            and all(_is_short(name, value) for name, value in extra.items())
        )

    def _by_django(self, policy: Any) -> Any:
        if django.VERSION >= (6,):
            return super().message(policy=policy)
        return super().message()


@lru_cache(maxsize=8)
def _with_headers(policy: Any) -> Any:
    return policy.clone(header_factory=_HEADERS)


def _is_short(name: str, value: Any) -> bool:
    """Say whether a header can be written as it is: one line, and not one that should be folded."""
    line = f"{name}: {value}" if isinstance(value, str) else ""
    fits = 0 < len(line) <= _SHORT or (len(line) <= _LONGEST and " " not in value)
    return fits and line.isascii() and line.isprintable() and "=?" not in line


def _subject(text: str) -> str:
    """Return a subject as it is written: what is not plain letters, or looks like such a word, as encoded words."""
    if _is_short("Subject", text):
        return text
    charset = "us-ascii" if text.isascii() and "=?" not in text else "utf-8"
    return Header(text, charset, header_name="Subject").encode()


@lru_cache(maxsize=64)
def _sender(sender: str, reply_to: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Return the shop's own headers as Django writes them; they are the same for thousands of mails."""
    letter = mail.EmailMessage("", "", sender, ["nobody@example.org"], reply_to=list(reply_to))
    head = letter.message().as_bytes().decode("ascii").partition("\n\n")[0]
    return tuple((name, value) for name, value in _HEADER.findall(head) if name in ("From", "Reply-To"))


def _write(part: _Ready, text: str, kind: str) -> _Ready:
    """Write a half of the mail, in the encoding that makes the least of it."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    raw = lines.encode()
    part.set_raw("Content-Type", f'text/{kind}; charset="utf-8"')
    if raw.isascii() and max(map(len, raw.split(b"\n"))) <= _LONGEST:
        encoding, payload = "7bit", lines
    elif (len(raw) - len(lines)) * 10 > len(raw):  # few plain letters: most would be written as three
        encoding, payload = "base64", encodebytes(raw).decode("ascii")
    else:
        encoding, payload = "quoted-printable", b2a_qp(raw, istext=True).decode("ascii")
    part.set_raw("Content-Transfer-Encoding", encoding)
    part.set_payload(payload)
    return part
