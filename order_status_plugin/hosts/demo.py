"""A host without a shop: orders live in memory. For tests, previews and other people's first steps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import ClassVar

from django.http import HttpRequest

from ..events import OrderSnapshot
from ..exceptions import UnknownOrder
from .base import Host, Nudge


class DemoHost(Host):
    """Keeps snapshots in this process, under its alias."""

    label = "Demo"
    #: The shelf: (alias, reference) -> snapshot. Shared by all instances of the process.
    orders: ClassVar[dict[tuple[str, str], OrderSnapshot]] = {}
    nudges: ClassVar[dict[str, Nudge]] = {}

    def connect(self, nudge: Nudge) -> None:
        """Keep the callable for :meth:`put`."""
        self.nudges[self.alias] = nudge

    def put(self, snapshot: OrderSnapshot) -> None:
        """Place or change an order and nudge, as a shop would."""
        self.orders[self.alias, snapshot.reference] = snapshot
        if self.alias in self.nudges:
            self.nudges[self.alias](self.alias, snapshot.reference, snapshot.locale)

    def read(self, reference: str) -> OrderSnapshot:
        """Return the snapshot that was put last."""
        try:
            return self.orders[self.alias, reference]
        except KeyError:
            raise UnknownOrder(f"{self.alias} has no order {reference!r}.") from None

    def changed_since(self, moment: dt.datetime | None) -> Iterable[str]:
        """Yield everything: there is little."""
        return [reference for alias, reference in self.orders if alias == self.alias]

    def count_since(self, moment: dt.datetime | None) -> int:
        """Return how many orders there are."""
        return len(list(self.changed_since(moment)))

    def owns(self, request: HttpRequest, customer_reference: str) -> bool:
        """Compare with the signed-in user's primary key."""
        return bool(customer_reference) and request.user.is_authenticated and str(request.user.pk) == customer_reference
