"""Lines of an order as the items of a parcel, of what is to come, or of what needs no sending."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..cms.addresses import is_address
from ..conf import conf
from .facts import OrderFacts
from .marks import form, itself
from .model import ItemView
from .money import money


def items(facts: OrderFacts, quantities: Mapping[int, int]) -> tuple[ItemView, ...]:
    """Return these quantities of the order's lines, in the order's own sequence; nothing where items are hidden."""
    if not (facts.may_see_all or conf.PUBLIC_ITEMS):
        return ()
    return tuple(
        _item(facts, line, quantities[line.pk]) for line in facts.picture.lines if quantities.get(line.pk, 0) > 0
    )


def digital(facts: OrderFacts) -> tuple[ItemView, ...]:
    """Return the items that nobody has to send."""
    return items(facts, {line.pk: line.quantity for line in facts.picture.lines if not line.is_physical})


def _item(facts: OrderFacts, line: Any, quantity: int) -> ItemView:
    total = line.total if line.quantity == quantity else None
    return ItemView(
        title=line.title,
        quantity=quantity,
        details=line.details,
        image_url=line.image_url if is_address(line.image_url) else "",
        initial=next((char.upper() for char in line.title if char.isalnum()), "·"),
        is_physical=line.is_physical,
        total=money(total, facts.picture.order.currency) if facts.may_see_all or conf.PUBLIC_PRICES else "",
        personal_text=_personal_text(line, facts.picture),
    )


@form(itself)
def _personal_text(line: Any, around: Any) -> str:
    return str(around.contact.line_texts.get(line.reference, "")) if around.contact else ""
