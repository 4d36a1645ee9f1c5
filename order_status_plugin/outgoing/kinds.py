"""What can be told: one name for each kind of event, stable once released."""

from __future__ import annotations

from ..events import Milestone

CHANGED = "order.changed"
ERASED = "order.erased"
PING = "ping"

#: Every kind that an endpoint may ask for.
KINDS: tuple[str, ...] = (CHANGED, ERASED, *(f"order.{milestone.value}" for milestone in Milestone))


def of(milestone: Milestone) -> str:
    """Return the kind that tells of a milestone."""
    return f"order.{milestone.value}"
