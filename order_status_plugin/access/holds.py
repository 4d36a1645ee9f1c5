"""The legal hold: neither age nor anybody's wish erases an order while it lasts."""

from __future__ import annotations

from django.db import transaction

from ..tracking.models import Order
from .audit import Action, audit


def hold(order: Order, because: str, actor: str) -> bool:
    """Put the order on hold, or give another reason for it. False when it is erased already: nothing is left to hold."""
    with transaction.atomic():
        held = Order.objects.filter(pk=order.pk, erased_at=None)
        if not held.update(is_held=True, held_because=because[:255]):
            return False
        # The reason may name somebody: it stands at the order as long as the hold, and not in the log.
        audit(Action.HELD, order, actor)
    return True


def lift(order: Order, actor: str) -> bool:
    """End the hold and forget its reason; False when there was none. Age counts again, as if it never had been."""
    with transaction.atomic():
        if not Order.objects.filter(pk=order.pk, is_held=True).update(is_held=False, held_because=""):
            return False
        audit(Action.HOLD_LIFTED, order, actor)
    return True
