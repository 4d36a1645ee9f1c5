"""Everything that is kept about a person, as JSON: order by order, table by table."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone

from ..tracking import privacy as tracking
from ..tracking.models import Order
from . import privacy, rooms
from .audit import Action, audit

#: Grows when a name in the export changes its meaning.
FORMAT = "order_status_export/1"


def export(orders: Iterable[Order], actor: str, detail: str = "") -> dict[str, Any]:
    """Return what every room keeps of these orders, and note that it was asked for."""
    told = []
    for order in orders:
        order.refresh_from_db()
        told.append(_of(order))
        audit(Action.EXPORTED, order, actor, detail)
    return {"format": FORMAT, "exported_at": timezone.now(), "orders": told}


def _of(order: Order) -> dict[str, Any]:
    found: dict[str, Any] = {**tracking.export(order), **privacy.export(order)}
    for room in rooms.every().values():
        found |= room.export(order)
    return found


def as_json(exported: dict[str, Any]) -> str:
    """Return the export as text: UTF-8, indented, times in ISO 8601, amounts as text so that none is rounded."""
    return json.dumps(exported, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2) + "\n"
