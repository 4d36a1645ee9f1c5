"""Whom a channel reaches: kept as digests, shown masked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..backends import get_channel
from ..keys import digest, digests
from ..view.mask import mask_email, mask_phone

if TYPE_CHECKING:
    from ..events import ContactSnapshot

#: Longer ones are no numbers: subscriptions, in which nothing means anything to people.
_LONGEST_NUMBER = 40


def reached(alias: str, contact: ContactSnapshot | None) -> str:
    """Return where a channel reaches a contact, "" for nowhere, and where the channel's own code cannot say."""
    try:
        return get_channel(alias).recipient(contact).strip() if contact else ""
    except Exception:  # noqa: BLE001 - not ours: what stands beside it goes on
        return ""


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
