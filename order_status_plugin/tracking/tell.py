"""Who is told of what was recorded: the rooms inside its transaction, other people's code after commit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from django.db import transaction
from django.utils import timezone

from .. import signals
from ..conf import conf
from ..events import OrderSnapshot, ParcelStatus
from .milestones import Reached
from .models import Order, Parcel

observers: dict[str, Callable[[Sequence[Reached]], None]] = {}
watchers: dict[str, Callable[[Sequence[Order]], None]] = {}
hearers: dict[str, Callable[[Sequence[tuple[Order, OrderSnapshot]]], None]] = {}


def observe(name: str, callback: Callable[[Sequence[Reached]], None]) -> None:
    """Have ``callback`` called with the milestones that are recorded, inside the transaction. Once a name."""
    observers[name] = callback


def watch(name: str, callback: Callable[[Sequence[Order]], None]) -> None:
    """Have ``callback`` called with the orders that changed, inside the transaction; imports excepted. Once a name."""
    watchers[name] = callback


def hear(name: str, callback: Callable[[Sequence[tuple[Order, OrderSnapshot]]], None]) -> None:
    """Have ``callback`` called with the snapshots that say something new, in their transaction, before any milestone."""
    hearers[name] = callback


@dataclass(frozen=True, slots=True)
class Turn:
    """A parcel that has another status than before."""

    order: Order
    parcel: Parcel
    old: ParcelStatus
    new: ParcelStatus


def tell(
    orders: Sequence[Order],
    reached: Iterable[Reached] = (),
    turns: Sequence[Turn] = (),
    *,
    is_import: bool = False,
) -> None:
    """Tell of orders that changed and are saved: the rooms now, everything to the signals after commit."""
    horizon = timezone.now() - conf.MESSAGES_MAX_AGE
    told = [
        replace(found, is_news=found.is_news and not is_import and found.happened_at >= horizon) for found in reached
    ]
    if told:
        for observer in observers.values():
            observer(told)
    if orders and not is_import:
        for watcher in watchers.values():
            watcher(orders)
    versions = [(row, row.version) for row in orders]
    if not (versions or told or turns):
        return

    def send() -> None:
        for turn in turns:
            signals.parcel_status_changed.send_robust(
                Parcel, order=turn.order, parcel=turn.parcel, old_status=turn.old, new_status=turn.new
            )
        for found in told:
            signals.milestone_reached.send_robust(
                Order,
                order=found.order,
                milestone=found.milestone,
                subject=found.subject,
                occurrence=found.occurrence,
                is_news=found.is_news,
            )
        for row, version in versions:
            signals.order_changed.send_robust(Order, order=row, version=version)

    transaction.on_commit(send, robust=True)
