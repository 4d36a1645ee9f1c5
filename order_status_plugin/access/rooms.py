"""The rooms above this one that hold something of an order: wired in flow, asked by export and erasure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from ..tracking.models import Order


class Room(Protocol):
    """What a room tells of an order, and how it forgets it. A module with these two functions is one."""

    def export(self, order: Order) -> Mapping[str, Any]:
        """Return what is kept of the order, by table."""
        ...

    def erase(self, order: Order, *, is_thorough: bool) -> None:
        """Take away what is personal, inside the transaction that erases the rest; parcels still have their numbers.

        Somebody waits for a thorough one: it looks through what cannot be looked up, too. The others come by age, and
        what they leave is over soon by its own age.
        """
        ...


_rooms: dict[str, Room] = {}


def register(name: str, room: Room) -> None:
    """Have this room asked as well. Once a name."""
    _rooms[name] = room


def every() -> Mapping[str, Room]:
    """Return the rooms by name."""
    return _rooms
