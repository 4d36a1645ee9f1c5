"""A short word for the present state of an order, for a thousand orders at once: ``QuerySet.update()`` tells nobody.

Salesman's ``date_updated`` moves with ``save()`` alone, and not with payments and notes: no date says what changed.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from salesman.core.utils import get_salesman_model

#: What a page shows of each row. Items, payments and notes are named by their order.
_COLUMNS = ("pk", "status", "user_id", "email", "shipping_address", "billing_address", "subtotal", "total", "_extra")
_ROWS = {
    "OrderItem": ("order_id", "pk", "quantity", "unit_price", "total"),
    "OrderPayment": ("order_id", "pk", "amount", "payment_method"),
    "OrderNote": ("order_id", "pk", "message", "public"),
}
BATCH = 500


def of(keys: Iterable[Any]) -> dict[Any, str]:
    """Return the marks of the orders with these primary keys: four queries."""
    chosen = list(keys)
    rows: dict[Any, list[Any]] = defaultdict(list)
    for name, columns in _ROWS.items():
        manager = get_salesman_model(name)._default_manager
        found = manager.filter(order_id__in=chosen).order_by("pk").values_list(*columns)
        for order, *rest in found:
            rows[order].append([name, *rest])
    orders = get_salesman_model("Order")._default_manager.filter(pk__in=chosen).values_list(*_COLUMNS)
    return {order[0]: _digest([*order, rows[order[0]]]) for order in orders}


def since(keys: Sequence[Any]) -> Iterator[tuple[str, str]]:
    """Yield (reference, mark) of these orders, in batches."""
    for start in range(0, len(keys), BATCH):
        for pk, mark in of(keys[start : start + BATCH]).items():
            yield str(pk), mark


def _digest(state: list[Any]) -> str:
    said = json.dumps(state, sort_keys=True, cls=DjangoJSONEncoder)
    return hashlib.sha256(said.encode()).hexdigest()[:32]
