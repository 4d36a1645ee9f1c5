"""Erase what is personal of an order, in every room, in one transaction. What is left is a tombstone and a stub."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet

from .. import signals
from ..exceptions import OrderStatusError
from ..tracking import privacy as tracking
from ..tracking.models import Order
from . import privacy, rooms
from .audit import Action, audit


class OrderIsHeld(OrderStatusError):
    """The order is on legal hold: nothing of it may be erased until the hold is lifted."""


def erase(
    order: Order, actor: str, detail: str = "", *, among: QuerySet[Order] | None = None, is_thorough: bool = True
) -> bool:
    """Erase what is personal of an order; False when there was nothing left to do. Raises OrderIsHeld.

    ``among`` narrows to the orders that may be erased, looked at again under the lock. ``is_thorough`` looks through
    every message in the inbox for the order's numbers; without it, those are left that their own age will end.
    """
    orders = Order.objects.all() if among is None else among
    with transaction.atomic():
        row = orders.select_for_update().filter(pk=order.pk, erased_at=None).first()
        if row is None:
            return False
        if row.is_held:
            raise OrderIsHeld
        for room in rooms.every().values():
            room.erase(row, is_thorough=is_thorough)
        privacy.erase(row)
        # The last one: the others know their rows by its numbers.
        tracking.erase(row)
        audit(Action.ERASED, row, actor, detail)
        transaction.on_commit(lambda: signals.order_erased.send_robust(Order, order=row), robust=True)
    return True
