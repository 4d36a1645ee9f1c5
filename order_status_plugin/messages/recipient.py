"""Whom a channel reaches: kept as digests, shown masked."""

from __future__ import annotations

from ..keys import digest, digests
from ..view.mask import mask_email, mask_phone

#: Longer ones are no numbers: subscriptions, in which nothing means anything to people.
_LONGEST_NUMBER = 40


def known(alias: str, recipient: str) -> list[str]:
    """Return the digests under which a recipient of a channel may be kept, the present key's first."""
    return digests("recipient", alias, _spelled(recipient))


def signed(alias: str, recipient: str) -> str:
    """Return the digest under the present key: what is written down. "" for nobody."""
    return digest("recipient", alias, _spelled(recipient)) if recipient.strip() else ""


def masked(recipient: str) -> str:
    """Return a recipient so that its owner knows it and nobody else learns it."""
    text = recipient.strip()
    is_number = not text.startswith("http") and len(text) <= _LONGEST_NUMBER
    return (mask_email(text) or (mask_phone(text) if is_number else "") or "…")[:120]


def _spelled(recipient: str) -> str:
    return recipient.strip().casefold()
