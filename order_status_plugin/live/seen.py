"""Which version a browser already shows, by its own words."""

from __future__ import annotations

MAX = 2**63 - 1


def seen_version(*said: str | None) -> int:
    """Return the largest of some versions as text (``?v=``, ``Last-Event-ID``); what is no number counts as 0."""
    return max((_number(text) for text in said), default=0)


def _number(text: str | None) -> int:
    if not text or len(text) > 19 or not (text.isascii() and text.isdigit()):
        return 0
    return min(int(text), MAX)
