"""What the shop's statuses mean. ``SALESMAN_ORDER_STATUS`` may be any enumeration, so the table can be extended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ...events import OrderState, ParcelStatus, PaymentState

UNPLACED, OPEN, AWAITING, FAILED, PAID = "unplaced", "open", "awaiting", "failed", "paid"
SENT, DELIVERED, COLLECTED, RETURNED = "sent", "delivered", "collected", "returned"
COMPLETE, CANCELLED, REFUNDED = "complete", "cancelled", "refunded"

MEANINGS = frozenset(
    {UNPLACED, OPEN, AWAITING, FAILED, PAID, SENT, DELIVERED, COLLECTED, RETURNED, COMPLETE, CANCELLED, REFUNDED}
)
#: Salesman's own statuses, as its documentation explains them, and usual ones beside.
KNOWN = {
    "new": UNPLACED,
    "created": AWAITING,
    "hold": AWAITING,
    "pending": AWAITING,
    "failed": FAILED,
    "paid": PAID,
    "processing": OPEN,
    "packed": OPEN,
    "shipped": SENT,
    "sent": SENT,
    "dispatched": SENT,
    "delivered": DELIVERED,
    "completed": DELIVERED,  # "completed and received by customer"
    "collected": COLLECTED,
    "picked up": COLLECTED,
    "returned": RETURNED,
    "cancelled": CANCELLED,
    "canceled": CANCELLED,
    "refunded": REFUNDED,
}

STATES = {
    SENT: OrderState.OPEN,
    DELIVERED: OrderState.COMPLETE,
    COLLECTED: OrderState.COMPLETE,
    RETURNED: OrderState.COMPLETE,
    COMPLETE: OrderState.COMPLETE,
    CANCELLED: OrderState.CANCELLED,
    REFUNDED: OrderState.REFUNDED,
}
#: What was sent is sent with these, whatever else the order says of it.
SENDS = frozenset({SENT, DELIVERED, COLLECTED, RETURNED, COMPLETE})
#: The shop's word on what it sent.
PARCELS = {
    DELIVERED: ParcelStatus.DELIVERED,
    COLLECTED: ParcelStatus.COLLECTED,
    RETURNED: ParcelStatus.RETURNED,
}
#: What a status alone says of the money.
PAYMENTS = {
    AWAITING: PaymentState.PENDING,
    FAILED: PaymentState.FAILED,
    PAID: PaymentState.PAID,
    REFUNDED: PaymentState.REFUNDED,
}


class Words:
    """The table of one shop: its own words, over the well-known ones."""

    def __init__(self, given: object) -> None:
        """Take the option ``statuses``."""
        own = given.items() if isinstance(given, Mapping) else ()
        self._table = {**KNOWN, **{fold(word): str(meaning) for word, meaning in own}}

    def meaning(self, status: str) -> str | None:
        """Return what a status means, None when the shop must tell us."""
        return self._table.get(fold(status))

    def unknown(self, statuses: Iterable[str]) -> list[str]:
        """Return the statuses that the table does not hold, each once."""
        return [status for status in dict.fromkeys(map(str, statuses)) if self.meaning(status) is None]

    def unplaced(self, statuses: Iterable[str]) -> list[str]:
        """Return the statuses of what is no order yet."""
        return [status for status in map(str, statuses) if self.meaning(status) == UNPLACED]


def fold(status: str) -> str:
    """Return the form in which two spellings of a status are equal."""
    return " ".join(str(status).replace("_", " ").replace("-", " ").split()).casefold()
