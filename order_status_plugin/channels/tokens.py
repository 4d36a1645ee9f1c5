"""Reading the JSON Web Tokens (RFC 7519) that providers sign their webhooks with: HS256, and nothing else.

A library is not needed for one algorithm: what is left of the standard is to refuse the rest.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Iterable
from typing import Any

from ..exceptions import UntrustedWebhook

#: Seconds that two clocks may differ.
LEEWAY = 300


def claims(token: str, secrets: Iterable[str]) -> dict[str, Any]:
    """Return what a token says that one of the secrets signed. Raises UntrustedWebhook, which names no part of it."""
    head, _, rest = token.partition(".")
    body, _, signature = rest.partition(".")
    given = signature.encode("utf-8", "replace")
    # All are compared, and as text: other spellings of the same bytes are not what was signed.
    matches = [hmac.compare_digest(given, _signature(f"{head}.{body}", secret).encode()) for secret in secrets]
    if not any(matches):
        raise UntrustedWebhook("The token of this webhook is missing or signed by nobody that we know.")
    header, said = _object(head), _object(body)
    if header.get("alg") != "HS256" or "crit" in header:
        raise UntrustedWebhook("The token of this webhook is not signed with HS256.")
    now = time.time()
    if _number(said.get("exp"), now) < now - LEEWAY or _number(said.get("nbf"), now) > now + LEEWAY:
        raise UntrustedWebhook("The token of this webhook is not valid at this time.")
    return said


def _signature(signed: str, secret: str) -> str:
    return _coded(hmac.new(secret.encode(), signed.encode("utf-8", "replace"), hashlib.sha256).digest())


def _coded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _object(part: str) -> dict[str, Any]:
    try:
        found = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise UntrustedWebhook("The token of this webhook holds no object.")
    return found


def _number(value: object, default: float) -> float:
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else default
