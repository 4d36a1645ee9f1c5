"""Hear when an order of Salesman's changes. Receivers say which order, and nothing that goes wrong leaves them.

Salesman has one signal, and it lies: it is sent before an order has its items, again with each later save of the same
object, and not at all for payments, notes and ``QuerySet.update()``. So it only says when an order was placed; all else
is heard where rows are saved, and what even that misses is found by the sweep, which compares.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.db import router
from django.db.models.signals import post_delete, post_save
from django.utils.translation import get_language
from salesman.core.utils import get_salesman_model
from salesman.orders.signals import status_changed

from ..base import Nudge
from ..once import is_told
from . import placed
from .words import UNPLACED, Words

logger = logging.getLogger(__name__)

#: Models whose rows name an order; the shop may have swapped each.
ROWS = ("OrderItem", "OrderPayment", "OrderNote")


class Ears:
    """The receivers of one host."""

    def __init__(self, alias: str, nudge: Nudge, words: Words) -> None:
        """Take whom to tell, and which statuses are no order yet."""
        self.alias = alias
        self.nudge = nudge
        self.words = words
        #: Stands at an order between its saving and Salesman's own signal.
        self._heard_saved = f"_order_status_heard_{alias}"

    def connect(self) -> None:
        """Connect every receiver, once however often it is called: the last nudge counts."""
        # No sender: a shop that swaps the model and sends the signal itself is heard, too.
        self._connect(status_changed, "status_changed", self._status_changed)
        self._connect(post_save, "Order", self._saved, sender=get_salesman_model("Order"))
        for name in ROWS:
            model = get_salesman_model(name)
            self._connect(post_save, name, self._row_saved, sender=model)
            self._connect(post_delete, f"{name}.deleted", self._row_deleted, sender=model)

    def _connect(self, signal: Any, name: str, order_of: Callable[..., Any], sender: Any = None) -> None:
        """Connect a receiver that asks ``order_of`` for key and language (None for nothing to say) and tells it."""

        def receive(sender: Any, **kwargs: Any) -> None:
            try:
                found = order_of(**kwargs)
                if found is not None:
                    self._tell(str(found[0]), found[1])
            except Exception:
                # Django's signals let everything through: whatever left this receiver would end a checkout.
                logger.exception("%s: could not tell what %s was about; the sweep will find it", self.alias, name)

        uid = f"order_status.salesman.{self.alias}.{name}"
        signal.disconnect(sender=sender, dispatch_uid=uid)
        signal.connect(receive, sender=sender, weak=False, dispatch_uid=uid)

    def _tell(self, reference: str, locale: str) -> None:
        """Nudge, once a transaction: fifty items are fifty signals."""
        told = is_told(self.alias, reference, router.db_for_write(get_salesman_model("Order")))
        if not told or locale:
            self.nudge(self.alias, reference, locale)

    def _is_placed(self, order: Any) -> bool:
        return self.words.meaning(order.status) != UNPLACED

    def _heard(self, order: Any, *, was_placed: bool) -> Any:
        """Return the order; its language where this places it: Salesman keeps none, and staff's own is not it."""
        if not self._is_placed(order):
            return None
        if not was_placed:
            placed.note(order)
        return order.pk, "" if was_placed else (get_language() or "")

    def _status_changed(self, order: Any, old_status: str, **kwargs: Any) -> Any:
        """Hear of a status that a shop changed by ``update()`` and told of itself; what was saved was just heard."""
        if order.__dict__.pop(self._heard_saved, None) == str(order.status):
            return None
        return self._heard(order, was_placed=self.words.meaning(str(old_status)) != UNPLACED)

    def _saved(self, instance: Any, created: bool, **kwargs: Any) -> Any:
        """Return the order; this comes before Salesman's own signal, and knows as well whether this places it."""
        was_placed = not created and self.words.meaning(str(instance._current_status)) != UNPLACED
        instance.__dict__[self._heard_saved] = str(instance.status)
        return self._heard(instance, was_placed=was_placed)

    def _row_saved(self, instance: Any, **kwargs: Any) -> Any:
        return (instance.order_id, "") if self._is_placed(instance.order) else None

    def _row_deleted(self, instance: Any, origin: Any = None, **kwargs: Any) -> Any:
        """Hear of a row that was taken out; with its order it needs no word."""
        began_here = isinstance(origin, type(instance)) or getattr(origin, "model", None) is type(instance)
        return self._row_saved(instance) if began_here else None
