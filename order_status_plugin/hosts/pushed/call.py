"""A call of the push API as it lies in the inbox: the raw body, and around it what the address said."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

#: The names of the headers in which a call lies in the inbox.
NAMES = ("operation", "order", "fulfillment", "parcel", "author", "told-at")


class Operation(StrEnum):
    """What is called for."""

    PUT_ORDER = "put order"
    PUT_FULFILLMENT = "put fulfillment"
    DELETE_FULFILLMENT = "delete fulfillment"
    PUT_PARCEL = "put parcel"
    DELETE_PARCEL = "delete parcel"
    POST_EVENTS = "post events"
    POST_NOTE = "post note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Who calls for what about which order, and when we heard it."""

    operation: Operation
    order: str
    fulfillment: str = ""
    parcel: str = ""  # its tracking number
    author: str = ""  # the key's name
    told_at: dt.datetime  # aware

    def headers(self) -> dict[str, str]:
        """Return it as the inbox keeps it."""
        said = (self.operation, self.order, self.fulfillment, self.parcel, self.author, self.told_at.isoformat())
        return {name: str(value) for name, value in zip(NAMES, said, strict=True)}

    @classmethod
    def of(cls, headers: Mapping[str, str]) -> Call:
        """Return what was kept. Raises KeyError or ValueError for what no call of ours left."""
        return cls(
            operation=Operation(headers["operation"]),
            order=headers["order"],
            fulfillment=headers.get("fulfillment", ""),
            parcel=headers.get("parcel", ""),
            author=headers.get("author", ""),
            told_at=dt.datetime.fromisoformat(headers["told-at"]),
        )
