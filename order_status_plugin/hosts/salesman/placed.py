"""Which orders a browser has placed: only to that one is the way into the order in full given.

A payment method makes the order, whoever wrote it, and answers whatever it likes. So a checkout listens to what is
placed while it runs, and the browser's session, which keeps its basket, keeps these orders, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

KEY = "order_status_placed"
#: A session is small; who placed more than these looks them up.
MOST = 10

_heard: ContextVar[list[Any] | None] = ContextVar("order_status_salesman_placed", default=None)


def note(order: Any) -> None:
    """Hear of an order that is placed, perhaps for the second time."""
    heard = _heard.get()
    if heard is not None and order not in heard:
        heard.append(order)


@contextmanager
def listen() -> Iterator[list[Any]]:
    """Yield a list that fills with the orders that are placed within."""
    heard: list[Any] = []
    token = _heard.set(heard)
    try:
        yield heard
    finally:
        _heard.reset(token)


def remember(request: Any, order: Any) -> None:
    """Note in the browser's session that it placed this order: for payment methods that place it on their own pages."""
    session = getattr(request, "session", None)
    if session is not None:
        known = [key for key in session.get(KEY, ()) if key != str(order.pk)]
        session[KEY] = [*known, str(order.pk)][-MOST:]


def is_by(request: Any, order: Any) -> bool:
    """Say whether the browser behind this request placed the order."""
    session = getattr(request, "session", None)
    return session is not None and str(order.pk) in session.get(KEY, ())
