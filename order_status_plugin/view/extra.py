"""Fields of other people's code: the hook ``construct_order_view`` adds them to a view, each with its tier."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

from django.db import router, transaction
from wagtail import hooks

from ..events import Tier
from ..tracking.models import Order

logger = logging.getLogger(__name__)

HOOK = "construct_order_view"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One named value of an order. Templates read it as ``view.extra.<name>``."""

    #: An identifier that does not begin with an underscore.
    name: str
    #: What stands there: a value, or a function without arguments that reads it. The function is called only for those
    #: who may see the field.
    value: Any | Callable[[], Any]
    #: The least that a viewer must be: ``Tier.PUBLIC`` for anyone with the link, ``Tier.PRIVATE`` for identified
    #: customers and staff, ``Tier.STAFF`` for staff alone.
    tier: Tier = Tier.PRIVATE

    def __post_init__(self) -> None:
        """Refuse a name that no template can read. Raises ValueError."""
        if not self.name.isidentifier() or self.name.startswith("_"):
            raise ValueError(f"{self.name!r} is no name that a template can read: use letters, digits and underscores.")


_RANKS = {Tier.PUBLIC: 0, Tier.PRIVATE: 1, Tier.STAFF: 2}


def extra(order: Order, tier: Tier) -> Mapping[str, Any]:
    """Return the fields that this tier may see, by name. What fails is logged and left out; the page stands."""
    found: dict[str, Any] = {}
    for hook in hooks.get_hooks(HOOK):
        try:
            with _savepoint():
                found |= _read(hook, order, tier)
        except Exception:
            # Not our code: it takes nothing from the page but its own fields.
            logger.exception("%s failed: its fields are not on order %s", _name(hook), order.pk)
    return found


def _read(hook: Callable[[list[Field], Order, Tier], object], order: Order, tier: Tier) -> dict[str, Any]:
    fields: list[Field] = []
    hook(fields, order, tier)
    shown = [field for field in fields if _RANKS[field.tier] <= _RANKS[tier]]
    return {field.name: field.value() if callable(field.value) else field.value for field in shown}


def _savepoint() -> AbstractContextManager[object]:
    """Keep a failing query from spoiling a transaction that stands around us; begin none of our own."""
    alias = router.db_for_read(Order)
    is_inside = transaction.get_connection(alias).in_atomic_block
    return transaction.atomic(using=alias) if is_inside else nullcontext()


def _name(hook: object) -> str:
    return f"{getattr(hook, '__module__', '')}.{getattr(hook, '__qualname__', hook)}"
