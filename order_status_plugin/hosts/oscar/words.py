"""What a shop's own words mean. Oscar's statuses and event types are free text, so each table can be extended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

OPEN, COMPLETE, CANCELLED, REFUNDED = "open", "complete", "cancelled", "refunded"
SENT, DELIVERED, COLLECTED, RETURNED = "sent", "delivered", "collected", "returned"
PAID, AUTHORIZED, PENDING, FAILED = "paid", "authorized", "pending", "failed"
IGNORE = "ignore"

_CANCELLED = {"cancelled": CANCELLED, "canceled": CANCELLED}
_MOVES = {
    "shipped": SENT,
    "sent": SENT,
    "dispatched": SENT,
    "despatched": SENT,
    "delivered": DELIVERED,
    "collected": COLLECTED,
    "picked up": COLLECTED,
    "returned": RETURNED,
}

#: Table by option: what may stand in it, and what well-known words mean without being told.
TABLES: dict[str, tuple[frozenset[str], dict[str, str]]] = {
    "order_statuses": (
        frozenset({OPEN, COMPLETE, CANCELLED, REFUNDED, SENT, DELIVERED, COLLECTED, RETURNED}),
        {
            "": OPEN,
            "pending": OPEN,
            "new": OPEN,
            "paid": OPEN,
            "being processed": OPEN,
            "processing": OPEN,
            "complete": COMPLETE,
            "completed": COMPLETE,
            "refunded": REFUNDED,
            **_CANCELLED,
            **_MOVES,
        },
    ),
    "line_statuses": (
        frozenset({OPEN, CANCELLED, SENT, DELIVERED, COLLECTED, RETURNED}),
        {
            "": OPEN,
            "pending": OPEN,
            "new": OPEN,
            "paid": OPEN,
            "being processed": OPEN,
            "processing": OPEN,
            **_CANCELLED,
            **_MOVES,
        },
    ),
    "shipping_event_types": (
        frozenset({SENT, DELIVERED, COLLECTED, RETURNED, CANCELLED, IGNORE}),
        {"packed": IGNORE, "picked": IGNORE, "allocated": IGNORE, **_CANCELLED, **_MOVES},
    ),
    "payment_event_types": (
        frozenset({PAID, AUTHORIZED, PENDING, REFUNDED, FAILED, IGNORE}),
        {
            "paid": PAID,
            "payment": PAID,
            "settled": PAID,
            "captured": PAID,
            "debited": PAID,
            "authorised": AUTHORIZED,
            "authorized": AUTHORIZED,
            "pending": PENDING,
            "refund": REFUNDED,
            "refunded": REFUNDED,
            "failed": FAILED,
            "declined": FAILED,
        },
    ),
}


class Words:
    """The tables of one shop: its own, over the well-known ones."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        """Take the tables out of the host's options."""
        self._tables = {
            name: {**known, **{fold(word): str(meaning) for word, meaning in _pairs(options.get(name))}}
            for name, (_allowed, known) in TABLES.items()
        }

    def meaning(self, table: str, *spellings: str) -> str | None:
        """Return what the first known of these spellings means, None when the shop must tell us."""
        for spelling in spellings:
            if (found := self._tables[table].get(fold(spelling))) is not None:
                return found
        return None

    def unknown(self, table: str, spellings: Iterable[str]) -> list[str]:
        """Return the spellings that this table does not hold, each once."""
        return [word for word in dict.fromkeys(spellings) if self.meaning(table, word) is None]


def mistakes(options: Mapping[str, Any]) -> list[str]:
    """Return what is wrong in the tables that were given, in words."""
    found = []
    for name, (allowed, _known) in TABLES.items():
        given = options.get(name, {})
        if not isinstance(given, Mapping):
            found.append(f"{name!r} must be a dict of the shop's words and ours.")
            continue
        wrong = sorted({str(meaning) for meaning in given.values() if meaning not in allowed})
        if wrong:
            found.append(f"{name!r} maps to {', '.join(map(repr, wrong))}; choose from {', '.join(sorted(allowed))}.")
    return found


def fold(spelling: str) -> str:
    """Return the form in which two spellings of a status are equal."""
    return " ".join(str(spelling).replace("_", " ").replace("-", " ").split()).casefold()


def _pairs(given: object) -> Iterable[tuple[str, object]]:
    return given.items() if isinstance(given, Mapping) else ()
