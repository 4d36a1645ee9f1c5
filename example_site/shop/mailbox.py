"""The letters and texts in the demo's folders."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import json
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

from django.conf import settings


@dataclass(frozen=True, slots=True)
class Letter:
    """One message."""

    name: str
    subject: str
    sender: str
    recipient: str
    sent: dt.datetime | None
    milestone: str
    text: str
    html: str


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return part.get_content() if part is not None else ""


def read(path: Path) -> Letter:
    """Read one file."""
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    try:
        sent = parsedate_to_datetime(message["Date"])
    except (TypeError, ValueError):
        sent = None
    return Letter(
        name=path.stem,
        subject=str(message["Subject"] or ""),
        sender=str(message["From"] or ""),
        recipient=str(message["To"] or ""),
        sent=sent,
        milestone=str(message["X-Order-Status"] or ""),
        text=_part(message, "plain"),
        html=_part(message, "html"),
    )


def letters(limit: int = 100) -> list[Letter]:
    """Return the newest letters, newest first."""
    paths = sorted(Path(settings.EMAIL_FOLDER).glob("*.eml"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    return [read(path) for path in paths[:limit]]


def letter(name: str) -> Letter | None:
    """Return the letter with this name."""
    for path in Path(settings.EMAIL_FOLDER).glob("*.eml"):
        if path.stem == name:
            return read(path)
    return None


@dataclass(frozen=True, slots=True)
class Text:
    """One text message."""

    recipient: str
    text: str
    milestone: str
    segments: int
    sent: dt.datetime


def texts(limit: int = 100) -> list[Text]:
    """Return the newest texts, newest first."""
    found = []
    for path in Path(settings.SMS_FOLDER).glob("*.json"):
        said = json.loads(path.read_text())
        at = dt.datetime.fromisoformat(said["at"])
        found.append(Text(said["to"], said["text"], said["milestone"], said["segments"], at))
    return sorted(found, key=lambda text: text.sent, reverse=True)[:limit]
