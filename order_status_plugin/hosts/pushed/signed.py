"""What webhooks of shops have in common: one HMAC over the raw body, and how shops write money and moments."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

from ... import reading
from ...backend import Webhook
from ...exceptions import UntrustedWebhook

_MOST = Decimal(10) ** 8


def verify(webhook: Webhook, secrets: Iterable[str], header: str) -> None:
    """Raise UntrustedWebhook unless one of the secrets signed the body: base64 of HMAC-SHA256 in this header."""
    # As it is spelt, not what it decodes to: base64 has several spellings for the same bytes.
    given = webhook.headers.get(header, "").strip().encode()
    matches = [hmac.compare_digest(given, sign(webhook.body, secret).encode()) for secret in secrets]
    if not any(matches):
        raise UntrustedWebhook


def sign(body: bytes, secret: str) -> str:
    """Return the signature that a shop with this secret puts beside a body."""
    return base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()


def money(value: object) -> Decimal | None:
    """Return an amount, None for what is none."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    try:
        amount = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and abs(amount) < _MOST else None


def moment(value: object) -> dt.datetime | None:
    """Return an instant; one without an offset is UTC's, as shops write it that have a field for each."""
    when = reading.moment(value)
    if not isinstance(when, dt.datetime):
        return None
    return when.astimezone(dt.UTC) if when.tzinfo else when.replace(tzinfo=dt.UTC)


def address(value: object, limit: int = 1000) -> str:
    """Return the address of a page or a picture, "" for anything else."""
    text = reading.text(value, limit)
    return text if text.startswith(("https://", "http://")) and not any(char.isspace() for char in text) else ""


def number(value: object) -> int:
    """Return a count, 0 for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) < 10**6:
        return 0
    return max(0, int(value))


def strings(value: Any) -> list[str]:
    """Return the texts of a list, [] for anything else."""
    return [text for each in value if (text := reading.text(each, 190))] if isinstance(value, list) else []
