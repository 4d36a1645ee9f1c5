"""The legal ground on which a channel tells news, as its ``OPTIONS["basis"]`` says it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..channels.base import Channel

#: News of the order is part of the contract, or it is asked for.
CONTRACT, CONSENT = "contract", "consent"
BASES = (CONTRACT, CONSENT)


def basis_of(channel: Channel | None) -> str:
    """Return the legal ground of a channel; one that nobody understands is the strict one."""
    given = channel.options.get("basis", CONTRACT) if channel is not None else CONSENT
    return CONTRACT if given == CONTRACT else CONSENT


def needs_yes(channel: Channel | None) -> bool:
    """Say whether nothing leaves without the recipient's yes in the ledger. A subscription is one, and is none of it."""
    return basis_of(channel) == CONSENT and not (channel is not None and channel.subscribes)
