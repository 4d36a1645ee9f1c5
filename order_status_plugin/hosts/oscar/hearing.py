"""Hear when an order of Oscar's changes. Receivers say which order, and nothing that goes wrong leaves them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Any

from django.db import router
from django.db.models.signals import post_delete, post_save
from django.utils.translation import get_language
from oscar.apps.order.signals import order_line_status_changed, order_placed, order_status_changed
from oscar.core.loading import get_model

from ..base import Nudge
from ..once import is_told
from .consents import answers_now

logger = logging.getLogger(__name__)

#: Models whose rows change what a customer sees, and how each names its order. Oscar has no signals for these:
#: a shipping event is saved before its lines are, a change of status is told before its row is.
_ROWS: tuple[tuple[str, str, Callable[[Any], Any]], ...] = (
    ("order", "OrderStatusChange", lambda row: row.order_id),
    ("order", "ShippingEvent", lambda row: row.order_id),
    ("order", "ShippingEventQuantity", lambda row: row.event.order_id),
    ("order", "PaymentEvent", lambda row: row.order_id),
    ("payment", "Source", lambda row: row.order_id),
)


class Ears:
    """The receivers of one host."""

    def __init__(self, alias: str, nudge: Nudge) -> None:
        """Take whom to tell."""
        self.alias = alias
        self.nudge = nudge

    def connect(self) -> None:
        """Connect every receiver, once however often it is called: the last nudge counts."""
        # No sender: Oscar sends its signals from instances, which no class would match.
        self._connect(order_placed, "order_placed", self._placed)
        self._connect(order_status_changed, "order_status_changed", lambda order, **kwargs: order.pk)
        self._connect(order_line_status_changed, "order_line_status_changed", lambda line, **kwargs: line.order_id)
        self._connect(post_save, "Order", self._saved, sender=get_model("order", "Order"))
        self._connect(post_save, "address", self._address_saved, sender=get_model("order", "ShippingAddress"))
        for app, name, order_of in _ROWS:
            model = get_model(app, name)
            self._connect(post_save, name, lambda instance, _of=order_of, **kwargs: _of(instance), sender=model)
            self._connect(post_delete, f"{name}.deleted", _deleted(order_of), sender=model)

    def _connect(self, signal: Any, name: str, order_of: Callable[..., Any], sender: Any = None) -> None:
        """Connect a receiver that asks ``order_of`` for the order's key (None for nothing to say) and tells it."""

        def receive(sender: Any, **kwargs: Any) -> None:
            try:
                found = order_of(**kwargs)
                locale = ""
                if isinstance(found, tuple):
                    found, locale = found
                for pk in found if isinstance(found, list) else (found,):
                    if pk is not None:
                        self._tell(str(pk), locale)
            except Exception:
                # Oscar sends with send(): whatever left this receiver would end a checkout.
                logger.exception("%s: could not tell what %s was about; the sweep will find it", self.alias, name)

        uid = f"order_status.oscar.{self.alias}.{name}"
        signal.disconnect(sender=sender, dispatch_uid=uid)
        signal.connect(receive, sender=sender, weak=False, dispatch_uid=uid)

    def _tell(self, reference: str, locale: str) -> None:
        """Nudge, once a transaction: an event over five hundred lines is five hundred signals."""
        told = is_told(self.alias, reference, router.db_for_write(get_model("order", "Order")))
        if told and not locale:
            return
        answers = answers_now()
        self.nudge(self.alias, reference, locale, *([answers] if answers else []))

    def _placed(self, order: Any, **kwargs: Any) -> tuple[Any, str]:
        """Return the order, with the language it was placed in: Oscar keeps none, and staff's own is not it."""
        return order.pk, get_language() or ""

    def _saved(self, instance: Any, created: bool, update_fields: Iterable[str] | None = None, **kwargs: Any) -> Any:
        """Hear of a status that was assigned and saved. A new order has no lines yet: ``order_placed`` follows."""
        is_noise = created or (update_fields is not None and set(update_fields) <= {"analytics_tracked"})
        return None if is_noise else instance.pk

    def _address_saved(self, instance: Any, created: bool, **kwargs: Any) -> list[Any]:
        return [] if created else list(instance.order_set.values_list("pk", flat=True))


def _deleted(order_of: Callable[[Any], Any]) -> Callable[..., Any]:
    """Return the reading of a deletion: only one that began at this very row; with its order it needs no word."""

    def find(instance: Any, origin: Any = None, **kwargs: Any) -> Any:
        began_here = isinstance(origin, type(instance)) or getattr(origin, "model", None) is type(instance)
        return order_of(instance) if began_here else None

    return find
