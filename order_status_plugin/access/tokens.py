"""Short signed tokens for addresses that are not the order's own link: each for one purpose, none of them stored."""

from __future__ import annotations

import base64
import binascii
import hmac

from ..keys import keys_numbered, signing_key

#: Bytes of the MAC, and of the key's number before everything.
_MAC_SIZE = 16
_NUMBER_SIZE = 2


def write(purpose: str, payload: bytes) -> str:
    """Return a token that carries ``payload`` readably and proves that it is ours."""
    key = signing_key()
    mac = key.mac(purpose, payload)[:_MAC_SIZE]
    return base64.urlsafe_b64encode(key.number.to_bytes(_NUMBER_SIZE, "big") + payload + mac).decode().rstrip("=")


def read(purpose: str, token: str, size: int) -> bytes | None:
    """Return the ``size`` bytes that a token carries, None when it is not ours or was made for something else."""
    raw = _decode(token)
    if len(raw) != _NUMBER_SIZE + size + _MAC_SIZE:
        return None
    number, payload, given = raw[:_NUMBER_SIZE], raw[_NUMBER_SIZE:-_MAC_SIZE], raw[-_MAC_SIZE:]
    for key in keys_numbered(int.from_bytes(number, "big")):
        if hmac.compare_digest(key.mac(purpose, payload)[:_MAC_SIZE], given):
            return payload
    return None


def _decode(token: str) -> bytes:
    """Return the bytes of a token in its one spelling, b"" for anything else."""
    if len(token) > 128:
        return b""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        return b""
    return raw if base64.urlsafe_b64encode(raw).decode().rstrip("=") == token else b""
