"""What customers are told about: a milestone that was reached, and whether it is news."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..events import Milestone

if TYPE_CHECKING:
    from .models import Fulfillment, Order, Parcel


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """One milestone of one order, seen in the transaction that recorded it."""

    order: Order
    milestone: Milestone
    subject: str  # "order", "fulfillment:<pk>", "parcel:<pk>", "note:<pk>"
    occurrence: str  # which attempt, which statement of the date; "1" where there can be only one
    happened_at: dt.datetime  # aware, as exactly as we know
    is_news: bool  # False: history, an import, a correction of the past
    fulfillment: Fulfillment | None = None
    parcel: Parcel | None = None
