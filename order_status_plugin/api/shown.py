"""The picture of an order as JSON, field by field what the page shows to the same tier.

The models are made from ``view.model``: what is added there stands here, too. What only draws the page is left out.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import types
import typing
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any

from django.utils import translation
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from pydantic import BaseModel, BeforeValidator, ConfigDict, create_model

from ..carriers import catalogue
from ..cms import epoch
from ..cms.base import Need
from ..cms.look import look_for
from ..cms.messages import messages_for
from ..events import Tier
from ..tracking.models import Order
from ..view.build import build
from ..view.languages import codes
from ..view.model import MapView, OrderView, SpecialMessageView

_DRAWN: dict[type, frozenset[str]] = {
    OrderView: frozenset({"look", "traits", "fillings", "valid_until"}),
    MapView: frozenset({"svg"}),
    SpecialMessageView: frozenset({"html"}),
}
_PLAIN = (str, Promise, int, float, Decimal, dt.date)
_made: dict[type, type[BaseModel]] = {}


def _model(view: type) -> type[BaseModel]:
    """Return the model of a view of ours."""
    if view not in _made:
        hints = typing.get_type_hints(view)
        left_out = _DRAWN.get(view, frozenset())
        fields: dict[str, Any] = {
            each.name: (_type(hints[each.name]), ...) for each in dataclasses.fields(view) if each.name not in left_out
        }
        config = ConfigDict(from_attributes=True)
        _made[view] = create_model(view.__name__, __config__=config, __doc__=view.__doc__, **fields)
    return _made[view]


def _type(hint: Any) -> Any:
    """Return a type of a view's field as JSON has it."""
    if dataclasses.is_dataclass(hint):
        return _model(typing.cast("type", hint))
    if hint is SafeString:
        return str
    if hint == Mapping[str, Any]:
        return Annotated[dict[str, str], BeforeValidator(_texts)]
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin is tuple:
        return list[_type(inner[0])]  # type: ignore[misc]
    if origin in (types.UnionType, typing.Union):
        return typing.Union[tuple(_type(each) for each in inner)]  # noqa: UP007 - made while running
    return hint


def _texts(given: Mapping[str, Any]) -> dict[str, str]:
    """Return the fields of the hook that are text, a number or a day; what else there is, only a template can print."""
    return {name: str(value) for name, value in given.items() if isinstance(value, _PLAIN)}


ShownOrder: Any = _model(OrderView)


def show(order: Order, tier: Tier, language: str) -> Any:
    """Return the picture of an order in a language that the shop has, "" or another for the order's own."""
    known = [code for code in codes() if code.lower() == language.lower()]
    with translation.override(known[0] if known else _own(order)):
        number = epoch.current()
        catalogue.refresh(number)
        spoken = translation.get_language() or ""
        view = build(
            order,
            tier,
            messages=messages_for(order.site_id, spoken, number),
            needs=tuple(Need),
            look=look_for(order.site_id, number),
        )
        return ShownOrder.model_validate(view)


def _own(order: Order) -> str:
    try:
        return translation.get_supported_language_variant(order.locale)
    except LookupError:
        return translation.get_language() or "en"
