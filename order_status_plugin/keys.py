"""The key ring: everything of ours that is signed or digested goes through here."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings

from .conf import conf


@dataclass(frozen=True, slots=True)
class Key:
    """One secret of the ring. ``number`` names it in what it signed: two bytes, derived, telling nothing."""

    number: int
    secret: bytes

    def mac(self, purpose: str, *parts: bytes | str) -> bytes:
        """Return HMAC-SHA256 (32 bytes) over the parts, each with its length, for one purpose only."""
        message = bytearray(_sized(purpose))
        for part in parts:
            message += _sized(part)
        return hmac.digest(self.secret, bytes(message), "sha256")


def _sized(part: bytes | str) -> bytes:
    raw = part.encode() if isinstance(part, str) else part
    return len(raw).to_bytes(8, "big") + raw


def ring() -> Iterator[Key]:
    """Return the keys, the signing one first, then the retired ones that still verify."""
    secrets: list[str | bytes] = [*conf.KEYS] or [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return map(_key, map(str, secrets))


@lru_cache(maxsize=32)
def _key(secret: str) -> Key:
    raw = hashlib.sha256(b"order-status-plugin\x00" + secret.encode()).digest()
    return Key(int.from_bytes(hashlib.sha256(b"number\x00" + raw).digest()[:2], "big"), raw)


def signing_key() -> Key:
    """Return the key that signs what is new."""
    return next(ring())


def keys_numbered(number: int) -> list[Key]:
    """Return the keys of the ring with this number: none when it is unknown or its time is over."""
    return [key for key in ring() if key.number == number]


def digest(purpose: str, *parts: str) -> str:
    """Return a digest that names its key, as ``number.hex``: for values we compare but do not keep."""
    key = signing_key()
    return f"{key.number:04x}.{key.mac(purpose, *parts).hex()}"


def digests(purpose: str, *parts: str) -> list[str]:
    """Return the digest under every key of the ring: the ones that a stored value may be."""
    return [f"{key.number:04x}.{key.mac(purpose, *parts).hex()}" for key in ring()]
