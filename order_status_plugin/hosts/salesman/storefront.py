"""Give a headless storefront the way to the status page: in the answer of the checkout, and in that of an order.

Both get a key ``order_status``. The serializers are the shop's own, whichever it configured, with this key beside.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from . import placed
from .extra import ONLY_THE_SHOPS

if TYPE_CHECKING:
    from ..base import Storefront

logger = logging.getLogger(__name__)

KEY = "order_status"


def place(alias: str, storefront: Storefront, names: Mapping[str, str]) -> None:
    """Have the views of checkout and order answer with our key. Once however often it is called."""
    try:
        # In the order of Salesman's URLs: a shop's one module of serializers, modifiers and payments bears no other.
        import_module("salesman.basket.views")
        checkout: Any = import_module("salesman.checkout.views").CheckoutViewSet
        orders: Any = import_module("salesman.orders.views").OrderViewSet
    except Exception:
        logger.exception("Salesman's API answers without the way to the status page")
        return
    given = {"alias": alias, "storefront": staticmethod(storefront)}
    private = tuple(names.get(key, key) for key in ONLY_THE_SHOPS)
    _extend(checkout, _Checkout, {**given, "private": private})
    _extend(orders, _Order, given)


def _extend(view: Any, part: type, given: dict[str, Any]) -> None:
    theirs = view.serializer_class
    while issubclass(theirs, part):
        theirs = theirs.__bases__[1]
    view.serializer_class = type(theirs.__name__, (part, theirs), {**given, "__module__": theirs.__module__})


def _entrance(serializer: Any, order: Any, *, may_claim: bool) -> dict[str, Any] | None:
    request = serializer.context.get("request")
    if request is None:
        return None  # the shop prints an order for itself
    try:
        request = getattr(request, "_request", request)
        answer = serializer.storefront(request, serializer.alias, str(order.pk), may_claim=may_claim)
        return cast("dict[str, Any]", answer)
    except Exception:
        # The shop's API answers without our key, rather than not at all.
        logger.exception("no way to the status page could be given")
        return None


class _Checkout:
    """Beside a checkout's serializer: remembers who placed the order, and says where it is."""

    private: tuple[str, ...] = ()

    def validate_extra(self, value: dict[str, Any]) -> dict[str, Any]:
        """Take out what only the shop may say: a customer who posts ``tracking`` would write onto the page."""
        extra = super().validate_extra(value)  # type: ignore[misc]
        return {key: said for key, said in extra.items() if key not in self.private}

    def save(self, **kwargs: Any) -> None:
        """Let the payment method place the order, and add our key to its answer."""
        with placed.listen() as orders:
            super().save(**kwargs)  # type: ignore[misc]
        answer: Any = getattr(self, "_data", None)
        if orders and isinstance(answer, dict):
            order = orders[-1]
            placed.remember(self.context["request"], order)  # type: ignore[attr-defined]
            if entrance := _entrance(self, order, may_claim=True):
                self._data = {**answer, KEY: entrance}


class _Order:
    """Beside an order's serializer: where its status page is, and the way in for the browser that placed it."""

    def to_representation(self, order: Any) -> Any:
        """Add our key."""
        answer = super().to_representation(order)  # type: ignore[misc]
        is_by = placed.is_by(self.context.get("request"), order)  # type: ignore[attr-defined]
        if entrance := _entrance(self, order, may_claim=is_by):
            answer[KEY] = entrance
        return answer
