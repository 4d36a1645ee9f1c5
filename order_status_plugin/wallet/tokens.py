"""How a wallet proves that it holds an order's file: a token of its own, derived and never stored."""

from __future__ import annotations

import base64

from ..access import tokens
from ..tracking.locator import SIZE
from ..tracking.models import Order

_VERSION_SIZE = 2


def token_for(order: Order, alias: str) -> str:
    """Return the token that stands in the file: a MAC of 128 bits. A new link ends it, as it ends the old link."""
    return tokens.write(_purpose(alias), _payload(order))


def is_token(given: str, order: Order, alias: str) -> bool:
    """Say whether this is the token of this order; the time that it takes tells nothing."""
    payload = _payload(order)
    return order.erased_at is None and tokens.read(_purpose(alias), given, len(payload)) == payload


def _purpose(alias: str) -> str:
    return f"wallet {alias}"


def _payload(order: Order) -> bytes:
    locator = base64.urlsafe_b64decode(order.locator)
    assert len(locator) == SIZE  # noqa: S101 - no token may stand for two orders
    return locator + order.link_version.to_bytes(_VERSION_SIZE, "big")
